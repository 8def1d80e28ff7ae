"""Identity numbers and cards: sealed columns in tables of their own (P7, P11)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register import validators
from register.models.base import PersonalRecord, Record, choices_are_kept
from register.models.customers import Customer
from register.vault.fields import SealedField
from register.vault.querysets import SealedQuerySet


def normalise_code(value: str) -> str:
    """Passport and licence numbers without blanks, in capitals."""
    return "".join(value.split()).upper()


def normalise_card(value: str) -> str:
    return "".join(character for character in value if character.isdigit())


def mask_identity_code(value: str) -> str:
    """`131052-308T` → `131052-****`: the suffix with the birth date would rebuild the code."""
    return f"{value[:7]}****"


@choices_are_kept
class Identity(Record):
    """The identity numbers of one person. Always optional: foreigners have no Finnish code, and
    the law lets us ask only where it is needed (Data Protection Act 1050/2018 s. 29)."""

    customer = models.OneToOneField(
        Customer,
        on_delete=models.PROTECT,
        related_name="identity",
        verbose_name=_("customer"),
    )
    personal_identity_code = SealedField(
        _("personal identity code"),
        label="identity.personal_identity_code",
        max_length=11,
        normalise=validators.identity_code,
        mask=mask_identity_code,
        indexed=True,
        unique=True,
        null=True,
        blank=True,
    )
    passport_number = SealedField(
        _("passport number"),
        label="identity.passport_number",
        max_length=20,
        pad_to=24,
        normalise=normalise_code,
        indexed=True,
        null=True,
        blank=True,
    )
    driving_licence_number = SealedField(
        _("driving licence number"),
        label="identity.driving_licence_number",
        max_length=20,
        pad_to=24,
        normalise=normalise_code,
        indexed=True,
        null=True,
        blank=True,
    )

    objects = SealedQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("identity numbers")
        verbose_name_plural = _("identity numbers")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class CardOnFile(PersonalRecord):
    """A payment card. The security code, track and PIN have no field: they are never stored
    (PCI DSS 4.0.1, 3.3). The number goes early, by a clock of its own."""

    class Brand(models.TextChoices):
        VISA = "visa", "Visa"
        MASTERCARD = "mastercard", "Mastercard"
        AMEX = "amex", "American Express"
        OTHER = "other", _("Other")

    number = SealedField(
        _("card number"),
        label="card.number",
        max_length=19,
        pad_to=24,
        normalise=normalise_card,
        null=True,
        blank=True,
    )
    expiry = SealedField(
        _("expiry (MM/YY)"), label="card.expiry", max_length=5, null=True, blank=True
    )
    brand = models.CharField(_("brand"), max_length=10, choices=Brand, default=Brand.OTHER)
    last_four = models.CharField(_("last four digits"), max_length=4)
    number_destroyed_on = models.DateField(
        _("number destroyed"), null=True, blank=True, editable=False
    )

    objects = SealedQuerySet.as_manager()

    class Meta(PersonalRecord.Meta):
        verbose_name = _("card on file")
        verbose_name_plural = _("cards on file")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_four__regex=r"^[0-9]{4}$"),
                name="register_card_last_four_digits",
            ),
            models.CheckConstraint(
                condition=Q(number_destroyed_on__isnull=True)
                | (Q(number__isnull=True) & Q(expiry__isnull=True)),
                name="register_card_destroyed_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class IdentityCheck(PersonalRecord):
    """Somebody's identity was checked from a photo ID. No copy, no number: only that it was."""

    class Document(models.TextChoices):
        PASSPORT = "passport", _("Passport")
        IDENTITY_CARD = "identity_card", _("Identity card")
        DRIVING_LICENCE = "driving_licence", _("Driving licence")
        RESIDENCE_PERMIT = "residence_permit", _("Residence permit card")

    class Occasion(models.TextChoices):
        RENTAL = "rental", _("Rental")
        REQUEST = "request", _("Data-subject request")

    document_type = models.CharField(_("document seen"), max_length=16, choices=Document)
    occasion = models.CharField(_("occasion"), max_length=8, choices=Occasion)
    checked_at = models.DateTimeField(_("checked at"))

    class Meta(PersonalRecord.Meta):
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
