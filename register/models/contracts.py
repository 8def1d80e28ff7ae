"""Rental agreements: numbered without gaps (P11)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.customers import Customer


@choices_are_kept
class Agreement(PersonalRecord):
    """The rental agreement of a booking. `customer` is the renter. Cents.

    A booking keeps its agreement number; what is corrected becomes the next edition
    ("V-2026-0001-2"), and the one before is void. `sha256`: of the signed PDF, which lies sealed
    among the attachments.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Unsigned")
        SIGNED = "signed", _("Signed")
        VOID = "void", _("Void")

    class Signing(models.TextChoices):
        PAPER = "paper", _("On paper")
        TABLET = "tablet", _("On the tablet")

    number = models.CharField(_("agreement number"), max_length=16, unique=True, editable=False)
    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        related_name="agreements",
        verbose_name=_("booking"),
    )
    edition = models.PositiveSmallIntegerField(_("version of the agreement"), default=1)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Customer.Language,
        default=Customer.Language.FI,
    )
    terms_version = models.CharField(_("terms"), max_length=16)
    made_at = models.DateTimeField(_("made at"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signing = models.CharField(_("signed how"), max_length=6, choices=Signing, blank=True)
    condition = models.TextField(_("condition at handover"), blank=True, max_length=2000)
    sha256 = models.CharField(_("hash of the signed document"), max_length=64, blank=True)
    price_cents = models.PositiveIntegerField(_("price, cents"))
    deposit_cents = models.PositiveIntegerField(_("deposit, cents"), default=0)
    deductible_cents = models.PositiveIntegerField(_("deductible for damage, cents"), default=0)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("rental agreement")
        verbose_name_plural = _("rental agreements")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False),
                name="register_agreement_signed_has_time",
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=~Q(state="void"),
                name="register_agreement_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"
