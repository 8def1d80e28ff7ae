"""One phase of the drill, in a process and with settings of its own, as on a real machine:

    python -m tests.recovery.world seed|erase|look|refusals FOLDER

Prints one JSON object.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import django


def seed(folder: Path) -> dict[str, Any]:
    """People who are due, people who stay, Aino with her accounts, Niko without any."""
    from django.utils import timezone

    from register.models import Case, Customer
    from register.services import events
    from tests import cast

    old, now = timezone.now() - timedelta(days=4 * 366), timezone.now()
    due = [cast.customer(saved_at=old) for _ in range(int(os.environ.get("DRILL_PEOPLE", "6")))]
    for number, person in enumerate(due):
        cast.message(person, happened_at=old)
        cast.identity(person, passport_number=f"XP{number:07d}")
    told = cast.story()
    cast.attachment(told.eero)
    Case.objects.filter(pk=told.case.pk).update(state="settled", settled_at=now)
    niko = cast.customer(saved_at=now)
    cast.message(niko, happened_at=now)
    events.refresh(Customer.objects.values_list("pk", flat=True))
    found = {"due": [str(p.pk) for p in due], "aino": str(told.aino.pk), "niko": str(niko.pk)}
    (folder / "people.json").write_text(json.dumps(found))
    return found


def people(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "people.json").read_text())
    return found


def erase(folder: Path) -> dict[str, Any]:
    """The night, and two requests under art. 17: one whole, one in part."""
    from django.core.management import call_command
    from django.utils import timezone

    from register import clock
    from register.models import Customer
    from register.services import erasure

    out = StringIO()
    call_command("apply_retention", "--json", stdout=out)
    now = timezone.now()
    for name in ("aino", "niko"):
        person = Customer.objects.get(pk=people(folder)[name])
        made = erasure.plan(
            customer=person, on=clock.local_date(now), ground=erasure.Ground.REQUEST
        )
        erasure.execute(plan=made, by=None, at=now)
    return {"people": json.loads(out.getvalue())["people"] + 1, "in_part": 1}


def look(folder: Path) -> dict[str, Any]:
    """Who is here, and all that the kept people have, column by column."""
    from register.models import Customer
    from register.services import journal
    from register.vault import keys

    known = people(folder)
    gone = [*known["due"], known["niko"]]
    revived = Customer.objects.filter(pk__in=gone).count() + sum(keys.exists(pk) for pk in gone)
    aino = Customer.objects.get(pk=known["aino"])
    return {
        "revived": revived + (aino.erased_on is None) + bool(aino.email),
        "kept": _kept(gone),
        "unreplayed": journal.unreplayed(),
    }


BOOKS = (
    "register_auditevent", "register_erasurereceipt", "register_retentionrun", "django_migrations",
    "register_journalmark", "django_tasks_database_dbtaskresult", "register_audit",
)  # fmt: skip
"""Tables that tell of the erasures themselves, and go on telling."""


def _kept(gone: list[str]) -> dict[str, int]:
    from django.db import connections

    from register.services import dumps

    read = {"bytes of sealed files": _readable()}
    found = read | dumps.rows("default") | {f"vault.{k}": n for k, n in dumps.rows("vault").items()}
    connections.close_all()
    return {name: rows for name, rows in found.items() if not name.startswith(BOOKS)}


def _readable() -> int:
    from register.models import Attachment

    contents = [row.content.expose_bytes() for row in Attachment.objects.all() if row.content]
    assert contents
    return sum(len(content) for content in contents)


# -- What is refused ----------------------------------------------------------------------------


def refusals(folder: Path) -> dict[str, Any]:
    """Every restore that must not happen, one after the other, on empty databases."""
    from django.core.management import CommandError, call_command

    from register.services import dumps

    where = Path(os.environ["BACKUP_DIR"])
    told = {}
    for name, (spoil, arguments) in CASES.items():
        copy = folder / f"spoilt-{name}"
        shutil.copytree(where, copy / "backups")
        shutil.copytree(os.environ["ERASURE_JOURNAL_DIR"], copy / "journal")
        [journal] = (copy / "journal").glob("*.journal")
        spoil(copy / "backups", journal)
        given = ["--from", str(copy / "backups"), "--journal", str(journal), *arguments(folder)]
        try:
            with_home_away(call_command, "restore", *given, stdout=StringIO())
            said = ""
        except CommandError as refused:
            said = str(refused)
        empty = dumps.is_empty("default") and dumps.is_empty("vault")
        told[name] = {"said": said, "empty": empty}
    return told


def with_home_away(call: Callable[..., Any], *args: Any, **options: Any) -> None:
    """Only the journal that is named is there."""
    from django.conf import settings
    from django.test import override_settings

    away = Path(settings.ERASURE_JOURNAL_DIR).parent / "nowhere"
    with override_settings(ERASURE_JOURNAL_DIR=away):
        call(*args, **options)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def archive(backups: Path, store: str) -> Path:
    [folder] = backups.glob(f"{store}-*")
    return folder / "content.tar.age"


def resigned(path: Path) -> None:
    """The manifest is made to fit the damage: the seal itself has to notice."""
    from register.services.archives import digest_of

    manifest = path.with_name("manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"sha256": digest_of(path)}))


def flipped(store: str, *, sign: bool) -> Callable[[Path, Path], None]:
    def spoil(backups: Path, journal: Path) -> None:
        path = archive(backups, store)
        flip(path, path.stat().st_size // 2)
        if sign:
            resigned(path)

    return spoil


def shortened(backups: Path, journal: Path) -> None:
    path = archive(backups, "register")
    os.truncate(path, path.stat().st_size * 2 // 3)
    resigned(path)


def no_journal(backups: Path, journal: Path) -> None:
    journal.unlink()


def cut(backups: Path, journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))


def cut_with_head(backups: Path, journal: Path) -> None:
    cut(backups, journal)
    journal.with_suffix(".head").unlink()


def altered(backups: Path, journal: Path) -> None:
    flip(journal, journal.stat().st_size - 80)


def dropped(backups: Path, journal: Path) -> None:
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:1] + lines[2:]))


def of_another(backups: Path, journal: Path) -> None:
    first, _, rest = journal.read_text().partition("\n")
    told = json.loads(first) | {"register": "00000000-0000-4000-8000-000000000000"}
    journal.write_text(json.dumps(told) + "\n" + rest)


def swapped(backups: Path, journal: Path) -> None:
    """The vault's archive stands where the register's should."""
    [register], [vault] = backups.glob("register-*"), backups.glob("vault-*")
    shutil.rmtree(register)
    shutil.copytree(vault, register)


def nothing(backups: Path, journal: Path) -> None: ...


def right_key(folder: Path) -> list[str]:
    return ["--identity", str(folder / "identity")]


def wrong_key(folder: Path) -> list[str]:
    import pyrage

    (folder / "another").write_text(str(pyrage.x25519.Identity.generate()))
    return ["--identity", str(folder / "another")]


def no_key(folder: Path) -> list[str]:
    return []


CASES: dict[str, tuple[Callable[[Path, Path], None], Callable[[Path], list[str]]]] = {
    "wrong key": (nothing, wrong_key),
    "no key": (nothing, no_key),
    "flipped byte in the register": (flipped("register", sign=False), right_key),
    "flipped byte under a manifest that fits": (flipped("register", sign=True), right_key),
    "flipped byte in the vault": (flipped("vault", sign=True), right_key),
    "archive cut short": (shortened, right_key),
    "journal missing": (no_journal, right_key),
    "journal cut": (cut, right_key),
    "journal cut, head missing": (cut_with_head, right_key),
    "journal altered": (altered, right_key),
    "journal line dropped": (dropped, right_key),
    "journal of another register": (of_another, right_key),
    "archives swapped": (swapped, right_key),
}

PHASES = {"seed": seed, "erase": erase, "look": look, "refusals": refusals}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(PHASES[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201
