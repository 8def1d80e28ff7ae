"""Two workers, or a worker and a clerk, at the same person at the same moment (PostgreSQL: SQLite
lets in one writer at a time)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections, transaction

from register.models import Customer, ErasureReceipt, Message
from register.services import erasure, retention
from tests import cast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("postgresql" not in connection.vendor, reason="SQLite has one writer"),
]

ON = date(2029, 7, 16)


def prospects(count: int) -> list[Customer]:
    people = [cast.customer(saved_at=cast.moment(date(2026, 1, 1))) for _ in range(count)]
    for person in people:
        cast.message(person, happened_at=cast.NOW)
    return people


def in_threads(*work: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with connections of its own; returns results or errors in order."""
    results: list[Any] = [None] * len(work)

    def go(place: int, what: Callable[[], Any]) -> None:
        try:
            results[place] = what()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=go, args=(n, what)) for n, what in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def night() -> retention.Report:
    return retention.apply(on=ON, at=cast.moment(ON), today=ON)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both workers have taken their people before either decides about them."""
    barrier, real = Barrier(2), retention._decide

    def decide(people: list[UUID], on: date, *, ask: bool) -> Any:
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=3)
        return real(people, on, ask=ask)

    monkeypatch.setattr(retention, "_decide", decide)


@pytest.mark.usefixtures("together")
def test_without_locks_two_workers_erase_the_same_people_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "_lock_free", lambda part: list(part))
    monkeypatch.setattr(erasure, "_require_as_planned", lambda whole, done: None)
    prospects(3)
    in_threads(night, night)
    assert ErasureReceipt.objects.count() > 3


@pytest.mark.usefixtures("together")
def test_even_without_locks_nothing_is_receipted_that_did_not_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "_lock_free", lambda part: list(part))
    prospects(3)
    in_threads(night, night)
    assert ErasureReceipt.objects.count() == 3


def test_the_workers_of_one_night_share_its_parts() -> None:
    everybody = prospects(7)
    seen: list[tuple[int, int]] = []
    told = retention.apply(
        on=ON, at=cast.moment(ON), today=ON, batch=2, workers=3,
        progress=lambda done, due: seen.append((done, due)),
    )  # fmt: skip
    assert (told.people, told.problems, len(everybody)) == (7, [], 7)
    assert (len(seen), seen[-1]) == (4, (7, 7))
    assert ErasureReceipt.objects.filter(state=ErasureReceipt.State.COMPLETE).count() == 7
    assert not Customer.objects.exists()


@pytest.mark.usefixtures("together")
def test_two_workers_share_the_night_and_erase_everybody_once() -> None:
    prospects(3)
    reports = in_threads(night, night)
    assert [report.problems for report in reports] == [[], []]
    assert sum(report.people for report in reports) == 3
    assert ErasureReceipt.objects.count() == 3
    assert not Customer.objects.exists()


def test_nothing_can_be_recorded_for_a_person_who_is_being_erased() -> None:
    [meri] = prospects(1)
    inside, written = Barrier(2), Barrier(2)

    def erase() -> None:
        with transaction.atomic():
            erasure.lock([meri.pk])
            made = erasure.plan(customer=meri, on=ON, ground=erasure.Ground.RETENTION)
            inside.wait(timeout=10)
            with pytest.raises(BrokenBarrierError):  # the clerk waits for the lock
                written.wait(timeout=1)
            erasure.carry_out([made], by=None, at=cast.NOW)

    def write() -> None:
        inside.wait(timeout=10)
        cast.message(meri, body="kesken poiston")
        written.wait(timeout=10)

    erased, wrote = in_threads(erase, write)
    assert erased is None
    assert isinstance(wrote, IntegrityError)
    assert not Message.objects.exists()
