"""Where the rows of an import lie until it ends: sealed, in a file of their own with a name that
says nothing, under a key of their own that the master key wraps. Gone when the import ends."""

import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from register.vault import keyring, streams

Rows = list[list[str]]


def _path(run_id: UUID) -> Path:
    return Path(settings.IMPORT_DIR) / run_id.hex


def _context(run_id: UUID) -> bytes:
    return b"import" + run_id.bytes


def keep(run_id: UUID, rows: Iterable[list[str]]) -> bytes:
    """Seal the rows; returns the wrapped key."""
    key = AESGCM.generate_key(256)
    packed = zlib.compress(json.dumps(list(rows), ensure_ascii=False).encode())
    path = _path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("wb") as file:
        streams.seal([packed], file, key=key, name=run_id)
    return bytes(keyring.active().wrap(key, context=_context(run_id)))


def read(run_id: UUID, wrapped: bytes) -> Rows:
    """The rows. FileNotFoundError when they are gone."""
    key = keyring.unwrap(bytes(wrapped), context=_context(run_id))
    path = _path(run_id)
    size = path.stat().st_size
    plain = size - streams.HEADER
    plain -= -(-plain // (streams.CHUNK + streams.TAG)) * streams.TAG
    with path.open("rb") as file:
        packed = b"".join(streams.read(file, key=key, name=run_id, size=plain))
    rows: Rows = json.loads(zlib.decompress(packed))
    return rows


def destroy(run_id: UUID) -> None:
    """The file goes; without its key, which goes from the row, no copy of it opens."""
    _path(run_id).unlink(missing_ok=True)
