"""Several workers on one mailing at the same moment. PostgreSQL only: SQLite has one writer."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections

from register.models import Mailing
from register.services import events, mailings, sending
from tests import cast

WORKERS, PEOPLE = 4, 6
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
assert connection  # named in the condition above


def started() -> Mailing:
    for _person in range(PEOPLE):
        person = cast.customer()
        cast.consent(person)
        events.refresh([person.pk])
    return mailings.start(mailing=cast.mailing(), by=cast.mauri(), at=cast.NOW)


def at_once(act: Any) -> list[Any]:
    gate = Barrier(WORKERS)

    def work(_number: int) -> Any:
        gate.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(work, range(WORKERS)))


def letters(mailing: Mailing) -> Counter[str]:
    at_once(lambda: sending.send_part(mailing_id=mailing.pk, now=lambda: cast.NOW))
    return Counter(letter.to[0] for letter in mail.outbox)


def test_one_of_several_workers_gets_the_turn() -> None:
    mailing = started()
    turns = at_once(lambda: sending.take_turn(mailing_id=mailing.pk, at=cast.NOW))
    assert sum(turn is not None for turn in turns) == 1


def test_several_workers_send_to_each_once() -> None:
    assert sorted(letters(started()).values()) == [1] * PEOPLE


def test_without_the_claim_they_do_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_claim", lambda *_: True)
    assert max(letters(started()).values()) > 1
