"""THE rules of the loyalty programme, beside the policy: read by a lawyer and by the customer.

Whoever has joined is on the tier that her rentals of the last MONTHS give. A rental counts when its
craft came back on a day of her membership, within those months; one that was cancelled or not
fetched does not count. Nothing else is looked at: not what was paid, not feedback, not damage.
The tier is counted when it is asked for and stored nowhere; a restriction of the purpose or an
objection to it stops the counting (register.services.loyalty).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from register.declare import Named, PolicyError, Text

MONTHS = 24
"""How far back rentals count, in calendar months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Named):
    """`rentals`: how many of them reach it. `percent`: off the rental's own price, whole percent;
    extras, fuel and fees are not touched."""

    rentals: int
    percent: int

    def __post_init__(self) -> None:
        if self.rentals < 0 or not 0 <= self.percent <= 50:
            raise PolicyError(f"tier {self.key} is out of bounds")


TIERS = (
    Tier(key="ripple", name=Text("Väre", "Krusning", "Ripple"), rentals=0, percent=0),
    Tier(key="wave", name=Text("Laine", "Våg", "Wave"), rentals=3, percent=5),
    Tier(key="surge", name=Text("Hyöky", "Bränning", "Surge"), rentals=6, percent=10),
)
"""From the first to the highest; the first is had by joining."""


def first_day(on: date) -> date:
    """The first day whose rentals still count on that day."""
    return on - relativedelta(months=MONTHS) + relativedelta(days=1)


def last_day(returned_on: date) -> date:
    """The last day on which a rental that came back then counts. 29 February counts through
    28 February."""
    return returned_on + relativedelta(months=MONTHS) - relativedelta(days=1)


def counts(returned_on: date, *, joined_on: date, on: date) -> bool:
    """Whether a rental that came back that day counts on `on`."""
    return joined_on <= returned_on <= on <= last_day(returned_on)


def tier(rentals: int) -> Tier:
    """The highest that so many rentals reach."""
    return max((one for one in TIERS if one.rentals <= rentals), key=lambda one: one.rentals)


def next_tier(rentals: int) -> Tier | None:
    """The one above; None on the highest."""
    return next((one for one in TIERS if one.rentals > rentals), None)


def holds_through(days: Iterable[date], *, on: date) -> date | None:
    """The last day on which the tier stands if she rents no more; None on the first, which does
    not end. `days`: when the rentals that count came back."""
    kept = sorted(days, reverse=True)
    reached = tier(len(kept))
    return last_day(kept[reached.rentals - 1]) if reached.rentals else None


def discount_cents(rental_cents: int, percent: int) -> int:
    """Rounded down to whole cents, in the firm's favour by less than one."""
    return rental_cents * percent // 100
