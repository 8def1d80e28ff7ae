"""Random lives lived around the edges of the clock. What each person's life means for the night is
noted while it is made up, from the notice's own words, without looking into the database and
without sharing any code with the engine; then the night must erase exactly those people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from register.models import Booking, Craft, Customer, Driver, OrderLine, Payment
from register.services import audit, retention
from tests import cast

pytestmark = pytest.mark.django_db

PEOPLE = 60
HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTES_OF_DAY = (1, 119, 121, 12 * 60, 23 * 60 + 59)
"""Just after midnight, on both sides of 2 a.m. (midnight UTC in winter), noon, before midnight."""


@dataclass
class Life:
    """One person, and what the notice says of her."""

    person: Customer
    events: list[date] = field(default_factory=list)
    transactions: list[date] = field(default_factory=list)
    has_contract: bool = False
    held: bool = False

    def kept_through(self, year_end: tuple[int, int]) -> date:
        last = max(self.events)
        if not self.has_contract:
            return _three_years_on(last)
        notice = last.year + 6
        accounts = _year_of_books(max(self.transactions, default=last), year_end) + 6
        return date(max(notice, accounts), 12, 31)


def _three_years_on(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year + 3, 2, 28)
    return date(day.year + 3, day.month, day.day)


def _year_of_books(day: date, year_end: tuple[int, int]) -> int:
    """The calendar year in which the financial year of that day ended."""
    return day.year if (day.month, day.day) <= year_end else day.year + 1


# == What can happen to a person =================================================================


def asks_a_price(life: Life, at: datetime) -> None:
    cast.quote(life.person, requested_at=at)
    life.events.append(at.date())


def writes(life: Life, at: datetime) -> None:
    cast.message(life.person, happened_at=at)
    life.events.append(at.date())


def gives_feedback(life: Life, at: datetime) -> None:
    cast.feedback(life.person, given_at=at)
    life.events.append(at.date())


def consents(life: Life, at: datetime) -> None:
    cast.consent(life.person, acted_at=at)
    life.events.append(at.date())


def drives(life: Life, at: datetime) -> None:
    """At the helm of a booking that is gone already."""
    Driver.objects.create(customer=life.person, drove_on=at.date(), age_group="adult")
    life.events.append(at.date())


def books(life: Life, at: datetime) -> None:
    """Booked two days before; nobody came, and the time ran out at that moment."""
    _booking(life, at, state=Booking.State.NO_SHOW)
    life.events.append(at.date())


def cancels(life: Life, at: datetime) -> None:
    """The time booked lies ahead, but the cancelling is the last thing that happened."""
    _booking(life, at + 30 * DAY, at - DAY, state=Booking.State.CANCELLED, cancelled_at=at)
    life.events.append(at.date())


def rents(life: Life, at: datetime) -> None:
    booking = _booking(life, at, state=Booking.State.RETURNED)
    cast.rental(booking, returned_at=at)
    cast.agreement(booking)
    life.events.append(at.date())


def pays(life: Life, at: datetime) -> None:
    booking = _booking(life, at - 9 * DAY, state=Booking.State.RETURNED)
    cast.payment(booking, paid_at=at)
    life.events.append(at.date())
    life.transactions.append(at.date())


def buys(life: Life, at: datetime) -> None:
    """A gift card, bought and paid without any booking: no contract to rent."""
    on = {"customer": life.person, "booking": None}
    OrderLine.objects.create(
        **on, kind="gift_card", description="Lahjakortti", unit_price_cents=5_000,
        ordered_on=at.date(),
    )  # fmt: skip
    Payment.objects.create(**on, method="card", amount_cents=5_000, paid_at=at)
    life.events.append(at.date())
    life.transactions.append(at.date())


def damages(life: Life, at: datetime) -> None:
    cast.case(life.person, state="settled", occurred_at=at - 3 * DAY, settled_at=at)
    life.events.append(at.date())


def _booking(
    life: Life, ends_at: datetime, booked_at: datetime | None = None, **fields: Any
) -> Any:
    life.has_contract = True
    return cast.booking(
        life.person, craft=_craft(), booked_at=booked_at or ends_at - 2 * DAY,
        starts_at=ends_at - 4 * HOUR, ends_at=ends_at, **fields,
    )  # fmt: skip


def _craft() -> Craft:
    return Craft.objects.first() or cast.craft()


# == What moves nothing ===========================================================================


def is_sent_marketing(life: Life, at: datetime) -> None:
    cast.message(life.person, direction="out", topic="marketing", happened_at=at)


def is_written_to(life: Life, at: datetime) -> None:
    cast.message(life.person, direction="out", happened_at=at)


def withdraws(life: Life, at: datetime) -> None:
    cast.consent(life.person, action="withdrawn", acted_at=at)


def is_edited(life: Life, at: datetime) -> None:
    life.person.phone = "+358480999999"
    life.person.saved_at = life.person.contact_checked_at = at
    life.person.save()


def is_looked_up(life: Life, at: datetime) -> None:
    audit.record(verb="seen", at=at, object=life.person)


def is_disclosed(life: Life, at: datetime) -> None:
    cast.disclosure(life.person, disclosed_at=at)


def was_held_once(life: Life, at: datetime) -> None:
    cast.hold(life.person, placed_at=at - DAY, released_at=at)


# == What keeps a person ==========================================================================


def is_held(life: Life, at: datetime) -> None:
    cast.hold(life.person, placed_at=at)
    life.held = True


def disputes(life: Life, at: datetime) -> None:
    cast.case(life.person, state="objected", occurred_at=at, objected_at=at)
    life.events.append(at.date())
    life.held = True


def wants_evidence_kept(life: Life, at: datetime) -> None:
    cast.restriction(life.person, ground="needed_for_claim", starts_at=at)
    life.held = True


def owes(life: Life, at: datetime) -> None:
    booking = _booking(life, at, state=Booking.State.RETURNED)
    cast.line(booking, ordered_on=at.date())
    life.events.append(at.date())
    life.transactions.append(at.date())
    life.held = True


Deed = Callable[[Life, datetime], None]
EVENTS: tuple[Deed, ...] = (
    asks_a_price, writes, gives_feedback, consents, drives, books, cancels, rents, pays, buys,
    damages,
)  # fmt: skip
NO_EVENTS: tuple[Deed, ...] = (
    is_sent_marketing, is_written_to, withdraws, is_edited, is_looked_up, is_disclosed,
    was_held_once,
)  # fmt: skip
KEEPERS: tuple[Deed, ...] = (is_held, disputes, wants_evidence_kept, owes)


# == The lives and the night ======================================================================


def near(rng: Random, edges: list[date]) -> datetime:
    """An instant within two days of one of the edges, often right at midnight."""
    day = rng.choice(edges) + rng.randint(-2, 2) * DAY
    minutes = rng.choice(MINUTES_OF_DAY)
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=HELSINKI)


def edges_of(night: date, year_end: tuple[int, int]) -> list[date]:
    """Days whose events end, or do not quite end, the night before."""
    month, day = year_end
    three_years = [night - timedelta(days=3 * 365 + n) for n in (0, 1, 2)]
    six_years = [date(night.year - n, *new_year) for n in (6, 7) for new_year in ((1, 1), (12, 30))]
    books_closed = [date(night.year - n, month, day) for n in (6, 7, 8)]
    return [*three_years, *six_years, *books_closed]


def live(rng: Random, night: date, year_end: tuple[int, int]) -> Life:
    life = Life(cast.customer())
    edges = edges_of(night, year_end)
    for deed in rng.sample(EVENTS, rng.choice((1, 1, 2, 3))):
        deed(life, near(rng, edges))
    for deed in rng.sample(NO_EVENTS, rng.choice((0, 1, 2))):
        deed(life, datetime(night.year, night.month, night.day, 1, tzinfo=HELSINKI) - 20 * DAY)
    if rng.random() < 0.2:
        rng.choice(KEEPERS)(life, near(rng, edges))
    return life


@pytest.mark.parametrize("year_end", [(12, 31), (4, 30)], ids=["books to 31.12.", "to 30.4."])
@pytest.mark.parametrize(
    "night", [date(2026, 7, 15), date(2027, 1, 1), date(2027, 2, 28), date(2027, 3, 1)], ids=str
)
def test_the_night_erases_exactly_whom_the_notice_names(
    night: date, year_end: tuple[int, int], settings: Settings
) -> None:
    settings.FINANCIAL_YEAR_END = year_end
    rng = Random(f"{night}{year_end}")
    lives = [live(rng, night, year_end) for _n in range(PEOPLE)]
    due = {life.person.pk for life in lives if life.kept_through(year_end) < night}
    held = {life.person.pk for life in lives if life.held}
    assert due & held
    assert due - held
    assert len(due) < PEOPLE, "a night that erases everybody proves nothing"

    noon = datetime(night.year, night.month, night.day, 12, tzinfo=HELSINKI)
    report = retention.apply(on=night, at=noon, today=night)

    everybody = {life.person.pk for life in lives}
    left = set(Customer.objects.filter(pk__in=everybody).values_list("pk", flat=True))
    assert everybody - left == due - held
    assert report.problems == []
