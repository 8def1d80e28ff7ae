"""What the register holds of many people, in one statement, a row a person: how many rows in which
table, and the latest of each kind of event. Counted and read in the database, so that a night
needs neither a query per table nor a row per event.

The statement is put together once, from the models and the policy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connections, router
from django.db.models import Count, DateTimeField, Max, Model, Q, QuerySet

from register import policy
from register.declare import Event
from register.models import Customer
from register.models.lookups import Ids, among
from register.services.person_tables import Table, tables

NOBODY = Ids(())
"""Stands in the statement where the people asked about will stand."""


class Facts(NamedTuple):
    """One person. `counts`: rows per place of `places()`; `latest`: per event of policy.EVENTS, a
    date or an instant, None where there is none."""

    customer_id: UUID
    saved_at: datetime
    erased_on: date | None
    counts: tuple[int, ...]
    latest: tuple[date | datetime | None, ...]


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


class _Statement(NamedTuple):
    """`numbers`: of each of a row's columns from the fourth on, the event that it is about, or
    None where it counts rows."""

    sql: str
    params: list[Any]
    numbers: list[int | None]


def read(people: Ids, *, counted: bool) -> Iterator[Facts]:
    """The facts of each of these people who exists; `counts` is empty unless they are counted."""
    connection = connections[router.db_for_read(Customer)]
    statement = _statement(connection.alias, counted)
    nobody, asked = (ids.written_for(connection) for ids in (NOBODY, people))
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, [asked if p == nobody else p for p in statement.params])
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        rows = [_typed(row, statement.numbers) for row in rows]
    where = {number: n for n, number in enumerate(statement.numbers) if number is not None}
    latest = [where.get(number) for number in range(len(policy.EVENTS))]
    counts = [n for n, number in enumerate(statement.numbers) if number is None]
    for person, saved_at, erased_on, *rest in rows:
        yield Facts(
            person,
            saved_at,
            erased_on,
            tuple(rest[n] or 0 for n in counts),
            tuple(rest[n] for n in latest if n is not None),
        )


@cache
def _statement(alias: str, counted: bool) -> _Statement:
    connection = connections[alias]
    parts, joins, columns = [], [], ["p.id", "p.saved_at", "p.erased_on"]
    params: list[Any] = []
    numbers: list[int | None] = []
    for number, place in enumerate(p for p in places() if counted or p.events):
        asked = place.rows({"among": NOBODY}, counted=counted)
        sql, given = asked.query.get_compiler(alias).as_sql()
        own = [*([None] if counted else []), *place.events]
        names = [f"c{column}" for column in range(len(own))]
        parts.append(f"t{number} (owner, {', '.join(names)}) AS ({sql})")
        joins.append(f"LEFT JOIN t{number} ON t{number}.owner = p.id")
        columns += [f"t{number}.{name}" for name in names]
        params += given
        numbers += own
    sql = (
        f"WITH {', '.join(parts)} SELECT {', '.join(columns)} "  # noqa: S608 - our own names
        f"FROM {Customer._meta.db_table} AS p {' '.join(joins)} WHERE {among('p.id', connection)}"
    )
    return _Statement(sql, [*params, NOBODY.written_for(connection)], numbers)


# -- SQLite keeps ids, dates and instants as text -----------------------------------------------


def _typed(row: tuple[Any, ...], numbers: list[int | None]) -> tuple[Any, ...]:
    person, saved_at, erased_on, *rest = row
    return (
        UUID(str(person)),
        _instant(saved_at),
        _day(erased_on) if erased_on else None,
        *(_when(n, value) for n, value in zip(numbers, rest, strict=True)),
    )


def _when(number: int | None, value: Any) -> Any:
    if number is None or value is None:
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
