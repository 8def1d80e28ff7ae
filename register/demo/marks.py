"""Marks on the drawing of the craft: old ones at handover, new ones in a damage case."""

from datetime import datetime
from typing import Any

from register.demo.stage import Stage
from register.models import Attachment, Booking, Case, ConditionMark, Rental

Zone, Kind = ConditionMark.Zone, ConditionMark.Kind
Seen = tuple[str, str, int, int]
OLD: Seen = (Zone.STARBOARD, Kind.SCRATCH, 470, 352)
NEW: tuple[Seen, ...] = (
    (Zone.BOW, Kind.SCRATCH, 900, 190), (Zone.STARBOARD, Kind.CRACK, 640, 350),
    (Zone.STERN, Kind.DENT, 80, 240), (Zone.STEERING, Kind.MISSING, 640, 210),
)  # fmt: skip


def at_handover(stage: Stage, rental: Rental) -> None:
    """The scratch that the words of the condition speak of."""
    at = rental.handed_over_at
    _mark(stage, rental.booking, at, OLD, moment=Attachment.Moment.HANDOVER)


def of_case(stage: Stage, case: Case) -> None:
    assert case.booking is not None
    seen = stage.pick(NEW)
    moment = Attachment.Moment.RETURN
    _mark(stage, case.booking, case.occurred_at, seen, moment=moment, case=case)


def _mark(stage: Stage, of: Booking, at: datetime, seen: Seen, **more: Any) -> None:
    zone, kind, x, y = seen
    stage.add(
        ConditionMark, at, by="dock", customer=of.customer, booking=of, zone=zone, kind=kind,
        x=x, y=y, seen_at=at, **more,
    )  # fmt: skip
