"""Which craft is free when: no craft is promised twice."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from register.clock import HELSINKI
from register.models import Craft

OPENS, CLOSES = 9, 21
_WHOLE_DAY = (1 << 24) - 1


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the wall clock of Helsinki."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HELSINKI)


def season_day(rng: Random, year: int, *, before: date) -> date:
    """A day between 15 May and 20 September of the year, but before the given day."""
    first, last = date(year, 5, 15), min(date(year, 9, 20), before - timedelta(days=1))
    if last < first:
        return season_day(rng, year - 1, before=before)
    return first + timedelta(days=rng.randrange((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Slot:
    craft: Craft
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 3600


@dataclass(slots=True)
class Diary:
    """Hours taken, per craft and day, as bits of an integer."""

    crafts: list[Craft]
    _taken: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))

    def close(self, day: date, craft: Craft | None = None) -> None:
        """Nothing more is promised on that day, of that craft or of any."""
        for number, one in enumerate(self.crafts):
            if craft is None or one is craft:
                self._taken[number, day] = _WHOLE_DAY

    def find(self, rng: Random, day: date) -> Slot | None:
        """A free craft for some hours, or for some days, from that day; None if all are busy."""
        days = rng.choice((1, 2, 2, 3)) if rng.random() < 0.08 else 0
        first = rng.randrange(len(self.crafts))
        for step in range(len(self.crafts)):
            number = (first + step) % len(self.crafts)
            slot = self._days(number, day, days) if days else self._hours(rng, number, day)
            if slot:
                return slot
        return None

    def _hours(self, rng: Random, number: int, day: date) -> Slot | None:
        length = rng.choice((1, 2, 2, 3, 4, 4, 8))
        start = rng.randrange(OPENS, CLOSES - length + 1)
        bits = ((1 << length) - 1) << start
        if self._taken[number, day] & bits:
            return None
        self._taken[number, day] |= bits
        return Slot(self.crafts[number], moment(day, start), moment(day, start + length))

    def _days(self, number: int, day: date, days: int) -> Slot | None:
        span = [day + timedelta(days=n) for n in range(days + 1)]
        if any(self._taken[number, one] for one in span):
            return None
        for one in span:
            self._taken[number, one] = _WHOLE_DAY
        return Slot(self.crafts[number], moment(day, 10), moment(span[-1], 18))
