"""Whose index columns are behind her events: asked of the database for everybody at once, without
fetching anybody who is not behind.

Two questions. Do last_event_on, last_transaction_on and has_contract say what the events say? And
is kept_through what the clock makes of these? People with the same dates share that answer.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from register import clock, policy
from register.models import Customer
from register.services.facts import greatest, is_instant, places

RANGE = 50_000
"""People a statement: little enough to be aggregated in memory."""

AFTER, THROUGH = "after", "through"
"""Stand in the statement for the ends of a range of ids: after the one, up to the other."""

Alike = tuple[date, bool, date | None, date | None]
"""last_event_on, has_contract, last_transaction_on, erased_on."""
ALIKE = ("last_event_on", "has_contract", "last_transaction_on", "erased_on")


def behind_their_events(size: int = RANGE) -> Iterator[list[UUID]]:
    """People whose events say something else than their index, range by range."""
    connection = connections[router.db_for_write(Customer)]
    sql, params = _statement(connection.alias)
    for after, through in _ranges(size):
        ends = {AFTER: _stored(after, connection), THROUGH: _stored(through, connection)}
        with connection.cursor() as cursor:
            cursor.execute(sql, [ends.get(one, one) for one in params])
            found = [UUID(str(pk)) for (pk,) in cursor.fetchall()]
        if found:
            yield found


def kept_alike() -> Iterator[tuple[Alike, date | None]]:
    """Each set of dates that people share, with the last day until which they are kept. People
    without a last event were found by `behind_their_events` before."""
    people = Customer.objects.filter(last_event_on__isnull=False).order_by()
    for *alike, kept_through in people.values_list(*ALIKE, "kept_through").distinct():
        yield tuple(alike), kept_through


def people_kept_alike(alike: Alike, kept_through: date | None) -> QuerySet[Customer, UUID]:
    """Who shares these dates and this last day."""
    same: dict[str, Any] = dict(zip((*ALIKE, "kept_through"), (*alike, kept_through), strict=True))
    wanted = {f"{name}__isnull" if day is None else name: True if day is None else day
              for name, day in same.items()}  # fmt: skip
    return Customer.objects.filter(**wanted).order_by().values_list("pk", flat=True)


def _ranges(size: int) -> Iterator[tuple[UUID, UUID]]:
    """(after, through): ranges of ids that hold so many people and together everybody."""
    after = UUID(int=0)
    ids = Customer.objects.order_by("pk").values_list("pk", flat=True)
    while (
        last := ids.filter(pk__gt=after)[size - 1 : size].first() or ids.filter(pk__gt=after).last()
    ):
        yield after, last
        after = last


def _stored(pk: UUID, connection: BaseDatabaseWrapper) -> str:
    return str(pk) if connection.vendor == "postgresql" else pk.hex


@cache
def _statement(alias: str) -> tuple[str, list[Any]]:
    """Ids of the people in a range whose index is behind; AFTER and THROUGH stand in the
    parameters for its ends."""
    connection = connections[alias]
    parts, joins = [], []
    params: list[Any] = []
    latest: dict[int, str] = {}
    for number, place in enumerate(place for place in places() if place.events):
        sql, given = place.rows(_RANGE, counted=False).query.get_compiler(alias).as_sql()
        names = [f"c{event}" for event in place.events]
        parts.append(f"t{number} (owner, {', '.join(names)}) AS ({sql})")
        joins.append(f"LEFT JOIN t{number} ON t{number}.owner = p.id")
        latest |= {event: f"t{number}.c{event}" for event in place.events}
        params += [_marks(connection).get(one, one) for one in given]
    sql = (
        f"WITH {', '.join(parts)} SELECT p.id FROM {Customer._meta.db_table} AS p "  # noqa: S608
        f"{' '.join(joins)} WHERE p.id > %s AND p.id <= %s AND ({_differs(latest, connection)})"
    )
    return sql, [*params, AFTER, THROUGH]


_RANGE = {"gt": UUID(int=1), "lte": UUID(int=2)}


def _marks(connection: BaseDatabaseWrapper) -> dict[Any, str]:
    """What the compiled statement has in place of the range's ends."""
    ends = dict(zip(_RANGE.values(), (AFTER, THROUGH), strict=True))
    return {one: mark for pk, mark in ends.items() for one in (pk, _stored(pk, connection))}


def _differs(latest: dict[int, str], connection: BaseDatabaseWrapper) -> str:
    """The index says something else than the events whose latest stand in these columns."""
    money = {n: column for n, column in latest.items() if policy.EVENTS[n].is_transaction}
    contract = [column for n, column in latest.items() if policy.EVENTS[n].makes_contract]
    saved = _day("p.saved_at", connection)
    unlike = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    ever = " OR ".join(f"{column} IS NOT NULL" for column in contract)
    return (
        f"p.last_event_on {unlike} COALESCE({_last_day(latest, connection)}, {saved}) "
        f"OR p.last_transaction_on {unlike} {_last_day(money, connection)} "
        f"OR p.has_contract <> ({ever})"
    )


def _last_day(latest: dict[int, str], connection: BaseDatabaseWrapper) -> str:
    """The latest day of these columns on the wall in Helsinki; null where all are null."""
    instants = [column for n, column in latest.items() if is_instant(policy.EVENTS[n])]
    days = [column for n, column in latest.items() if not is_instant(policy.EVENTS[n])]
    if instants:
        days.append(_day(greatest(instants, connection), connection))
    return greatest(days, connection)


def _day(instant: str, connection: BaseDatabaseWrapper) -> str:
    """The day on the wall in Helsinki at an instant. On SQLite by Django's own function."""
    if connection.vendor == "postgresql":
        return f"({instant} AT TIME ZONE '{clock.HELSINKI.key}')::date"
    return f"django_datetime_cast_date({instant}, 'UTC', '{clock.HELSINKI.key}')"
