"""Several clerks at the same moment. PostgreSQL only: SQLite lets one writer in at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from register.models import Agreement, Booking, Driver
from register.services import bookings, contracts
from tests import cast

CLERKS = 6
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
assert connection  # named in the condition above


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What the act gave to each clerk, or the exception it raised; all begin together."""
    gate = Barrier(CLERKS)

    def work(number: int) -> Any:
        gate.wait()
        try:
            return act(number)
        except bookings.Overlap as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLERKS) as clerks:
        return list(clerks.map(work, range(CLERKS)))


def everybody_books_the_same() -> list[Any]:
    craft, kaisa = cast.craft(), cast.kaisa()
    people = [cast.customer() for _ in range(CLERKS)]

    def book(number: int) -> Booking:
        return bookings.book(
            customer=people[number], craft=craft, by=kaisa, at=cast.NOW,
            starts_at=cast.NOW + timedelta(hours=1), ends_at=cast.NOW + timedelta(hours=2),
            drivers=[bookings.NewDriver(people[number], Driver.AgeGroup.ADULT, is_renter=True)],
        )  # fmt: skip

    return at_once(book)


def test_of_several_clerks_who_book_the_same_craft_one_gets_it() -> None:
    answers = everybody_books_the_same()
    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert Booking.objects.count() == 1
    assert all("varaus" in str(a) for a in answers if not isinstance(a, Booking))


def test_with_the_look_left_out_they_do_collide_and_the_database_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bookings, "_ensure_not_taken", lambda *_: None)
    answers = everybody_books_the_same()
    assert Booking.objects.count() == 1
    assert "Joku muu ehti juuri varata" in str([str(answer) for answer in answers])


def test_agreements_made_at_the_same_moment_have_consecutive_numbers() -> None:
    rows = [cast.booking(cast.customer()) for _ in range(CLERKS)]
    for row in rows:
        cast.driver(row.customer, row)
    kaisa = cast.kaisa()
    at_once(lambda i: contracts.make(booking=rows[i], language="fi", by=kaisa, at=cast.NOW))
    numbers = sorted(int(n[-4:]) for n in Agreement.objects.values_list("number", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + CLERKS))
