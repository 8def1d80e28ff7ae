"""A machine burns down, and what is restored on the next one holds nobody who was erased.

Each machine here is a set of databases of its own, on the kind of server that the tests run on; the
programs are run as an operator runs them.
"""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import snapshots
from tests.recovery import drill
from tests.recovery.world import CASES

SENTENCES = {
    "wrong key": "does not open",
    "no key": "--identity",
    "flipped byte in the register": "not what was written",
    "flipped byte under a manifest that fits": "does not open",
    "flipped byte in the vault": "does not open",
    "archive cut short": "does not open",
    "journal missing": "journal of erasures is missing",
    "journal cut": "cut short",
    "journal cut, head missing": "head of the journal",
    "journal altered": "altered or damaged",
    "journal line dropped": "altered or damaged",
    "journal of another register": "another register",
    "archives swapped": "not of the register",
}


once = pytest.mark.skipif(connection.vendor != "sqlite", reason="the same on both databases")


@pytest.fixture(scope="module")
def burnt(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> tuple[drill.Machine, dict[str, Any]]:
    """The drill has been run: its machine and its figures. Its databases come migrated, to spare
    a minute; script/drill begins with empty ones."""
    folder = tmp_path_factory.mktemp("drill")
    here = drill.machine(folder)
    for alias, name in (("default", "DATABASE_URL"), ("vault", "VAULT_DATABASE_URL")):
        snapshots.fill(alias, here.env[name])
    return here, drill.drill(here, control=connection.vendor == "sqlite")


def test_nobody_comes_back_and_nothing_is_lost(burnt: tuple[Any, dict[str, Any]]) -> None:
    _, found = burnt
    assert (found["erased"], found["erased_again"], found["revived"]) == (7, 7, 0)
    assert (found["erased_in_part"], found["erased_in_part_again"]) == (1, 1)
    assert (found["lost"], found["problems"]) == ({}, [])
    assert found["chain"] == "whole"
    assert drill.passed(found)


@once
def test_without_the_journal_they_would_have_come_back(burnt: tuple[Any, dict[str, Any]]) -> None:
    assert burnt[1]["revived_without_the_journal"] >= 7


@pytest.fixture(scope="module")
def refusals(burnt: tuple[drill.Machine, Any]) -> dict[str, Any]:
    return burnt[0].replaced().world("refusals")


@pytest.mark.parametrize("case", SENTENCES)
def test_what_cannot_be_trusted_is_refused_with_a_sentence_and_nothing_is_half_done(
    refusals: dict[str, Any], case: str
) -> None:
    assert SENTENCES[case] in refusals[case]["said"]
    assert refusals[case]["empty"]


def test_every_case_has_its_sentence() -> None:
    assert CASES.keys() == SENTENCES.keys()


def test_nothing_is_restored_over_a_register_that_is_there(burnt: tuple[Any, Any]) -> None:
    here: drill.Machine = burnt[0]
    identity = str(here.folder / "identity")
    said = here.manage("restore", "--identity", identity, fails=True)
    assert "is not empty" in said


@once
def test_a_full_disk_leaves_no_half_of_a_backup_of_a_restore_or_of_a_night(
    burnt: tuple[Any, Any],
) -> None:
    here: drill.Machine = burnt[0]
    folder = Path(here.env["BACKUP_DIR"])
    before = sorted(folder.iterdir())
    said = here.manage("backup", fails=True, most_kilobytes=64)
    assert "Nothing of it was kept" in said
    assert sorted(folder.iterdir()) == before
    there = here.replaced()
    identity = str(here.folder / "identity")
    said = there.manage("restore", "--identity", identity, fails=True, most_kilobytes=400)
    assert "as empty as before" in said
    said = here.manage("apply_retention", fails=True, most_kilobytes=1)
    assert said.startswith("CommandError: The database failed (OperationalError): make room")


def test_a_backup_shows_nothing_of_anybody_and_is_nobody_elses_to_read(
    burnt: tuple[Any, Any],
) -> None:
    here: drill.Machine = burnt[0]
    folder = Path(here.env["BACKUP_DIR"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert written.startswith(b"{") or b"age-encryption.org" in written
    for canary in (b"Aallokko", b"aallokko", b"register_customer (", b"SQLite format"):
        assert canary not in written


@once
def test_a_passphrase_opens_a_backup_and_another_one_does_not(burnt: tuple[Any, Any]) -> None:
    here: drill.Machine = burnt[0]
    folder = here.folder / "by-passphrase"
    env = here.env | {"BACKUP_RECIPIENTS": "", "BACKUP_PASSPHRASE": "kolme merta"}
    there = drill.Machine(here.folder, env)
    made = json.loads(there.manage("backup", "--json", "--into", str(folder)))["made"]
    told = json.loads(there.manage("backup", "--json", "--verify", made[0]["folder"]))
    assert (told["opened"], told["bytes"]) == (True, made[0]["bytes"])
    there.env["BACKUP_PASSPHRASE"] = "kolme  merta"
    assert "does not open" in there.manage("backup", "--verify", made[0]["folder"], fails=True)


@once
def test_nothing_is_written_in_the_open(burnt: tuple[Any, Any]) -> None:
    here: drill.Machine = burnt[0]
    there = drill.Machine(here.folder, here.env | {"BACKUP_RECIPIENTS": ""})
    assert "never written in the open" in there.manage("backup", fails=True)
