"""Two databases and a key file that several processes share, for tests that kill one of them."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class World:
    """On PostgreSQL these are the test's own databases; on SQLite, files with the same tables."""

    environment: dict[str, str]

    def run(self, *task: str) -> str:
        """Run the driver to its end. Returns what it said."""
        done = subprocess.run(
            self._command(task), env=self.environment, cwd=ROOT, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(self, *task: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._command(task), env=self.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def kill_after(self, batches: int, *task: str) -> bool:
        """Start the driver and kill -9 it after so many batches. False if it had ended by then."""
        process = self.start(*task)
        assert process.stdout is not None
        seen = 0
        for line in process.stdout:
            seen += line == "batch\n"
            if seen == batches:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        return process.wait() == -signal.SIGKILL

    def _command(self, task: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "tests.vault.driver", *task]


def build(folder: Path) -> World:
    key_file = folder / "keys" / "master.json"
    call_command("generate_keys", file=key_file, verbosity=0)
    urls = {
        "DATABASE_URL": _url(connections["default"], folder),
        "VAULT_DATABASE_URL": _url(connections["vault"], folder),
    }
    named = {
        "MASTER_KEY_FILE": str(key_file), "MASTER_KEY": "", "ENV_FILE": os.devnull,
        "SEALED_FILES_DIR": str(folder / "sealed"),
        "DJANGO_SETTINGS_MODULE": "kesajetti.settings",
    }  # fmt: skip
    return World({**os.environ, **urls, **named})


def _url(connection: BaseDatabaseWrapper, folder: Path) -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        return f"postgres:///{connection.settings_dict['HOST']}/{name}"
    file = folder / f"{connection.alias}.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    return f"sqlite:///{file}"
