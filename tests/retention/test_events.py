"""The person's events decide until when she is kept."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from register import clock
from register.models import Customer
from register.services import events
from tests import cast

VECTORS = json.loads((Path(__file__).parent.parent / "clock" / "vectors.json").read_text())
pytestmark = pytest.mark.django_db


def instant(text: str) -> datetime:
    if "T" in text:
        return datetime.fromisoformat(text)
    return cast.moment(date.fromisoformat(text))


def live(person: Customer, vector: dict[str, Any]) -> None:
    """Make the vector happen: a cancelled booking is a contract without a later date."""
    last = instant(vector["last_event"])
    cast.message(person, happened_at=last)
    if vector["contract"]:
        early = instant(vector.get("last_transaction") or vector["last_event"])
        cast.booking(
            person,
            starts_at=early + timedelta(days=2),
            booked_at=early,
            cancelled_at=early,
            state="cancelled",
        )
    if "last_transaction" in vector:
        booked = person.bookings.get()
        cast.payment(booked, paid_at=instant(vector["last_transaction"]))


@pytest.mark.parametrize("vector", VECTORS["kept_through"], ids=lambda v: str(v["last_event"]))
def test_a_person_with_these_events_is_kept_through_the_day_of_the_notice(
    vector: dict[str, Any], settings: Any
) -> None:
    settings.FINANCIAL_YEAR_END = tuple(vector["year_end"])
    eero = cast.eero()
    live(eero, vector)
    assert events.history(eero).kept_through == date.fromisoformat(vector["kept_through"])
    events.refresh([eero.pk])
    eero.refresh_from_db()
    assert eero.kept_through == date.fromisoformat(vector["kept_through"])
    assert eero.has_contract is vector["contract"]


def test_marketing_a_staff_edit_and_a_withdrawn_consent_are_no_events() -> None:
    eero = cast.eero()
    cast.quote(eero, requested_at=cast.moment(date(2024, 5, 2)))
    before = events.history(eero).last_event
    cast.message(eero, direction="out", topic="marketing", happened_at=cast.NOW)
    cast.message(eero, direction="out", happened_at=cast.NOW)
    cast.consent(eero, action="withdrawn", acted_at=cast.NOW)
    eero.save()
    assert events.history(eero).last_event == before == date(2024, 5, 2)


def test_a_message_from_the_customer_and_a_given_consent_are_events() -> None:
    eero = cast.eero()
    cast.message(eero, happened_at=cast.moment(date(2024, 5, 2)))
    assert events.history(eero).last_event == date(2024, 5, 2)
    cast.consent(eero, acted_at=cast.moment(date(2025, 5, 2)))
    assert events.history(eero).last_event == date(2025, 5, 2)


def test_the_planned_end_of_a_cancelled_booking_is_no_event() -> None:
    eero = cast.eero()
    cast.booking(
        eero,
        booked_at=cast.moment(date(2024, 5, 2)),
        starts_at=cast.moment(date(2025, 1, 2)),
        state="cancelled",
        cancelled_at=cast.moment(date(2024, 5, 3)),
    )
    found = events.history(eero)
    assert found.last_event == date(2024, 5, 3)
    assert found.has_contract


def test_somebody_without_events_counts_from_the_day_she_was_saved() -> None:
    eero = cast.eero(saved_at=cast.moment(date(2024, 2, 29)))
    assert events.history(eero).kept_through == date(2027, 2, 28)


def test_driving_in_somebody_elses_rental_makes_no_contract() -> None:
    eero = cast.eero()
    cast.driver(eero, cast.booking(cast.aino(), starts_at=cast.moment(date(2026, 7, 1))))
    found = events.history(eero)
    assert not found.has_contract
    assert found.kept_through == date(2029, 7, 1)


def test_refreshing_everybody_mends_an_index_that_was_forgotten() -> None:
    eero, aino = cast.eero(), cast.aino()
    cast.message(eero)
    events.refresh([eero.pk, aino.pk])
    cast.message(eero, happened_at=cast.NOW)
    Customer.objects.filter(pk=aino.pk).update(kept_through=None)
    assert events.refresh_all(batch=1) == 2
    assert events.refresh_all(batch=1) == 0
    eero.refresh_from_db()
    assert eero.last_event_on == clock.local_date(cast.NOW)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("last_event_on", date(2020, 1, 1)),
        ("last_transaction_on", date(2020, 1, 1)),
        ("has_contract", True),
        ("kept_through", date(2020, 1, 1)),
        ("kept_through", None),
    ],
)
def test_the_comparison_sees_each_column_that_is_wrong(column: str, wrong: object) -> None:
    eero = cast.eero()
    cast.message(eero, happened_at=cast.moment(date(2026, 7, 1)))
    events.refresh([eero.pk])
    assert events.refresh_all() == 0
    Customer.objects.filter(pk=eero.pk).update(**{column: wrong})
    assert events.refresh_all() == 1
    assert events.refresh_all() == 0


def test_the_comparison_reads_days_as_they_hang_on_the_wall_in_helsinki() -> None:
    eero = cast.eero()
    cast.message(eero, happened_at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    events.refresh([eero.pk])
    eero.refresh_from_db()
    assert eero.last_event_on == date(2027, 1, 1)
    assert events.refresh_all() == 0
