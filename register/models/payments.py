"""Payments and deposits (P9, P10). Amounts are positive euro cents; the kind gives direction."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking


class Method(models.TextChoices):
    CARD = "card", _("Card terminal")
    CASH = "cash", _("Cash")
    BANK = "bank", _("Bank transfer")
    INVOICE = "invoice", _("Invoice")
    GIFT_CARD = "gift_card", _("Gift card")


@choices_are_kept
class Payment(PersonalRecord):
    """Money that moved."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        REFUND = "refund", _("Refund")

    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("booking"),
    )
    number = models.CharField(
        _("receipt number"), max_length=16, unique=True, null=True, blank=True, editable=False
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.PAYMENT)
    method = models.CharField(_("method"), max_length=10, choices=Method)
    amount_cents = models.PositiveIntegerField(_("amount, cents"))
    paid_at = models.DateTimeField(_("paid at"))
    reference = models.CharField(_("reference"), max_length=30, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-paid_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0), name="register_payment_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class Deposit(PersonalRecord):
    """A deposit, or a hold on a card, which runs out by itself at `expires_at`: how soon depends
    on how the card was read (services.payments)."""

    class Reading(models.TextChoices):
        KEYED = "keyed", _("Number keyed in: holds 7 days")
        READER = "reader", _("Card in the reader: holds 2 days")

    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        related_name="deposits",
        verbose_name=_("booking"),
    )
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.CARD)
    amount_cents = models.PositiveIntegerField(_("amount, cents"))
    reading = models.CharField(
        _("how the card was read"), max_length=6, choices=Reading, blank=True
    )
    held_at = models.DateTimeField(_("held at"))
    expires_at = models.DateTimeField(_("hold runs out at"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    captured_cents = models.PositiveIntegerField(_("captured, cents"), default=0)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.CheckConstraint(
                condition=Q(captured_cents__lte=F("amount_cents")),
                name="register_deposit_captured_within",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("held_at")),
                name="register_deposit_released_after_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
