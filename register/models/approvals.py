"""What one person asks for and another approves (P18)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import choices
from register.models.base import FirmRecord, choices_are_kept


@choices_are_kept
class Approval(FirmRecord):
    """One asked, another says yes or no, for exactly this: `digest` is a SHA-256 of what was asked
    (services.approvals). The database refuses that both be the same person. It counts once.

    `about`: a neutral name of the matter, such as a request's reference. `object_…`: the row that
    it is about, by opaque id.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Not approved")

    kind = models.CharField(_("what"), max_length=24, choices=choices.approvals)
    digest = models.CharField(_("hash of what was asked"), max_length=64)
    about = models.CharField(_("matter"), max_length=120)
    object_label = models.CharField(_("record"), max_length=60, blank=True)
    object_id = models.CharField(_("record id"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("asked by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("lapses at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-asked_at"]
        default_permissions = ()
        indexes = [models.Index(fields=["digest"], name="register_approval_digest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="register_approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(outcome="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="register_approval_decided_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(outcome="approved"),
                name="register_approval_used_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("asked_at")), name="register_approval_lapses_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
