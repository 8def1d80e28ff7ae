"""Finding a person anywhere: every column of every table of both databases."""

from collections.abc import Iterator
from typing import Any

from django.db import connections

Snapshot = dict[str, list[tuple[Any, ...]]]


def every_row() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(table, row) of everything, read by plain SQL: no model is trusted to know its tables."""
    for alias in ("default", "vault"):
        connection = connections[alias]
        names = connection.introspection.table_names()
        for name in sorted(names):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
                yield from ((f"{alias}.{name}", tuple(row)) for row in cursor.fetchall())


def snapshot() -> Snapshot:
    """Every row of every table, in a fixed order."""
    found: Snapshot = {}
    for table, row in every_row():
        found.setdefault(table, []).append(tuple(_text(value) for value in row))
    return {table: sorted(rows) for table, rows in found.items()}


def places(*canaries: str) -> set[str]:
    """The tables in which any of the texts stands, in any column, written in any case."""
    wanted = [canary.lower() for canary in canaries]
    return {
        table
        for table, row in every_row()
        if any(canary in _text(value).lower() for canary in wanted for value in row)
    }


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
