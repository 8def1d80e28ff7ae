"""How requests are answered, in numbers: for the owner, and for the authority that asks. Counts
only; they reach as far back as the files are kept, three years from their end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from register.clock import local_date
from requests_app.models import DataSubjectRequest

State = DataSubjectRequest.State
Decision = DataSubjectRequest.Decision
SOON_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Requests of one kind received in one year. `median_days`: whole days from receipt to the
    decision, None while nothing is decided. `late`: decided after the last day."""

    year: int
    kind: str
    received: int
    open: int
    granted: int
    partly: int
    refused: int
    withdrawn: int
    late: int
    median_days: float | None

    def cells(self) -> tuple[Any, ...]:
        return (
            self.year, self.kind, self.received, self.open, self.granted, self.partly,
            self.refused, self.withdrawn, self.late, self.median_days,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """`open`, `soon` and `overdue` are of this day; `soon` within SOON_DAYS, overdue left out."""

    open: int
    soon: int
    overdue: int
    median_days: float | None
    lines: tuple[Line, ...]


def header() -> tuple[str, ...]:
    """What the cells of a line are."""
    return (
        _("Year of receipt"), _("Kind"), _("Received"), _("Open"), _("Granted"),
        _("Granted in part"), _("Refused"), _("Withdrawn"), _("Decided late"), _("Median days"),
    )  # fmt: skip


def of(*, on: date) -> Figures:
    """The figures as they are on that day. What nobody confirmed by e-mail is not counted."""
    counted = DataSubjectRequest.objects.exclude(state__in=[State.RECEIVED, State.LAPSED])
    rows = list(counted.order_by("received_at"))
    waiting = [row for row in rows if _is_open(row)]
    left = [(row.due_on - on).days for row in waiting]
    return Figures(
        open=len(waiting),
        soon=sum(0 <= days <= SOON_DAYS for days in left),
        overdue=sum(days < 0 for days in left),
        median_days=_median(rows),
        lines=tuple(_lines(rows)),
    )


def _is_open(row: DataSubjectRequest) -> bool:
    """Not answered yet: what is decided waits only for its package to be fetched."""
    return row.state in DataSubjectRequest.OPEN and row.decided_at is None


def _lines(rows: Iterable[DataSubjectRequest]) -> Iterable[Line]:
    groups: dict[tuple[int, str], list[DataSubjectRequest]] = defaultdict(list)
    for row in rows:
        groups[local_date(row.received_at).year, row.kind].append(row)
    order = list(DataSubjectRequest.Kind.values)
    for year, kind in sorted(groups, key=lambda key: (-key[0], order.index(key[1]))):
        yield _line(year, kind, groups[year, kind])


def _line(year: int, kind: str, rows: list[DataSubjectRequest]) -> Line:
    outcomes = [row.decision for row in rows]
    return Line(
        year=year,
        kind=str(DataSubjectRequest.Kind(kind).label),
        received=len(rows),
        open=sum(map(_is_open, rows)),
        granted=outcomes.count(Decision.GRANTED),
        partly=outcomes.count(Decision.PARTLY),
        refused=outcomes.count(Decision.REFUSED),
        withdrawn=sum(row.state == State.WITHDRAWN for row in rows),
        late=sum(_late(row) for row in rows),
        median_days=_median(rows),
    )


def _late(row: DataSubjectRequest) -> bool:
    return row.decided_at is not None and local_date(row.decided_at) > row.due_on


def _median(rows: Iterable[DataSubjectRequest]) -> float | None:
    days = [
        (local_date(row.decided_at) - local_date(row.received_at)).days
        for row in rows
        if row.decided_at
    ]
    return float(median(days)) if days else None
