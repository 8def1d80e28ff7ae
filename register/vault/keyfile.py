"""Changing the key file: a new key added, an old one dropped, never a moment without a whole file.

The new text is written beside the old, flushed to the disk and renamed over it. A lock file lets
one process at a time do so; the lock ends with the process, however it ends.
"""

import base64
import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from .errors import KeyringError
from .providers import KEY_BYTES, from_file

Part = Literal["master", "index"]
LAST_NUMBER = (1 << 16) - 1


def renew(part: Part, *, path: Path | None = None) -> int:
    """Add a fresh key to the file and make it the current one. Returns its number.

    The highest number ever in the file plus one: a number is never used twice, because the
    vault remembers retired ones.
    """
    with _open(path) as file:
        return _renew(file.stored, part)


def renewed(text: str, part: Part, *, above: int = 0) -> str:
    """The same for a keyring's text that is kept elsewhere, such as in the environment."""
    stored = json.loads(text)
    _renew(stored, part, above=above)
    return _written(stored)


def drop(part: Part, numbers: Iterable[int], *, path: Path | None = None) -> None:
    """Take keys out of the file for good; the current one stays whatever is asked."""
    with _open(path) as file:
        ring = _ring(file.stored, part)
        for number in numbers:
            if number != int(ring["current"]):
                ring["keys"].pop(str(number), None)


class _File:
    def __init__(self, stored: dict[str, Any]) -> None:
        self.stored = stored


@contextmanager
def _open(path: Path | None) -> Iterator[_File]:
    """The file's content to change, under the lock; written back if the block succeeds."""
    path = path or Path(settings.MASTER_KEY_FILE)
    with _locked(path):
        from_file(path)  # refuses a damaged file, or one open to others, with its own sentence
        file = _File(json.loads(path.read_text(encoding="utf-8")))
        yield file
        try:
            _replace(path, _written(file.stored))
        except OSError as error:
            raise KeyringError(
                f"The key file {path} cannot be replaced ({type(error).__name__}): its folder must "
                "be writable by the user of this command (docs/keys.md)."
            ) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise KeyringError(
            f"{lock} cannot be written ({type(error).__name__}): the key file's folder must be "
            "writable by the user of this command (docs/keys.md)."
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)  # what a crash left
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _ring(stored: dict[str, Any], part: Part) -> dict[str, Any]:
    ring: dict[str, Any] = stored if part == "master" else stored["index_root"]
    return ring


def _renew(stored: dict[str, Any], part: Part, *, above: int = 0) -> int:
    ring = _ring(stored, part)
    number = max(above, int(ring["current"]), *map(int, ring["keys"])) + 1
    if number > LAST_NUMBER:
        raise KeyringError("All 65 535 key numbers have been used: this vault takes no more.")
    ring["keys"][str(number)] = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    ring["current"] = number
    return number


def _written(stored: dict[str, Any]) -> str:
    return json.dumps(stored, indent=2) + "\n"
