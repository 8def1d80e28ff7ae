"""The drill: a backup, erasures, a disaster, a restore. Nobody comes back, nothing is lost.

script/drill                 on SQLite and on PostgreSQL
python -m tests.recovery.drill    on the kind of database that DATABASE_URL names
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyrage

from tests.settings import keyring

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Machine:
    """A machine with two databases; machines of one firm share keys, backups and the journal."""

    folder: Path
    env: dict[str, str]

    def manage(self, *words: str, fails: bool = False, most_kilobytes: int = 0) -> str:
        """Run a command. `most_kilobytes`: no file may grow larger, as on a full disk."""
        command = [sys.executable, "manage.py", *words]
        if most_kilobytes:
            command = ["bash", "-c", f'ulimit -f {most_kilobytes}; exec "$@"', "-", *command]
        return self._run(command, fails=fails)

    def world(self, phase: str) -> dict[str, Any]:
        told = self._run([sys.executable, "-m", "tests.recovery.world", phase, str(self.folder)])
        found: dict[str, Any] = json.loads(told.splitlines()[-1])
        return found

    def _run(self, command: list[str], *, fails: bool = False) -> str:
        env = self.env | {"PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        if (done.returncode != 0) is not fails:
            raise AssertionError(f"{command[1:]}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + (done.stderr if fails else "")

    def replaced(self) -> "Machine":
        """Another machine with new, empty databases."""
        return Machine(self.folder, self.env | addresses(self.folder))


def addresses(folder: Path) -> dict[str, str]:
    """Two new, empty databases: files, or on the server that DATABASE_URL names."""
    name = uuid4().hex[:12]
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        base = f"sqlite:///{folder}/{name}"
        urls = {"DATABASE_URL": f"{base}-register.db", "VAULT_DATABASE_URL": f"{base}-vault.db"}
    else:
        server = given.rpartition("/")[0]
        socket = server.removeprefix("postgres://")
        with psycopg.connect(dbname="postgres", host=socket, autocommit=True) as connection:
            for store in ("register", "vault"):
                connection.execute(f'CREATE DATABASE "{store}_{name}"')
        urls = {
            "DATABASE_URL": f"{server}/register_{name}",
            "VAULT_DATABASE_URL": f"{server}/vault_{name}",
        }
    return urls | {"SEALED_FILES_DIR": str(folder / f"{name}-sealed")}


def machine(folder: Path, **env: str) -> Machine:
    identity = pyrage.x25519.Identity.generate()
    (folder / "identity").write_text(str(identity))
    mine = {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "kesajetti.settings",
        "SECRET_KEY": "only-for-the-drill-" + "x" * 40,
        "MASTER_KEY": keyring(),
        "DEMO": "on",
        "HTTPS": "off",
        "EMAIL_URL": "dummymail://",
        "BACKUP_DIR": str(folder / "backups"),
        "BACKUP_RECIPIENTS": str(identity.to_public()),
        "ERASURE_JOURNAL_DIR": str(folder / "journal"),
        **env,
    }
    return Machine(folder, mine | addresses(folder))


def restore(there: Machine, *more: str) -> dict[str, Any]:
    words = ("restore", "--json", "--identity", str(there.folder / "identity"), *more)
    found: dict[str, Any] = json.loads(there.manage(*words).splitlines()[-1])
    return found


def drill(here: Machine, *, control: bool = True) -> dict[str, Any]:
    """Run it all; the figures that matter. `control`: also restore as others do, without the
    journal, to see that the people would come back."""
    here.manage("prepare")
    here.world("seed")
    here.manage("backup")
    erased = here.world("erase")
    before = here.world("look")
    there = here.replaced()
    done = restore(there)
    after = there.world("look")
    lost = {name: (rows, after["kept"].get(name)) for name, rows in before["kept"].items()}
    found = {
        "erased": erased["people"],
        "erased_in_part": erased["in_part"],
        "erased_again": done["erased_again"],
        "erased_in_part_again": done["erased_in_part_again"],
        "revived": after["revived"],
        "lost": {name: pair for name, pair in lost.items() if pair[0] != pair[1]},
        "chain": done["chain"],
        "problems": done["problems"],
    }
    if control:
        found["revived_without_the_journal"] = _without_journal(here)
    return found


def _without_journal(here: Machine) -> int:
    there = here.replaced()
    there.env["ERASURE_JOURNAL_DIR"] = str(here.folder / "no-journal")
    restore(there, "--journal-is-lost")
    revived: int = there.world("look")["revived"]
    return revived


def passed(found: dict[str, Any]) -> bool:
    return bool(
        found["erased"] > 1
        and found["revived"] == 0
        and not found["lost"]
        and not found["problems"]
        and found["erased_again"] == found["erased"]
        and found["erased_in_part_again"] == found["erased_in_part"]
        and found["chain"] == "whole"
        and found.get("revived_without_the_journal", 1) > 0
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kesajetti-drill-") as scratch:
        figures = drill(machine(Path(scratch)))
    for figure, value in figures.items():
        print(f"  {figure.replace('_', ' ')}: {value}")  # noqa: T201
    sys.exit(0 if passed(figures) else "The drill failed.")
