"""The vault's own hot questions, past the layers that Django lays over a cursor.

Two questions are asked for every page that shows sealed values: whose keys, and which row. On
PostgreSQL they are prepared once a connection and answered in binary, in the connection and
transaction that Django holds. While somebody logs or wraps queries they go Django's way.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

PREPARE_AFTER = 5  # times that a connection has asked the same


def fetch(connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any]) -> list[Any]:
    """All rows of a SELECT. Raises Django's database errors."""
    if connection.vendor == "postgresql" and not _is_watched(connection):
        return _fetched(connection, sql, params)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _is_watched(connection: BaseDatabaseWrapper) -> bool:
    return bool(connection.queries_logged or connection.execute_wrappers)


def _fetched(connection: Any, sql: str, params: Sequence[Any]) -> list[Any]:
    from psycopg import Cursor

    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        connection.ensure_connection()
        link = connection.connection
        # A pooler that mixes transactions of several connections knows no prepared statements;
        # Django's own setting tells of one.
        if link.prepare_threshold is None and not _has_pooler(connection):
            link.prepare_threshold = PREPARE_AFTER
        return list(Cursor(link).execute(sql, params, binary=True).fetchall())


def _has_pooler(connection: BaseDatabaseWrapper) -> bool:
    return bool(connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))
