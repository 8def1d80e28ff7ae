"""Destroying a person's key holds against backups: real dumps on PostgreSQL, real files on SQLite.

Aino and Eero are in the register. Both databases are backed up. Then Aino is erased. The older
backup of the register is put beside today's vault, and an older backup of the vault beside
today's key file. Everything happens in processes of their own, with no memory of keys.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.vault import world
from tests.vault.world import ROOT, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "vault"])

BACKED_UP = ("default", "vault")


def on_postgres() -> bool:
    return connections["default"].vendor == "postgresql"


def program(name: str) -> str:
    """pg_dump and the like, of the newest PostgreSQL here."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name) or name


def url(made: World, alias: str) -> str:
    return made.environment["DATABASE_URL" if alias == "default" else "VAULT_DATABASE_URL"]


def parts(address: str) -> tuple[str, str]:
    """Folder of the socket, and name of the database."""
    folder, _slash, name = address.removeprefix("postgres:///").rpartition("/")
    return folder, name


def back_up(made: World, alias: str, folder: Path) -> Path:
    if on_postgres():
        host, name = parts(url(made, alias))
        file = folder / f"{alias}.sql"
        command = [program("pg_dump"), "-h", host, "-f", str(file), "--no-owner", name]
        subprocess.run(command, check=True, env=made.environment)
        return file
    return Path(
        shutil.copy(url(made, alias).removeprefix("sqlite:///"), folder / f"{alias}.backup")
    )


def restored(made: World, backups: dict[str, Path], folder: Path, label: str) -> World:
    """A world in which these databases are what the backups hold, and the others are today's."""
    environment = dict(made.environment)
    for alias, backup in backups.items():
        name = "DATABASE_URL" if alias == "default" else "VAULT_DATABASE_URL"
        if on_postgres():
            host, _today = parts(url(made, alias))
            fresh = f"drill_{label}_{alias}"
            quiet: Any = {"check": True, "env": made.environment, "stdout": subprocess.DEVNULL}
            subprocess.run([program("dropdb"), "-h", host, "--if-exists", fresh], **quiet)
            subprocess.run([program("createdb"), "-h", host, fresh], **quiet)
            loading = [program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-d", fresh]
            subprocess.run([*loading, "-f", str(backup)], **quiet)
            environment[name] = f"postgres:///{host}/{fresh}"
        else:
            copy = shutil.copy(backup, folder / f"{label}-{alias}.sqlite3")
            environment[name] = f"sqlite:///{copy}"
    return World(environment)


def looked_at(made: World) -> dict[str, object]:
    """What can be read and found of each person there."""
    return json.loads(made.run("look").splitlines()[-1])


@pytest.fixture
def shared(tmp_path) -> World:
    made = world.build(tmp_path)
    made.run("seed_two")
    return made


def test_a_destroyed_key_holds_against_older_backups(shared, tmp_path):
    backups = {alias: back_up(shared, alias, tmp_path) for alias in BACKED_UP}
    files = tmp_path / "sealed"
    shutil.copytree(files, tmp_path / "files-backup")
    before = looked_at(shared)
    # The control: the same search finds her as long as she is here.
    assert before["aino"] == {"code": "read", "photo": "read", "found": True, "tags": 1}

    shared.run("erase_aino")

    # (a) the live register
    now = looked_at(shared)
    assert now["aino"] == {"code": "erased", "photo": "erased", "found": False, "tags": 0}
    assert now["eero"] == {"code": "read", "photo": "read", "found": True, "tags": 1}

    # (b) the older register, its files too, with today's vault
    shutil.copytree(tmp_path / "files-backup", files, dirs_exist_ok=True)
    older = looked_at(restored(shared, {"default": backups["default"]}, tmp_path, "b"))
    assert older["aino"] == {"code": "erased", "photo": "erased", "found": False, "tags": 0}
    assert older["eero"] == {"code": "read", "photo": "read", "found": True, "tags": 1}

    # (c) the older vault: alive until the master's epoch turns, dead after
    both = restored(shared, backups, tmp_path, "c")
    assert looked_at(both)["aino"] == before["aino"]
    shared.run("turn_the_epoch")
    dead = looked_at(both)
    assert dead["aino"]["code"] == dead["eero"]["code"] == "KeyringError"
    assert dead["aino"]["tags"] == 0
    assert looked_at(shared)["eero"]["code"] == "read"
    leave_no_database(shared)


@pytest.mark.skipif("connections['default'].vendor != 'sqlite'", reason="PostgreSQL keeps pages")
def test_sqlite_keeps_no_byte_of_a_destroyed_key(shared, tmp_path):
    """secure_delete overwrites; a checkpoint empties the log beside the file."""
    kept = json.loads(shared.run("bytes_of_aino").splitlines()[-1])
    vault = Path(url(shared, "vault").removeprefix("sqlite:///"))
    assert all(bytes.fromhex(value) in vault.read_bytes() for value in kept)

    shared.run("erase_aino")
    beside = [vault, *vault.parent.glob(f"{vault.name}-*")]
    for value in kept:
        assert all(bytes.fromhex(value) not in file.read_bytes() for file in beside)


def leave_no_database(made: World) -> None:
    if on_postgres():
        host, _name = parts(url(made, "default"))
        for name in ("drill_b_default", "drill_c_default", "drill_c_vault"):
            command = [program("dropdb"), "-h", host, "--if-exists", name]
            subprocess.run(command, check=True, env=made.environment)


assert (ROOT / "manage.py").exists()
