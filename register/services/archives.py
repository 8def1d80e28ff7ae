"""Sealed archives: a tar stream, encrypted with age as it is written. Nothing plain touches the
disk on the way out, and any size passes through flat memory.

Without this program: `age -d -i key content.tar.age | tar x`, then join the numbered parts.
"""

import io
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import pyrage

PART = 4 * 1024 * 1024
CONTENT, KEY = "content.tar.age", "key.age"
END = "end"

Member = tuple[str, Iterable[bytes]]
"""A name and its content in pieces of any size."""


class ArchiveRefused(Exception):
    """The archive cannot be made or opened; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Lock:
    """How an archive is closed: to public keys of age, or to a passphrase by way of a key of the
    archive's own. `inner` opens it again while it is being checked, and is then forgotten."""

    recipients: tuple[Any, ...]
    inner: Any
    key_file: bytes = b""


def lock(*, recipients: Iterable[str] = (), passphrase: str = "") -> Lock:
    """Raises ArchiveRefused where neither is given, or a public key is none."""
    inner = pyrage.x25519.Identity.generate()
    try:
        named = [pyrage.x25519.Recipient.from_str(text.strip()) for text in recipients]
    except pyrage.RecipientError:
        raise ArchiveRefused("BACKUP_RECIPIENTS holds no public key of age (age1…).") from None
    if not (named or passphrase):
        raise ArchiveRefused(
            "Set BACKUP_RECIPIENTS to a public key of age, or BACKUP_PASSPHRASE: a backup is "
            "never written in the open."
        )
    sealed = pyrage.passphrase.encrypt(str(inner).encode(), passphrase) if passphrase else b""
    return Lock((*named, inner.to_public()), inner, sealed)


def opened(folder: Path, *, identity: str = "", passphrase: str = "") -> Any:
    """The key of the archive in this folder, from an age identity or from the passphrase."""
    try:
        if identity:
            return pyrage.x25519.Identity.from_str(identity.strip())
        if passphrase:
            own = pyrage.passphrase.decrypt((folder / KEY).read_bytes(), passphrase)
            return pyrage.x25519.Identity.from_str(own.decode())
    except FileNotFoundError:
        raise ArchiveRefused(
            f"{folder.name} was sealed to a public key: give its identity with --identity."
        ) from None
    except Exception:  # the library's errors tell a wrong key from a damaged one only in words
        raise ArchiveRefused(
            f"{folder.name} does not open: the key or passphrase is wrong, or the file is damaged."
        ) from None
    raise ArchiveRefused("Give the key of the backup: --identity FILE or BACKUP_PASSPHRASE.")


# -- Out ----------------------------------------------------------------------------------------


def write(folder: Path, members: Iterable[Member], how: Lock) -> str:
    """Write the archive into the folder; returns the SHA-256 of its bytes.

    Raises OSError where the disk is full; the caller throws the folder away.
    """
    if how.key_file:
        _put(folder / KEY, how.key_file)
    with (folder / CONTENT).open("xb") as file:
        out = _Hashed(file)
        with _through(lambda source: pyrage.encrypt_io(source, out, how.recipients), out) as tar:
            _fill(tar, members)
        file.flush()
        os.fsync(file.fileno())
    return out.digest.hexdigest()


class _Hashed:
    """A file that is being written, its digest, and the error that stopped it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = sha256()
        self.error: OSError | None = None

    def write(self, piece: bytes) -> int:
        try:
            self._file.write(piece)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(piece)
        return len(piece)

    def flush(self) -> None:
        self._file.flush()


@contextmanager
def _through(encrypt: Callable[[BinaryIO], None], out: _Hashed) -> Iterator[tarfile.TarFile]:
    """A tar whose bytes run through `encrypt` in a thread of its own."""
    read, write_end = os.pipe()
    failed: list[BaseException] = []

    def work() -> None:
        with os.fdopen(read, "rb") as source:
            try:
                encrypt(source)
            except BaseException as error:
                failed.append(error)

    thread = Thread(target=work)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as pipe, tarfile.open(fileobj=pipe, mode="w|") as tar:
            yield tar
    except BrokenPipeError:
        pass  # the thread knows why
    finally:
        thread.join()
    if failed:
        raise out.error or failed[0]


def _fill(tar: tarfile.TarFile, members: Iterable[Member]) -> None:
    total = 0
    for name, content in members:
        for number, piece in enumerate(_pieces(content)):
            _add(tar, f"{name}/{number:06d}", piece)
            total += len(piece)
    _add(tar, END, str(total).encode())


def _add(tar: tarfile.TarFile, name: str, piece: bytes) -> None:
    told = tarfile.TarInfo(name)
    told.size = len(piece)
    tar.addfile(told, io.BytesIO(piece))


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The content in pieces of one size; an empty one is one empty piece."""
    held = bytearray()
    for some in content:
        held += some
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    yield bytes(held)


def _put(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        os.fsync(file.fileno())


# -- In -----------------------------------------------------------------------------------------


def read(folder: Path, key: Any) -> Iterator[tuple[str, bytes]]:
    """(name, piece) of everything in the archive, in order.

    Nothing is to be trusted before the last one: a damaged or shortened file raises
    ArchiveRefused when the damage is met, at the latest at the end.
    """
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with os.fdopen(write_end, "wb") as out, (folder / CONTENT).open("rb") as source:
                pyrage.decrypt_io(source, out, [key])
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=work)
    thread.start()
    total, end = 0, None
    try:
        with os.fdopen(read_end, "rb") as pipe, tarfile.open(fileobj=pipe, mode="r|") as tar:
            for told in tar:
                piece = _content(tar, told)
                if told.name == END:
                    end = int(piece)
                else:
                    total += len(piece)
                    yield told.name.rpartition("/")[0], piece
            while pipe.read(65536):  # the zeros after the end: all of it has to be authentic
                pass
    except (tarfile.TarError, ValueError):
        pass  # a stream cut off by the decryption
    finally:
        thread.join()
    if failed or end != total:
        raise ArchiveRefused(
            f"{folder.name} does not open: the key or passphrase is wrong, or the file is damaged."
        )


def _content(tar: tarfile.TarFile, told: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(told)
    return file.read() if file else b""


def unpack(folder: Path, key: Any, into: Path) -> None:
    """Every member as a file below `into`. Raises ArchiveRefused; then what is there is no good."""
    for name, piece in read(folder, key):
        path = (into / name).resolve()
        if not path.is_relative_to(into.resolve()):
            raise ArchiveRefused(f"{folder.name} holds a file that would leave its folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(piece)


def check(folder: Path, key: Any) -> int:
    """Read everything back; returns how many bytes there are."""
    return sum(len(piece) for _name, piece in read(folder, key))


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        found = sha256()
        while piece := file.read(PART):
            found.update(piece)
    return found.hexdigest()
