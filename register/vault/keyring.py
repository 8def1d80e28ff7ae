"""The process's key provider: built on first use, and proved to belong to this vault.

The vault database keeps a proof per key number. Without it a wrong key file would go unnoticed
until the first value fails to open, and a wrong index root would simply find nobody.

**Several processes, keys that change.** What a process knows of the keys is trusted for
``TRUST_SECONDS``; then the vault is asked again, and if it has met or retired a key since, the
key file is read anew. So a new key is known everywhere that many seconds after it was announced,
and a rotation that has waited so long may count on it.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connections, router, transaction
from django.utils import timezone

from .errors import KeyringError, TamperedError
from .models import KeyCheck
from .providers import KEY_BYTES, KeyProvider, provider

TRUST_SECONDS = 5.0

_CHECK_CONTEXT = b"key check"
_CHECK_VALUE = bytes(KEY_BYTES)
_NOT_OURS = (
    "The {kind} key {number} is not the one this vault was made with: put back the key file "
    "that belongs to this vault, or the vault database that belongs to this key (docs/keys.md)."
)
_OLD_COPY = (
    "The key file and the vault are not of one time: {kind} key {number} is in use in one of them "
    "and gone from the other. The key file is an old copy (put back the newest), or the vault is "
    "a backup from before a rotation (it does not open any more; docs/keys.md)."
)
_Proofs = dict[tuple[str, int], KeyCheck]


class _View(NamedTuple):
    """The keys as this process knows them. ``versions`` of the blind index: the current first."""

    keys: KeyProvider
    versions: tuple[int, ...]
    asked_at: float
    named: tuple[str, ...]
    known: frozenset[tuple[str, int, bool]]


_view: _View | None = None


def active() -> KeyProvider:
    """The provider of the present settings. Raises KeyringError if it is not this vault's."""
    return _current_view().keys


def index_versions() -> tuple[int, ...]:
    """Versions of the blind index in use, the current one first; retired ones left out."""
    return _current_view().versions


def index_keys() -> tuple[KeyProvider, tuple[int, ...]]:
    """Both of them at once: every look-up and every new tag asks for them."""
    view = _current_view()
    return view.keys, view.versions


def unwrap(wrapped: bytes, *, context: bytes) -> bytes:
    """A data key, with the key file read anew if its master is not known here yet."""
    try:
        return active().unwrap(wrapped, context=context)
    except KeyringError:
        forget()
        return active().unwrap(wrapped, context=context)


def hold_current() -> KeyProvider:
    """The provider, whose current master cannot be retired before the transaction ends.

    Call it in the vault's transaction that stores a new data key: one wrapped by a master that
    somebody retires at the same moment would be lost with it.
    """
    keys = active()
    if not _held(keys.current):
        forget()
        keys = active()
        if not _held(keys.current):
            raise KeyringError(_OLD_COPY.format(kind="master", number=keys.current))
    return keys


def forget() -> None:
    """Read the keys anew at the next use: after the key file or the database has changed."""
    global _view
    _view = None


def _held(number: int) -> bool:
    using = router.db_for_write(KeyCheck)
    lock = " FOR SHARE" if connections[using].vendor == "postgresql" else ""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM vault_keycheck WHERE kind = 'master' AND number = %s "  # noqa: S608
            f"AND retired_at IS NULL{lock}",
            [number],
        )
        return cursor.fetchone() is not None


def _settings() -> tuple[str, ...]:
    return settings.VAULT_KEY_PROVIDER, settings.MASTER_KEY_FILE, settings.MASTER_KEY


def _current_view() -> _View:
    global _view
    view, named = _view, _settings()
    if view is not None and view.named == named and monotonic() - view.asked_at < TRUST_SECONDS:
        return view
    asked_at = monotonic()
    if view is not None and view.named == named and _known(_proofs().values()) == view.known:
        _view = view._replace(asked_at=asked_at)
        return _view
    keys = provider()
    prove(keys)
    proofs = _proofs()
    _view = _View(keys, _live(keys, proofs), asked_at, named, _known(proofs.values()))
    return _view


def _proofs() -> _Proofs:
    return {(row.kind, row.number): row for row in KeyCheck.objects.all()}


def _known(proofs: Iterable[KeyCheck]) -> frozenset[tuple[str, int, bool]]:
    return frozenset((row.kind, row.number, row.retired_at is None) for row in proofs)


def _live(keys: KeyProvider, proofs: _Proofs) -> tuple[int, ...]:
    retired = {
        number for (_kind, number), row in proofs.items() if _kind == "index" and row.retired_at
    }
    return tuple(version for version in keys.index_versions if version not in retired)


def prove(keys: KeyProvider) -> None:
    """Compare the keys with the vault's proofs, and leave a proof of each key that has none.

    Raises KeyringError on a mismatch; database errors pass through.
    """
    known = _proofs()
    _refuse_old_copy(keys, known)
    for number in keys.index_versions:
        _prove_index(known.get((KeyCheck.Kind.INDEX, number)), number, keys)
    for number in keys.masters:
        _prove_master(known.get((KeyCheck.Kind.MASTER, number)), number, keys)


def _refuse_old_copy(keys: KeyProvider, known: _Proofs) -> None:
    master = known.get((KeyCheck.Kind.MASTER, keys.current))
    if master and master.retired_at:
        raise KeyringError(_OLD_COPY.format(kind="master", number=keys.current))
    for (kind, number), row in known.items():
        if kind == KeyCheck.Kind.INDEX:
            missing = not row.retired_at and number not in keys.index_versions
            if missing or (row.retired_at and number == keys.index_versions[0]):
                raise KeyringError(_OLD_COPY.format(kind="index", number=number))


def _prove_master(proof: KeyCheck | None, number: int, keys: KeyProvider) -> None:
    if proof is None:
        if number == keys.current:
            _leave(
                KeyCheck.Kind.MASTER,
                number,
                keys.wrap(_CHECK_VALUE, context=_CHECK_CONTEXT),
            )
        return
    try:
        keys.unwrap(bytes(proof.proof), context=_CHECK_CONTEXT)
    except TamperedError:
        raise KeyringError(_NOT_OURS.format(kind="master", number=number)) from None


def _prove_index(proof: KeyCheck | None, number: int, keys: KeyProvider) -> None:
    expected = index_proof(keys.index_root(number))
    if proof is None:
        _leave(KeyCheck.Kind.INDEX, number, expected)
    elif not hmac.compare_digest(bytes(proof.proof), expected):
        raise KeyringError(_NOT_OURS.format(kind="index", number=number))


def _leave(kind: str, number: int, proof: bytes) -> None:
    KeyCheck.objects.bulk_create(
        [KeyCheck(kind=kind, number=number, proof=proof)], ignore_conflicts=True
    )


def retire(kind: str, number: int) -> None:
    """The vault uses this key no more. The caller has made sure that nothing needs it."""
    with transaction.atomic(using=router.db_for_write(KeyCheck)):
        row = KeyCheck.objects.filter(kind=kind, number=number, retired_at=None)
        row.update(retired_at=timezone.now())


def index_proof(root: bytes) -> bytes:
    return hmac.digest(derive(root, b"vault key check"), _CHECK_CONTEXT, sha256)


def derive(root: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose from a root (HKDF-SHA256, RFC 5869, without salt)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(root)


def data_key_context(customer_id: UUID, generation: int) -> bytes:
    """What binds a wrapped data key to its person: id, then generation as u16, big-endian."""
    return customer_id.bytes + generation.to_bytes(2)
