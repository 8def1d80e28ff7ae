"""The process's key provider: built on first use, and proved to belong to this vault.

The vault database keeps a proof per key number. Without it a wrong key file would go unnoticed
until the first value fails to open, and a wrong index root would simply find nobody.
"""

import hmac
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connections, router

from .errors import KeyringError, TamperedError
from .models import KeyCheck
from .providers import KEY_BYTES, KeyProvider, provider

_CHECK_CONTEXT = b"key check"
_CHECK_VALUE = bytes(KEY_BYTES)
_NOT_OURS = (
    "The {kind} key {number} is not the one this vault was made with: put back the key file "
    "that belongs to this vault, or the vault database that belongs to this key (docs/keys.md)."
)
_providers: dict[tuple[str, ...], KeyProvider] = {}


def active() -> KeyProvider:
    """The provider of the present settings. Raises KeyringError if it is not this vault's."""
    named = _settings()
    if (known := _providers.get(named)) is not None:
        return known
    fresh = provider()
    prove(fresh)
    _providers[named] = fresh
    return fresh


def forget() -> None:
    """Read the keys anew at the next use: after the key file or the database has changed."""
    _providers.clear()


def _settings() -> tuple[str, ...]:
    names = ("VAULT_KEY_PROVIDER", "MASTER_KEY_FILE", "MASTER_KEY")
    return (
        *(str(getattr(settings, name, "")) for name in names),
        str(connections[router.db_for_read(KeyCheck)].settings_dict["NAME"]),
    )


def prove(keys: KeyProvider) -> None:
    """Compare the keys with the vault's proofs, and leave a proof of each key that has none.

    Raises KeyringError on a mismatch; database errors pass through.
    """
    known = {(row.kind, row.number): bytes(row.proof) for row in KeyCheck.objects.all()}
    for number in keys.index_versions:
        _prove_index(known.get((KeyCheck.Kind.INDEX, number)), number, keys)
    for number in keys.masters:
        _prove_master(known.get((KeyCheck.Kind.MASTER, number)), number, keys)


def _prove_master(proof: bytes | None, number: int, keys: KeyProvider) -> None:
    if proof is None:
        if number == keys.current:
            _leave(
                KeyCheck.Kind.MASTER,
                number,
                keys.wrap(_CHECK_VALUE, context=_CHECK_CONTEXT),
            )
        return
    try:
        keys.unwrap(proof, context=_CHECK_CONTEXT)
    except TamperedError:
        raise KeyringError(_NOT_OURS.format(kind="master", number=number)) from None


def _prove_index(proof: bytes | None, number: int, keys: KeyProvider) -> None:
    expected = index_proof(keys.index_root(number))
    if proof is None:
        _leave(KeyCheck.Kind.INDEX, number, expected)
    elif not hmac.compare_digest(proof, expected):
        raise KeyringError(_NOT_OURS.format(kind="index", number=number))


def _leave(kind: str, number: int, proof: bytes) -> None:
    KeyCheck.objects.bulk_create(
        [KeyCheck(kind=kind, number=number, proof=proof)], ignore_conflicts=True
    )


def index_proof(root: bytes) -> bytes:
    return hmac.digest(derive(root, b"vault key check"), _CHECK_CONTEXT, sha256)


def derive(root: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose from a root (HKDF-SHA256, RFC 5869, without salt)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(root)


def data_key_context(customer_id: UUID, generation: int) -> bytes:
    """What binds a wrapped data key to its person: id, then generation as u16, big-endian."""
    return customer_id.bytes + generation.to_bytes(2)
