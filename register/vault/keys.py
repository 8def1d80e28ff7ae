"""People's data keys: made on first use, kept briefly in memory, destroyed for good.

A key is trusted from memory for ``TRUST_SECONDS``; after that the vault is asked again whether it
still exists. So a person erased by one process is unreadable in all others within seconds, and
in this one at once. Writing asks the vault every time: a value must never be sealed with a key
that is gone, or that was rolled back.
"""

import json
import threading
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from operator import itemgetter
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connections, router, transaction

from . import keyring
from .errors import KeyringError
from .models import DataKey, IndexTag
from .providers import KeyProvider

TRUST_SECONDS = 5.0
REMEMBERED = 16_384
ROWS_A_QUERY = 2_000
_KEYS_OF = "SELECT customer_id, generation, wrapped FROM vault_datakey WHERE customer_id"


class _Key:
    """One data key in memory: unwrapped at its first use."""

    __slots__ = ("_context", "opened", "wrapped")

    def __init__(self, owner: int, generation: int, wrapped: bytes) -> None:
        self._context = (owner, generation)
        self.opened: AESGCM | None = None
        self.wrapped = wrapped

    @property
    def cipher(self) -> AESGCM:
        if self.opened is None:
            owner, generation = self._context
            context = owner.to_bytes(16) + generation.to_bytes(2)  # keyring.data_key_context
            self.opened = AESGCM(keyring.unwrap(self.wrapped, context=context))
        return self.opened


class _Person(NamedTuple):
    """What the vault said of one person, and when: generation → key, empty if there is none."""

    asked_at: float
    keys: dict[int, _Key]


class Batch:
    """The people of rows that were read together: their keys are fetched together."""

    __slots__ = ("customer_ids",)

    def __init__(self, customer_ids: Collection[UUID]) -> None:
        self.customer_ids = customer_ids


_memory: dict[int, _Person] = {}  # by the id's number: a UUID takes its time to hash
_lock = threading.Lock()


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
        for some in in_parts(ids):
            keys = DataKey.objects.filter(customer_id__in=some)
            people += keys.values("customer_id").distinct().count()
            IndexTag.objects.filter(customer_id__in=some).delete()
            files.remove_of(some)
            keys.delete()
    _forget_people(ids)
    return people


def preload(customer_ids: Iterable[UUID]) -> None:
    """Fetch the keys of these people from the vault: one query per 2 000 people.

    Useful before a loop over rows that a plain query has joined in; rows that come from a
    SealedQuerySet do this by themselves.
    """
    for some in in_parts(set(customer_ids)):
        _ask(some)


def current(customer_ids: Iterable[UUID]) -> dict[UUID, tuple[int, AESGCM]]:
    """Each person's newest (generation, cipher), made where missing. Always asks the vault."""
    ids = set(customer_ids)
    found = _newest(ids)
    if missing := ids - found.keys():
        _create(missing)
        found |= _newest(missing)
    return {person: (generation, key.cipher) for person, (generation, key) in found.items()}


def newest(customer_ids: Iterable[UUID]) -> dict[UUID, tuple[int, AESGCM]]:
    """Like :func:`current`, of those who have a key: none is made."""
    found = _newest(set(customer_ids))
    return {person: (generation, key.cipher) for person, (generation, key) in found.items()}


def newest_known(customer_id: UUID) -> int:
    """The person's newest generation as this process remembers it; 0 where it knows of none."""
    person = _memory.get(customer_id.int)
    return max(person.keys, default=0) if person else 0


def cipher(customer_id: UUID, generation: int, read: object = None) -> AESGCM | None:
    """The cipher of one key, or None when the key is gone.

    ``read``: the state of the row that it opens, which knows the rows that were read with it.
    """
    person = _memory.get(customer_id.int)
    if person is None or monotonic() - person.asked_at >= TRUST_SECONDS or not person.keys:
        person = _ask_with(customer_id, person, getattr(read, "vault_batch", None))
    key = person.keys.get(generation)
    if key is None:
        return None
    try:
        return key.opened or key.cipher
    except KeyringError:  # wrapped anew, and the old master retired, since we asked
        return cipher_anew(customer_id, generation)


def cipher_anew(customer_id: UUID, generation: int) -> AESGCM | None:
    """Like :func:`cipher`, past the memory: for a value that did not open with what it held."""
    key = _ask([customer_id])[customer_id].keys.get(generation)
    return key.cipher if key else None


def forget() -> None:
    """Empty this process's memory of keys."""
    with _lock:
        _memory.clear()


def _ask_with(customer_id: UUID, known: _Person | None, batch: Batch | None) -> _Person:
    """Ask for the person and, in the same breath, for everybody read together with her.

    That a person has no key is believed only within the rows that were read together.
    """
    if batch is None:
        return _ask([customer_id])[customer_id]
    if known is not None and monotonic() - known.asked_at < TRUST_SECONDS:
        return known
    preload(batch.customer_ids)
    person = _memory.get(customer_id.int)
    return person if person is not None else _ask([customer_id])[customer_id]


def in_parts(ids: Iterable[UUID], size: int = ROWS_A_QUERY) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def _newest(ids: Iterable[UUID]) -> dict[UUID, tuple[int, _Key]]:
    newest: dict[UUID, tuple[int, _Key]] = {}
    for some in in_parts(ids):
        newest |= {
            customer_id: max(person.keys.items(), key=itemgetter(0))
            for customer_id, person in _ask(some).items()
            if person.keys
        }
    return newest


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


def _ask(ids: Collection[UUID]) -> dict[UUID, _Person]:
    """What the vault says of these people now. Remembers it, that there is no key included."""
    now = monotonic()
    people = {customer_id.int: _Person(now, {}) for customer_id in ids}
    for owner, generation, wrapped in _stored(ids):
        people[owner].keys[generation] = _same_or_new(owner, generation, wrapped)
    with _lock:
        for number, person in people.items():
            _memory.pop(number, None)  # to the end of the row: the least asked go first
            _memory[number] = person
        for number in list(islice(_memory, max(0, len(_memory) - REMEMBERED))):
            del _memory[number]
    return {customer_id: people[customer_id.int] for customer_id in ids}


def _stored(ids: Collection[UUID]) -> Iterator[tuple[int, int, bytes]]:
    """(person's number, generation, wrapped key), in plain SQL: lists of thousands go by here."""
    connection = connections[router.db_for_read(DataKey)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{_KEYS_OF} = ANY(%s)", [list(ids)])
            return iter([(owner.int, number, bytes(key)) for owner, number, key in cursor])
        listed = json.dumps([customer_id.hex for customer_id in ids])
        cursor.execute(f"{_KEYS_OF} IN (SELECT value FROM json_each(%s))", [listed])  # noqa: S608
        return iter([(int(owner, 16), number, bytes(key)) for owner, number, key in cursor])


def _same_or_new(owner: int, generation: int, wrapped: bytes) -> _Key:
    """The key in memory, already unwrapped, if the vault still holds exactly these bytes."""
    person = _memory.get(owner)
    known = person.keys.get(generation) if person else None
    if known is not None and known.wrapped == wrapped:
        return known
    return _Key(owner, generation, wrapped)


def _forget_people(ids: Iterable[UUID]) -> None:
    with _lock:
        for customer_id in ids:
            _memory.pop(customer_id.int, None)
