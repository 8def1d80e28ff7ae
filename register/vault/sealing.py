"""The bytes of a sealed value. Pure functions: no Django, no database, no clock.

    value:  0x01 | key generation u16 | nonce 12 | ciphertext n | tag 16          31 + n bytes
    AAD:    the first 3 bytes | u16 length of the label | label | owner 16 | row 16

Integers are big-endian; a UUID is its 16 bytes in the order of RFC 9562 (``UUID.bytes``). The
owner is the person whose data key seals the value, the row is the primary key of the record.
"""

import os
from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import TamperedError

VERSION = 1
NONCE = 12
TAG = 16
OVERHEAD = 3 + NONCE + TAG
_HEADER = Struct(">BH")
_U16 = Struct(">H")
_NOT_SEALED = "These bytes are not a sealed value of this register."


class Place(NamedTuple):
    """Where a value belongs: its column's label, its owner and its row."""

    label: str
    owner: UUID
    row: UUID


Waiting = tuple[AESGCM, bytes, bytes, bytes, bytes]
"""Cipher, header, plain bytes, owner's bytes and row's bytes of a value that is to be sealed."""


def header(number: int) -> bytes:
    """Format version and a generation or key id (1–65 535) as three bytes."""
    return _HEADER.pack(VERSION, number)


def read_header(sealed: bytes) -> int:
    """The generation or key id that sealed these bytes. Raises TamperedError on anything else."""
    if len(sealed) < OVERHEAD or sealed[0] != VERSION:
        raise TamperedError(_NOT_SEALED)
    return (sealed[1] << 8) | sealed[2]


def additional_data(head: bytes, place: Place) -> bytes:
    label, owner, row = place
    return head + (_labels.get(label) or measured(label)) + owner.bytes + row.bytes


_labels: dict[str, bytes] = {}


def measured(label: str) -> bytes:
    """The label with its length before it; there are a dozen of them in the whole register."""
    encoded = label.encode()
    return _labels.setdefault(label, _U16.pack(len(encoded)) + encoded)


def seal(cipher: AESGCM, generation: int, plain: bytes, place: Place) -> bytes:
    head = header(generation)
    nonce = os.urandom(NONCE)
    return head + nonce + cipher.encrypt(nonce, plain, additional_data(head, place))


def seal_many(label: str, waiting: Sequence[Waiting]) -> list[bytes]:
    """:func:`seal` for a whole column of new rows: all their nonces are drawn at once."""
    known, drawn, sealed = measured(label), os.urandom(NONCE * len(waiting)), []
    for number, (cipher, head, plain, owner, row) in enumerate(waiting):
        nonce = drawn[number * NONCE : (number + 1) * NONCE]
        sealed.append(head + nonce + cipher.encrypt(nonce, plain, head + known + owner + row))
    return sealed


def unseal(cipher: AESGCM, sealed: bytes, place: Place) -> bytes:
    """The plain bytes. Raises TamperedError where bytes, place or key do not fit each other."""
    # Written out, not called, and no question asked beforehand that the cipher answers anyway:
    # this opens every value of every list.
    label, owner, row = place
    named = _labels.get(label) or measured(label)
    known = sealed[:3] + named + owner.int.to_bytes(16) + row.int.to_bytes(16)
    try:
        return cipher.decrypt(sealed[3:15], sealed[15:], known)
    except (InvalidTag, ValueError):  # the latter for what is too short to hold a nonce
        read_header(sealed)
        raise TamperedError(f"A sealed value of {label} does not belong here.") from None


def pad(plain: bytes, block: int) -> bytes:
    """ISO/IEC 7816-4 padding: 0x80, then zeros up to a whole block, so that length tells little."""
    return plain + b"\x80" + b"\0" * (-(len(plain) + 1) % block)


def unpad(padded: bytes) -> bytes:
    """Raises TamperedError where no padding is found: the column's definition has changed."""
    plain = padded.rstrip(b"\0")
    if not plain.endswith(b"\x80"):
        raise TamperedError("A padded value lost its padding.")
    return plain[:-1]
