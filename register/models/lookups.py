"""`customer__among=ids`: the rows of many people as one parameter of one statement.

An `IN (…)` of a thousand ids is a thousand parameters to send and parse; an array is one, and
SQLite has no limit on how long it may be.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, ForeignKey, Lookup, OneToOneField, TextField, UUIDField
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, Any]


class Ids(Collection[UUID]):
    """Ids about which many statements ask: written out once, not once a statement.

    No tuple: Django would rebuild one, id by id, for every filter that it stands in.
    """

    def __init__(self, ids: Iterable[UUID | str]) -> None:
        self._ids = tuple([one if isinstance(one, UUID) else UUID(str(one)) for one in ids])

    @classmethod
    def of(cls, ids: Iterable[UUID | str]) -> "Ids":
        """The same ids; of an `Ids` the very same."""
        return ids if isinstance(ids, Ids) else cls(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._ids)

    def __contains__(self, one: object) -> bool:
        return one in self.known

    @cached_property
    def known(self) -> frozenset[UUID]:
        return frozenset(self._ids)

    @cached_property
    def array(self) -> str:
        """As PostgreSQL reads an array."""
        return "{" + ",".join([one.hex for one in self._ids]) + "}"

    @cached_property
    def json(self) -> str:
        """As SQLite's json_each reads a list, in the form in which it stores ids."""
        return json.dumps([one.hex for one in self._ids])

    def written_for(self, connection: BaseDatabaseWrapper) -> str:
        """The one parameter of a statement."""
        return self.array if connection.vendor == "postgresql" else self.json


ASKED = "asked"
"""`customer__among=ASKED` in a statement that begins with `asked_once`."""
_LISTED = {
    "postgresql": "SELECT unnest(%s::uuid[])",
    "sqlite": "SELECT value FROM json_each(%s)",
}
_AMONG = {"postgresql": "{column} = ANY(ARRAY({some}))", "sqlite": "{column} IN ({some})"}
"""The array is a subquery's, which the planner does not weigh id by id: with thousands of ids that
takes longer than the statement itself, and leads it to read whole tables."""


def among(column: str, connection: BaseDatabaseWrapper, *, asked_once: bool = False) -> str:
    """The condition in SQL: `column` is one of the ids that `Ids.written_for` gives."""
    some = f"SELECT id FROM {ASKED}" if asked_once else _LISTED[connection.vendor]  # noqa: S608
    return _AMONG[connection.vendor].format(column=column, some=some)


def asked_once(connection: BaseDatabaseWrapper) -> str:
    """The head of a statement that asks about the same ids in many places: they are sent once."""
    return f"{ASKED} (id) AS ({_LISTED[connection.vendor]})"


class Among(Lookup[Any]):
    """True where the id is one of the given UUIDs. An empty list matches nothing."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        if self.rhs == ASKED:
            return among(left, connection, asked_once=True), params
        return among(left, connection), [*params, Ids.of(self.rhs).written_for(connection)]


for column in (UUIDField, ForeignKey, OneToOneField):
    column.register_lookup(Among)


LAST = "\U0010ffff"


class Begins(Lookup[Any]):
    """True where the text begins with the given one, by the index of the column: `startswith` asks
    SQLite for an escape that keeps it off the index, and a range is no beginning in every
    collation of PostgreSQL."""

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} LIKE %s", [*params, _plainly(self.rhs) + "%"]
        return f"({left} >= %s AND {left} < %s)", [*params, self.rhs, *params, self.rhs + LAST]


class Holds(Lookup[Any]):
    """True where the text stands somewhere in the column, letter for letter: by trigrams where
    PostgreSQL has an index of them; on SQLite in a third of the time that LIKE takes."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} LIKE %s", [*params, f"%{_plainly(self.rhs)}%"]
        return f"instr({left}, %s) > 0", [*params, self.rhs]


def _plainly(text: str) -> str:
    """The text as a pattern of LIKE that means nothing but itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


for text in (CharField, TextField):
    text.register_lookup(Begins)
    text.register_lookup(Holds)
