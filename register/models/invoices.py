"""Invoices to companies and credit notes (P9). Frozen when made: a trigger refuses every change of
what was sent (models.guards)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register.models.base import PersonalRecord, choices_are_kept
from register.models.bookings import Booking
from register.models.companies import Company
from register.models.customers import Customer

FROZEN = (
    "kind", "number", "language", "issued_on", "due_on", "reference", "recipient", "content",
    "total_cents", "paid_cents", "credits_number", "sha256",
)  # fmt: skip
"""Columns that no longer change. The links may: two rows of one person are merged into one."""


@choices_are_kept
class Invoice(PersonalRecord):
    """What was billed of one booking. Numbers run without gaps; a mistake is put right by a credit
    note of the whole and a new invoice. Cents with VAT; a credit note's are negative.

    `content`: everything that the paper says, as it stood that day (services.invoices); `sha256`
    is of it. `reference`: the bank's reference number, by which its payments are found.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.INVOICE)
    number = models.PositiveBigIntegerField(_("invoice number"), unique=True)
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("booking")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices",
        verbose_name=_("company"),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Customer.Language)
    issued_on = models.DateField(_("date of the invoice"))
    due_on = models.DateField(_("due date"))
    reference = models.CharField(_("reference number"), max_length=20)
    recipient = models.TextField(_("recipient"), max_length=600)
    content = models.JSONField(_("what it says"), default=dict)
    total_cents = models.IntegerField(_("total, cents"))
    paid_cents = models.IntegerField(_("paid before it, cents"), default=0)
    credits_number = models.PositiveBigIntegerField(
        _("credits the invoice"), unique=True, null=True, blank=True
    )
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta(PersonalRecord.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")), name="register_invoice_due_not_before"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits_number__isnull=True, total_cents__gte=0)
                | Q(kind="credit_note", credits_number__isnull=False, total_cents__lte=0),
                name="register_invoice_credits_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"
