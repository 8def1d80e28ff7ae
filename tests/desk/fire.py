"""Many clerks after one slot of one craft, all at the same moment, round after round."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier
from unittest.mock import patch

from django.db import connection, connections

from register.models import Booking, Craft, Customer, Driver, User, guards
from register.services import bookings
from tests import cast

HOUR = timedelta(hours=1)


@dataclass
class Told:
    """What the rounds gave. `winners`: how many got the slot → in how many rounds. `rows`: the
    same, counted in the table. `other`: answers that were neither a booking nor a refusal."""

    winners: Counter[int] = field(default_factory=Counter)
    rows: Counter[int] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)

    @property
    def one_each(self) -> bool:
        return set(self.winners) == set(self.rows) == {1} and not self.other


@contextmanager
def guard_off() -> Iterator[None]:
    """The database's own promise taken away, and given back once the rows keep it again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE register_booking DROP CONSTRAINT {guards.NO_OVERLAP}")
        else:
            for when in ("insert", "update"):
                cursor.execute(f"DROP TRIGGER {guards.NO_OVERLAP}_{when}")
    try:
        yield
    finally:
        Booking.objects.update(state=Booking.State.NO_SHOW)
        guards.install(connection)


@contextmanager
def look_off() -> Iterator[None]:
    """The service does not look whether the craft is taken."""
    with patch.object(bookings, "_ensure_not_taken", lambda *_: None):
        yield


def rounds(*, count: int, clerks: int, first: int = 0) -> Told:
    """`clerks` attempts at once on each of `count` slots. `first`: the hour of the first slot, so
    that a later call takes others."""
    craft, kaisa = cast.craft(), cast.kaisa()
    people = [cast.customer() for _ in range(clerks)]
    told = Told()
    with ThreadPoolExecutor(clerks) as pool:
        for number in range(first, first + count):
            starts_at = cast.NOW + (number + 1) * HOUR
            gate = Barrier(clerks)
            answers = pool.map(
                lambda person, at=starts_at, gate=gate: _try(person, craft, kaisa, at, gate), people
            )
            _count(told, list(answers), craft, starts_at)
        gate = Barrier(clerks)
        list(pool.map(lambda _: _leave(gate), people))
    return told


def _try(person: Customer, craft: Craft, by: User, starts_at: datetime, gate: Barrier) -> str:
    gate.wait()
    try:
        bookings.book(
            customer=person, craft=craft, starts_at=starts_at, ends_at=starts_at + HOUR,
            drivers=[bookings.NewDriver(person, Driver.AgeGroup.ADULT, is_renter=True)],
            by=by, at=cast.NOW,
        )  # fmt: skip
    except bookings.Overlap:
        return "refused"
    except Exception as problem:  # counted and shown: none may happen
        return type(problem).__name__
    return "won"


def _leave(gate: Barrier) -> None:
    gate.wait()  # each thread of the pool comes here once
    connections.close_all()


def _count(told: Told, answers: list[str], craft: Craft, starts_at: datetime) -> None:
    told.winners[answers.count("won")] += 1
    told.rows[Booking.objects.filter(craft=craft, starts_at=starts_at).count()] += 1
    told.other.update(answer for answer in answers if answer not in ("won", "refused"))
