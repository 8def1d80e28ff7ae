"""The day's cash-up. Closed once: a trigger refuses to change it, and another refuses money that
would slip into a time that is closed (models.guards)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept
from register.models.payments import Method

COUNTED = (Method.CASH, Method.CARD, Method.GIFT_CARD)
"""What lies in the drawer or on the terminal's slip in the evening. The bank counts the rest."""


@choices_are_kept
class CashUp(FirmRecord):
    """Money from one closing to the next, [from_at, until_at). Who closed it and when is
    `saved_by` and `saved_at`. `by_clerk`: user id → method → cents, as the register had it."""

    day = models.DateField(_("day"), unique=True)
    from_at = models.DateTimeField(_("from"), null=True)
    until_at = models.DateTimeField(_("until"))
    difference_cents = models.IntegerField(_("difference, cents"))
    note = models.CharField(_("why it differs"), max_length=500, blank=True)
    by_clerk = models.JSONField(_("by clerk"), default=dict)

    class Meta(FirmRecord.Meta):
        verbose_name = _("cash-up")
        verbose_name_plural = _("cash-ups")
        ordering = ["-day"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(from_at__isnull=True) | Q(until_at__gt=F("from_at")),
                name="register_cash_up_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(difference_cents=0) | ~Q(note=""),
                name="register_cash_up_difference_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.day}"


@choices_are_kept
class CashUpLine(FirmRecord):
    """One method of a cash-up. Cents; less than nothing where more went back than came in."""

    cash_up = models.ForeignKey(CashUp, on_delete=models.PROTECT, related_name="lines")
    method = models.CharField(_("method"), max_length=10, choices=Method)
    expected_cents = models.IntegerField(_("expected, cents"))
    counted_cents = models.IntegerField(_("counted, cents"))

    class Meta(FirmRecord.Meta):
        verbose_name = _("line of a cash-up")
        verbose_name_plural = _("lines of cash-ups")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["cash_up", "method"], name="register_cash_up_method_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def difference_cents(self) -> int:
        return self.counted_cents - self.expected_cents
