"""Copies of the two databases, of one moment, with each database's own tools: pg_dump and
pg_restore for PostgreSQL, the backup API of SQLite."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.sqlite3._functions import register as register_functions
from django.db.utils import DEFAULT_DB_ALIAS

from register.services.archives import PART

REGISTER, VAULT = DEFAULT_DB_ALIAS, "vault"
TOOLS = "/usr/lib/postgresql"


class DumpRefused(Exception):
    """A database could not be copied or filled; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One database as it was at the moment of the copy. `rows`: rows per table."""

    content: Iterable[bytes]
    rows: Mapping[str, int]


@contextmanager
def both(scratch: Path) -> Iterator[dict[str, Dump]]:
    """Copies of both databases. SQLite: nobody writes meanwhile. PostgreSQL: the vault's moment
    follows the register's by about a millisecond; keys are written before rows, so every row finds
    its key."""
    with ExitStack() as stack:
        for alias in (REGISTER, VAULT):
            if _is_sqlite(alias):
                stack.enter_context(_quiet(alias))
        sources = {alias: stack.enter_context(_source(alias)) for alias in (REGISTER, VAULT)}
        yield {alias: source(scratch) for alias, source in sources.items()}


def _is_sqlite(alias: str) -> bool:
    return connections[alias].vendor == "sqlite"


def _source(alias: str) -> Any:
    return _sqlite_source(alias) if _is_sqlite(alias) else _postgres_source(alias)


# -- SQLite -------------------------------------------------------------------------------------


def file_of(alias: str) -> Path:
    return Path(str(connections[alias].settings_dict["NAME"]))


@contextmanager
def _quiet(alias: str) -> Iterator[None]:
    """Hold the one right to write."""
    holder = sqlite3.connect(file_of(alias), timeout=60, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        yield
    finally:
        holder.close()


@contextmanager
def _sqlite_source(alias: str) -> Iterator[Any]:
    def take(scratch: Path) -> Dump:
        copy = scratch / f"{alias}.sqlite3"
        reader, writer = sqlite3.connect(file_of(alias)), sqlite3.connect(copy)
        try:
            reader.backup(writer)
        except sqlite3.OperationalError as error:
            raise DumpRefused(
                f"The {alias} database could not be copied ({error}): make room and rights for "
                "BACKUP_DIR. Nothing of it was kept."
            ) from None
        finally:
            reader.close()
            writer.close()
        return Dump(_bytes_of(copy), _rows_of_file(copy))

    yield take


def _bytes_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PART):
            yield piece
    path.unlink()


def _rows_of_file(path: Path) -> dict[str, int]:
    copy = sqlite3.connect(path)
    try:
        names = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        return {name: _count(copy.execute, name) for (name,) in names}
    finally:
        copy.close()


def _count(execute: Any, table: str) -> int:
    return int(execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0])  # noqa: S608 -- own names


# -- PostgreSQL ---------------------------------------------------------------------------------


@contextmanager
def _postgres_source(alias: str) -> Iterator[Any]:
    with psycopg.connect(**_parameters(alias)) as holder:
        holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        holder.read_only = True
        [name] = holder.execute("SELECT pg_export_snapshot()").fetchone() or ("",)

        def take(scratch: Path) -> Dump:
            tables = holder.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            rows = {table: _count(holder.execute, table) for (table,) in tables}
            return Dump(_pg_dump(alias, str(name)), rows)

        yield take


def _parameters(alias: str) -> dict[str, Any]:
    known = connections[alias].get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    return {name: known[name] for name in names if known.get(name)}


def _environment(alias: str) -> dict[str, str]:
    """What libpq reads. A password on the command line would show in the process list."""
    names = {
        "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST",
        "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    }  # fmt: skip
    told = {names[name]: str(value) for name, value in _parameters(alias).items()}
    return {**os.environ, **told}


def _tool(name: str) -> str:
    """PostgreSQL's own program; the newest on this machine reads every older server."""
    found = sorted(Path(TOOLS).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if found:
        return str(found[-1])
    if on_path := shutil.which(name):
        return on_path
    raise DumpRefused(f"{name} is not installed: install postgresql-client.")


def _pg_dump(alias: str, snapshot: str) -> Iterator[bytes]:
    command = [
        _tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges",
        f"--snapshot={snapshot}",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=_environment(alias), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as dump:
        assert dump.stdout
        while piece := dump.stdout.read(PART):
            yield piece
    if dump.returncode:
        raise DumpRefused(f"pg_dump of the {alias} database failed ({dump.returncode}).")


# -- Filling ------------------------------------------------------------------------------------


def is_empty(alias: str) -> bool:
    """Whether nothing was ever put into the database."""
    empty = not connections[alias].introspection.table_names()
    connections[alias].close()
    return empty


def fill(alias: str, copy: Path) -> None:
    """Fill an empty database from a copy, whole or not at all. Raises DumpRefused."""
    connections[alias].close()
    if _is_sqlite(alias):
        _fill_file(alias, copy)
    else:
        _pg_restore(alias, copy)


def _fill_file(alias: str, copy: Path) -> None:
    target = file_of(alias)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(copy, draft)
    draft.chmod(0o600)
    checked = sqlite3.connect(draft)
    register_functions(checked)  # the check evaluates constraints that Django wrote
    try:
        whole = checked.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        whole = False
    finally:
        checked.close()
    if not whole:
        draft.unlink()
        raise DumpRefused(f"The copy of the {alias} database is damaged.")
    _without_file(target)
    draft.replace(target)


def _without_file(target: Path) -> None:
    for name in (target.name, f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(name).unlink(missing_ok=True)


def _pg_restore(alias: str, copy: Path) -> None:
    command = [
        _tool("pg_restore"), "--single-transaction", "--exit-on-error", "--no-owner",
        "--no-privileges", f"--dbname={_parameters(alias)['dbname']}", str(copy),
    ]  # fmt: skip
    done = subprocess.run(command, env=_environment(alias), capture_output=True, check=False)
    if done.returncode:
        wipe(alias)
        raise DumpRefused(f"pg_restore of the {alias} database failed ({done.returncode}).")


def wipe(alias: str) -> None:
    """Make a database that was empty when we came empty again."""
    connections[alias].close()
    if _is_sqlite(alias):
        with suppress(FileNotFoundError):
            _without_file(file_of(alias))
        return
    with psycopg.connect(**_parameters(alias), autocommit=True) as holder:
        holder.execute("DROP SCHEMA IF EXISTS public CASCADE")
        holder.execute("CREATE SCHEMA public")


def rows(alias: str) -> dict[str, int]:
    """Rows per table of the live database."""
    with connections[alias].cursor() as cursor:
        found = {}
        for table in connections[alias].introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {connections[alias].ops.quote_name(table)}")  # noqa: S608
            found[table] = int(cursor.fetchone()[0])
        return found
