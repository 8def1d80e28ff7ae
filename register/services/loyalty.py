"""Membership of the loyalty programme; the tier is counted from rentals (register.loyalty)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, loyalty, policy
from register.loyalty import Tier
from register.models import Booking, Customer, LoyaltyMembership, OrderLine, Rental
from register.services import audit, customers, pricing, restrictions
from register.services.refusals import Refused


class AlreadyIn(Refused):
    def __init__(self) -> None:
        super().__init__(gettext_lazy("She is a member already."))


class NotIn(Refused):
    def __init__(self) -> None:
        super().__init__(gettext_lazy("She is not a member."))


class Stopped(Refused):
    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("The use of her data for the programme is restricted or objected to.")
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A rental that counts, and the last day on which it does."""

    booking: int
    returned_on: date
    through: date


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands and how that was counted. `missing`: rentals to the next tier."""

    joined_on: date
    tier: Tier
    counted: tuple[Counted, ...]
    next: Tier | None
    missing: int
    through: date | None


def membership(customer: Customer, *, on: date) -> LoyaltyMembership | None:
    """The membership in force that day; she who leaves is a member through that day's eve."""
    rows = LoyaltyMembership.objects.filter(customer=customer, joined_on__lte=on)
    return rows.filter(left_on__isnull=True).first() or rows.filter(left_on__gt=on).first()


def standing(customer: Customer, *, on: date) -> Standing | None:
    """The member's standing that day. None for whoever is no member; nothing is counted of
    somebody who is erased, restricted or has objected."""
    member = membership(customer, on=on)
    if member is None or customer.erased_on or not _allowed(customer):
        return None
    counted = tuple(_counted(customer, member.joined_on, on))
    above = loyalty.next_tier(len(counted))
    return Standing(
        joined_on=member.joined_on,
        tier=loyalty.tier(len(counted)),
        counted=counted,
        next=above,
        missing=above.rentals - len(counted) if above else 0,
        through=loyalty.holds_through([one.returned_on for one in counted], on=on),
    )


def _allowed(customer: Customer) -> bool:
    return restrictions.allowed(customer=customer, purpose=policy.LOYALTY.key)


def _counted(customer: Customer, joined_on: date, on: date) -> list[Counted]:
    rows = Rental.objects.filter(customer=customer, returned_at__isnull=False)
    told = rows.order_by("-returned_at").values_list("booking__number", "returned_at")
    found: Iterable[tuple[int, Any]] = told
    days = [(number, clock.local_date(at)) for number, at in found]
    return [
        Counted(number, day, loyalty.last_day(day))
        for number, day in days
        if loyalty.counts(day, joined_on=joined_on, on=on)
    ]


def benefit(booking: Booking, *, on: date) -> pricing.Line | None:
    """The member's discount as an order line, in the customer's language; None where there is
    none, or it stands in the booking already."""
    lines = list(booking.lines.all())
    if any(line.kind == OrderLine.Kind.DISCOUNT for line in lines):
        return None
    stands = standing(booking.customer, on=on)
    rental = sum(line.total_cents for line in lines if line.kind == OrderLine.Kind.RENTAL)
    cents = loyalty.discount_cents(rental, stands.tier.percent) if stands else 0
    if not stands or cents <= 0:
        return None
    language = booking.customer.language
    with override(language):
        name = _("Loyalty benefit, %(tier)s %(percent)d %%") % {
            "tier": stands.tier.name.to(language), "percent": stands.tier.percent,
        }  # fmt: skip
    return pricing.Line(OrderLine.Kind.DISCOUNT, name, Decimal(1), -cents)


@transaction.atomic
def join(*, customer: Customer, by: Any, at: datetime) -> LoyaltyMembership:
    """She joins today. Raises AlreadyIn, Stopped, Erased."""
    on = clock.local_date(at)
    customers.ensure_not_erased(customer)
    Customer.objects.select_for_update().get(pk=customer.pk)
    if membership(customer, on=on) is not None:
        raise AlreadyIn
    if not _allowed(customer):
        raise Stopped
    row = LoyaltyMembership.objects.create(
        customer=customer, joined_on=on, saved_at=at, saved_by=by, source=policy.PERSON.key
    )
    audit.record(verb="loyalty.joined", by=by, at=at, object=row)
    return row


@transaction.atomic
def leave(*, customer: Customer, by: Any, at: datetime) -> LoyaltyMembership:
    """She leaves today; nothing is counted from now on. Never refused to a member. Raises NotIn."""
    rows = LoyaltyMembership.objects.select_for_update()
    row = rows.filter(customer=customer, left_on__isnull=True).first()
    if row is None:
        raise NotIn
    row.left_on = max(clock.local_date(at), row.joined_on)
    row.save(update_fields=["left_on"])
    audit.record(verb="loyalty.left", by=by, at=at, object=row)
    return row
