"""Master keys in a key service with a transit interface (HashiCorp Vault, OpenBao).

    VAULT_KEY_PROVIDER=register.vault.transit.TransitProvider
    TRANSIT_URL=https://keys.example.fi:8200   TRANSIT_TOKEN_FILE=…   TRANSIT_KEY=register

The service keeps two keys: TRANSIT_KEY (aes256-gcm96) wraps data keys and never leaves it;
TRANSIT_KEY-index (hmac) gives the roots of the blind index. A new version of either is made there
(`rotate`); `rotate_keys --resume` then goes over to it. A data key is unwrapped by one request, so
a list of people not seen for a while takes one request each: keep the service near.
"""

import base64
import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from . import sealing
from .errors import KeyringError, TamperedError

TIMEOUT = 5.0  # seconds
_ROOT_CONTEXT = b"blind index root"


class TransitProvider:
    """Reads its three settings from the environment; see the module."""

    def __init__(self) -> None:
        self._url = os.environ.get("TRANSIT_URL", "").rstrip("/")
        self._name = os.environ.get("TRANSIT_KEY", "register")
        token_file = os.environ.get("TRANSIT_TOKEN_FILE", "")
        if not self._url.startswith(("https://", "http://127.0.0.1:")) or not token_file:
            raise KeyringError(
                "TRANSIT_URL (https) and TRANSIT_TOKEN_FILE must be set for the key service "
                "(docs/keys.md)."
            )
        self._token = Path(token_file).read_text(encoding="utf-8").strip()
        self._masters = self._versions(self._name)
        self._roots = {n: self._root(n) for n in self._versions(f"{self._name}-index")}

    def __repr__(self) -> str:
        return "<TransitProvider>"

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("A key service's token cannot be pickled.")

    @property
    def current(self) -> int:
        return self._masters[0]

    @property
    def masters(self) -> tuple[int, ...]:
        return self._masters

    @property
    def index_versions(self) -> tuple[int, ...]:
        return tuple(self._roots)

    def index_root(self, version: int) -> bytes:
        return self._roots[version]

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        head = sealing.header(self.current)
        answer = self._ask(
            f"encrypt/{self._name}",
            plaintext=_b64(key), associated_data=_b64(b"dek" + head + context),
            key_version=self.current,
        )  # fmt: skip
        _vault, _version, ciphertext = answer["ciphertext"].split(":")
        return head + base64.b64decode(ciphertext)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        number = sealing.read_header(wrapped)
        if number not in self._masters:
            raise KeyringError(f"Master key {number} is not in the key service, but is needed.")
        try:
            answer = self._ask(
                f"decrypt/{self._name}",
                ciphertext=f"vault:v{number}:{_b64(wrapped[3:])}",
                associated_data=_b64(b"dek" + wrapped[:3] + context),
            )
        except _Refused:
            raise TamperedError("A data key does not open with its master key.") from None
        return base64.b64decode(answer["plaintext"])

    def _versions(self, name: str) -> tuple[int, ...]:
        """The newest first."""
        told = self._ask(f"keys/{name}")
        oldest = max(1, int(told["min_decryption_version"]))
        return tuple(range(int(told["latest_version"]), oldest - 1, -1))

    def _root(self, version: int) -> bytes:
        answer = self._ask(
            f"hmac/{self._name}-index/sha2-256", input=_b64(_ROOT_CONTEXT), key_version=version
        )
        return base64.b64decode(answer["hmac"].split(":")[2])

    def _ask(self, what: str, **sent: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - https, or this machine: see __init__
            f"{self._url}/v1/transit/{what}",
            data=json.dumps(sent).encode() if sent else None,
            headers={"X-Vault-Token": self._token, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                data: dict[str, Any] = json.load(answer)["data"]
                return data
        except urllib.error.HTTPError as error:
            if error.code == 400:
                raise _Refused from None
            raise KeyringError(
                f"The key service refused ({error.code}): look at its token and policy."
            ) from None
        except (OSError, ValueError, KeyError):
            raise KeyringError(
                "The key service cannot be reached: start it, or correct TRANSIT_URL."
            ) from None


class _Refused(KeyringError):
    """The service says that the ciphertext does not belong to the key or the context."""


def _b64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()
