"""The fleet over time: what is promised, what is free, and where there will be too little."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from register import clock
from register.models import Booking, Craft, CraftClass, MaintenanceBlock
from register.services import bookings

OPENS, CLOSES = 6, 24
"""Hours of the day that the timeline shows."""
DAY, WEEK, SEASON = "day", "week", "season"
SEASON_FROM, SEASON_TO = (5, 1), (9, 30)
QUARTER, TWO_HOURS = timedelta(minutes=15), timedelta(hours=2)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Bar:
    """A booking or a maintenance block in the grid: columns from `start` (the first is 1)."""

    start: int
    width: int
    booking: Booking | None = None
    block: MaintenanceBlock | None = None
    late: bool = False


@dataclass(slots=True)
class Row:
    craft: Craft
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many craft of a class are free all through a stretch of columns, of how many."""

    start: int
    width: int
    begins: datetime
    free: int
    of: int

    @property
    def share(self) -> int:
        """0 (nothing free) to 3 (nearly everything)."""
        return 0 if not self.of or self.free <= 0 else 1 + min(2, 3 * (self.free - 1) // self.of)


@dataclass(slots=True)
class Group:
    """The craft of one class."""

    craft_class: CraftClass
    rows: list[Row]
    cells: list[Cell]

    @property
    def short(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.free <= 0]


@dataclass(frozen=True, slots=True)
class Clash:
    """A booking whose craft will not be there. `others`: craft of its class that are free."""

    booking: Booking
    because: str
    others: int


@dataclass(slots=True)
class Plan:
    view: str
    first: date
    columns: list[Span]
    groups: list[Group]
    clashes: list[Clash]

    @property
    def bookings(self) -> list[Booking]:
        bars = (bar for group in self.groups for row in group.rows for bar in row.bars)
        return sorted((bar.booking for bar in bars if bar.booking), key=lambda one: one.starts_at)


def columns(view: str, day: date) -> list[Span]:
    """The stretches of time that the view shows, each a column. Nights are left out."""
    if view == SEASON:
        first, last = (date(day.year, *at) for at in (SEASON_FROM, SEASON_TO))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [(_at(one, OPENS), _at(one, CLOSES)) for one in days]
    days = [day] if view == DAY else [_monday(day) + timedelta(days=n) for n in range(7)]
    step = QUARTER if view == DAY else TWO_HOURS
    return [span for one in days for span in _steps(one, step)]


def first_day(view: str, day: date) -> date:
    if view == WEEK:
        return _monday(day)
    return date(day.year, *SEASON_FROM) if view == SEASON else day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _at(day: date, hour: int) -> datetime:
    if hour == CLOSES:
        return datetime.combine(day + timedelta(days=1), time(), clock.HELSINKI)
    return datetime.combine(day, time(hour), clock.HELSINKI)


def _steps(day: date, step: timedelta) -> list[Span]:
    count = int(timedelta(hours=CLOSES - OPENS) / step)
    wall = datetime.combine(day, time(OPENS))
    edges = [(wall + n * step).replace(tzinfo=clock.HELSINKI) for n in range(count + 1)]
    return list(pairwise(edges))


def plan(*, view: str, day: date, at: datetime) -> Plan:
    """The timeline of the view around that day. A fixed number of questions."""
    spans = columns(view, day)
    begins, ends = spans[0][0], spans[-1][1]
    crafts = list(Craft.objects.filter(state=Craft.State.IN_USE).select_related("craft_class"))
    booked = list(
        Booking.objects.filter(
            state__in=(*Booking.LIVE, Booking.State.RETURNED),
            starts_at__lt=ends, ends_at__gt=begins,
        ).select_related("customer", "craft__craft_class").order_by("starts_at")
    )  # fmt: skip
    blocks = list(
        MaintenanceBlock.objects.filter(starts_at__lt=ends, ends_at__gt=begins)
        .select_related("craft")
        .order_by("starts_at")
    )
    rows = {craft.pk: Row(craft) for craft in crafts}
    _place(rows, spans, booked, blocks, at, crowds=view == SEASON)
    groups = _groups(rows.values(), spans, booked, blocks, view, at)
    return Plan(view, first_day(view, day), spans, groups, _clashes(crafts, at))


def _place(
    rows: dict[UUID, Row],
    spans: Sequence[Span],
    booked: Iterable[Booking],
    blocks: Iterable[MaintenanceBlock],
    at: datetime,
    *,
    crowds: bool,
) -> None:
    """`crowds`: a column holds several bookings, and one bar says that it is taken; otherwise each
    has a column of its own beside the one before."""
    things: list[tuple[datetime, datetime, Booking | MaintenanceBlock]] = [
        *((one.starts_at, _until(one, at), one) for one in booked),
        *((one.starts_at, one.ends_at, one) for one in blocks),
    ]
    taken: dict[UUID, int] = defaultdict(int)
    for starts_at, ends_at, thing in sorted(things, key=lambda one: one[0]):
        row = rows.get(thing.craft_id)
        touched = [n for n, (a, b) in enumerate(spans, 1) if starts_at < b and ends_at > a]
        if row is None or not touched:
            continue
        start = max(touched[0], taken[thing.craft_id] + 1)
        if crowds and start > touched[-1]:
            continue
        width = max(touched[-1] - start + 1, 1)
        taken[thing.craft_id] = start + width - 1
        if start > len(spans):
            continue
        if isinstance(thing, Booking):
            late = thing.state == Booking.State.OUT and thing.ends_at <= at
            row.bars.append(Bar(start, width, booking=thing, late=late))
        else:
            row.bars.append(Bar(start, width, block=thing))


def _until(booking: Booking, at: datetime) -> datetime:
    """A late craft is away until it comes."""
    return max(booking.ends_at, at) if booking.state == Booking.State.OUT else booking.ends_at


def _groups(
    rows: Iterable[Row],
    spans: Sequence[Span],
    booked: Sequence[Booking],
    blocks: Sequence[MaintenanceBlock],
    view: str,
    at: datetime,
) -> list[Group]:
    by_class: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        by_class[row.craft.craft_class_id].append(row)
    away: list[tuple[object, datetime, datetime]] = [
        *((o.craft_id, o.starts_at, _until(o, at)) for o in booked if o.state in Booking.LIVE),
        *((o.craft_id, o.starts_at, o.ends_at) for o in blocks),
    ]  # fmt: skip
    groups = [
        Group(
            found[0].craft.craft_class, found, _cells(found, spans, away, 4 if view == DAY else 1)
        )
        for found in by_class.values()
    ]
    return sorted(groups, key=lambda group: group.craft_class.name)


def _cells(
    rows: Sequence[Row],
    spans: Sequence[Span],
    away: Iterable[tuple[object, datetime, datetime]],
    stretch: int,
) -> list[Cell]:
    ours = {row.craft.pk for row in rows}
    mine = [one for one in away if one[0] in ours]
    cells = []
    for first in range(0, len(spans), stretch):
        part = spans[first : first + stretch]
        begins, ends = part[0][0], part[-1][1]
        gone = {craft for craft, a, b in mine if a < ends and b > begins}
        cells.append(Cell(first + 1, len(part), begins, len(ours) - len(gone), len(ours)))
    return cells


SOON = timedelta(hours=36)


def _clashes(crafts: Sequence[Craft], at: datetime) -> list[Clash]:
    """Bookings of the next day and a half whose craft is late or under maintenance then."""
    soon = Booking.objects.filter(
        state=Booking.State.RESERVED, ends_at__gt=at, starts_at__lt=at + SOON
    ).select_related("customer", "craft__craft_class").order_by("starts_at")  # fmt: skip
    late = set(bookings.late_now(at).values_list("craft_id", flat=True))
    blocks = list(MaintenanceBlock.objects.filter(ends_at__gt=at, starts_at__lt=at + SOON * 2))
    found = []
    for row in soon:
        blocked = any(
            o.craft_id == row.craft_id and o.starts_at < row.ends_at and o.ends_at > row.starts_at
            for o in blocks
        )  # fmt: skip
        is_late = row.craft_id in late and row.starts_at < at + TWO_HOURS
        if blocked or is_late:
            found.append(Clash(row, "maintenance" if blocked else "late", _others(row, at)))
    return found


def _others(booking: Booking, at: datetime) -> int:
    free = bookings.free_crafts(starts_at=booking.starts_at, ends_at=booking.ends_at, at=at)
    return free.filter(craft_class=booking.craft.craft_class_id).count()
