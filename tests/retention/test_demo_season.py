"""A whole season of invented people: the night erases exactly whom a second, naive computation
names, written from the notice and sharing no code with the engine."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from register.demo import season
from register.models import (
    Agreement,
    Booking,
    Case,
    Consent,
    Customer,
    Deposit,
    Driver,
    Feedback,
    Hold,
    Message,
    OrderLine,
    Payment,
    ProcessingRestriction,
    QuoteRequest,
    Rental,
)
from register.services import retention
from tests import cast
from tests.clock.naive import helsinki_day

pytestmark = pytest.mark.django_db

PEOPLE = 250


def day(value: date | datetime) -> date:
    return helsinki_day(value) if isinstance(value, datetime) else value


class NaiveLife:
    """Everything that one person did, noted one by one."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.paid: list[date] = []
        self.contract = False

    def kept_through(self) -> date:
        last = max(self.days)
        if not self.contract:
            leap = (last.month, last.day) == (2, 29)
            return date(last.year + 3, last.month, 28 if leap else last.day)
        return date(max(last.year, *(paid.year for paid in [*self.paid, last])) + 6, 12, 31)


def naive_lives() -> dict[UUID, NaiveLife]:
    lives: dict[UUID, NaiveLife] = defaultdict(NaiveLife)

    def happened(rows: Any, *names: str, contract: bool = False, paid: bool = False) -> None:
        for row in rows:
            life = lives[row.customer_id]
            days = [day(value) for name in names if (value := getattr(row, name))]
            life.days += days
            life.paid += days if paid else []
            life.contract = life.contract or contract

    happened(QuoteRequest.objects.all(), "requested_at")
    for booking in Booking.objects.all():
        ended = "cancelled_at" if booking.state == "cancelled" else "ends_at"
        happened([booking], "booked_at", ended, contract=True)
    happened(Rental.objects.all(), "handed_over_at", "returned_at", contract=True)
    happened(Driver.objects.all(), "drove_on")
    happened(Agreement.objects.all(), "made_at", contract=True)
    happened(OrderLine.objects.all(), "ordered_on", paid=True)
    happened(Payment.objects.all(), "paid_at", paid=True)
    happened(Case.objects.all(), "occurred_at", "objected_at", "settled_at")
    happened(Feedback.objects.all(), "given_at")
    happened([m for m in Message.objects.all() if m.direction == "in"], "happened_at")
    happened([c for c in Consent.objects.all() if c.action == "given"], "acted_at")
    return lives


def naive_debts() -> set[UUID]:
    """Whose booking cost more than was paid for it."""
    owed: dict[Any, int] = defaultdict(int)
    who: dict[Any, set[UUID]] = defaultdict(set)
    for line in OrderLine.objects.select_related("booking"):
        if line.booking is None or line.booking.state != "cancelled":
            bill = line.booking_id or line.customer_id
            owed[bill] += line.total_cents
            who[bill].add(line.customer_id)
    for payment in Payment.objects.all():
        sign = 1 if payment.kind == "refund" else -1
        owed[payment.booking_id or payment.customer_id] += sign * payment.amount_cents
    for deposit in Deposit.objects.all():
        owed[deposit.booking_id] -= deposit.captured_cents
    return {person for bill, cents in owed.items() if cents > 0 for person in who[bill]}


def naive_held() -> set[UUID]:
    return {
        *(hold.customer_id for hold in Hold.objects.all() if not hold.released_at),
        *(case.customer_id for case in Case.objects.all() if not case.settled_at),
        *(
            limit.customer_id
            for limit in ProcessingRestriction.objects.all()
            if limit.kind == "restriction" and not limit.lifted_at
        ),
        *naive_debts(),
    }


def naive_due(on: date) -> set[UUID]:
    lives = naive_lives()
    for person in Customer.objects.all():
        if person.pk not in lives:
            lives[person.pk].days.append(day(person.saved_at))
    return {pk for pk, life in lives.items() if life.kept_through() < on}


@pytest.fixture
def played() -> season.Played:
    call_command("sync_roles", verbosity=0)
    return season.play(customers=PEOPLE, seed=11, now=cast.NOW)


def everybody() -> set[UUID]:
    return set(Customer.objects.values_list("pk", flat=True))


def test_the_night_erases_exactly_whom_the_naive_computation_names(
    played: season.Played,
) -> None:
    before, due = everybody(), naive_due(cast.TODAY)
    stays = naive_held() & due
    assert due - stays
    assert stays
    report = retention.apply(on=cast.TODAY, at=cast.NOW, today=cast.TODAY)
    assert report.problems == []
    assert before - everybody() == due - stays
    assert (report.people, report.held) == (len(due - stays), len(stays))


def test_everybody_at_an_edge_of_the_clock_goes_or_stays_as_their_story_says(
    played: season.Played,
) -> None:
    retention.apply(on=cast.TODAY, at=cast.NOW, today=cast.TODAY)
    left = everybody()
    told = {edge.story: edge.goes for edge in played.edges}
    assert {edge.story: edge.person.pk not in left for edge in played.edges} == told


@pytest.mark.parametrize("years", [1, 4, 8])
def test_years_later_a_dry_run_names_as_many_as_the_naive_computation(
    played: season.Played, years: int
) -> None:
    on = date(cast.TODAY.year + years, 1, 1)
    due, held = naive_due(on), naive_held()
    report = retention.apply(on=on, at=cast.NOW, today=cast.TODAY, dry_run=True)
    assert report.problems == []
    assert (report.people, report.held) == (len(due - held), len(due & held))
