"""The nightly job erases exactly who is due, says so, and a dry run leaves nothing changed."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from register import clock
from register.models import (
    AuditEvent,
    Case,
    Customer,
    ErasureReceipt,
    Hold,
    RetentionRun,
)
from register.services import erasure, events, evidence, holds, retention, short_clocks
from register.vault import keys
from tests import cast
from tests.clock.naive import naive_kept_through
from tests.retention import traces
from tests.retention.test_holds import request_of

pytestmark = pytest.mark.django_db

LAST = date(2029, 7, 15)  # last day of somebody whose last event was on cast.TODAY
DUE = LAST + timedelta(days=1)


def apply(on: date = DUE, *, dry_run: bool = False, batch: int = 500) -> retention.Report:
    at = cast.moment(on)
    return retention.apply(on=on, at=at, today=on, dry_run=dry_run, batch=batch)


def prospect(last_event: date = cast.TODAY, **fields: Any) -> Customer:
    """Somebody who wrote once and never booked."""
    person = cast.customer(saved_at=cast.moment(date(2026, 1, 1)), **fields)
    cast.message(person, happened_at=cast.moment(last_event))
    return person


def run(*args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("apply_retention", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_nobody_goes_a_day_early_and_nobody_stays_a_day_late() -> None:
    meri = prospect()
    assert apply(LAST).people == 0
    assert Customer.objects.filter(pk=meri.pk).exists()
    assert apply(DUE).people == 1
    assert not Customer.objects.filter(pk=meri.pk).exists()


def test_only_who_is_due_goes() -> None:
    due = prospect()
    still_kept = prospect(cast.TODAY + timedelta(days=1))
    with_contract = cast.aino()
    cast.booking(with_contract, starts_at=cast.NOW)
    report = apply()
    assert report.people == 1
    assert set(Customer.objects.values_list("pk", flat=True)) == {still_kept.pk, with_contract.pk}
    assert ErasureReceipt.objects.get().customer_id == due.pk


def test_the_events_decide_even_where_the_index_is_wrong() -> None:
    meri = prospect()
    events.refresh([meri.pk])
    cast.message(meri, happened_at=cast.moment(LAST))
    part = retention.Report(on=DUE, dry_run=False)
    retention._people([meri.pk], part, cast.moment(DUE), None)
    assert part.people == 0
    meri.refresh_from_db()
    assert meri.kept_through == date(2032, 7, 15)


def test_a_dry_run_says_the_same_and_leaves_every_row_of_both_databases_as_it_was() -> None:
    told = cast.story()
    Case.objects.filter(pk=told.case.pk).update(state="settled", settled_at=cast.NOW)
    prospect()
    cast.hold(prospect(), reason="police")
    request_of(None, state="closed", closed_at=cast.NOW)
    on = date(2033, 1, 1)
    before = traces.snapshot()
    tried = apply(on, dry_run=True)
    assert traces.snapshot() == before
    done = apply(on)
    assert traces.snapshot() != before
    assert tried.as_json() | {"dry_run": False} == done.as_json()
    assert done.people == 3
    assert done.keys >= 1


def test_a_held_person_stays_and_goes_the_night_after_the_release() -> None:
    meri = prospect()
    placed = cast.hold(meri, reason="police")
    report = apply()
    assert (report.people, report.held, report.complete) == (0, 1, True)
    assert report.held_because == {"police": 1}
    holds.release(hold=placed, at=cast.moment(DUE), by=cast.petra())
    assert apply(DUE + timedelta(days=1)).people == 1


def test_nobody_goes_while_holds_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    prospect()
    with monkeypatch.context() as broken:
        broken.setattr(holds, "FINDERS", (lambda ids: 1 / 0,))
        report = apply()
    assert (report.people, report.held) == (0, 1)
    assert Customer.objects.count() == 1
    assert apply().people == 1


def no_receipt_for(person: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her erasure fails, and will go on failing."""
    real = evidence.write

    def failing(decided: Sequence[erasure.Plan], **options: Any) -> None:
        if person.pk in {plan.customer_id for plan in decided}:
            raise ValueError("Meri Ulappa")
        real(decided, **options)

    monkeypatch.setattr(evidence, "write", failing)


def test_one_persons_trouble_keeps_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = prospect(), prospect(), prospect()
    no_receipt_for(two, monkeypatch)
    report = apply()
    assert report.people == 2
    assert report.problems == [{"where": str(two.pk), "problem": "ValueError"}]
    assert list(Customer.objects.all()) == [two]
    assert RetentionRun.objects.get().state == RetentionRun.State.INCOMPLETE
    assert not keys.exists(one.pk)
    assert not keys.exists(three.pk)


def agreement_of_somebody_else(renter: Customer, signer: Customer) -> None:
    """A slip of the past: the booking is one person's and its agreement another's."""
    booked = cast.booking(renter, starts_at=cast.NOW, state="cancelled", cancelled_at=cast.NOW)
    cast.agreement(booked, customer=signer)


def test_somebody_whom_another_persons_record_needs_stays_and_is_told_of() -> None:
    meri, aino = prospect(), cast.aino()
    agreement_of_somebody_else(meri, aino)
    cast.message(aino, happened_at=cast.moment(date(2030, 1, 1)))
    report = apply(date(2034, 1, 1))
    assert report.problems == [{"where": str(meri.pk), "problem": "still_needed"}]
    assert Customer.objects.count() == 2


def test_two_people_whose_records_need_each_other_go_the_same_night() -> None:
    agreement_of_somebody_else(prospect(), cast.aino())
    report = apply(date(2034, 1, 1))
    assert (report.people, report.problems) == (2, [])


def test_small_parts_do_the_same_as_one_large_part() -> None:
    for _ in range(5):
        prospect()
    cast.hold(prospect(), reason="police")
    assert apply(batch=2, dry_run=True).as_json() == apply(batch=500, dry_run=True).as_json()
    report = apply(batch=2)
    assert (report.people, report.held) == (5, 1)


def test_a_run_is_recorded_with_counts_and_opaque_ids_only() -> None:
    prospect()
    apply()
    [row] = RetentionRun.objects.all()
    assert (row.for_day, row.people, row.held) == (DUE, 1, 0)
    assert row.state == RetentionRun.State.COMPLETE
    assert row.counts == {"register.Customer": 1, "register.Message": 1}
    assert AuditEvent.objects.filter(verb="retention.run", count=1).exists()


def test_a_step_that_fails_is_told_of_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    prospect()
    monkeypatch.setattr(short_clocks, "purge_requests", lambda **_: 1 / 0)
    report = apply()
    assert report.people == 1
    assert report.problems == [{"where": "requests", "problem": "ZeroDivisionError"}]


def test_a_run_that_was_killed_is_called_incomplete_a_day_later() -> None:
    RetentionRun.objects.create(for_day=LAST, started_at=cast.moment(LAST))
    apply(LAST)
    assert RetentionRun.objects.filter(state=RetentionRun.State.RUNNING).count() == 1
    apply(DUE + timedelta(days=1))
    assert not RetentionRun.objects.filter(state=RetentionRun.State.RUNNING).exists()


# -- The command --------------------------------------------------------------------------------


def test_a_day_that_has_not_come_is_refused_without_a_dry_run() -> None:
    prospect()
    before = traces.snapshot()
    with pytest.raises(CommandError, match="has not come yet"):
        run("--on", "2133-01-01")
    assert traces.snapshot() == before
    said, _ = run("--on", "2133-01-01", "--dry-run")
    assert "1 people would be erased (dry run: nothing has changed)" in said
    assert traces.snapshot() == before


@pytest.mark.parametrize("text", ["1.1.2027", "2026-02-30", "tomorrow"])
def test_a_day_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(CommandError, match="2026-12-31"):
        run("--on", text)


def test_the_command_speaks_json_to_machines() -> None:
    old = timezone.now() - timedelta(days=4 * 366)
    meri = cast.customer(saved_at=old)
    cast.message(meri, happened_at=old)
    out, _ = run("--json")
    told = json.loads(out)
    assert (told["people"], told["complete"], told["dry_run"]) == (1, True, False)
    assert told["rows"] == {"register.Customer": 1, "register.Message": 1}
    assert not Customer.objects.exists()


def test_a_database_that_fails_is_told_of_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(**options: Any) -> None:
        raise OperationalError("Key (email)=(meri@ulappa.example) is there")

    monkeypatch.setattr(retention, "apply", failing)
    with pytest.raises(CommandError, match="make room") as failed:
        call_command("apply_retention", stdout=StringIO())
    assert failed.value.returncode == 3
    assert "ulappa" not in str(failed.value)


def test_the_command_fails_when_something_is_left_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    old = timezone.now() - timedelta(days=4 * 366)
    cast.customer(saved_at=old)
    monkeypatch.setattr(evidence, "write", lambda *args, **options: 1 / 0)
    with pytest.raises(CommandError, match="1 left undone"):
        run()
    assert Customer.objects.count() == 1


# -- An independent computation -----------------------------------------------------------------

instants = st.datetimes(
    min_value=datetime(2024, 12, 30),  # noqa: DTZ001 -- hypothesis adds the zone
    max_value=datetime(2027, 1, 2),  # noqa: DTZ001
    timezones=st.just(clock.HELSINKI),
)
stories = st.lists(
    st.tuples(instants, st.sampled_from(["message", "quote", "cancelled", "payment"])),
    min_size=1,
    max_size=5,
)


class NaiveComputation(TestCase):
    databases = "__all__"

    @hypothesis_settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(
        lives=st.lists(stories, min_size=1, max_size=3),
        year_end=st.sampled_from([(12, 31), (4, 30)]),
    )
    def test_exactly_those_go_whom_a_naive_computation_names(
        self, lives: list[list[tuple[datetime, str]]], year_end: tuple[int, int]
    ) -> None:
        people = {live_through(events_): events_ for events_ in lives}
        on = date(2033, 1, 1)
        with self.settings(FINANCIAL_YEAR_END=year_end):
            apply(on)
        expected = {
            pk for pk, events_ in people.items() if naive_kept_through(events_, year_end) >= on
        }
        assert set(Customer.objects.values_list("pk", flat=True)) == expected


def live_through(events_: list[tuple[datetime, str]]) -> Any:
    person = cast.customer(saved_at=cast.moment(date(2020, 1, 1)))
    for at, kind in events_:
        if kind == "message":
            cast.message(person, happened_at=at)
        elif kind == "quote":
            cast.quote(person, requested_at=at)
        elif kind == "payment":
            person.payments.create(method="cash", amount_cents=100, paid_at=at)
        else:
            cast.booking(person, booked_at=at, starts_at=at, state="cancelled", cancelled_at=at)
    return person.pk


def test_holds_are_rows_like_any_other_and_go_with_the_person() -> None:
    meri = prospect()
    cast.hold(meri, released_at=cast.NOW)
    apply()
    assert not Hold.objects.exists()
