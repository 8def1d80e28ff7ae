"""Sealed streams: files of any size, in chunks, in constant memory, readable from any point.

    file:   0x01 | nonce prefix 7 | chunk 0 | chunk 1 | … | last chunk
    chunk:  ciphertext of 65 536 bytes (the last: 0–65 536) | tag 16
    nonce:  prefix 7 | number of the chunk u32 | 0x01 if it is the last, else 0x00
    AAD:    the first 8 bytes of the file | the file's name 16

AES-256-GCM under a key of the file's own; the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár (2015). A chunk that was changed, moved, left out or put in twice does not open, and
neither does what has become the last chunk of a file that was cut: only the real last one is
marked so. Pure functions of files and bytes: no Django.
"""

import os
from collections.abc import Iterable, Iterator
from struct import Struct
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import TamperedError

CHUNK = 64 * 1024
TAG = 16
VERSION = 1
PREFIX = 7
HEADER = 1 + PREFIX
_COUNTER = Struct(">IB")
_DAMAGED = "A sealed file was changed, cut or put together anew."


def seal(plain: Iterable[bytes], into: BinaryIO, *, key: bytes, name: UUID) -> int:
    """Write the sealed stream; returns how many plain bytes it holds. Holds two chunks at most."""
    head = bytes([VERSION]) + os.urandom(PREFIX)
    cipher, known = AESGCM(key), head + name.bytes
    into.write(head)
    size = 0
    for number, (chunk, is_last) in enumerate(_marked(_in_chunks(plain))):
        into.write(cipher.encrypt(_nonce(head, number, is_last), chunk, known))
        size += len(chunk)
    return size


def _in_chunks(plain: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in plain:
        waiting += piece
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    yield bytes(waiting)


def _marked(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and whether it is the last."""
    rest = iter(chunks)
    held = next(rest)
    for chunk in rest:
        yield held, False
        held = chunk
    yield held, True


def _nonce(head: bytes, number: int, is_last: bool) -> bytes:
    return head[1:] + _COUNTER.pack(number, is_last)


def sealed_size(size: int) -> int:
    """Bytes on disk of so many plain bytes."""
    return HEADER + size + TAG * (_last(size) + 1)


def _last(size: int) -> int:
    """Number of the last chunk; an empty file has one, which is empty."""
    return max(0, (size - 1) // CHUNK)


def read(
    file: BinaryIO, *, key: bytes, name: UUID, size: int, start: int = 0, stop: int | None = None
) -> Iterator[bytes]:
    """The plain bytes from ``start`` up to ``stop`` (the end), chunk by chunk.

    ``size`` is what :func:`seal` returned: a file of another length is refused at once. Raises
    TamperedError; what was yielded before it was right.
    """
    stop = size if stop is None else min(stop, size)
    head = file.read(HEADER)
    if len(head) != HEADER or head[0] != VERSION or file.seek(0, 2) != sealed_size(size):
        raise TamperedError(_DAMAGED)
    cipher = AESGCM(key)
    if start >= stop and size:
        return
    for number in range(start // CHUNK, max(0, stop - 1) // CHUNK + 1):
        plain = _open(file, cipher, head, name, number, is_last=number == _last(size))
        first = number * CHUNK
        yield plain[max(0, start - first) : stop - first]


def _open(
    file: BinaryIO, cipher: AESGCM, head: bytes, name: UUID, number: int, *, is_last: bool
) -> bytes:
    file.seek(HEADER + number * (CHUNK + TAG))
    sealed = file.read(CHUNK + TAG)
    try:
        return cipher.decrypt(_nonce(head, number, is_last), sealed, head + name.bytes)
    except InvalidTag:
        raise TamperedError(_DAMAGED) from None
