"""Databases of tests that begin where the last ones ended their migrations.

The first run after a change of the migrations applies them all and leaves a snapshot under
`var/snapshots`; the next ones start from it, in a tenth of the time. `migrate` still has the last
word: it applies what a snapshot lacks, and installs the guards each time.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.db import connections
from django.db.backends.postgresql.creation import DatabaseCreation as Postgres
from django.db.backends.sqlite3.creation import DatabaseCreation as SQLite

FOLDER = Path(__file__).resolve().parents[1] / "var" / "snapshots"
KEPT = 6


def use() -> None:
    """Both kinds of databases are made from snapshots from now on."""
    _begin_from_snapshots(SQLite, _load_sqlite, _save_sqlite)
    if shutil.which("pg_dump") and shutil.which("psql"):
        _begin_from_snapshots(Postgres, _load_postgres, _save_postgres)


def fill(alias: str, url: str) -> None:
    """A new, empty database that is not the tests' own begins from the snapshot too, if there is
    one: a file for SQLite, or one on a server."""
    found = _snapshot(connections[alias].creation)
    if not found.exists():
        return
    if url.startswith("sqlite:///"):
        shutil.copyfile(found, url.removeprefix("sqlite:///"))
        return
    host, _, name = url.removeprefix("postgres://").rpartition("/")
    command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(found), "-h", host, "-d", name]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _begin_from_snapshots(kind: Any, load: Any, save: Any) -> None:
    make_empty, make_whole = kind._create_test_db, kind.create_test_db

    def empty(self: Any, *args: Any, **kwargs: Any) -> Any:
        made = make_empty(self, *args, **kwargs)
        if (found := _snapshot(self)).exists():
            load(self, found)
        return made

    def whole(self: Any, *args: Any, **kwargs: Any) -> Any:
        with _one_at_a_time(self):  # the second worker waits for the first one's snapshot
            made = make_whole(self, *args, **kwargs)
            if not (missing := _snapshot(self)).exists():
                save(self, missing.with_suffix(".new"))
                missing.with_suffix(".new").rename(missing)
                _forget_old_ones()
        return made

    kind._create_test_db, kind.create_test_db = empty, whole


def _snapshot(creation: Any) -> Path:
    connection = creation.connection
    return FOLDER / f"{connection.vendor}-{connection.alias}-{_migrations()}"


@cache
def _migrations() -> str:
    """A name for the migrations of all apps together, by what they say."""
    said = hashlib.sha256(django.__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            said.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    return said.hexdigest()[:16]


@contextmanager
def _one_at_a_time(creation: Any) -> Iterator[None]:
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _snapshot(creation).exists():
        yield
        return
    with (FOLDER / f".{creation.connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old_ones() -> None:
    files = sorted(FOLDER.glob("[ps]*"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[KEPT:]:
        old.unlink(missing_ok=True)


# -- SQLite: in memory, shared by the connections of one process -------------------------------


def _load_sqlite(creation: Any, file: Path) -> None:
    name = str(creation._get_test_db_name())
    keeper = sqlite3.connect(name, uri=name.startswith("file:"), check_same_thread=False)
    with sqlite3.connect(file) as snapshot:
        snapshot.backup(keeper)
    snapshot.close()
    if creation.is_in_memory_db(name):
        creation._keeper = keeper  # the last connection to close would take the database along
    else:
        keeper.close()


def _save_sqlite(creation: Any, file: Path) -> None:
    file.unlink(missing_ok=True)
    creation.connection.ensure_connection()
    with sqlite3.connect(file) as snapshot:
        creation.connection.connection.backup(snapshot)
    snapshot.close()


# -- PostgreSQL ---------------------------------------------------------------------------------


def _load_postgres(creation: Any, file: Path) -> None:
    name = creation._get_test_db_name()
    _run(creation, name, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file))


def _save_postgres(creation: Any, file: Path) -> None:
    name = creation.connection.settings_dict["NAME"]  # by now that of the test's
    _run(creation, name, "pg_dump", "--no-owner", "-f", str(file))


def _run(creation: Any, name: str, program: str, *parameters: str) -> None:
    """Run a client program of PostgreSQL on the database of that name."""
    database = {**creation.connection.settings_dict, "NAME": name}
    called, secrets = creation.connection.client.settings_to_cmd_args_env(database, parameters)
    subprocess.run(
        [program, *called[1:]],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **(secrets or {})},
    )
