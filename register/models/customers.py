"""The people of the register (P2, P7) and on whose behalf they act."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from register import validators
from register.models.base import PersonalRecord, Record, choices_are_kept


class CustomerQuerySet(models.QuerySet["Customer"]):
    def past_retention(self, *, on: date) -> "CustomerQuerySet":
        """Candidates for the purge on that day: an index, the events decide (services.events)."""
        return self.filter(kept_through__lt=on)

    def not_held(self) -> "CustomerQuerySet":
        """People without a standing hold that somebody placed (services.holds knows the rest)."""
        return self.exclude(holds__released_at__isnull=True, holds__id__isnull=False)


@choices_are_kept
class Customer(Record):
    """A data subject: a private customer, a contact of a company or partner, or a prospect."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("Private customer")
        COMPANY_CONTACT = "company_contact", _("Company contact")
        PARTNER_CONTACT = "partner_contact", _("Partner contact")
        PROSPECT = "prospect", _("Prospective customer")
        REPRESENTATIVE = "representative", _("Representative")

    class Language(models.TextChoices):
        FI = "fi", _("Finnish")
        SV = "sv", _("Swedish")
        EN = "en", _("English")

    class Group(models.TextChoices):
        NEW = "new", _("New")
        REGULAR = "regular", _("Regular")
        LAPSED = "lapsed", _("Not seen lately")
        COMPANY = "company", _("Company")

    number = models.PositiveBigIntegerField(_("customer number"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.PRIVATE)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, db_index=True)
    phone = PhoneNumberField(_("phone"), blank=True, db_index=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.FI)
    secrecy_order = models.BooleanField(
        _("secrecy order"),
        default=False,
        help_text=_("Contact details are shown only to the roles that need them."),
    )
    wishes = models.TextField(_("wishes that stand"), blank=True, max_length=2000)
    group = models.CharField(
        _("customer group"),
        max_length=10,
        choices=Group,
        default=Group.NEW,
        editable=False,
    )
    contact_checked_at = models.DateTimeField(
        _("contact details checked"), null=True, blank=True, editable=False
    )
    contact_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("contact details checked by"),
    )
    search_text = models.TextField(blank=True, editable=False)
    # Indexes of the retention clock, kept by services.events; never decide from them alone.
    last_event_on = models.DateField(_("last event"), null=True, blank=True, editable=False)
    last_transaction_on = models.DateField(
        _("last transaction"), null=True, blank=True, editable=False
    )
    has_contract = models.BooleanField(_("contract now or ever"), default=False, editable=False)
    kept_through = models.DateField(
        _("kept through"), null=True, blank=True, editable=False, db_index=True
    )
    erased_on = models.DateField(
        _("erased in part"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Only what a statute requires is left; it goes by itself at its date."),
    )

    objects = CustomerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["search_text"], name="register_customer_search"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def normalise(self) -> None:
        """The forms in which contact data is stored and searched: call before every save."""
        self.first_name = validators.one_line(self.first_name)
        self.last_name = validators.one_line(self.last_name)
        self.email = self.email.strip().lower()
        self.search_text = f"{self.last_name} {self.first_name} {self.last_name}".lower().strip()


@choices_are_kept
class Mandate(PersonalRecord):
    """A person acts for another (P2): guardian, proxy, estate. `customer` is the one who acts."""

    class Ground(models.TextChoices):
        GUARDIAN = "guardian", _("Guardian")
        POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
        ESTATE = "estate", _("Estate of a deceased person")

    on_behalf_of = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="represented_by",
        verbose_name=_("on behalf of"),
    )
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    valid_through = models.DateField(_("valid through"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=~Q(customer=F("on_behalf_of")),
                name="register_mandate_for_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@choices_are_kept
class LoyaltyMembership(PersonalRecord):
    """The loyalty programme (P3): joined by the person, left at will."""

    joined_on = models.DateField(_("joined"))
    left_on = models.DateField(_("left"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("loyalty membership")
        verbose_name_plural = _("loyalty memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="register_loyalty_left_after_joined",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(left_on__isnull=True),
                name="register_loyalty_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
