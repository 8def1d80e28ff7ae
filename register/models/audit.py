"""Who did what, why and when: append-only, opaque ids, never values; and the seals over it."""

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
            models.Index(fields=["actor_id", "at"], name="register_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class AuditSeal(models.Model):
    """A run of audit events under one seal, append-only like they are.

    `tags` holds 24 bytes an event: its id (signed, 8 bytes, big-endian), then 16 bytes of a keyed
    digest over the event and the tag before it. `mac` binds the seal to the one before it. There
    is one chain per key (`key_version`: the version of the vault's index root that it is derived
    from); the newest covers every event. register.services.audit_chain makes and checks them.
    """

    key_version = models.PositiveIntegerField(_("key"))
    number = models.PositiveBigIntegerField(_("number"))
    first_id = models.BigIntegerField(_("first event"))
    last_id = models.BigIntegerField(_("last event"))
    total = models.PositiveBigIntegerField(_("events so far"))
    tags = models.BinaryField()
    sealed_at = models.DateTimeField(_("sealed"))
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["key_version", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key_version", "number"], name="register_seal_number"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.key_version}/{self.number}"


class LookUpNotice(models.Model):
    """Somebody looked up more in a day than the role usually does: told once for that day."""

    actor_id = models.BigIntegerField(_("user"))
    actor_roles = models.CharField(_("roles"), max_length=100)
    verb = models.CharField(_("what"), max_length=40)
    day = models.DateField(_("day"))
    usual = models.PositiveIntegerField(_("usual at most"))
    noticed_at = models.DateTimeField(_("noticed"))
    told_at = models.DateTimeField(_("mailed"), null=True)
    seen_at = models.DateTimeField(_("seen"), null=True)
    seen_by = models.BigIntegerField(_("seen by"), null=True)

    class Meta:
        verbose_name = _("notice of many look-ups")
        verbose_name_plural = _("notices of many look-ups")
        ordering = ["-noticed_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["actor_id", "verb", "day"], name="register_notice_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
