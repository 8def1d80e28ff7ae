"""Wishes carried to the next booking: what stands, and what was asked for last time."""

from typing import Any

from register import permissions
from register.declare import Sight
from register.models import Booking, Customer, QuoteRequest, User


def _last(customer: Customer) -> Booking | None:
    """The latest booking in which something was asked for."""
    rows = customer.bookings.exclude(wishes="").order_by("-starts_at")
    return rows.first()


def initial(customer: Customer, quote: QuoteRequest | None) -> dict[str, str]:
    """Last time's wishes begin the new booking's, unless it answers a quote request of its own."""
    last = _last(customer) if quote is None else None
    return {"wishes": last.wishes} if last else {}


def carried(customer: Customer, *, user: User) -> dict[str, Any]:
    """For the page: the wishes that stand, and the booking that the others come from."""
    sees = permissions.sight(user, Customer, "wishes") is Sight.WHOLE
    last = _last(customer) if permissions.sight(user, Booking, "wishes") is Sight.WHOLE else None
    return {"standing": customer.wishes if sees else "", "last": last}
