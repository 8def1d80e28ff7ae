"""Who may not be purged now, and why. Fails closed: where a hold cannot be read, the answer is
"held".

A hold is placed by staff, or stands by itself: an open damage or fee case, an unpaid bill, a
restriction under art. 18, an open data-subject request.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction

from register.models import (
    Booking,
    Case,
    Customer,
    Deposit,
    Hold,
    OrderLine,
    Payment,
    ProcessingRestriction,
)
from register.money import line_cents
from register.services import audit

logger = logging.getLogger(__name__)

UNREADABLE = "unreadable"
OPEN_REQUEST = "open_request"
REQUESTS = "requests_app.DataSubjectRequest"

Reasons = dict[UUID, frozenset[str]]
Bill = tuple[str, UUID]
"""What was bought on one booking, or by one person without a booking."""
BOOKING, PERSON = "booking", "person"
Finder = Callable[[Collection[UUID]], Iterable[tuple[UUID, str]]]


def is_held(customer: Customer) -> bool:
    """Whether anything of the person must stay. Any failure to find out means yes."""
    return bool(reasons([customer.pk]))


def reasons(customer_ids: Collection[UUID]) -> Reasons:
    """Why each of these people is held; the free ones are left out. Never raises: if one
    question fails, all these people are held as "unreadable"."""
    found: dict[UUID, set[str]] = defaultdict(set)
    try:
        with transaction.atomic():
            for finder in FINDERS:
                for pk, reason in finder(customer_ids):
                    found[pk].add(reason)
    except Exception as error:  # every failure means "held"
        logger.error("Holds could not be read (%s): everybody is held.", type(error).__name__)
        return {pk: frozenset([UNREADABLE]) for pk in customer_ids}
    asked = set(customer_ids)
    return {pk: frozenset(why) for pk, why in found.items() if pk in asked}


@transaction.atomic
def place(*, customer: Customer, reason: str, review_on: date, at: datetime, by: Any) -> Hold:
    """Place a hold, with its owner and the day on which it is looked at again."""
    hold = Hold.objects.create(
        customer=customer,
        reason=reason,
        owner=by,
        placed_at=at,
        review_on=review_on,
        saved_by=by,
    )
    audit.record(verb="hold.placed", by=by, at=at, object=hold, reason=reason)
    return hold


@transaction.atomic
def release(*, hold: Hold, at: datetime, by: Any) -> None:
    """End a hold: the clock runs on, and what is due goes the same night."""
    hold.released_at = at
    hold.save(update_fields=["released_at"])
    audit.record(verb="hold.released", by=by, at=at, object=hold, reason=hold.reason)


def to_review(*, on: date) -> list[Hold]:
    """Standing holds whose review day has come."""
    return list(Hold.objects.filter(released_at__isnull=True, review_on__lte=on))


def _placed(ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    standing = Hold.objects.filter(customer__among=ids, released_at__isnull=True)
    return standing.order_by().values_list("customer_id", "reason")


def _open_cases(ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    cases = Case.objects.filter(customer__among=ids, state__in=Case.OPEN_STATES)
    return ((pk, "damage_dispute") for pk in cases.order_by().values_list("customer", flat=True))


def _restrictions(ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    """Under art. 18(2) restricted data is only stored; to erase it is to process it."""
    standing = ProcessingRestriction.objects.filter(
        customer__among=ids,
        kind=ProcessingRestriction.Kind.RESTRICTION,
        lifted_at__isnull=True,
    )
    return (
        (pk, "kept_for_person") for pk in standing.order_by().values_list("customer", flat=True)
    )


def _open_requests(ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    """Requests matched to the person, and confirmed ones from her e-mail address that nobody
    has matched yet: her answer must not be empty because the night came first."""
    model: Any = apps.get_model(REQUESTS)
    requests: Any = model._base_manager.exclude(state__in=model.ENDED)
    for pk in requests.filter(customer__among=ids).values_list("customer_id", flat=True):
        yield pk, OPEN_REQUEST
    unmatched = set(
        requests.filter(customer__isnull=True, state__in=model.OPEN)
        .exclude(email="")
        .values_list("email", flat=True)
    )
    emails = {email.strip().lower() for email in unmatched}
    people = Customer.objects.filter(pk__among=ids, email__in=emails).order_by()
    yield from ((pk, OPEN_REQUEST) for pk in people.values_list("pk", flat=True))


def _unpaid(ids: Collection[UUID]) -> Iterable[tuple[UUID, str]]:
    """People with a bill that is larger than what was paid for it, whoever paid. A bill that the
    firm gives up is ended with a discount line."""
    billed, owners = _billed(ids)
    paid = _paid(ids, {key for kind, key in billed if kind == BOOKING})
    for bill, total in billed.items():
        if total > paid[bill]:
            yield from ((pk, "unpaid_claim") for pk in owners[bill])


def _bill(customer_id: UUID, booking_id: UUID | None) -> Bill:
    return (BOOKING, booking_id) if booking_id else (PERSON, customer_id)


def _billed(ids: Collection[UUID]) -> tuple[dict[Bill, int], dict[Bill, set[UUID]]]:
    totals: dict[Bill, int] = defaultdict(int)
    owners: dict[Bill, set[UUID]] = defaultdict(set)
    lines = OrderLine.objects.filter(customer__among=ids).exclude(
        booking__state=Booking.State.CANCELLED
    )
    columns = ("customer_id", "booking_id", "quantity", "unit_price_cents")
    for pk, booking, quantity, price in lines.order_by().values_list(*columns):
        totals[_bill(pk, booking)] += line_cents(quantity, price)
        owners[_bill(pk, booking)].add(pk)
    return totals, owners


def _paid(ids: Collection[UUID], bookings: Collection[UUID]) -> dict[Bill, int]:
    totals: dict[Bill, int] = defaultdict(int)
    columns = ("customer_id", "booking_id", "kind", "amount_cents")
    for rows in (
        Payment.objects.filter(booking__among=bookings),
        Payment.objects.filter(customer__among=ids, booking__isnull=True),
    ):
        for pk, booking, kind, amount in rows.order_by().values_list(*columns):
            sign = -1 if kind == Payment.Kind.REFUND else 1
            totals[_bill(pk, booking)] += sign * amount
    captured = Deposit.objects.filter(booking__among=bookings, captured_cents__gt=0).order_by()
    for booking, amount in captured.values_list("booking_id", "captured_cents"):
        totals[BOOKING, booking] += amount
    return totals


FINDERS: tuple[Finder, ...] = (
    _placed,
    _open_cases,
    _restrictions,
    _open_requests,
    _unpaid,
)
