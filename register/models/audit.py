"""Who did what, why and when: append-only, opaque ids, never values."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One line of the audit. A trigger refuses UPDATE and DELETE (models.guards). It points at
    rows by opaque id and never by foreign key, so erasure never has to touch it."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        DENIED = "denied", _("Denied")
        FAILED = "failed", _("Failed")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"))
    actor_id = models.BigIntegerField(_("user"), null=True)
    actor_roles = models.CharField(_("roles"), max_length=100, blank=True)
    verb = models.CharField(_("what"), max_length=40)
    object_label = models.CharField(_("record"), max_length=60, blank=True)
    object_id = models.CharField(_("record id"), max_length=40, blank=True)
    customer_id = models.UUIDField(_("customer"), null=True)
    fields = models.JSONField(_("fields"), default=list)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome, default=Outcome.DONE)
    count = models.PositiveIntegerField(_("count"), null=True)
    query_tag = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["customer_id", "at"], name="register_audit_customer"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
