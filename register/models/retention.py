"""What the retention job and each erasure did: counts and opaque ids only."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One run of the nightly job."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        COMPLETE = "complete", _("Complete")
        INCOMPLETE = "incomplete", _("Incomplete")
        STOPPED = "stopped", _("Stopped: more people due than usual")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    for_day = models.DateField(_("for the day"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    people = models.PositiveIntegerField(_("people erased"), default=0)
    held = models.PositiveIntegerField(_("people held"), default=0)
    counts = models.JSONField(_("rows per table"), default=dict)
    problems = models.JSONField(_("problems"), default=list)
    due = models.PositiveIntegerField(_("people due"), default=0)
    report = models.JSONField(_("report"), default=dict)
    let_through = models.PositiveIntegerField(_("people let through"), null=True)
    let_through_by = models.BigIntegerField(_("let through by"), null=True)

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")
        ordering = ["-started_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.for_day}"


class ErasureReceipt(models.Model):
    """What one erasure did, per table. `customer_id` is an opaque id of someone who may be gone."""

    class Ground(models.TextChoices):
        RETENTION = "retention", _("The retention period ended")
        REQUEST = "request", _("The person asked (art. 17)")
        CARD = "card", _("The card's own period ended")
        CONSENT = "consent", _("The consent it rested on was withdrawn")

    class State(models.TextChoices):
        ROWS_GONE = "rows_gone", _("Rows gone, key not yet destroyed")
        COMPLETE = "complete", _("Complete")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer_id = models.UUIDField(db_index=True)
    ground = models.CharField(_("ground"), max_length=9, choices=Ground)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.ROWS_GONE)
    executed_at = models.DateTimeField(_("executed at"))
    executed_by = models.BigIntegerField(_("user"), null=True)
    counts = models.JSONField(_("rows per table"), default=dict)
    kept = models.JSONField(_("kept, until and why"), default=list)

    class Meta:
        verbose_name = _("erasure receipt")
        verbose_name_plural = _("erasure receipts")
        ordering = ["-executed_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ErasureTrouble(models.Model):
    """Somebody whose erasure failed: how often, and by which kind of error. She is tried again
    for some nights; then a person has to look, and every report says so until it is mended."""

    customer_id = models.UUIDField(primary_key=True)
    problem = models.CharField(_("problem"), max_length=80)
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("erasure that fails")
        verbose_name_plural = _("erasures that fail")
        ordering = ["first_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class JournalMark(models.Model):
    """Which erasure journal belongs to this register, and how far the register knows it.

    A database that was restored from a backup knows less of the journal than the journal holds:
    that is how the program sees, before it serves, that people have to be erased again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    register_id = models.UUIDField(default=uuid.uuid4)
    lines = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="register_journal_mark_one"),
        ]

    def __str__(self) -> str:
        return f"journal mark {self.pk}"
