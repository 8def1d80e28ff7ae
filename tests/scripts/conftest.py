"""The programs themselves, run as a person runs them: from outside, on databases of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a prepared installation outside a demo, shared by tests that only look."""
    environment = settings_in(tmp_path_factory.mktemp("installation"))
    done = manage(environment, "prepare")
    assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture
def installation(made_once: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a prepared installation that a test may spoil, in `tmp_path`."""
    shutil.copytree(made_once["HOME"], tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)


def settings_in(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "for-tests-only-" + "x" * 50,
        "MASTER_KEY_FILE": str(home / "keys" / "master.json"),
        "DATABASE_URL": f"sqlite:///{home}/register.sqlite3",
        "VAULT_DATABASE_URL": f"sqlite:///{home}/vault.sqlite3",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
    }


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `manage.py` with exactly this environment."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a command refused; fails if it said more, or succeeded."""
    assert done.returncode != 0, done.stdout
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]
