"""People's data keys: made on first use, kept briefly in memory, destroyed for good.

A key is trusted from memory for ``TRUST_SECONDS``; after that the vault is asked again whether it
still exists. So a person erased by one process is unreadable in all others within seconds, and
in this one at once. Writing asks the vault every time: a value must never be sealed with a key
that is gone, or that was rolled back.
"""

import json
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic as monotonic  # the attribute's clock too
from typing import TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections, router, transaction

from . import keyring, raw, sealing
from .errors import KeyringError
from .models import DataKey, IndexTag
from .providers import KeyProvider

T = TypeVar("T")
TRUST_SECONDS = 5.0
REMEMBERED = 16_384
ROWS_A_QUERY = 2_000
DESTROYED_A_QUERY = 10_000
_KEYS_OF_POSTGRESQL = (
    "SELECT uuid_send(customer_id), generation, wrapped FROM vault_datakey "
    "WHERE customer_id = ANY(%s::uuid[])"
)
_DESTROY_ON_POSTGRESQL = (
    "WITH gone AS (DELETE FROM vault_datakey WHERE customer_id = ANY(%s::uuid[]) "
    "RETURNING customer_id) SELECT COUNT(DISTINCT customer_id) FROM gone"
)
_KEYS_OF_SQLITE = (
    "SELECT customer_id, generation, wrapped FROM vault_datakey "
    "WHERE customer_id IN (SELECT value FROM json_each(%s))"
)


class _Asked:
    """One question to the vault: when it was put, and whose keys unwrap the answer."""

    __slots__ = ("at", "provider")
    at: float
    provider: KeyProvider | None

    def __init__(self, at: float) -> None:
        self.at, self.provider = at, None

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        if self.provider is None:
            self.provider = keyring.active()
        try:
            return self.provider.unwrap(wrapped, context=context)
        except KeyringError:  # wrapped by a master that this process has not met
            return keyring.unwrap(wrapped, context=context)


class _Person:
    """What the vault said of one person, and in answer to what.

    ``keys``: header of her sealed values (format version and generation) → wrapped key; empty if
    she has none. ``cipher`` is that of ``head``, the one that was used last.
    """

    __slots__ = ("asked", "cipher", "head", "keys")
    asked: _Asked
    keys: dict[bytes, bytes]
    head: bytes | None
    cipher: AESGCM | None

    def __init__(self, asked: _Asked, keys: dict[bytes, bytes]) -> None:
        self.asked, self.keys, self.head, self.cipher = asked, keys, None, None


class Batch:
    """The people of rows that were read together: their keys are fetched together."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Collection[object]) -> None:
        self._ids = ids

    @property
    def customer_ids(self) -> list[UUID]:
        """In the order of the rows; a row may lack its person's id, or nobody asked for it."""
        return [person for person in self._ids if type(person) is UUID]


memory: dict[bytes, _Person] = {}
"""By the bytes of the id, as a UUID takes its time to hash. One object for good: others hold it."""
_lock = threading.Lock()
_forgotten = 0  # how often people were destroyed by this process
_heads = [sealing.header(number) for number in range(16)]
"""The headers of the generations that are met, so that they need not be packed again and again."""


def ensure(customer_id: UUID) -> None:
    """Make the person's data key if she has none. Write it before the first row that needs it."""
    current([customer_id])


def exists(customer_id: UUID) -> bool:
    """Whether the vault holds a data key of this person now. Asks the database."""
    return DataKey.objects.filter(customer_id=customer_id).exists()


def destroy(customer_ids: UUID | Iterable[UUID]) -> int:
    """Destroy the data keys, look-up tags and sealed files of these people, for good.

    Returns how many people had a key. Delete the rows first: a key without rows is harmless, a
    row without its key reads as Erased. Commit of the vault's transaction makes it so.
    """
    ids = {customer_ids} if isinstance(customer_ids, UUID) else set(customer_ids)
    from . import files  # it needs keys itself

    people = 0
    with transaction.atomic(using=router.db_for_write(DataKey)):
        for some in in_parts(ids, DESTROYED_A_QUERY):
            tags = IndexTag.objects.filter(customer_id__among=some).order_by()
            tags._raw_delete(tags.db)
            files.remove_of(some)
            people += _delete_keys(some)
    _forget_people(ids)
    return people


def _delete_keys(people: Collection[UUID]) -> int:
    """Returns of how many people."""
    keys = DataKey.objects.filter(customer_id__among=people).order_by()
    connection = connections[keys.db]
    if connection.vendor != "postgresql":
        found = keys.values("customer_id").distinct().count()
        keys._raw_delete(keys.db)
        return found
    with connection.cursor() as cursor:
        cursor.execute(_DESTROY_ON_POSTGRESQL, [_array(person.hex for person in people)])
        [(found,)] = cursor.fetchall()
    return int(found)


def preload(customer_ids: Iterable[UUID]) -> None:
    """Fetch the keys of these people from the vault: one query per 2 000 people.

    Useful before a loop over rows that a plain query has joined in; rows that come from a
    SealedQuerySet do this by themselves.
    """
    for some in in_parts(_each_once(customer_ids)):
        _ask(some)


def current(customer_ids: Iterable[UUID]) -> dict[UUID, tuple[int, AESGCM]]:
    """Each person's newest (generation, cipher), made where missing. Always asks the vault."""
    ids = {customer_id.bytes: customer_id for customer_id in customer_ids}
    return _by_id(ids, current_of(list(ids)))


def current_of(owners: Iterable[bytes]) -> dict[bytes, tuple[bytes, AESGCM]]:
    """The same by the bytes of their ids, with the header of what is sealed in place of the
    generation: thousands of new rows come by here."""
    each = dict.fromkeys(owners)
    found = _newest(each)
    if missing := [owner for owner in each if owner not in found]:
        _create([UUID(bytes=owner) for owner in missing])
        found |= _newest(missing)
    return found


def newest(customer_ids: Iterable[UUID]) -> dict[UUID, tuple[int, AESGCM]]:
    """Like :func:`current`, of those who have a key: none is made."""
    ids = {customer_id.bytes: customer_id for customer_id in customer_ids}
    return _by_id(ids, _newest(ids))


def _by_id(
    ids: dict[bytes, UUID], found: dict[bytes, tuple[bytes, AESGCM]]
) -> dict[UUID, tuple[int, AESGCM]]:
    return {
        ids[owner]: (int.from_bytes(head[1:]), cipher) for owner, (head, cipher) in found.items()
    }


def _newest(owners: Iterable[bytes]) -> dict[bytes, tuple[bytes, AESGCM]]:
    found = {}
    for some in in_parts(owners):
        for owner, person in _ask(some).items():
            if person.keys:
                head = max(person.keys)
                found[owner] = head, _unwrapped(person, owner, head)
    return found


def newest_known(customer_id: UUID) -> int:
    """The person's newest generation as this process remembers it; 0 where it knows of none."""
    person = memory.get(customer_id.bytes)
    return int.from_bytes(max(person.keys)[1:]) if person and person.keys else 0


def cipher(customer_id: UUID, generation: int, read: object = None) -> AESGCM | None:
    """The cipher of one key, or None when the key is gone.

    ``read``: the state of the row that it opens, which knows the rows that were read with it.
    """
    return cipher_of(customer_id.bytes, _head(generation), read)


def cipher_of(owner: bytes, head: bytes, read: object) -> AESGCM | None:
    """The same by the bytes of the person's id and the first three of the sealed value."""
    person = memory.get(owner)
    if person is None or monotonic() - person.asked.at >= TRUST_SECONDS or not person.keys:
        person = _ask_with(owner, person, getattr(read, "vault_batch", None))
    if head not in person.keys:
        # Another process may have given her a new key since we asked. Without any she is erased.
        return _anew(owner, head) if person.keys else None
    try:
        return _unwrapped(person, owner, head)
    except KeyringError:  # wrapped anew, and the old master retired, since we asked
        return _anew(owner, head)


def cipher_anew(customer_id: UUID, generation: int) -> AESGCM | None:
    """Like :func:`cipher`, past the memory: for a value that did not open with what it held."""
    return _anew(customer_id.bytes, _head(generation))


def _anew(owner: bytes, head: bytes) -> AESGCM | None:
    person = _ask([owner])[owner]
    return _unwrapped(person, owner, head) if head in person.keys else None


def _head(generation: int) -> bytes:
    return _heads[generation] if generation < len(_heads) else sealing.header(generation)


def _unwrapped(person: _Person, owner: bytes, head: bytes) -> AESGCM:
    """The person's cipher of that generation, kept at hand: her values are of one, as a rule."""
    ready = person.cipher
    if ready is not None and person.head == head:
        return ready
    # The context is keyring.data_key_context, of bytes that are here already.
    opened = AESGCM(person.asked.unwrap(person.keys[head], owner + head[1:]))
    # In this order, and read in the other: no thread ever takes a cipher for another header's.
    person.head = None
    person.cipher = opened
    person.head = head
    return opened


def forget() -> None:
    """Empty this process's memory of keys."""
    with _lock:
        memory.clear()


def _ask_with(owner: bytes, known: _Person | None, batch: Batch | None) -> _Person:
    """Ask for the person and, in the same breath, for everybody read together with her.

    That a person has no key is believed only within the rows that were read together.
    """
    if batch is None:
        return _ask([owner])[owner]
    if known is not None and monotonic() - known.asked.at < TRUST_SECONDS:
        return known
    preload(batch.customer_ids)
    person = memory.get(owner)
    return person if person is not None else _ask([owner])[owner]


def in_parts(ids: Iterable[T], size: int = ROWS_A_QUERY) -> Iterator[list[T]]:
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def _each_once(customer_ids: Iterable[UUID]) -> dict[bytes, None]:
    return dict.fromkeys([customer_id.int.to_bytes(16) for customer_id in customer_ids])


def _create(ids: Iterable[UUID]) -> None:
    """Another process may do the same at the same moment: the first one's key stands."""
    with transaction.atomic(using=router.db_for_write(DataKey)):
        provider = keyring.hold_current()
        rows = [new_key(provider, person, 1) for person in ids]
        DataKey.objects.bulk_create(rows, batch_size=ROWS_A_QUERY, ignore_conflicts=True)


def new_key(provider: KeyProvider, customer_id: UUID, generation: int) -> DataKey:
    """A fresh random data key, wrapped and not saved yet."""
    context = keyring.data_key_context(customer_id, generation)
    wrapped = provider.wrap(AESGCM.generate_key(256), context=context)
    return DataKey(customer_id=customer_id, generation=generation, wrapped=wrapped)


def _ask(owners: Sequence[bytes]) -> dict[bytes, _Person]:
    """What the vault says of these people now. Remembers it, that there is no key included."""
    asked, before = _Asked(monotonic()), _forgotten
    stored: dict[bytes, dict[bytes, bytes]] = {}
    for owner, generation, wrapped in _stored(owners):
        if owner in stored:
            stored[owner][_head(generation)] = wrapped
        else:
            stored[owner] = {_head(generation): wrapped}
    with _lock:
        if before != _forgotten:  # somebody was destroyed while we asked: nothing is remembered
            return {owner: _Person(asked, stored.get(owner) or {}) for owner in owners}
        return _remembered(owners, stored, asked)


def _remembered(
    owners: Sequence[bytes], stored: dict[bytes, dict[bytes, bytes]], asked: _Asked
) -> dict[bytes, _Person]:
    """The people in memory, a key unwrapped already where the vault still holds just the same."""
    people = {}
    for owner in owners:
        keys, person = stored.get(owner) or {}, memory.pop(owner, None)
        if person is None or person.keys != keys:
            person = _Person(asked, keys)
        person.asked = asked
        people[owner] = memory[owner] = person  # at the end: the least asked go first
    for owner in list(islice(memory, max(0, len(memory) - REMEMBERED))):
        del memory[owner]
    return people


def _stored(owners: Collection[bytes]) -> Iterable[tuple[bytes, int, bytes]]:
    """(person, generation, wrapped key), in plain SQL: lists of thousands go by here."""
    connection = connections[router.db_for_read(DataKey)]
    if connection.vendor == "postgresql":
        listed = _array(owner.hex() for owner in owners)
        return raw.fetch(connection, _KEYS_OF_POSTGRESQL, [listed])
    rows = raw.fetch(connection, _KEYS_OF_SQLITE, [json.dumps([owner.hex() for owner in owners])])
    return [(bytes.fromhex(owner), number, wrapped) for owner, number, wrapped in rows]


def _array(ids: Iterable[str]) -> str:
    """As PostgreSQL reads one."""
    return "{" + ",".join(ids) + "}"


def _forget_people(ids: Iterable[UUID]) -> None:
    global _forgotten
    with _lock:
        _forgotten += 1
        for customer_id in ids:
            memory.pop(customer_id.bytes, None)
