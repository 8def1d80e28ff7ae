"""The condition of a craft: marks on its drawing at handover, and what is new at return."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string

from register.models import Attachment, Booking, Case, ConditionMark, Craft, Rental, User
from register.services import audit

Zone, Moment = ConditionMark.Zone, Attachment.Moment

PLACES = {
    Zone.BOW: (870, 215), Zone.PORT: (420, 75), Zone.STARBOARD: (420, 355),
    Zone.STEERING: (620, 215), Zone.SEAT: (400, 215), Zone.DECK: (180, 215),
    Zone.STERN: (70, 215), Zone.BOTTOM: (500, 440),
}  # fmt: skip
"""Where a mark stands on the drawing when only its zone is known."""
MOST = 30


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark before it is stored. `x`, `y`: within the drawing's box, or both None."""

    zone: str
    kind: str
    note: str = ""
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark on the drawing, with its number there."""

    number: int
    x: int
    y: int
    is_new: bool
    mark: ConditionMark


def of(booking: Booking, moment: str) -> list[Mark]:
    return [_plain(row) for row in booking.marks.filter(moment=moment)]


def known(craft: Craft) -> list[Mark]:
    """What was on the craft when it came back last: the next renter does not answer for it."""
    last = (
        Rental.objects.filter(booking__craft=craft, returned_at__isnull=False)
        .order_by("-returned_at")
        .first()
    )
    if last is None:
        return []
    return [Mark(row.zone, row.kind, "", row.x, row.y) for row in last.booking.marks.all()[:MOST]]


def _plain(row: ConditionMark) -> Mark:
    return Mark(row.zone, row.kind, row.note, row.x, row.y)


@transaction.atomic
def keep(
    *,
    booking: Booking,
    moment: str,
    marks: Sequence[Mark],
    by: User,
    at: datetime,
    case: Case | None = None,
) -> list[ConditionMark]:
    """These are the marks of that moment: those noted before for it are replaced."""
    booking.marks.filter(moment=moment).delete()
    rows = ConditionMark.objects.bulk_create(
        ConditionMark(
            customer_id=booking.customer_id, booking=booking, case=case, moment=moment,
            zone=mark.zone, kind=mark.kind, note=mark.note, x=mark.x, y=mark.y, seen_at=at,
            saved_at=at, saved_by=by,
        )
        for mark in marks[:MOST]
    )  # fmt: skip
    audit.record(verb="marks.kept", by=by, at=at, object=booking, count=len(rows))
    return rows


def drawn(rows: Iterable[ConditionMark]) -> list[Drawn]:
    """Marks with their numbers, those of the handover first. Marks of one zone without a place
    of their own stand beside each other."""
    crowd: dict[str, int] = {}
    found = []
    for number, row in enumerate(sorted(rows, key=lambda one: one.moment == Moment.RETURN), 1):
        x, y = row.x, row.y
        if x is None or y is None:
            x, y = PLACES[Zone(row.zone)]
            x += 46 * crowd.get(row.zone, 0)
            crowd[row.zone] = crowd.get(row.zone, 0) + 1
        is_new = row.moment == Moment.RETURN
        found.append(Drawn(number, min(x, 980), y, is_new, row))
    return found


def picture(marks: Sequence[Drawn]) -> bytes:
    """The drawing with its marks, as an SVG for a paper."""
    return render_to_string("condition/drawing.svg", {"marks": marks, "printed": True}).encode()
