"""Deadlines of requests, as GDPR art. 12(3) and Regulation 1182/71 set them."""

import json
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from hypothesis import example, given
from hypothesis import strategies as st

from requests_app import deadlines

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
HELSINKI = ZoneInfo("Europe/Helsinki")
TWO_CENTURIES = range(1926, 2127)

days = st.dates(min_value=date(1926, 1, 1), max_value=date(2126, 12, 31))


def public_holidays_by_hand(year: int) -> set[date]:
    """The thirteen holidays written out, movable church days of 1973-1990 included."""
    first = easter(year)
    on_saturdays = 1973 <= year <= 1990
    found = {
        date(year, 1, 1),
        weekday_from(date(year, 1, 6), 5) if on_saturdays else date(year, 1, 6),
        first - timedelta(days=2),
        first,
        first + timedelta(days=1),
        first + timedelta(days=34 if on_saturdays else 39),
        first + timedelta(days=49),
        weekday_from(date(year, 6, 20), 5) if year >= 1955 else date(year, 6, 24),
        weekday_from(date(year, 10, 31), 5) if year >= 1955 else date(year, 11, 1),
        date(year, 12, 6),
        date(year, 12, 25),
        date(year, 12, 26),
    }
    return found | ({date(year, 5, 1)} if year >= 1944 else set())


def weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def month_later(received: date, months: int) -> date:
    year, month = divmod(received.year * 12 + received.month - 1 + months, 12)
    return date(year, month + 1, min(received.day, monthrange(year, month + 1)[1]))


@pytest.mark.parametrize("vector", VECTORS["due"], ids=lambda v: v["note"])
def test_a_request_is_answered_by_the_day_that_the_regulation_gives(
    vector: dict[str, str],
) -> None:
    received = date.fromisoformat(vector["received"])
    assert deadlines.target(received) == date.fromisoformat(vector["target"])
    assert deadlines.due(received) == date.fromisoformat(vector["due"])


@pytest.mark.parametrize("vector", VECTORS["extended_due"], ids=lambda v: v["note"])
def test_an_extension_is_three_months_from_receipt(vector: dict[str, str]) -> None:
    received = date.fromisoformat(vector["received"])
    assert deadlines.extended_target(received) == date.fromisoformat(vector["target"])
    assert deadlines.extended_due(received) == date.fromisoformat(vector["due"])


@pytest.mark.parametrize("year", TWO_CENTURIES)
def test_public_holidays_are_those_of_the_law_without_the_eves(year: int) -> None:
    assert deadlines.public_holidays(year) == public_holidays_by_hand(year)


@given(received=days)
@example(date(2024, 1, 31))
@example(date(2025, 12, 31))
def test_the_target_is_a_calendar_month_on(received: date) -> None:
    assert deadlines.target(received) == month_later(received, 1)
    assert deadlines.extended_target(received) == month_later(received, 3)


@given(received=days)
def test_the_last_day_is_the_first_working_day_from_the_target(received: date) -> None:
    for target, last in (
        (deadlines.target(received), deadlines.due(received)),
        (deadlines.extended_target(received), deadlines.extended_due(received)),
    ):
        skipped = [target + timedelta(days=n) for n in range((last - target).days)]
        assert target <= last <= target + timedelta(days=5)
        assert deadlines.is_working_day(last)
        assert not any(deadlines.is_working_day(day) for day in skipped)


@given(first=days, second=days)
def test_a_later_receipt_never_gives_an_earlier_last_day(first: date, second: date) -> None:
    earlier, later = sorted((first, second))
    assert deadlines.target(earlier) <= deadlines.target(later)
    assert deadlines.due(earlier) <= deadlines.due(later)
    assert deadlines.extended_due(earlier) <= deadlines.extended_due(later)


@given(received=days)
def test_an_extension_is_told_before_the_first_month_is_over(received: date) -> None:
    assert deadlines.must_notify_extension_by(received) == deadlines.due(received)
    assert deadlines.must_notify_extension_by(received) < deadlines.extended_target(received)


@given(day=days)
def test_saturdays_sundays_and_holidays_are_no_working_days(day: date) -> None:
    off = day.weekday() >= 5 or day in public_holidays_by_hand(day.year)
    assert deadlines.is_working_day(day) is not off


@pytest.mark.parametrize(
    "aware_at",
    [
        datetime(2026, 3, 27, 12, 0, tzinfo=HELSINKI),  # a weekend and the start of summer time
        datetime(2026, 10, 23, 12, 0, tzinfo=HELSINKI),  # a weekend and its end
        datetime(2026, 12, 24, 23, 59, tzinfo=UTC),
    ],
)
def test_a_breach_is_told_within_72_real_hours(aware_at: datetime) -> None:
    last = deadlines.breach_notice_due(aware_at)
    assert last.timestamp() - aware_at.timestamp() == 72 * 3600
    assert last.tzinfo is UTC


def test_a_breach_needs_an_instant_with_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        deadlines.breach_notice_due(datetime(2026, 1, 1))  # noqa: DTZ001 -- the very mistake
