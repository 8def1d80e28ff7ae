"""The words of an agreement, and the extras of the price list. Nothing here is about a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from register.models.base import FirmRecord, choices_are_kept
from register.models.customers import Customer


@choices_are_kept
class AgreementTerms(FirmRecord):
    """The terms of rental in one language. A version that an agreement names is not changed any
    more (services.terms): a new one is written beside it."""

    version = models.CharField(_("version"), max_length=16)
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language)
    in_force_on = models.DateField(_("in force from"))
    text = models.TextField(
        _("text"),
        max_length=8000,
        help_text=_(
            "One clause a line. These are filled in: {renter_age}, {helm_age}, {hour_price}, "
            "{fuel_price}, {late_minutes}, {privacy_address}."
        ),
    )

    class Meta(FirmRecord.Meta):
        verbose_name = _("terms of rental")
        verbose_name_plural = _("terms of rental")
        ordering = ["-in_force_on", "version", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language"], name="register_terms_once_in_a_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.language}"


@choices_are_kept
class Extra(FirmRecord):
    """Something rented or sold beside the craft. Cents, VAT included."""

    name_fi = models.CharField(_("name in Finnish"), max_length=60, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    price_cents = models.PositiveIntegerField(_("price, cents"))
    in_use = models.BooleanField(_("offered"), default=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("extra")
        verbose_name_plural = _("extras")
        ordering = ["name_fi"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_fi="") & ~Q(name_sv="") & ~Q(name_en=""),
                name="register_extra_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name_in(get_language() or "fi")

    @property
    def euros(self) -> str:
        """As a form takes it: "15.00"."""
        return f"{self.price_cents / 100:.2f}"

    def name_in(self, language: str) -> str:
        """Its name in "fi", "sv" or "en"."""
        return str(getattr(self, f"name_{language[:2]}", self.name_fi))
