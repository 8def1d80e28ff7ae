"""What the register holds of many people, in one statement, a row a person: how many rows in which
table, and the latest of each kind of event. Counted and read in the database, so that a night
needs neither a query per table nor a row per event.

The statements are put together once, from the models and the policy.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, DateTimeField, Max, Model, Q, QuerySet

from register import clock, policy
from register.declare import Event
from register.models import Customer
from register.models.lookups import ASKED, Ids, among, asked_once
from register.services.person_tables import Table, tables

NAMED = "-"
"""Before a table whose rows name a person and do not belong to her."""
PERSON = "register.Customer"


class Latest(NamedTuple):
    """One person. `latest`: per event of policy.EVENTS, a date or an instant, None where there is
    none."""

    customer_id: UUID
    saved_at: datetime
    erased_on: date | None
    latest: tuple[date | datetime | None, ...]


class Standing(NamedTuple):
    """One person, summed up: all that the end of her time depends on. `rows`: how many rows she
    has where, as `counts_of` reads it; days are local to Helsinki."""

    customer_id: UUID
    rows: str
    last_event: date
    has_contract: bool
    last_transaction: date | None
    erased_on: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """A table and the look-up from its rows to a person: she owns them, or is named in them."""

    table: Table
    path: str
    owned: bool

    @property
    def events(self) -> tuple[int, ...]:
        """Numbers of the events that are read here."""
        if not self.owned or self.path != "customer":
            return ()
        return tuple(n for n, event in enumerate(policy.EVENTS) if event.table == self.table.label)

    def rows(self, who: Mapping[str, object], *, counted: bool) -> QuerySet[Model, Any]:
        """Per person: her rows, if they are counted, and the latest of each event. `who`: the
        condition on the person's id, look-up → value."""
        found = {f"e{n}": Max(policy.EVENTS[n].when, filter=_only(policy.EVENTS[n]))
                 for n in self.events}  # fmt: skip
        numbers = {"n": Count("pk")} if counted else {}
        theirs = {f"{self.path}__{look_up}": value for look_up, value in who.items()}
        rows: Any = self.table.rows().filter(**theirs)
        grouped = rows.values(self.path).annotate(**numbers, **found)
        asked: QuerySet[Model, Any] = grouped.values_list(self.path, *numbers, *found)
        return asked


def _only(event: Event) -> Q | None:
    return Q(**event.only) if event.only else None


@cache
def places() -> tuple[Place, ...]:
    """Where rows of people are, children before parents, each owner's key by itself."""
    return tuple(
        Place(table, path, owned)
        for table in tables()
        for paths, owned in ((table.owners, True), (table.links, False))
        for path in paths
    )


@lru_cache(maxsize=16_384)
def counts_of(rows: str) -> Mapping[str, int]:
    """Rows per table, her own included, of a person's `Standing.rows`. Rows that only name her
    are counted with a dash before their table."""
    counts = Counter({PERSON: 1})
    for part in rows.split(",") if rows else ():
        number, _, count = part.partition(":")
        place = places()[int(number)]
        counts[place.table.label if place.owned else NAMED + place.table.label] += int(count)
    return counts


# -- Each event's latest ------------------------------------------------------------------------


class _Statement(NamedTuple):
    """`numbers`: of each of a row's columns from the fourth on, the event that it is about."""

    sql: str
    params: list[Any]
    numbers: list[int]


def read(people: Ids) -> Iterator[Latest]:
    """The latest events of each of these people who exists."""
    connection = connections[router.db_for_read(Customer)]
    statement = _statement(connection.alias)
    rows = _fetched(connection, statement.sql, statement.params, people)
    if connection.vendor == "sqlite":
        rows = [_typed(row, statement.numbers) for row in rows]
    where = {number: n for n, number in enumerate(statement.numbers)}
    order = [where[number] for number in range(len(policy.EVENTS))]
    for person, saved_at, erased_on, *rest in rows:
        yield Latest(person, saved_at, erased_on, tuple(rest[n] for n in order))


def _fetched(
    connection: BaseDatabaseWrapper, sql: str, params: list[Any], people: Ids
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [people.written_for(connection), *params])
        return list(cursor.fetchall())


@cache
def _statement(alias: str) -> _Statement:
    connection = connections[alias]
    parts, joins, columns = [], [], ["p.id", "p.saved_at", "p.erased_on"]
    params: list[Any] = []
    numbers: list[int] = []
    for number, place in enumerate(p for p in places() if p.events):
        sql, given = place.rows({"among": ASKED}, counted=False).query.get_compiler(alias).as_sql()
        names = [f"c{column}" for column in range(len(place.events))]
        parts.append(f"t{number} (owner, {', '.join(names)}) AS ({sql})")
        joins.append(f"LEFT JOIN t{number} ON t{number}.owner = p.id")
        columns += [f"t{number}.{name}" for name in names]
        params += given
        numbers += place.events
    sql = (
        f"WITH {asked_once(connection)}, {', '.join(parts)} SELECT {', '.join(columns)} "  # noqa: S608
        f"FROM {_people(connection)} {' '.join(joins)}"
    )
    return _Statement(sql, params, numbers)


def _people(connection: BaseDatabaseWrapper) -> str:
    theirs = among("id", connection, asked_once=True)
    return f"(SELECT * FROM {Customer._meta.db_table} WHERE {theirs}) AS p"  # noqa: S608


# -- Summed up ----------------------------------------------------------------------------------


def standing(people: Ids) -> Iterator[Standing]:
    """How each of these people who exists stands, counted."""
    connection = connections[router.db_for_read(Customer)]
    sql, params = _summing(connection.alias)
    rows = _fetched(connection, sql, params, people)
    read = Standing._make if connection.vendor == "postgresql" else _standing
    return map(read, rows)


SUMMED = ("instant", "day", "paid_instant", "paid_day", "contract")
"""Of a place: the latest event, and the latest that the accounts rest on, each as an instant and as
a day; and whether one of them makes a contract."""


@cache
def _summing(alias: str) -> tuple[str, list[Any]]:
    """A row of each person and place, and these gathered by person: to join as many tables as
    there are places would take longer to plan than to do."""
    connection = connections[alias]
    parts, branches = [], []
    params: list[Any] = []
    for number, place in enumerate(places()):
        sql, given = place.rows({"among": ASKED}, counted=True).query.get_compiler(alias).as_sql()
        columns = {event: f"c{event}" for event in place.events}
        parts.append(f"t{number} ({', '.join(('owner', 'n', *columns.values()))}) AS ({sql})")
        summed = _summed(columns, connection)
        branches.append(f"SELECT owner, '{number}:' || n, {', '.join(summed)} FROM t{number}")  # noqa: S608
        params += given
    sql = (
        f"WITH {asked_once(connection)}, {', '.join(parts)}, "  # noqa: S608 - our own names
        f"u (owner, held, {', '.join(SUMMED)}) AS ({' UNION ALL '.join(branches)}), "
        f"s AS ({_GATHERED[connection.vendor]}) "
        f"SELECT {_CONCLUDED[connection.vendor]} FROM {_people(connection)} "
        "LEFT JOIN s ON s.owner = p.id"
    )
    return sql, params


def _summed(columns: Mapping[int, str], connection: BaseDatabaseWrapper) -> Iterator[str]:
    """The columns SUMMED of a place."""
    paid = {n: column for n, column in columns.items() if policy.EVENTS[n].is_transaction}
    contract = [column for n, column in columns.items() if policy.EVENTS[n].makes_contract]
    for some in (columns, paid):
        instants = [column for n, column in some.items() if is_instant(policy.EVENTS[n])]
        days = [column for n, column in some.items() if not is_instant(policy.EVENTS[n])]
        yield greatest(instants, connection) if instants else _NULL[connection.vendor, "instant"]
        yield greatest(days, connection) if days else _NULL[connection.vendor, "day"]
    yield (
        f"({' OR '.join(f'{column} IS NOT NULL' for column in contract)})" if contract else "FALSE"
    )


def greatest(columns: list[str], connection: BaseDatabaseWrapper) -> str:
    """The latest of these columns that is not null; SQLite's max() of several is null where one
    of them is."""
    if connection.vendor == "postgresql":
        return f"GREATEST({', '.join(columns)})"
    known = ", ".join(f"COALESCE({column}, '')" for column in columns)
    return f"NULLIF(max('', {known}), '')"


_NULL = {
    ("postgresql", "instant"): "NULL::timestamptz",
    ("postgresql", "day"): "NULL::date",
    ("sqlite", "instant"): "NULL",
    ("sqlite", "day"): "NULL",
}
_WALL = f"AT TIME ZONE '{clock.HELSINKI.key}')::date"
_GATHERED = {
    "postgresql": "SELECT owner, string_agg(held, ',') AS held, "  # noqa: S608
    f"GREATEST((MAX(instant) {_WALL}, MAX(day)) AS day, "
    f"GREATEST((MAX(paid_instant) {_WALL}, MAX(paid_day)) AS paid, bool_or(contract) AS contract "
    "FROM u GROUP BY owner",
    "sqlite": "SELECT owner, group_concat(held, ',') AS held, MAX(instant) AS instant, "
    "MAX(day) AS day, MAX(paid_instant) AS paid_instant, MAX(paid_day) AS paid_day, "
    "MAX(contract) AS contract FROM u GROUP BY owner",
}
_CONCLUDED = {
    "postgresql": f"p.id, COALESCE(s.held, ''), COALESCE(s.day, (p.saved_at {_WALL}), "
    "COALESCE(s.contract, FALSE), s.paid, p.erased_on",
    "sqlite": "p.id, COALESCE(s.held, ''), p.saved_at, s.instant, s.day, s.contract, "
    "s.paid_instant, s.paid_day, p.erased_on",
}


# -- SQLite keeps ids, dates and instants as text -----------------------------------------------


def _standing(row: tuple[Any, ...]) -> Standing:
    person, held, saved_at, instant, day, contract, paid_instant, paid_day, erased_on = row
    return Standing(
        UUID(str(person)),
        held,
        _later(instant, day) or clock.local_date(_instant(saved_at)),
        bool(contract),
        _later(paid_instant, paid_day),
        _day(erased_on) if erased_on else None,
    )


def _later(instant: Any, day: Any) -> date | None:
    days = [clock.local_date(_instant(instant))] if instant else []
    return max([*days, *([_day(day)] if day else [])], default=None)


def _typed(row: tuple[Any, ...], numbers: list[int]) -> tuple[Any, ...]:
    person, saved_at, erased_on, *rest = row
    return (
        UUID(str(person)),
        _instant(saved_at),
        _day(erased_on) if erased_on else None,
        *(_when(n, value) for n, value in zip(numbers, rest, strict=True)),
    )


def _when(number: int, value: Any) -> Any:
    if value is None:
        return value
    return _instant(value) if is_instant(policy.EVENTS[number]) else _day(value)


def _instant(value: Any) -> datetime:
    """The driver itself reads a plain column, and leaves what was aggregated as text."""
    read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return read.replace(tzinfo=UTC)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def is_instant(event: Event) -> bool:
    """Whether the event's time is an instant, whose day depends on the wall it hangs on."""
    return isinstance(apps.get_model(event.table)._meta.get_field(event.when), DateTimeField)
