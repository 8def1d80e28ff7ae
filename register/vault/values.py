"""The values of a sealed column: as stored (Sealed), as read (Secret), and after erasure (Erased).

A Secret keeps its value to itself. It prints, formats, logs and serialises as four dots or not
at all; there are exactly two ways to the value, and both are easy to search the code for:
``reveal`` for a person's eyes, which writes the audit line first, and ``expose`` for the machine.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn, final
from uuid import UUID

from django.utils.translation import gettext

from . import audit
from .errors import ErasedError
from .sealing import Place

DOTS = "••••"
Mask = Callable[[str], str]


@final
class Sealed:
    """The stored bytes of a sealed column, before anybody opens them. Shows nothing of itself."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __repr__(self) -> str:
        return "<Sealed>"


class Secret:
    """A value that does not print.

    ``str`` and ``format`` give four dots, ``repr`` gives ``<Secret>``; it cannot be pickled, put
    into JSON or hashed, and a copy of it is itself. It equals only a Secret of the same value.
    """

    __slots__ = ("_mask", "_place", "_sealed", "_value")

    def __init__(
        self,
        value: str | bytes,
        *,
        mask: Mask | None = None,
        place: Place | None = None,
        sealed: Sealed | None = None,
    ) -> None:
        self._value = value
        self._mask = mask
        self._place: tuple[str, UUID, UUID] | None = place
        self._sealed = sealed

    @classmethod
    def opened(
        cls, value: str | bytes, mask: Mask | None, place: Place, sealed: Sealed
    ) -> "Secret":
        """A stored value, just opened: the same as the constructor, without its keywords' cost."""
        secret = cls.__new__(cls)
        secret._value, secret._mask, secret._place, secret._sealed = value, mask, place, sealed
        return secret

    def reveal(self, *, reason: str, by: object | None = None, at: datetime | None = None) -> str:
        """The text, for a person's eyes. Writes the audit line first; raises if it cannot."""
        text = self.expose()
        self._write_down(reason, by, at)
        return text

    def reveal_bytes(
        self, *, reason: str, by: object | None = None, at: datetime | None = None
    ) -> bytes:
        """The bytes, for a person's eyes or ears: a photo, a recording. Audited like the text."""
        content = self.expose_bytes()
        self._write_down(reason, by, at)
        return content

    def _write_down(self, reason: str, by: object | None, at: datetime | None) -> None:
        label, owner, row = self._place or ("", None, None)
        audit.record(audit.Reveal(label, owner, row, reason, by, at))

    def expose(self) -> str:
        """The text, for the machine: a package, an agreement. The caller writes its own audit."""
        if isinstance(self._value, bytes):
            raise TypeError("This column holds bytes: use expose_bytes().")
        return self._value

    def expose_bytes(self) -> bytes:
        """The bytes, for the machine. Text comes as UTF-8. The caller writes its own audit."""
        return self._value if isinstance(self._value, bytes) else self._value.encode()

    @property
    def masked(self) -> str:
        """What may be shown to all who may see the column at all, e.g. ``131052-****``."""
        if self._mask is None or isinstance(self._value, bytes):
            return DOTS
        return self._mask(self._value)

    def __str__(self) -> str:
        return DOTS

    def __repr__(self) -> str:
        return "<Secret>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret) or isinstance(other, Erased):
            return NotImplemented
        return hmac.compare_digest(self.expose_bytes(), other.expose_bytes())

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret cannot be pickled: it would leave the vault in the clear.")


@final
class Erased(Secret):
    """A sealed column once its person's key is destroyed. Is false; all are equal."""

    __slots__ = ()

    def __init__(self, *, place: Place | None = None, sealed: Sealed | None = None) -> None:
        super().__init__("", place=place, sealed=sealed)

    def expose(self) -> NoReturn:
        raise ErasedError("This value has been erased.")

    def expose_bytes(self) -> NoReturn:
        raise ErasedError("This value has been erased.")

    @property
    def masked(self) -> str:
        return str(self)

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return gettext("[erased]")

    def __repr__(self) -> str:
        return "<Erased>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Erased)

    __hash__ = None


for _way_out in (
    Secret.reveal,
    Secret.reveal_bytes,
    Secret.expose,
    Secret.expose_bytes,
):
    # Django's templates refuse to call what alters data: {{ row.code.expose }} renders nothing.
    vars(_way_out)["alters_data"] = True
