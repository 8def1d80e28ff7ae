"""Compare and swap: many rows' bytes replaced in one statement, each only if it is still the same.

Whoever edited, emptied or deleted a row meanwhile wins; the row is left alone.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, transaction

Swap = tuple[Any, bytes, bytes]
"""(primary key, the bytes that were read, the bytes to put in their place)."""


def swap(column: "models.Field[Any, Any]", swaps: Sequence[Swap], *, using: str) -> int:
    """Returns how many rows were swapped."""
    if not swaps:
        return 0
    if connections[using].vendor == "postgresql":
        return _in_one_statement(column, swaps, using)
    return _one_by_one(column, swaps, using)


def _in_one_statement(column: Any, swaps: Sequence[Swap], using: str) -> int:
    connection = connections[using]
    quote, meta = connection.ops.quote_name, column.model._meta
    key_type = meta.pk.rel_db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS old SET {quote(column.column)} = fresh.bytes "  # noqa: S608
            f"FROM unnest(%s::{key_type}[], %s::bytea[], %s::bytea[]) AS fresh (id, was, bytes) "
            f"WHERE old.{quote(meta.pk.column)} = fresh.id "
            f"AND old.{quote(column.column)} = fresh.was",
            [list(part) for part in zip(*swaps, strict=True)],
        )
        return int(cursor.rowcount)


def _one_by_one(column: Any, swaps: Sequence[Swap], using: str) -> int:
    connection = connections[using]
    quote, meta = connection.ops.quote_name, column.model._meta
    rows = [(new, meta.pk.get_db_prep_value(pk, connection), old) for pk, old, new in swaps]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(meta.db_table)} SET {quote(column.column)} = %s "  # noqa: S608
            f"WHERE {quote(meta.pk.column)} = %s AND {quote(column.column)} = %s",
            rows,
        )
        return int(cursor.rowcount)
