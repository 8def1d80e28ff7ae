"""The retention clock, as the notice and the Accounting Act set it."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from register import clock

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())["kept_through"]
YEAR_ENDS = [(12, 31), (4, 30), (2, 29), (2, 28), (1, 1), (6, 30)]

days = st.dates(min_value=date(1926, 1, 1), max_value=date(2126, 12, 31))
year_ends = st.sampled_from(YEAR_ENDS)


def day_of(text: str) -> date:
    if "T" in text:
        return clock.local_date(datetime.fromisoformat(text))
    return date.fromisoformat(text)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['last_event']}-{v['year_end']}")
def test_a_person_is_kept_through_the_day_that_the_notice_gives(vector: dict[str, Any]) -> None:
    transaction = vector.get("last_transaction")
    assert clock.kept_through(
        last_event=day_of(vector["last_event"]),
        has_contract=vector["contract"],
        last_transaction=day_of(transaction) if transaction else None,
        financial_year_end=tuple(vector["year_end"]),
    ) == date.fromisoformat(vector["kept_through"])


@given(first=days, second=days, contract=st.booleans(), year_end=year_ends)
@example(date(2024, 2, 28), date(2024, 2, 29), False, (12, 31))
def test_a_later_event_never_shortens_the_time(
    first: date, second: date, contract: bool, year_end: tuple[int, int]
) -> None:
    earlier, later = sorted((first, second))

    def kept(last: date) -> date:
        return clock.kept_through(
            last_event=last, has_contract=contract, financial_year_end=year_end
        )

    assert kept(earlier) <= kept(later)


@given(event=days, first=days, second=days, year_end=year_ends)
def test_a_later_transaction_never_shortens_the_time(
    event: date, first: date, second: date, year_end: tuple[int, int]
) -> None:
    earlier, later = sorted((first, second))

    def kept(transaction: date) -> date:
        return clock.kept_through(
            last_event=event,
            has_contract=True,
            last_transaction=transaction,
            financial_year_end=year_end,
        )

    assert kept(earlier) <= kept(later)


@given(event=days, back=st.integers(0, 3000), year_end=year_ends)
def test_a_contract_is_never_kept_shorter_than_the_notice_or_the_accounts_ask(
    event: date, back: int, year_end: tuple[int, int]
) -> None:
    transaction = event - timedelta(days=back)
    kept = clock.kept_through(
        last_event=event,
        has_contract=True,
        last_transaction=transaction,
        financial_year_end=year_end,
    )
    ended = clock.financial_year_end_of(transaction, year_end)
    assert kept == max(date(event.year + 6, 12, 31), date(ended.year + 6, 12, 31))


@given(event=days, year_end=year_ends)
def test_a_contract_never_keeps_a_person_for_less_than_no_contract(
    event: date, year_end: tuple[int, int]
) -> None:
    assert clock.kept_through(
        last_event=event, has_contract=True, financial_year_end=year_end
    ) > clock.kept_through(last_event=event, has_contract=False)


@given(event=days)
def test_without_a_contract_it_is_three_years_to_the_day_or_the_28th_of_february(
    event: date,
) -> None:
    kept = clock.kept_through(last_event=event, has_contract=False)
    day = 28 if (event.month, event.day) == (2, 29) else event.day
    assert (kept.year, kept.month, kept.day) == (event.year + 3, event.month, day)


@given(event=days)
def test_data_goes_on_the_day_after_its_last_day(event: date) -> None:
    kept = clock.kept_through(last_event=event, has_contract=True)
    assert (clock.purge_on(kept).month, clock.purge_on(kept).day) == (1, 1)
    assert clock.purge_on(kept) - kept == timedelta(days=1)


@given(day=days, year_end=year_ends)
def test_a_financial_year_ends_on_or_after_each_of_its_days_and_within_a_year(
    day: date, year_end: tuple[int, int]
) -> None:
    ended = clock.financial_year_end_of(day, year_end)
    assert timedelta(0) <= ended - day <= timedelta(days=365)
    assert clock.financial_year_end_of(ended, year_end) == ended
    assert clock.financial_year_end_of(ended + timedelta(days=1), year_end) > ended


@pytest.mark.parametrize(
    ("day", "ended"),
    [
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2025, 2, 28)),
        (date(2025, 2, 28), date(2025, 2, 28)),
        (date(2027, 6, 1), date(2028, 2, 29)),
    ],
)
def test_a_year_that_ends_on_29_february_ends_on_the_last_day_of_february(
    day: date, ended: date
) -> None:
    assert clock.financial_year_end_of(day, (2, 29)) == ended


@pytest.mark.parametrize("year_end", [(2, 30), (4, 31), (13, 1), (0, 1), (12, 0)])
def test_a_financial_year_end_that_no_year_has_is_refused(year_end: tuple[int, int]) -> None:
    with pytest.raises(ValueError):
        clock.financial_year_end_of(date(2026, 1, 1), year_end)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-01-01T21:59:59+00:00", "2026-01-01"),
        ("2026-01-01T22:00:00+00:00", "2026-01-02"),
        ("2026-07-01T20:59:59+00:00", "2026-07-01"),
        ("2026-07-01T21:00:00+00:00", "2026-07-02"),
        # Summer time began on 29 March 2026 at 01:00 UTC and ended on 25 October.
        ("2026-03-28T22:00:00+00:00", "2026-03-29"),
        ("2026-03-29T20:59:59+00:00", "2026-03-29"),
        ("2026-03-29T21:00:00+00:00", "2026-03-30"),
        ("2026-10-24T21:00:00+00:00", "2026-10-25"),
        ("2026-10-25T21:59:59+00:00", "2026-10-25"),
        ("2026-10-25T22:00:00+00:00", "2026-10-26"),
        ("2024-02-28T22:00:00+00:00", "2024-02-29"),
        ("2026-12-31T12:00:00-10:30", "2027-01-01"),
    ],
)
def test_an_instant_belongs_to_the_day_on_the_wall_in_helsinki(instant: str, day: str) -> None:
    assert clock.local_date(datetime.fromisoformat(instant)) == date.fromisoformat(day)


@given(
    instant=st.datetimes(
        min_value=datetime(1926, 1, 2),  # noqa: DTZ001 -- hypothesis adds the zone
        max_value=datetime(2126, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    hours=st.integers(-12, 14),
)
def test_the_day_in_helsinki_does_not_depend_on_how_the_instant_is_written(
    instant: datetime, hours: int
) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert clock.local_date(elsewhere) == clock.local_date(instant)
    assert timedelta(0) <= clock.local_date(instant) - instant.date() <= timedelta(days=1)


def test_a_naive_datetime_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.local_date(datetime(2026, 1, 1))  # noqa: DTZ001 -- the very mistake


@pytest.mark.parametrize(
    ("settled", "days_kept", "gone"),
    [
        (date(2026, 7, 1), 30, date(2026, 7, 31)),
        (date(2024, 1, 30), 30, date(2024, 2, 29)),
        (date(2026, 7, 1), 0, date(2026, 7, 1)),
    ],
)
def test_a_card_number_goes_so_many_days_after_the_rental_is_settled(
    settled: date, days_kept: int, gone: date
) -> None:
    assert clock.card_destroy_on(settled_on=settled, days=days_kept) == gone


def test_a_card_number_cannot_go_before_the_rental_is_settled() -> None:
    with pytest.raises(ValueError, match="negative"):
        clock.card_destroy_on(settled_on=date(2026, 7, 1), days=-1)


def test_a_request_file_is_kept_three_years_from_closing() -> None:
    assert clock.request_file_kept_through(date(2024, 2, 29)) == date(2027, 2, 28)
