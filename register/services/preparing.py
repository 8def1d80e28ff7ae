"""What is done before a craft goes out: read from the bookings of the next hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from register.models import Agreement, Booking, MaintenanceBlock

AHEAD = timedelta(hours=3)
TURNAROUND = timedelta(minutes=30)
"""Less than this between two renters, and somebody fuels the craft with the next one waiting."""
MAINTENANCE_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `tone`: "bad" where the booking cannot be kept as it is."""

    words: Any
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    booking: Booking
    tasks: tuple[Task, ...]


def coming(*, at: datetime, sees_agreements: bool) -> list[Prepared]:
    """The bookings of the next hours with what they need, the first one first."""
    rows = list(
        Booking.objects.filter(
            state=Booking.State.RESERVED, starts_at__gte=at - TURNAROUND, starts_at__lt=at + AHEAD
        )
        .select_related("customer", "craft__craft_class")
        .prefetch_related("agreements")
        .annotate(jackets=Count("drivers"))
        .order_by("starts_at")[:40]
    )
    crafts = {row.craft_id for row in rows}
    before = list(
        Booking.objects.filter(
            craft__in=crafts, state=Booking.State.OUT, ends_at__gt=at - timedelta(days=30)
        )
    )
    blocks = list(
        MaintenanceBlock.objects.filter(
            craft__in=crafts, ends_at__gt=at, starts_at__lt=at + MAINTENANCE_AHEAD
        ).order_by("starts_at")
    )
    return [Prepared(row, tuple(_tasks(row, before, blocks, sees_agreements))) for row in rows]


def _tasks(
    row: Booking,
    out: Iterable[Booking],
    blocks: Iterable[MaintenanceBlock],
    sees_agreements: bool,
) -> Iterable[Task]:
    for block in blocks:
        if block.craft_id == row.craft_id and block.starts_at < row.ends_at:
            yield Task(_("craft under maintenance: choose another"), "bad")
            break
    for other in out:
        if other.craft_id == row.craft_id:
            yield _turnaround(row, other)
    if sees_agreements:
        yield from _agreement(row)
    if not row.jackets:  # type: ignore[attr-defined]  # annotated
        yield Task(_("no driver named"), "warn")
    else:
        count = row.jackets  # type: ignore[attr-defined]
        yield Task(_("life jackets: %(count)s") % {"count": count})


def _turnaround(row: Booking, other: Booking) -> Task:
    if other.ends_at > row.starts_at - TURNAROUND:
        return Task(_("still out: fuel it as soon as it comes"), "warn")
    return Task(_("comes back before: fuel it"))


def _agreement(row: Booking) -> Iterable[Task]:
    states = {one.state for one in row.agreements.all()} - {Agreement.State.VOID}
    if Agreement.State.SIGNED not in states:
        words = _("agreement to sign") if states else _("agreement to write")
        yield Task(words, "warn")


def to_workshop(*, at: datetime) -> list[MaintenanceBlock]:
    """Craft that go under maintenance within two days, or are there."""
    return list(
        MaintenanceBlock.objects.filter(ends_at__gt=at, starts_at__lt=at + MAINTENANCE_AHEAD)
        .select_related("craft__craft_class")
        .order_by("starts_at")[:20]
    )
