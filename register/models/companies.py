"""Companies and partners, and the people who speak for them (P8)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, Record, choices_are_kept


@choices_are_kept
class Company(Record):
    """An organisation that rents, or works with the firm."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer company")
        PARTNER = "partner", _("Partner")

    number = models.PositiveBigIntegerField(_("company number"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CUSTOMER)
    name = models.CharField(_("name"), max_length=200)
    business_id = models.CharField(_("business ID"), max_length=9, blank=True)
    street = models.CharField(_("street address"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FI")
    billing_street = models.CharField(_("billing address"), max_length=200, blank=True)
    billing_postcode = models.CharField(_("billing postcode"), max_length=10, blank=True)
    billing_city = models.CharField(_("billing city"), max_length=100, blank=True)
    einvoice_address = models.CharField(_("e-invoice address"), max_length=50, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["business_id"],
                condition=~Q(business_id=""),
                name="register_company_once",
            ),
            models.CheckConstraint(
                condition=Q(business_id="") | Q(business_id__regex=r"^[0-9]{7}-[0-9]$"),
                name="register_company_business_id_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


@choices_are_kept
class CompanyContact(PersonalRecord):
    """A person's role in an organisation."""

    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        related_name="contacts",
        verbose_name=_("company"),
    )
    role_title = models.CharField(_("role in the organisation"), max_length=100, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("company contact")
        verbose_name_plural = _("company contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "customer"], name="register_contact_once_in_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
