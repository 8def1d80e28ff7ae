"""Backups: both databases of one moment and the sealed files, in two archives, because the vault's
copies are kept for days and the register's for weeks (policy.BACKUP_DAYS).

A backup is a folder `register-<time>` or `vault-<time>`: `content.tar.age`, `manifest.json` and,
where it was sealed by passphrase, `key.age`. It has that name only once it was read back whole.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from register import policy
from register.models import JournalMark
from register.services import archives, audit, dumps, journal
from register.services.archives import ArchiveRefused
from register.vault.models import Resealing

FORMAT = 1
STORES = {"register": dumps.REGISTER, "vault": dumps.VAULT}
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"^(register|vault)-(\d{8}T\d{6}Z)$")
DATABASE, FILES, MANIFEST = "database", "files", "manifest.json"


class BackupRefused(Exception):
    """No backup was made, or it cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: counts and opaque ids. `rows`: rows per table of its database."""

    store: str
    made_at: datetime
    engine: str
    register_id: UUID
    journal_lines: int
    journal_digest: str
    rows: Mapping[str, int]
    sha256: str

    def as_json(self) -> str:
        told = {name: getattr(self, name) for name in self.__slots__}
        told |= {"format": FORMAT, "made_at": self.made_at.isoformat()}
        return json.dumps(told | {"register_id": str(self.register_id)}, indent=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: its folder and how many bytes were read back out of it."""

    folder: Path
    size: int


def sealed_files() -> Path:
    """Where sealed files stand."""
    default = Path(settings.BASE_DIR) / "var" / "sealed"
    return Path(getattr(settings, "SEALED_FILES_DIR", "") or default)


def make(*, into: Path, at: datetime, how: archives.Lock) -> list[Made]:
    """Back both databases and the sealed files up, and read the archives back.

    Raises BackupRefused, ArchiveRefused, DumpRefused, JournalRefused or OSError; then nothing of
    it stays.
    """
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = _known_journal()
    with tempfile.TemporaryDirectory(dir=into, prefix=".partial-") as scratch:
        drafts = _drafts(Path(scratch), known, at, how)
        made = [_publish(draft, into, at, how) for draft in drafts]
    audit.record(verb="backup.made", at=at, count=len(made))
    return made


def _known_journal() -> JournalMark:
    """The journal must be whole now: a backup is worth nothing without it."""
    known = journal.mark()
    if known.lines:
        journal.read(journal.path_of(known.register_id), known.register_id, knows=known)
    return known


def _drafts(
    scratch: Path, known: JournalMark, at: datetime, how: archives.Lock
) -> list[tuple[str, Path]]:
    before = _reseal_state()
    drafts = []
    with dumps.both(scratch) as copies:
        for store, alias in STORES.items():
            draft = scratch / store
            draft.mkdir(mode=0o700)
            members = [(DATABASE, copies[alias].content)]
            members += _files() if store == "register" else []
            digest = archives.write(draft, members, how)
            manifest = Manifest(
                store=store,
                made_at=at,
                engine=connections[alias].vendor,
                register_id=known.register_id,
                journal_lines=known.lines,
                journal_digest=known.digest,
                rows=copies[alias].rows,
                sha256=digest,
            )
            (draft / MANIFEST).write_text(manifest.as_json())
            drafts.append((store, draft))
    if _reseal_state() != before or before[1]:
        raise BackupRefused("Keys are being changed (rotate_keys): back up when that has ended.")
    return drafts


def _reseal_state() -> tuple[int, int]:
    return Resealing.objects.count(), Resealing.objects.filter(finished_at=None).count()


def _files() -> list[archives.Member]:
    root = sealed_files()
    found = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else []
    return [(f"{FILES}/{path.relative_to(root)}", _content(path)) for path in found]


def _content(path: Path) -> Iterator[bytes]:
    """A file that was erased since it was listed is left out of what is told: it reads as empty."""
    try:
        with path.open("rb") as file:
            while piece := file.read(archives.PART):
                yield piece
    except FileNotFoundError:
        return


def _publish(draft: tuple[str, Path], into: Path, at: datetime, how: archives.Lock) -> Made:
    """Read the archive back whole; only then it gets its name."""
    store, folder = draft
    manifest = manifest_of(folder)
    if archives.digest_of(folder / archives.CONTENT) != manifest.sha256:
        raise BackupRefused("What was written reads back otherwise: the disk may be failing.")
    size = archives.check(folder, how.inner)
    target = into / f"{store}-{at.astimezone(UTC).strftime(STAMP)}"
    if target.exists():
        raise BackupRefused(f"{target.name} exists already: wait a second and try again.")
    return Made(folder.rename(target), size)


# -- Looking at backups -------------------------------------------------------------------------


def manifest_of(folder: Path) -> Manifest:
    """Raises BackupRefused where the folder holds no backup of ours."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        if told.pop("format") != FORMAT:
            raise ValueError
        told |= {
            "made_at": datetime.fromisoformat(told["made_at"]),
            "register_id": UUID(told["register_id"]),
        }
        return Manifest(**told)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupRefused(f"{folder} is no backup that this program can read.") from None


def of_store(store: str, where: Path) -> list[Path]:
    """The backups of one store, oldest first."""
    folders = (path for path in where.glob(f"{store}-*") if NAME.match(path.name))
    return sorted(folders, key=lambda path: path.name)


def newest(store: str, where: Path) -> Path:
    found = of_store(store, where)
    if not found:
        raise BackupRefused(f"There is no backup of the {store} in {where}.")
    return found[-1]


def verify(folder: Path, key: Any = None) -> int:
    """Compare the archive with its manifest and, with the key, read it through. Bytes read."""
    manifest = manifest_of(folder)
    try:
        intact = archives.digest_of(folder / archives.CONTENT) == manifest.sha256
    except FileNotFoundError:
        intact = False
    if not intact:
        raise ArchiveRefused(f"{folder.name} is damaged: it is not what was written.")
    return archives.check(folder, key) if key else 0


def prune(*, where: Path, at: datetime) -> list[str]:
    """Delete backups older than the policy allows; returns their names."""
    gone = []
    for store, days in policy.BACKUP_DAYS.items():
        for folder in of_store(store, where):
            if _made_at(folder) < at - timedelta(days=days):
                shutil.rmtree(folder)
                gone.append(folder.name)
    return gone


def _made_at(folder: Path) -> datetime:
    found = NAME.match(folder.name)
    assert found
    return datetime.strptime(found[2], STAMP).replace(tzinfo=UTC)
