"""How a request is answered: the passages read before a copy leaves (GDPR 15(4))."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import Customer
from register.models.base import choices_are_kept
from register.models.choices import withholding_grounds
from register.vault.fields import SealedField
from register.vault.querysets import SealedQuerySet


class Answer(models.Model):
    """A row that belongs to one request and is kept as long as its file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        "requests_app.DataSubjectRequest",
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        verbose_name=_("data-subject request"),
    )

    class Meta:
        abstract = True
        default_permissions = ("view",)


def staff_key(title: Any) -> Any:
    """A key to the member of staff who did it; nothing points back from the account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=title,
    )


@choices_are_kept
class Passage(Answer):
    """Free words or a file about the person in which other people may appear.

    One member of staff reads the row and proposes what to do with it, another one approves; until
    then it stays out of the copy. `seen` is a keyed digest of what was read: a row that has
    changed since is read again.
    """

    class Verdict(models.TextChoices):
        RELEASE = "release", _("Give as it is")
        REDACT = "redact", _("Give with others' data taken out")
        WITHHOLD = "withhold", _("Leave out")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Sent back")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="passages", verbose_name=_("customer")
    )
    table = models.CharField(_("table"), max_length=60)
    row_id = models.UUIDField(_("record"))
    seen = models.CharField(max_length=64, editable=False)
    verdict = models.CharField(_("proposal"), max_length=8, choices=Verdict)
    ground = models.CharField(_("ground"), max_length=24, choices=withholding_grounds, blank=True)
    words = SealedField(
        _("words without others' data"),
        label="passage.words",
        max_length=40_000,
        null=True,
        blank=True,
    )  # JSON: column → text
    proposed_by = staff_key(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    decided_by = staff_key(_("approved by"))
    decided_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = SealedQuerySet.as_manager()

    class Meta(Answer.Meta):
        verbose_name = _("passage read before handing over")
        verbose_name_plural = _("passages read before handing over")
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "table", "row_id"], name="requests_passage_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict="release") | ~Q(ground=""),
                name="requests_passage_left_out_has_ground",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting")
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="requests_passage_decided_by_somebody",
            ),
            # Two people: who proposes does not approve.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="requests_passage_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
