"""Finding a row by a sealed value, exactly, without opening anything.

A tag is ``HMAC-SHA256(K[label, version], normalised value)[:16]``, K derived from the index root
by HKDF. Tags live in the vault, never beside the row: there are only some 41 million identity
codes, so whoever held tags and key could try them all. They go when the person's key goes.

**Two databases, no common transaction.** Tags are written before the row. A tag of a row that
never came to be finds nothing. While a row *changes* its value its tags are unsettled, and an
unsettled tag is believed only after the row has been opened; so a roll-back or a crash between
the two databases can neither hide a row nor find a wrong one.
"""

import hmac
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, connections, router, transaction
from django.db.models import Q
from django.utils import timezone

from . import keyring, raw
from .keys import in_parts
from .models import IndexTag

TAG_BYTES = 16


class Column(NamedTuple):
    """An indexed column: its label, and whether a value may stand in one row only."""

    label: str
    exclusive: bool


class Tag(NamedTuple):
    """A look-up tag on its way into the table, in the order of its columns."""

    label: str
    key_version: int
    tag: bytes
    customer_id: UUID
    row_id: UUID
    exclusive: bool
    settled: bool = True


class Entry(NamedTuple):
    """One row's normalised value, on its way into the index. Does not print."""

    row_id: UUID
    customer_id: UUID
    value: str

    def __repr__(self) -> str:
        return "<Entry>"


Holds = Callable[[UUID, str], bool]
"""Whether the row, opened, holds the value: the last word where a tag is in doubt."""


class TagTakenError(Exception):
    """Another row holds the value already."""


def tags(label: str, value: str) -> dict[int, bytes]:
    """Version of the index → tag of the normalised value, for every version in use."""
    return {version: _tag(key, value) for version, key in _keys(label)}


def _keys(label: str) -> list[tuple[int, bytes]]:
    """Version of the index and the column's key in it, for every version in use."""
    provider, versions = keyring.index_keys()
    return [(v, _key(provider.index_root(v), label, v)) for v in versions]


@lru_cache(maxsize=256)
def _key(root: bytes, label: str, version: int) -> bytes:
    return keyring.derive(root, b"blind index\0" + label.encode() + b"\0" + version.to_bytes(2))


def _tag(key: bytes, value: str) -> bytes:
    return hmac.digest(key, value.encode(), sha256)[:TAG_BYTES]


def find(column: Column, values: Iterable[str], *, holds: Holds) -> set[UUID]:
    """Ids of the rows that hold one of the normalised values."""
    wanted = {
        (version, tag): value
        for value in set(values)
        for version, tag in tags(column.label, value).items()
    }
    rows: set[UUID] = set()
    for version, tag, row_id, settled in _matching(column, wanted):
        if row_id not in rows and (settled or holds(row_id, wanted[version, tag])):
            rows.add(row_id)
    return rows


def _matching(
    column: Column, wanted: Collection[tuple[int, bytes]]
) -> list[tuple[int, bytes, UUID, bool]]:
    """Rows of the index with one of these tags. Plain SQL: every look-up goes by here."""
    connection = connections[router.db_for_read(IndexTag)]
    by_version: dict[int, list[bytes]] = {}
    for version, tag in wanted:
        by_version.setdefault(version, []).append(tag)
    return [
        (version, bytes(tag), _uuid(row_id), bool(settled))
        for version, tags_of in by_version.items()
        for some in _parts(tags_of)
        for tag, row_id, settled in raw.fetch(
            connection, _question(len(some), column.exclusive), [*some, column.label, version]
        )
    ]


@lru_cache(maxsize=64)
def _question(count: int, exclusive: bool) -> str:
    """The partial indexes are found by `exclusive` in the words of the question."""
    places = ", ".join(["%s"] * count)
    return (
        "SELECT tag, row_id, settled FROM vault_indextag "  # noqa: S608
        f"WHERE tag IN ({places}) AND label = %s AND key_version = %s "
        f"AND {'exclusive' if exclusive else 'NOT exclusive'}"
    )


def _uuid(stored: UUID | str) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(stored)


def _parts(tags: Sequence[bytes], size: int = 500) -> Iterable[Sequence[bytes]]:
    return (tags[start : start + size] for start in range(0, len(tags), size))


def add(column: Column, entries: Sequence[Entry], *, holds: Holds) -> None:
    """Tags for new rows, before the rows are inserted.

    Raises TagTakenError when the column is exclusive and another row holds the value. A tag left
    behind by a row that never came to be, or that has another value now, gives way.
    """
    rows = _rows_of_all(column, entries)
    if not column.exclusive:
        _insert(rows, ignore_conflicts=True)
        return
    try:
        _insert(rows)
    except IntegrityError:
        _make_room(column, entries, holds)
        _insert_missing(rows)


def change(column: Column, entry: Entry, *, holds: Holds) -> None:
    """The tags of a row that exists already and gets another value (or the same).

    Call :func:`settle` when the row's transaction has committed. Raises TagTakenError as
    :func:`add` does.
    """
    of_row = IndexTag.objects.filter(label=column.label, row_id=entry.row_id)
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        # Locked first: a version of the index that is being added then shows its tag to the update.
        list(of_row.select_for_update().order_by("pk").values_list("pk"))
        of_row.update(settled=False, saved_at=timezone.now())
        if column.exclusive:
            _make_room(column, [entry], holds)
        rows = rows_of(column, entry)
        _insert_missing([row._replace(settled=False) for row in rows])


def settle(column: Column, row_id: UUID, value: str | None) -> None:
    """The row is committed with this normalised value (None: empty): its other tags go."""
    of_row = IndexTag.objects.filter(label=column.label, row_id=row_id)
    kept = tags(column.label, value) if value is not None else {}
    ours = Q(pk__in=[])
    for version, tag in kept.items():
        ours |= Q(key_version=version, tag=tag)
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        of_row.exclude(ours).delete()
        of_row.update(settled=True)


def doubt(column: Column, row_id: UUID) -> None:
    """The row is about to lose its value: believe its tags only after opening it."""
    of_row = IndexTag.objects.filter(label=column.label, row_id=row_id)
    of_row.update(settled=False, saved_at=timezone.now())


def forget(row_ids: UUID | Iterable[UUID]) -> int:
    """Delete all tags of these rows, after the rows are gone. Returns how many tags there were.

    For rows that go while their person stays; ``keys.destroy`` takes the tags of a person who goes.
    """
    ids = {row_ids} if isinstance(row_ids, UUID) else set(row_ids)
    parts = in_parts(ids)
    return sum(IndexTag.objects.filter(row_id__in=some).delete()[0] for some in parts)


def rows_of(column: Column, entry: Entry) -> list[Tag]:
    """The tags of one row, not saved yet: one for each version in use."""
    return _rows_of_all(column, [entry])


def _rows_of_all(column: Column, entries: Iterable[Entry]) -> list[Tag]:
    label, exclusive = column
    keys = _keys(label)
    return [
        Tag(label, version, _tag(key, value), customer_id, row_id, exclusive)
        for row_id, customer_id, value in entries
        for version, key in keys
    ]


def _insert(rows: Sequence[Tag], *, ignore_conflicts: bool = False) -> None:
    """In a savepoint: the caller's transaction must survive a value that is taken.

    Plain SQL, because a bulk of ten thousand rows brings ten thousand tags.
    """
    using = router.db_for_write(IndexTag)
    connection = connections[using]
    columns = "label, key_version, tag, customer_id, row_id, exclusive, settled, saved_at"
    conflicts = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    into = f"INSERT INTO vault_indextag ({columns})"
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    if not rows:
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"{into} SELECT u.*, %s::timestamptz FROM unnest(%s::text[], %s::int[], "  # noqa: S608
                "%s::bytea[], %s::uuid[], %s::uuid[], %s::boolean[], %s::boolean[]) AS u"
                + conflicts,
                [now, *_as_arrays(rows)],
            )
            return
        cursor.executemany(
            f"{into} VALUES (%s, %s, %s, %s, %s, %s, %s, %s){conflicts}",
            [(r[0], r[1], r[2], r[3].hex, r[4].hex, r[5], r[6], now) for r in rows],
        )


def _as_arrays(rows: Sequence[Tag]) -> list[str]:
    """The columns as PostgreSQL writes arrays: the driver would look at each of a hundred thousand
    values for what needs quoting, and only labels could."""
    labels, versions, tags_of, people, ids, exclusive, settled = zip(*rows, strict=True)
    columns = (
        map(json.dumps, labels), map(str, versions), (f'"\\\\x{tag.hex()}"' for tag in tags_of),
        (person.hex for person in people), (row.hex for row in ids),
        map(str, exclusive), map(str, settled),
    )  # fmt: skip
    return ["{" + ",".join(column) + "}" for column in columns]


def insert_if_missing(
    column: Column, entries: Sequence[Entry], rows: Sequence[Tag], *, holds: Holds
) -> int:
    """Insert those of the tags that are not there yet. Returns how many were inserted.

    Where a column is exclusive and another row rightly holds the value, its tag stays alone.
    """
    missing = _missing(rows)
    if not missing:
        return 0
    try:
        _insert(missing)
    except IntegrityError:
        for entry in entries:
            with suppress(TagTakenError):
                _make_room(column, [entry], holds)
        _insert(missing, ignore_conflicts=True)
    return len(missing) - len(_missing(missing))


def _insert_missing(rows: Sequence[Tag]) -> None:
    try:
        _insert(_missing(rows))
    except IntegrityError:
        raise TagTakenError from None


def _missing(rows: Sequence[Tag]) -> list[Tag]:
    stored = IndexTag.objects.filter(row_id__in={row.row_id for row in rows})
    have = {
        (row_id, label, version, bytes(tag))
        for row_id, label, version, tag in stored.values_list(
            "row_id", "label", "key_version", "tag"
        )
    }
    return [r for r in rows if (r.row_id, r.label, r.key_version, bytes(r.tag)) not in have]


def _make_room(column: Column, entries: Sequence[Entry], holds: Holds) -> None:
    """Delete tags that stand in the way without right; raise if one of them is right."""
    wanted = {
        (version, tag): entry
        for entry in entries
        for version, tag in tags(column.label, entry.value).items()
    }
    for version, tag, row_id, _settled in _matching(column, wanted):
        entry = wanted[version, tag]
        if row_id == entry.row_id:
            continue
        if holds(row_id, entry.value):
            raise TagTakenError
        IndexTag.objects.filter(
            label=column.label, key_version=version, tag=tag, row_id=row_id
        ).delete()
