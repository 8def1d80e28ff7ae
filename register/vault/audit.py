"""Every reveal is written down. The vault does not know how: the register hands it a sink.

The register calls :func:`set_sink` once when it starts. Without a sink nothing can be revealed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .errors import UnauditedRevealError


@dataclass(frozen=True, slots=True)
class Reveal:
    """One value shown to one person: which column of whose row, by whom, when and why.

    ``by`` and ``at`` are None where the caller left them to the sink (which then takes them from
    the request it stands in). Ids only, never the value.
    """

    label: str
    customer_id: UUID | None
    row_id: UUID | None
    reason: str
    by: object | None
    at: datetime | None


Sink = Callable[[Reveal], None]
_sink: Sink | None = None


def set_sink(sink: Sink | None) -> None:
    """Name the function that writes reveals down. It raises if it cannot: then nothing is shown."""
    global _sink
    _sink = sink


def record(reveal: Reveal) -> None:
    """Write one reveal down, before the value is handed over."""
    if not reveal.reason.strip():
        raise UnauditedRevealError("Say why the value is needed: reveal(reason=…).")
    if _sink is None:
        raise UnauditedRevealError("Nobody writes reveals down yet: call vault.audit.set_sink().")
    _sink(reveal)
