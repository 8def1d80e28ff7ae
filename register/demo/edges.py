"""People at the edge of their clock: the last day in, the first day out, and due but held."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from register.demo import deals, life, people, troubles
from register.demo.diary import Slot, moment
from register.demo.stage import Stage
from register.models import Booking, Case, Customer, Driver, OrderLine, QuoteRequest
from register.services import pricing

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Edge:
    """One person at an edge, and what the night is to do with them."""

    story: str
    person: Customer
    goes: bool


def play(stage: Stage) -> list[Edge]:
    """Everybody at an edge. The stories are for people to read; nothing of them is stored."""
    three_years_ago = stage.today - relativedelta(years=3)
    makers = (_askers, _drivers, _renters, _held, _not_moved)
    found = [edge for make in makers for edge in make(stage, three_years_ago)]
    for days in (2, 3, 9, 20, 33):
        person = asked(stage, three_years_ago - days * DAY)
        found.append(Edge(f"asked three years and {days} days ago", person, goes=True))
    return found


def asked(stage: Stage, on: date, *, hour: int = 14, minute: int = 0) -> Customer:
    """A prospect whose last event is a quote request on that day."""
    at = moment(on, hour, minute)
    of = people.person(stage, at, kind=Customer.Kind.PROSPECT)
    deals.quote(stage, of, at, stage.diary.crafts[0], QuoteRequest.State.LAPSED)
    return of


def rented(stage: Stage, on: date) -> Booking:
    """A renter whose rental ended that day, paid and settled."""
    slot = Slot(stage.diary.crafts[-1], moment(on, 10), moment(on, 13))
    return deals.rented(stage, people.person(stage, slot.starts_at), slot)


def _askers(stage: Stage, three_years_ago: date) -> list[Edge]:
    leap = next(y for y in range(stage.today.year - 4, 0, -1) if y % 4 == 0 and y % 100)
    day_before = three_years_ago - DAY
    return [
        Edge("asked three years ago today", asked(stage, three_years_ago), goes=False),
        Edge("asked three years and a day ago", asked(stage, day_before), goes=True),
        Edge("asked before midnight", asked(stage, day_before, hour=23, minute=59), goes=True),
        Edge("asked after midnight", asked(stage, three_years_ago, hour=0, minute=1), goes=False),
        Edge("asked on a leap day", asked(stage, date(leap, 2, 29)), goes=True),
    ]


def _drivers(stage: Stage, three_years_ago: date) -> list[Edge]:
    return [
        Edge("drove three years ago today", _drove(stage, three_years_ago), goes=False),
        Edge("drove the day before", _drove(stage, three_years_ago - DAY), goes=True),
    ]


def _drove(stage: Stage, on: date) -> Customer:
    """Drove on somebody's booking, which is not there any more."""
    of = people.person(stage, moment(on, 9))
    stage.add(
        Driver, moment(on, 9), customer=of, booking=None, drove_on=on,
        age_group=Driver.AgeGroup.ADULT, briefed_at=moment(on, 9), life_jacket=True,
        kill_switch=True,
    )  # fmt: skip
    return of


def _renters(stage: Stage, three_years_ago: date) -> list[Edge]:
    year = stage.today.year
    past, at_midnight = rented(stage, date(year - 7, 8, 1)), rented(stage, date(year - 7, 8, 2))
    # Half past midnight in Helsinki is still the old year in UTC: the local year decides.
    _fee(stage, at_midnight, moment(date(year - 6, 1, 1), 0, 30))
    new_years_eve = rented(stage, date(year - 7, 12, 31))
    return [
        Edge("rented seven years ago", past.customer, goes=True),
        Edge("paid just after New Year six years ago", at_midnight.customer, goes=False),
        Edge("rented on New Year's Eve seven years ago", new_years_eve.customer, goes=True),
        Edge("rented six years ago", rented(stage, date(year - 6, 1, 2)).customer, goes=False),
    ]


def _fee(stage: Stage, of: Booking, at: datetime) -> None:
    fee = pricing.Line(OrderLine.Kind.VIOLATION, "Jälkilasku", Decimal(1), 5_000)
    deals.pay(stage, of, [deals.line(stage, of, fee, at)], at)


def _held(stage: Stage, three_years_ago: date) -> list[Edge]:
    """Due by the clock, but something stands against it."""
    long_ago = date(stage.today.year - 8, 7, 1)
    damaged, unpaid = rented(stage, long_ago), rented(stage, long_ago + DAY)
    troubles.case(stage, damaged, Case.State.OPEN)
    owed = pricing.Line(OrderLine.Kind.LATE, "Myöhästyminen", Decimal(2), 9_900)
    deals.line(stage, unpaid, owed, unpaid.ends_at)
    kept, restricted = (asked(stage, three_years_ago - 30 * DAY) for _n in range(2))
    troubles.hold(stage, kept, moment(three_years_ago, 10), standing=True)
    limit = troubles.restriction(stage, restricted, moment(three_years_ago, 11))
    limit.lifted_at = limit.told_before_lifting_at = None
    return [
        Edge("has an open damage case", damaged.customer, goes=False),
        Edge("owes a late fee", unpaid.customer, goes=False),
        Edge("is held for the police or an insurer", kept, goes=False),
        Edge("asked to keep it as evidence", restricted, goes=False),
    ]


def _not_moved(stage: Stage, three_years_ago: date) -> list[Edge]:
    """What moves the clock and what does not."""
    long_ago = three_years_ago - 200 * DAY
    reminded, agreed, left = (asked(stage, long_ago) for _n in range(3))
    life.consent(stage, reminded, moment(long_ago, 15), channel="email")
    sent = life.said(
        stage, reminded, stage.now - 40 * DAY, ("Kevään uutiset", "…"), channel="email", out=True
    )
    sent.topic = "marketing"
    life.consent(stage, agreed, stage.now - 300 * DAY, channel="email")
    life.consent(stage, left, moment(long_ago, 15), channel="email")
    life.withdrawal(stage, left, stage.now - 20 * DAY, channel="email")
    life.choice(stage, left, stage.now - 20 * DAY)
    return [
        Edge("was only sent marketing since", reminded, goes=True),
        Edge("gave a consent since", agreed, goes=False),
        Edge("only withdrew a consent since", left, goes=True),
    ]
