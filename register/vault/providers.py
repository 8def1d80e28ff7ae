"""Where the master keys come from: a file, the environment, or what you plug in (a KMS).

A provider does two things: it wraps and unwraps data keys with a master key that it need not
give out, and it gives the roots of the blind index. ``VAULT_KEY_PROVIDER`` names the class;
left empty, it is the file named by ``MASTER_KEY_FILE`` or else the text in ``MASTER_KEY``.

The file and the environment hold the same JSON, made by ``manage.py generate_keys``::

    {"current": 1, "keys": {"1": "<32 bytes in base64>"},
     "index_root": {"current": 1, "keys": {"1": "<32 bytes in base64>"}}}
"""

import base64
import binascii
import json
import os
import stat
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.module_loading import import_string

from . import sealing
from .errors import KeyringError, TamperedError

KEY_BYTES = 32


class KeyProvider(Protocol):
    """What a source of master keys must do. ``context`` binds a data key to its person."""

    @property
    def current(self) -> int:
        """Id of the master key that wraps new data keys (1–65 535)."""

    @property
    def masters(self) -> tuple[int, ...]:
        """Ids of all master keys that can still unwrap."""

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """The data key wrapped by the current master; bytes 1–2 hold the master's id."""

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """The data key. Raises KeyringError for an unknown master, TamperedError otherwise."""

    @property
    def index_versions(self) -> tuple[int, ...]:
        """Versions of the blind index in use: look-ups try all, new tags are written for all."""

    def index_root(self, version: int) -> bytes:
        """32 bytes from which the keys of that version of the blind index are derived."""


class Keyring:
    """Master keys and index roots held in this process's memory, from the JSON above."""

    def __init__(self, text: str, *, origin: str) -> None:
        try:
            stored = json.loads(text)
            self.current, masters = _numbered_keys(stored)
            self._index_current, self._roots = _numbered_keys(stored["index_root"])
        except (ValueError, KeyError, TypeError, AttributeError):
            # The parser's own message could quote key material.
            raise KeyringError(
                f"{origin} is damaged or cut short: put back your copy of it (docs/keys.md)."
            ) from None
        self._origin = origin
        self._masters = {number: AESGCM(key) for number, key in masters.items()}

    def __repr__(self) -> str:
        return "<Keyring>"

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("Master keys cannot be pickled.")

    @property
    def masters(self) -> tuple[int, ...]:
        return tuple(self._masters)

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        head = sealing.header(self.current)
        nonce = os.urandom(sealing.NONCE)
        cipher = self._masters[self.current]
        return head + nonce + cipher.encrypt(nonce, key, b"dek" + head + context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        number = sealing.read_header(wrapped)
        if number not in self._masters:
            raise KeyringError(
                f"Master key {number} is not in {self._origin}, but data keys need it: "
                "put back the key file that holds it (docs/keys.md)."
            )
        try:
            return self._masters[number].decrypt(
                wrapped[3:15], wrapped[15:], b"dek" + wrapped[:3] + context
            )
        except InvalidTag:
            raise TamperedError("A data key does not open with its master key.") from None

    @property
    def index_versions(self) -> tuple[int, ...]:
        """The current version first."""
        others = sorted(set(self._roots) - {self._index_current})
        return (self._index_current, *others)

    def index_root(self, version: int) -> bytes:
        return self._roots[version]


def _numbered_keys(stored: dict[str, Any]) -> tuple[int, dict[int, bytes]]:
    """(current number, number → 32 bytes). Raises ValueError or KeyError on anything else."""
    keys = {int(number): _decode(text) for number, text in stored["keys"].items()}
    current = int(stored["current"])
    if current not in keys or not all(0 < number < 1 << 16 for number in keys):
        raise ValueError("numbers")
    return current, keys


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError("length")
    return key


def new_keyring() -> str:
    """The JSON text of a fresh keyring: one master key and one index root, both random."""

    def fresh() -> dict[str, Any]:
        key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
        return {"current": 1, "keys": {"1": key}}

    return json.dumps({**fresh(), "index_root": fresh()}, indent=2) + "\n"


def from_file(path: Path | None = None) -> Keyring:
    """The keyring of ``MASTER_KEY_FILE``, which only its owner may read."""
    path = path or Path(settings.MASTER_KEY_FILE)
    try:
        with path.open(encoding="utf-8") as file:
            _refuse_open_to_others(path, os.fstat(file.fileno()))
            return Keyring(file.read(), origin=f"The key file {path}")
    except FileNotFoundError:
        raise KeyringError(
            f"The key file {path} does not exist: put back your copy of it, or make one for a "
            "new register with `manage.py generate_keys` (docs/keys.md)."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringError(
            f"The key file {path} cannot be read ({type(error).__name__}): it must be a file "
            "that the user of this process may read (docs/keys.md)."
        ) from None


def _refuse_open_to_others(path: Path, status: os.stat_result) -> None:
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyringError(
            f"The key file {path} is open to other users of this machine: "
            f"run `chmod 600 {path}` (docs/keys.md)."
        )


def from_environment() -> Keyring:
    """The keyring of ``MASTER_KEY``, for hosts that hand secrets over in the environment."""
    return Keyring(settings.MASTER_KEY, origin="The setting MASTER_KEY")


def provider() -> KeyProvider:
    """The provider that the settings name. Raises KeyringError with one sentence to act on."""
    if path := settings.VAULT_KEY_PROVIDER:
        plugged: KeyProvider = import_string(path)()
        return plugged
    if settings.MASTER_KEY_FILE:
        return from_file()
    if settings.MASTER_KEY:
        return from_environment()
    raise KeyringError(
        "MASTER_KEY_FILE is not set: name the vault's key file, made with "
        "`manage.py generate_keys` (docs/keys.md)."
    )
