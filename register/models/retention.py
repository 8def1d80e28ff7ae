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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    for_day = models.DateField(_("for the day"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    people = models.PositiveIntegerField(_("people erased"), default=0)
    held = models.PositiveIntegerField(_("people held"), default=0)
    counts = models.JSONField(_("rows per table"), default=dict)
    problems = models.JSONField(_("problems"), default=list)

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
