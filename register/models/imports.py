"""Imports from the firm's own spreadsheets: what became of each, and by which number of the old
system a person is known again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, PersonalRecord, choices_are_kept


@choices_are_kept
class ImportRun(FirmRecord):
    """One file: looked at, tried, brought in. Nothing of its rows is here: `headings` are its first
    row, `mapping` says which field each column is (column number → key of services.import_rows),
    `errors` are lists of [row, column, message key]. The rows themselves lie sealed in a file of
    their own (services.import_files) until the run ends; `key` is wrapped by the master key.
    """

    class State(models.TextChoices):
        NEW = "new", _("Columns not chosen yet")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked, nothing saved yet")
        RUNNING = "running", _("Being brought in")
        DONE = "done", _("Brought in")
        DROPPED = "dropped", _("Thrown away")

    OPEN = (State.NEW, State.CHECKING, State.CHECKED, State.RUNNING)

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    shape = models.CharField(_("hash of the headings"), max_length=64)
    headings = models.JSONField(_("headings"), default=list)
    mapping = models.JSONField(_("columns"), default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    errors = models.JSONField(_("errors"), default=list)
    key = models.BinaryField(null=True, editable=False)
    touched_at = models.DateTimeField(_("last worked on"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-saved_at"]
        default_permissions = ()
        indexes = [models.Index(fields=["shape"], name="register_import_shape")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["done", "dropped"], key__isnull=True, ended_at__isnull=False)
                | Q(state__in=["new", "checking", "checked", "running"], ended_at__isnull=True),
                name="register_import_ended_keeps_no_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class ImportKey(PersonalRecord):
    """The person's number in the old system: a second import finds her by it."""

    key = models.CharField(_("number in the old system"), max_length=40, unique=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("number in the old system")
        verbose_name_plural = _("numbers in the old system")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
