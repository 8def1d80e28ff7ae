"""The price list as the desk reads it out: class, season and length, and the extras. Reckoned by
the same rule as a booking's price (services.pricing), so that they cannot differ."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from register import clock
from register.models import CraftClass, Extra
from register.services import pricing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTHS = (
    (_("1 h"), HOUR),
    (_("2 h"), 2 * HOUR),
    (_("4 h"), 4 * HOUR),
    (_("1 day"), DAY),
    (_("2 days"), 2 * DAY),
    (_("1 week"), 7 * DAY),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One class in one season. `name` is "" outside the seasons; cents per length of LENGTHS."""

    name: str
    starts_on: date | None
    ends_on: date | None
    cents: tuple[int, ...]
    applies: bool

    @property
    def by_length(self) -> list[tuple[Any, int]]:
        """(name of the length, cents)."""
        names = (name for name, _length in LENGTHS)
        return list(zip(names, self.cents, strict=True))


@dataclass(frozen=True, slots=True)
class Prices:
    """One class with its prices; the row that applies today is marked."""

    craft_class: CraftClass
    rows: tuple[Row, ...]


def read(*, on: date) -> list[Prices]:
    """Every class. Seasons that are over are left out."""
    classes = CraftClass.objects.prefetch_related("season_prices").order_by("name")
    return [_prices(one, on) for one in classes]


def extras() -> list[Extra]:
    return list(Extra.objects.filter(in_use=True).order_by("name_fi"))


def _prices(of: CraftClass, on: date) -> Prices:
    seasons = [row for row in of.season_prices.all() if row.ends_on >= on]
    now = next((row for row in seasons if row.starts_on <= on), None)
    outside = _day_outside(of, on)
    rows = [Row("", None, None, _cents(of, outside), now is None)] if outside else []
    rows += [
        Row(row.name, row.starts_on, row.ends_on, _cents(of, row.starts_on), row is now)
        for row in seasons
    ]
    return Prices(of, tuple(rows))


def _day_outside(of: CraftClass, on: date) -> date | None:
    """A day on which the class's own price holds; None where seasons fill the coming years."""
    day = on
    for _turn in range(len(of.season_prices.all()) + 1):
        price = pricing.price_on(of, day)
        if isinstance(price, CraftClass):
            return day
        day = price.ends_on + DAY
    return None


def _cents(of: CraftClass, day: date) -> tuple[int, ...]:
    """Counted in UTC hours: a day is 24 hours also when the clocks change."""
    start = datetime.combine(day, time(12), clock.HELSINKI)
    found = []
    for _name, length in LENGTHS:
        lines = pricing.rental_lines(craft_class=of, starts_at=start, ends_at=start + length)
        found.append(sum(int(line.quantity) * line.unit_price_cents for line in lines))
    return tuple(found)
