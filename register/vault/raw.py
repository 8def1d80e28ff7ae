"""The vault's own hot questions, past the layers that Django lays over a cursor.

Two questions are asked for every page that shows sealed values: whose keys, and which row. They
go in the connection and the transaction that Django holds; on PostgreSQL they are prepared once a
connection and answered in binary. While somebody logs or wraps queries they go Django's way.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

ASKED_DIRECTLY = ("postgresql", "sqlite")
PREPARE_AFTER = 5  # times that a connection has asked the same


def fetch(
    connection: BaseDatabaseWrapper, sql: str, params: Sequence[Any], *, binary: bool = True
) -> list[Any]:
    """All rows of a SELECT, in which "%s" stands for parameters only. Raises Django's database
    errors.

    `binary`: the columns are bytes, numbers, truths and UUIDs only. Django has its own readers for
    other types, and they read text.
    """
    if connection.vendor in ASKED_DIRECTLY and not _is_watched(connection):
        return _fetched(connection, sql, params, binary)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _is_watched(connection: BaseDatabaseWrapper) -> bool:
    return bool(connection.queries_logged or connection.execute_wrappers)


def _fetched(connection: Any, sql: str, params: Sequence[Any], binary: bool) -> list[Any]:
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        connection.close_if_health_check_failed()  # as Django does before each cursor
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            return list(connection.connection.execute(sql.replace("%s", "?"), params))
        return list(_cursor(connection).execute(sql, params, binary=binary).fetchall())


def _cursor(connection: Any) -> Any:
    """One that stays with the connection: making one takes as long as asking."""
    from psycopg import Cursor

    link, cursor = connection.connection, getattr(connection, "vault_cursor", None)
    if cursor is None or cursor.connection is not link:
        cursor = connection.vault_cursor = Cursor(link)
        # A pooler that mixes the transactions of several clients knows no prepared statements;
        # Django's own setting tells of one.
        if link.prepare_threshold is None and not _has_pooler(connection):
            link.prepare_threshold = PREPARE_AFTER
    return cursor


def _has_pooler(connection: Any) -> bool:
    return bool(connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))
