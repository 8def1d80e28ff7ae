"""A start that cannot succeed says in one line what to do."""

import sqlite3
from pathlib import Path

import pytest

from tests.scripts.conftest import manage, refusal

NOWHERE = "postgres://clerk:hunter2@127.0.0.1:1/register"


def test_a_prepared_installation_is_ready(made_once) -> None:
    done = manage(made_once, "preflight")
    assert (done.returncode, done.stderr) == (0, "")


def test_preparing_again_changes_nothing(installation, tmp_path: Path) -> None:
    key = (tmp_path / "keys" / "master.json").read_bytes()
    done = manage(installation, "prepare")
    assert done.returncode == 0
    assert "Bringing" not in done.stdout
    assert (tmp_path / "keys" / "master.json").read_bytes() == key


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "MASTER_KEY_FILE"])
def test_a_setting_without_a_safe_default_is_asked_for_by_name(made_once, name: str) -> None:
    without = {key: value for key, value in made_once.items() if key != name}
    assert f"{name} is not set" in refusal(manage(without, "preflight"))


@pytest.mark.parametrize("name", ["DATABASE_URL", "VAULT_DATABASE_URL"])
@pytest.mark.parametrize("command", ["preflight", "prepare", "migrate"])
def test_a_database_out_of_reach_is_named_without_its_password(made_once, name, command) -> None:
    which = ["--database", "vault"] if command == "migrate" and "VAULT" in name else []
    said = refusal(manage({**made_once, name: NOWHERE}, command, *which))
    assert "cannot be reached (register at 127.0.0.1:1)" in said
    assert name in said
    assert "hunter2" not in said
    assert "clerk" not in said


def test_a_lost_key_file_is_asked_back_not_made_anew(installation, tmp_path: Path) -> None:
    (tmp_path / "keys" / "master.json").unlink()
    for command in ("preflight", "prepare"):
        assert "does not exist: put back your copy" in refusal(manage(installation, command))
    assert not (tmp_path / "keys" / "master.json").exists()


def test_a_strangers_key_is_refused(installation, tmp_path: Path) -> None:
    (tmp_path / "keys" / "master.json").unlink()
    assert manage(installation, "generate_keys").returncode == 0
    assert "not the one this vault was made with" in refusal(manage(installation, "preflight"))


@pytest.mark.parametrize("database", ["register", "vault"])
def test_a_database_of_a_newer_program_is_left_alone(installation, tmp_path, database) -> None:
    with sqlite3.connect(tmp_path / f"{database}.sqlite3") as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, '9999_later', '2030')",
            [database],
        )
    for command in ("preflight", "prepare"):
        said = refusal(manage(installation, command))
        assert f"{database}'s database was made by a newer version" in said
        assert f"{database}.9999_later" in said


def test_a_database_of_an_older_program_is_not_served(installation, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "register.sqlite3") as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    assert "manage.py prepare" in refusal(manage(installation, "preflight"))


def test_an_empty_database_is_told_from_a_fault(installation, tmp_path: Path) -> None:
    (tmp_path / "register.sqlite3").unlink()
    assert "is older than this program" in refusal(manage(installation, "sync_roles"))
