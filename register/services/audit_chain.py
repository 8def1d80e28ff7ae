"""Seals over the audit: a keyed chain, made by a job, that no writer waits for.

A line of the audit is inserted plain. A moment later the job seals what has come, in the order of
the ids, by a chain of HMAC-SHA256. Whoever changes, removes, inserts or reorders lines behind the
register's back cannot make the chain fit again without the key. The key is derived (HKDF) from
the vault's index root, so it stands in neither database, and never from SECRET_KEY.

What the chain alone cannot show is that its own end was cut off, lines and seals together. A head
that was exported before shows it (register.services.audit_heads): keep one off this machine.

**Lines that come late.** On PostgreSQL a smaller id may be committed after a greater one. The job
therefore first sees which writers hold their lock on the table (they took it before their id),
and seals only once those have ended. New writers wait for nothing. On SQLite there is one writer.

**A new index root** (`rotate_keys`) begins a new chain, from the first line on, once the old chain
has been checked as far as it goes; a broken old chain goes on under its own key.
"""

import hmac
import json
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connections, transaction
from django.db.models import CharField, QuerySet, TextField
from django.db.models.functions import Cast

from register.models import AuditEvent, AuditSeal
from register.vault import keyring

PURPOSE = b"register audit chain"
TAG = 16
ENTRY = struct.Struct(">q16s")
LARGEST = 1_000
"""Events under one seal."""
AT_ONCE = 20
"""Seals in one transaction."""
SEALER_LOCK = 0x6B657361
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = tuple[Any, ...]


def lines() -> QuerySet[AuditEvent, Row]:
    """The events as they are sealed, by id. Ids of people and lists of columns come as text: a
    million of them are read in half the time."""
    return AuditEvent.objects.order_by("id").values_list(
        "id", "at", "actor_id", "count", Cast("customer_id", CharField()),
        Cast("fields", TextField()), "actor_roles", "verb", "object_label", "object_id",
        "reason", "outcome", "query_tag",
    )  # fmt: skip


def _text(row: Row) -> str:
    """One event as text: the same on both databases, and no two events the same (every text has
    its length before it)."""
    number, at, actor, count, person, fields, *texts = row
    at = (at - _EPOCH) // _MICROSECOND
    person = person and person.replace("-", "")
    said = "".join([f"|{len(text)}:{text}" for text in texts])
    return f"{number}|{at}|{actor}|{count}|{person}|{_list(fields)}{said}"


@lru_cache(maxsize=4_096)
def _list(text: str) -> str:
    """A list of columns in JSON, written in one way. There are few different ones."""
    plain = json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)
    return f"{len(plain)}:{plain}"


# -- The arithmetic -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain of one key version: digests over events and over seals."""

    version: int
    key: bytes

    @property
    def start(self) -> bytes:
        """The tag before the first event."""
        return hmac.digest(self.key, b"start", "sha256")[:TAG]

    def tag(self, before: bytes, row: Row) -> bytes:
        """16 bytes over the event (a row of `lines`) and the tag before it."""
        return hmac.digest(self.key, before + _text(row).encode(), "sha256")[:TAG]

    def mac(self, before: bytes, seal: AuditSeal) -> bytes:
        """32 bytes over the seal and the mac of the seal before it."""
        at = (seal.sealed_at - _EPOCH) // _MICROSECOND
        head = [seal.key_version, seal.number, seal.first_id, seal.last_id, seal.total, at]
        text = b"seal" + json.dumps(head).encode() + before + bytes(seal.tags)
        return hmac.digest(self.key, text, "sha256")

    def seal(self, rows: list[Row], *, after: AuditSeal | None, at: datetime) -> AuditSeal:
        """The next seal, over rows in the order of their ids. Not saved."""
        tag = last_tag(after) if after else self.start
        entries = []
        for row in rows:
            tag = self.tag(tag, row)
            entries.append(ENTRY.pack(row[0], tag))
        made = AuditSeal(
            key_version=self.version,
            number=after.number + 1 if after else 1,
            first_id=rows[0][0],
            last_id=rows[-1][0],
            total=(after.total if after else 0) + len(rows),
            tags=b"".join(entries),
            sealed_at=at,
        )
        made.mac = self.mac(bytes(after.mac) if after else b"", made)
        return made


def chain(version: int) -> Chain | None:
    """The chain of that version; None when its key is no longer there."""
    try:
        root = keyring.active().index_root(version)
    except KeyError:
        return None
    return Chain(version, keyring.derive(root, PURPOSE))


def last_tag(seal: AuditSeal) -> bytes:
    return bytes(seal.tags)[-TAG:]


def entries(seal: AuditSeal) -> Iterator[tuple[int, bytes]]:
    """Ids and tags under a seal."""
    tags = bytes(seal.tags)
    yield from ENTRY.iter_unpack(tags[: len(tags) - len(tags) % ENTRY.size])


# -- Sealing ------------------------------------------------------------------------------------


def seal(*, at: datetime, patience: float = 5.0) -> int:
    """Seal what has come since. How many events were sealed.

    Nothing is sealed while a writer that began earlier is still at work after `patience` seconds,
    or while another process seals: the next call does it. Raises KeyringError without keys.
    """
    sealing, done = _current(), 0
    after = _last_seal(sealing)
    top = _settled_top(after.last_id if after else 0, patience)
    if top is None:
        return 0
    while part := _seal_part(sealing, top, at):
        done += part
    return done


def _seal_part(sealing: Chain, top: int, at: datetime) -> int:
    """Some seals in one transaction, so that on SQLite nobody waits long."""
    with transaction.atomic():
        if not _alone():
            return 0
        after = _last_seal(sealing)
        waiting = lines().filter(id__gt=after.last_id if after else 0, id__lte=top)
        events = list(waiting[: LARGEST * AT_ONCE])
        seals = []
        for first in range(0, len(events), LARGEST):
            after = sealing.seal(events[first : first + LARGEST], after=after, at=at)
            seals.append(after)
        AuditSeal.objects.bulk_create(seals)
    return len(events)


def _last_seal(sealing: Chain) -> AuditSeal | None:
    return AuditSeal.objects.filter(key_version=sealing.version).order_by("number").last()


def _current() -> Chain:
    """The chain to go on with: the current key's, unless the chain before it is broken."""
    version = keyring.index_versions()[0]
    now = chain(version)
    assert now is not None, "the current index root is always there"
    if AuditSeal.objects.filter(key_version=version).exists():
        return now
    older = AuditSeal.objects.exclude(key_version=version).order_by("key_version").last()
    before = chain(older.key_version) if older else None
    if before is None or not check(before).findings:
        return now
    return before


def _settled_top(sealed: int, patience: float) -> int | None:
    """The greatest id up to which nothing more can be committed; None if there is nothing new, or
    that is not known yet."""
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first()
    connection = connections[AuditEvent.objects.db]
    if newest is None or newest <= sealed:
        return None
    if connection.vendor != "postgresql":
        return newest
    writing, until = _writers(connection), time.monotonic() + patience
    while writing:
        if time.monotonic() > until:
            return None
        time.sleep(0.02)
        writing &= _writers(connection)
    return newest


def _writers(connection: Any) -> set[str]:
    """Other transactions that may have an id and not be committed. They took this lock before
    they took the id, and hold it to their end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted "
            "AND mode = 'RowExclusiveLock' AND relation = 'register_auditevent'::regclass "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND pid IS DISTINCT FROM pg_backend_pid()"
        )
        return {row[0] for row in cursor.fetchall()}


def _alone() -> bool:
    """One sealer at a time. On SQLite the transaction is alone by itself."""
    connection = connections[AuditEvent.objects.db]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        return bool(cursor.fetchone()[0])


# -- Checking -----------------------------------------------------------------------------------

MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit. `kind`: changed, deleted, inserted, seal, truncated or head."""

    kind: str
    event_id: int | None
    what: str


class Check:
    """What a check of a chain found. `findings` holds the first hundred, `count` all of them."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.findings: list[Finding] = []
        self.count = 0
        self.events = 0
        self.seals = 0
        self.unsealed = 0
        self.last_id = 0

    def found(self, kind: str, event_id: int | None, what: str) -> None:
        self.count += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, event_id, what))


def check(sealing: Chain) -> Check:
    """Compare every event with its seal, in one pass; after a finding it goes on behind it."""
    found, last = Check(sealing), _last_seal(sealing)
    seals = AuditSeal.objects.filter(key_version=sealing.version).order_by("number")
    seals = seals.filter(number__lte=last.number if last else 0)  # read before the events are
    with _cursors():
        compare(found, seals.iterator(chunk_size=100), lines().iterator(chunk_size=5_000))
    return found


def _cursors() -> AbstractContextManager[Any]:
    """PostgreSQL keeps a cursor for as long as a transaction; on SQLite one would keep writers
    waiting."""
    alias = AuditEvent.objects.db
    return transaction.atomic() if connections[alias].vendor == "postgresql" else nullcontext()


def compare(found: Check, seals: Iterable[AuditSeal], events: Iterable[Row]) -> None:
    """The pass itself, over seals by number and events by id."""
    rows = iter(events)
    row = next(rows, None)
    tag, mac, number = found.chain.start, b"", 0
    for seal in seals:
        missing = seal.number != number + 1
        if missing:
            found.found("seal", seal.first_id, f"seals {number + 1}–{seal.number - 1} are missing")
        elif not hmac.compare_digest(found.chain.mac(mac, seal), bytes(seal.mac)):
            found.found("seal", seal.first_id, f"seal {seal.number} has been changed")
        while missing and row is not None and row[0] < seal.first_id:
            row = next(rows, None)
        tag, row = _compare_seal(found, seal, tag, row, rows, trusts_before=not missing)
        mac, number = bytes(seal.mac), seal.number
        found.seals += 1
        found.last_id = seal.last_id
    found.unsealed = (row is not None) + sum(1 for _row in rows)


def _compare_seal(
    found: Check, seal: AuditSeal, tag: bytes, row: Row | None, rows: Iterator[Row],
    *, trusts_before: bool,
) -> tuple[bytes, Row | None]:  # fmt: skip
    """The events of one seal. Gives the tag and the row to go on with."""
    digest = found.chain.tag
    for number, (sealed_id, sealed_tag) in enumerate(entries(seal)):
        while row is not None and row[0] < sealed_id:
            found.found("inserted", row[0], "was not there when its neighbours were sealed")
            row = next(rows, None)
        if row is None or row[0] > sealed_id:
            found.found("deleted", sealed_id, "is gone")
        else:
            follows = trusts_before or number > 0
            if follows and digest(tag, row) != sealed_tag:
                found.found("changed", sealed_id, "is not what was sealed")
            found.events += 1
            row = next(rows, None)
        tag = sealed_tag
    return tag, row
