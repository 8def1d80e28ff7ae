"""Rental agreements: numbered without gaps, signed on paper, printed as a tagged PDF."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, pdf
from register.models import Agreement, Booking, Identity, IdentityCheck, OrderLine, User
from register.services import audit, bills, bookings, customers, events, numbers, pricing
from register.services.refusals import Refused

TERMS_VERSION = "2026-06"
PRINTED = ("register.Customer.email", "register.Customer.phone")
"""Columns on the paper that not every role may see which sees agreements."""

AGREED = (
    OrderLine.Kind.RENTAL,
    OrderLine.Kind.EXTRA,
    OrderLine.Kind.GIFT_CARD,
    OrderLine.Kind.DISCOUNT,
)
"""What is agreed beforehand; late hours, fuel and damage come after."""


class AgreementInForce(Refused):
    """The booking has an agreement already."""


class NoRenterAmongDrivers(Refused):
    """An agreement names the renter's drivers; there is nobody to name."""


class CannotSign(Refused):
    """Only an unsigned agreement is signed."""


@transaction.atomic
def make(*, booking: Booking, language: str, by: User, at: datetime) -> Agreement:
    """Write the agreement of the booking under the year's next number.

    Raises AgreementInForce, NoRenterAmongDrivers, NotNow, Erased, Restricted, Banned.
    """
    row = bookings.locked(booking, Booking.State.RESERVED)
    customers.ensure_may_rent(customer=row.customer, on=clock.local_date(at))
    if row.agreements.exclude(state=Agreement.State.VOID).exists():
        raise AgreementInForce(gettext_lazy("The booking already has an agreement."))
    if not row.drivers.exists():
        raise NoRenterAmongDrivers(gettext_lazy("Add at least one driver first."))
    agreement = Agreement.objects.create(
        number=numbers.agreement_number(on=clock.local_date(at)),
        customer=row.customer, booking=row, language=language, terms_version=TERMS_VERSION,
        made_at=at, price_cents=max(bills.total_cents(row), 0),
        deposit_cents=row.craft.craft_class.deposit_cents,
        deductible_cents=row.craft.craft_class.deductible_cents, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="agreement.made", by=by, at=at, object=agreement)
    events.refresh([row.customer_id])
    return agreement


@transaction.atomic
def sign(*, agreement: Agreement, document_type: str, by: User, at: datetime) -> Agreement:
    """The renter has signed on paper, and a photo ID was seen: which kind, never its number."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if row.state != Agreement.State.DRAFT:
        raise CannotSign(gettext_lazy("This agreement is not waiting for a signature any more."))
    row.state, row.signed_at = Agreement.State.SIGNED, at
    row.saved_at, row.saved_by = at, by
    row.save()
    check = IdentityCheck.objects.create(
        customer_id=row.customer_id, document_type=document_type,
        occasion=IdentityCheck.Occasion.RENTAL, checked_at=at, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="identified", by=by, at=at, object=check)
    audit.record(verb="agreement.signed", by=by, at=at, object=row)
    return row


@transaction.atomic
def void(*, agreement: Agreement, by: User, at: datetime) -> None:
    """Take back an agreement that was not signed: its number stays used."""
    row = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if row.state != Agreement.State.DRAFT:
        raise CannotSign(gettext_lazy("Only an unsigned agreement can be taken back."))
    row.state, row.saved_at, row.saved_by = Agreement.State.VOID, at, by
    row.save()
    audit.record(verb="agreement.void", by=by, at=at, object=row)


@transaction.atomic
def printed(*, agreement: Agreement, by: User, at: datetime) -> bytes:
    """The agreement as a tagged PDF in its own language. The identity code stands masked in it,
    and only where there is one (Data Protection Act 1050/2018 s. 29)."""
    audit.record(verb="agreement.printed", by=by, at=at, object=agreement)
    with override(agreement.language):
        title = _("Rental agreement %(number)s") % {"number": agreement.number}
    return pdf.render(
        "agreement/agreement.html",
        document(agreement),
        language=agreement.language,
        title=title,
        styles=("agreement/agreement.css",),
    )


def document(agreement: Agreement) -> dict[str, Any]:
    """What the paper shows."""
    booking = agreement.booking
    identity = Identity.objects.filter(customer_id=agreement.customer_id).first()
    code = identity.personal_identity_code if identity else None
    lines = list(
        booking.lines.filter(
            kind__in=AGREED, ordered_on__lte=clock.local_date(agreement.made_at)
        ).order_by("ordered_on", "saved_at", "-kind")
    )
    return {
        "agreement": agreement,
        "booking": booking,
        "craft": booking.craft,
        "renter": agreement.customer,
        "company": booking.company,
        "masked_code": code.masked if code else "",
        "drivers": list(booking.drivers.select_related("customer").order_by("-is_renter")),
        "lines": lines,
        "vats": bills.vat(lines),
        "total_cents": sum(line.total_cents for line in lines),
        "hour_price": booking.craft.craft_class.hour_price_cents,
        "fuel_price": pricing.FUEL_CENTS_PER_LITRE,
        "renter_age": settings.RENTER_MINIMUM_AGE,
        "helm_age": settings.HELM_MINIMUM_AGE,
    }
