"""Those who process data for the firm, and under which agreement (GDPR 28, 30(1)(d)–(e), 46)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models import choices
from register.models.base import FirmRecord, choices_are_kept

EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""The EU and the EEA by ISO 3166-1. Data that stays there is not transferred (GDPR 44)."""


@choices_are_kept
class Processor(FirmRecord):
    """A company that gets personal data from the firm regularly: business data only, no person is
    named. It stays in the list when it has ended, so that the past can be told."""

    class ActsAs(models.TextChoices):
        PROCESSOR = "processor", _("On our behalf: an agreement is needed (GDPR 28)")
        CONTROLLER = "controller", _("In its own name: answers for the data itself")

    class Safeguard(models.TextChoices):
        ADEQUACY = "adequacy", _("Adequacy decision (GDPR 45)")
        CLAUSES = "clauses", _("Standard contractual clauses (GDPR 46(2)(c))")
        BINDING = "binding", _("Binding corporate rules (GDPR 47)")

    name = models.CharField(_("company"), max_length=120)
    business_id = models.CharField(_("business ID"), max_length=20, blank=True)
    recipient = models.CharField(
        _("recipient in the notice"), max_length=24, choices=choices.recipients
    )
    acts_as = models.CharField(_("acts"), max_length=10, choices=ActsAs, default=ActsAs.PROCESSOR)
    processes = models.CharField(_("what it does for us, with which data"), max_length=400)
    country = models.CharField(_("country where the data is"), max_length=2, default="FI")
    place = models.CharField(_("place or data centre"), max_length=120, blank=True)
    safeguard = models.CharField(
        _("safeguard of a transfer"), max_length=8, choices=Safeguard, blank=True
    )
    subprocessors = models.CharField(_("its own processors"), max_length=400, blank=True)
    signed_on = models.DateField(_("agreement signed on"), null=True, blank=True)
    valid_through = models.DateField(_("agreement valid through"), null=True, blank=True)
    review_on = models.DateField(_("looked at again on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta(FirmRecord.Meta):
        verbose_name = _("processor or recipient")
        verbose_name_plural = _("processors and recipients")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_through__isnull=True)
                | Q(signed_on__isnull=False, valid_through__gte=F("signed_on")),
                name="register_processor_valid_after_signed",
            ),
            models.CheckConstraint(
                condition=Q(country__in=EEA, safeguard="")
                | (~Q(country__in=EEA) & ~Q(safeguard="")),
                name="register_processor_transfer_is_safe",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_transfer(self) -> bool:
        """Whether the data leaves the EU and the EEA (GDPR 44)."""
        return self.country not in EEA

    def lacks_agreement(self, on: date) -> bool:
        """Whether it works for us that day without an agreement in force."""
        if self.acts_as != self.ActsAs.PROCESSOR or (self.ended_on and self.ended_on < on):
            return False
        ran_out = self.valid_through is not None and self.valid_through < on
        return self.signed_on is None or self.signed_on > on or ran_out
