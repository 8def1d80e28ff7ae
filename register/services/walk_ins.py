"""Somebody stands at the desk and wants a craft now: booking, extras and agreement in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from register.models import Agreement, Craft, Customer, Extra, OrderLine, User
from register.services import bookings, conditions, contracts, customers, pricing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the customer wants. `drives`: the renter is at the helm as well."""

    craft: Craft
    starts_at: datetime
    ends_at: datetime
    age_group: str
    drives: bool = True
    others: tuple[bookings.NewDriver, ...] = ()
    extras: tuple[Extra, ...] = ()
    wishes: str = ""


@transaction.atomic
def begin(
    *, customer: Customer, wanted: Wanted, contact_right: bool, by: User, at: datetime
) -> Agreement:
    """Book, and write the agreement with the marks that the craft bears already: what is left is
    to sign. All of it or nothing.

    Raises what `bookings.book` and `contracts.make` raise.
    """
    renter = bookings.NewDriver(customer, wanted.age_group, is_renter=True)
    bookings.ensure_old_enough(renter)
    booking = bookings.book(
        customer=customer, craft=wanted.craft, starts_at=wanted.starts_at, ends_at=wanted.ends_at,
        drivers=[*([renter] if wanted.drives else []), *wanted.others], wishes=wanted.wishes,
        lines=extra_lines(wanted.extras, customer.language), by=by, at=at,
    )  # fmt: skip
    if contact_right:
        customers.check_contact(customer=customer, by=by, at=at)
    return contracts.note_condition(
        booking=booking, text="", marks=conditions.known(booking.craft), by=by, at=at
    )


def extra_lines(extras: Sequence[Extra], language: str) -> list[pricing.Line]:
    """Extras as order lines, one of each, in the customer's language."""
    return [
        pricing.Line(OrderLine.Kind.EXTRA, one.name_in(language), pricing.ONE, one.price_cents)
        for one in extras
    ]
