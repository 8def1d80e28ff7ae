"""Damage and violation-fee cases."""

from datetime import datetime

from django.db import transaction

from register.models import Booking, Case, User
from register.services import audit, events, numbers


@transaction.atomic
def open_case(
    *,
    booking: Booking,
    kind: str,
    description: str,
    occurred_at: datetime,
    by: User,
    at: datetime,
    estimate_cents: int | None = None,
) -> Case:
    """Open a case against the renter of the booking. While it is open, nothing of the person is
    purged (services.holds)."""
    case = Case.objects.create(
        number=numbers.reserve("case"), customer_id=booking.customer_id, booking=booking,
        kind=kind, description=description, estimate_cents=estimate_cents,
        occurred_at=occurred_at, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="case.opened", by=by, at=at, object=case)
    events.refresh([booking.customer_id])
    return case
