"""The journal of erasures: a file outside both databases and their backups.

Whoever was erased stands in it by opaque id, so that a restore can erase her again before anybody
is served. A line is written after the rows are gone and before the key is destroyed: a receipt is
complete only when the journal has it.

The file is `<register>.journal`, text, one erasure a line, each with a digest over the one before.
Beside it stands `<register>.head`: how many lines there are, their digest, and a MAC by the
vault's index root. A journal that was cut, altered or exchanged fits no head.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connections, router

from register.models import Customer, JournalMark
from register.vault import keyring
from register.vault.providers import provider

WHOLE, PART = "whole", "part"
PURPOSE = b"erasure journal"


class JournalRefused(Exception):
    """The journal cannot be used; the message is one sentence that says what to do."""


class Entry(NamedTuple):
    """One person's erasure. `what`: WHOLE or PART; `on`: the day that was decided for."""

    customer_id: UUID
    what: str
    ground: str
    on: date
    at: datetime

    def text(self) -> str:
        return f"{self.what} {self.customer_id} {self.ground} {self.on} {self.at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Head:
    """The journal's end: lines, digest of the last one, bytes of the file."""

    lines: int
    digest: str
    size: int


def mark() -> JournalMark:
    """The register's own mark; made, with a new register's id, where there is none yet."""
    return JournalMark.objects.get_or_create(pk=1)[0]


def path_of(register_id: UUID) -> Path:
    return Path(settings.ERASURE_JOURNAL_DIR) / f"{register_id}.journal"


# -- Writing ------------------------------------------------------------------------------------


def append(entries: Iterable[Entry]) -> Head:
    """Write these erasures down, to the disk's own surface. Returns the journal's new end.

    Raises JournalRefused, and then the journal is as it was. Safe from several processes.
    """
    known = mark()
    with _locked(known, create=True) as file:
        head = _mended(file, known)
        lines, new = _lines(entries, head, file)
        if lines:
            _write(file, lines, head)
            _put_head(known.register_id, new)
        return new


def reseal() -> None:
    """Write the head anew, under the newest key: a retired key must not be needed to read it."""
    known = mark()
    if path_of(known.register_id).exists():
        with _locked(known) as file:
            _put_head(known.register_id, _mended(file, known))


def note(head: Head) -> None:
    """The register knows the journal up to here. Belongs into the transaction that completes
    the receipts."""
    further = JournalMark.objects.filter(pk=1, lines__lt=head.lines)
    further.update(lines=head.lines, digest=head.digest, bytes=head.size)


def begin_anew() -> None:
    """The journal is lost for good: what is left of it steps aside, and the register begins one
    without lines."""
    known = mark()
    for suffix in (".journal", ".head"):
        path = path_of(known.register_id).with_suffix(suffix)
        if path.exists():
            path.replace(path.with_name(f"{path.name}.lost"))
    JournalMark.objects.filter(pk=1).update(lines=0, digest="", bytes=0)


def require_writable() -> None:
    """Raises JournalRefused where tonight's erasures could not be written down."""
    append([])


@contextmanager
def _locked(known: JournalMark, *, create: bool = False) -> Iterator[BinaryIO]:
    """The journal's file, open for reading and writing, held by this process alone."""
    path = path_of(known.register_id)
    if not path.exists():
        if known.lines or not create:
            raise JournalRefused(
                f"The journal of erasures is missing: {path} should hold {known.lines} lines. "
                "Bring it back from its copy, or correct ERASURE_JOURNAL_DIR."
            )
        _begin(path, known)
    with _sentences(path), path.open("r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _begin(path: Path, known: JournalMark) -> None:
    """A journal of no lines, whole or not at all: two workers may begin it at once."""
    with _sentences(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        first = json.dumps({"journal": 1, "register": str(known.register_id)}) + "\n"
        draft = path.with_name(f"{path.name}.{uuid4()}.draft")
        _put(draft, first.encode())
        try:
            os.link(draft, path)  # fails where another process was first, and then its file stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = os.strerror(error.errno) if error.errno else type(error).__name__
        raise JournalRefused(
            f"The journal of erasures cannot be written ({what}): make room and rights for "
            f"{path.parent}. Nothing is called erased that does not stand in it."
        ) from None


def _mended(file: BinaryIO, known: JournalMark) -> Head:
    """The journal's end. What a crash left after the head is adopted where whole, cut off where
    torn: nobody was told yet that it was written."""
    head = _read_head(known.register_id)
    size = os.fstat(file.fileno()).st_size
    if size > head.size:
        file.seek(head.size)
        tail = file.read()
        for raw in tail[: tail.rfind(b"\n") + 1].splitlines(keepends=True):
            _entry, head = _next(raw, head)
    if size < head.size or head.lines < known.lines:
        raise JournalRefused(
            f"The journal of erasures is cut short: {path_of(known.register_id)} held "
            f"{max(head.lines, known.lines)} lines. Bring it back from its copy."
        )
    file.truncate(head.size)
    return head


def _lines(entries: Iterable[Entry], head: Head, file: BinaryIO) -> tuple[bytes, Head]:
    text = bytearray()
    lines, digest = head.lines, head.digest
    for entry in entries:
        lines += 1
        body = f"{lines} {entry.text()}"
        digest = _digest(digest, body)
        text += f"{body} {digest}\n".encode()
    return bytes(text), Head(lines, digest, head.size + len(text))


def _write(file: BinaryIO, lines: bytes, head: Head) -> None:
    """All of it or nothing of it."""
    file.seek(head.size)
    try:
        written = 0
        while written < len(lines):
            written += file.write(lines[written:])
        os.fsync(file.fileno())
    except OSError:
        file.truncate(head.size)
        raise


def _put_head(register_id: UUID, head: Head) -> None:
    version = provider().index_versions[0]
    told = {"lines": head.lines, "digest": head.digest, "bytes": head.size, "key": version}
    mac = _mac(register_id, head, version)
    path = path_of(register_id).with_suffix(".head")
    draft = path.with_suffix(".head-draft")
    _put(draft, json.dumps(told | {"mac": mac}).encode())
    draft.replace(path)
    _sync_folder(path.parent)


def _put(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _mac(register_id: UUID, head: Head, version: int) -> str:
    """By the key file as it stands: a restore reads the journal before there is a vault to ask."""
    key = keyring.derive(provider().index_root(version), PURPOSE)
    what = f"{register_id} {head.lines} {head.digest} {head.size}"
    return hmac.new(key, what.encode(), sha256).hexdigest()


def _digest(before: str, body: str) -> str:
    return sha256(f"{before} {body}".encode()).hexdigest()


# -- Reading ------------------------------------------------------------------------------------


def read(path: Path, register_id: UUID, *, knows: JournalMark | None = None) -> list[Entry]:
    """Every erasure in this file, all of it verified.

    Raises JournalRefused where the file is missing, altered, cut short, from another register, or
    does not continue what the register `knows` of it.
    """
    entries: list[Entry] = []
    head = _start(path, register_id)
    with path.open("rb") as file:
        file.seek(head.size)
        for raw in file:
            if raw.endswith(b"\n"):  # a last line that is torn was never called written
                entry, head = _next(raw, head)
                entries.append(entry)
            if knows and head.lines == knows.lines and knows.digest not in ("", head.digest):
                raise JournalRefused(_OTHER.format(path=path))
    _reaches(path, register_id, head, knows)
    return entries


_OTHER = (
    "The journal of erasures at {path} belongs to another register: give the one that was kept "
    "for this backup."
)


def _reaches(path: Path, register_id: UUID, end: Head, knows: JournalMark | None) -> None:
    """The file holds at least what its head, and the register, say that it holds."""
    if end.lines and not path.with_suffix(".head").exists():
        raise JournalRefused(
            f"The head of the journal {path} is missing: copy {path.stem}.head beside it."
        )
    least = max(_read_head(register_id, path).lines, knows.lines if knows else 0)
    if end.lines < least:
        raise JournalRefused(
            f"The journal of erasures at {path} is cut short: it holds {end.lines} lines of "
            f"{least}. Bring it back from its copy."
        )


def _start(path: Path, register_id: UUID) -> Head:
    """The end of an empty journal: the first line, which names the register."""
    try:
        with path.open("rb") as file:
            first = file.readline()
    except OSError:
        raise JournalRefused(
            f"The journal of erasures is missing: no file {path}. Without it people who were "
            "erased since the backup would come back."
        ) from None
    try:
        named = json.loads(first)["register"]
    except (ValueError, KeyError, TypeError):
        raise JournalRefused(f"{path} is no journal of erasures.") from None
    if named != str(register_id):
        raise JournalRefused(_OTHER.format(path=path))
    return Head(0, sha256(first).hexdigest(), len(first))


def _next(raw: bytes, head: Head) -> tuple[Entry, Head]:
    """One line, if it follows the line before."""
    try:
        body, _, digest = raw.decode().rstrip("\n").rpartition(" ")
        number, what, customer_id, ground, on, at = body.split(" ")
        entry = Entry(
            UUID(customer_id), what, ground, date.fromisoformat(on), datetime.fromisoformat(at)
        )
    except ValueError:
        raise JournalRefused(_ALTERED.format(line=head.lines + 1)) from None
    if int(number) != head.lines + 1 or digest != _digest(head.digest, body):
        raise JournalRefused(_ALTERED.format(line=head.lines + 1))
    return entry, Head(head.lines + 1, digest, head.size + len(raw))


_ALTERED = (
    "The journal of erasures was altered or damaged at line {line}: bring it back from its copy."
)


def _read_head(register_id: UUID, journal: Path | None = None) -> Head:
    """What the head says, if its MAC is right. No head: a journal that was only begun."""
    path = journal or path_of(register_id)
    try:
        told: Any = json.loads(path.with_suffix(".head").read_bytes())
        head = Head(int(told["lines"]), str(told["digest"]), int(told["bytes"]))
        version, mac = int(told["key"]), str(told["mac"])
    except FileNotFoundError:
        return _start(path, register_id)
    except (OSError, ValueError, KeyError, TypeError):
        raise JournalRefused(f"The head of the journal {path} cannot be read.") from None
    if version not in provider().index_versions or not hmac.compare_digest(
        mac, _mac(register_id, head, version)
    ):
        raise JournalRefused(
            f"The head of the journal {path} was not written with this vault's keys: give the "
            "key file and the journal that belong together."
        )
    return head


# -- Before serving -----------------------------------------------------------------------------


def unreplayed() -> int:
    """How many people stand in this register whom the journal says were erased.

    More than 0 after a restore by other means than ours: nobody may be served before
    `manage.py journal replay`. Raises JournalRefused where the journal cannot be read.
    """
    connection = connections[router.db_for_read(JournalMark)]
    if JournalMark._meta.db_table not in connection.introspection.table_names():
        return 0  # not migrated yet: preflight says so
    known = JournalMark.objects.filter(pk=1).first()
    if known is None or (not known.lines and not path_of(known.register_id).exists()):
        return 0
    later = read(path_of(known.register_id), known.register_id, knows=known)[known.lines :]
    return still_here(later)


def require_replayed() -> None:
    """Raises JournalRefused where somebody would be served who was erased."""
    if here := unreplayed():
        raise JournalRefused(
            f"{here} people who were erased stand in this register, which is older than its "
            "journal: run `manage.py journal replay` before anybody is served."
        )


def still_here(entries: Iterable[Entry]) -> int:
    """How many of these erasures are not done in this register."""
    days: dict[str, dict[UUID, date]] = {WHOLE: {}, PART: {}}
    for entry in entries:
        days[entry.what][entry.customer_id] = entry.on
    whole = Customer.objects.filter(pk__among=days[WHOLE]).count()
    part = Customer.objects.filter(pk__among=days[PART].keys() - days[WHOLE].keys())
    marks = part.order_by().values_list("pk", "erased_on")
    return whole + sum(1 for pk, done in marks if done is None or done < days[PART][pk])
