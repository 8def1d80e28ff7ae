"""The season in numbers, by month and craft class.

Two kinds of figures, kept apart. Those of the *business* (days on the water, turnover) are about
craft and money; everything counts in them. Those of *people* (late returns, damage, satisfaction)
use only whoever has agreed to it and restricts nothing (policy: "analysis", "quality"), only months
that have ended, and no group of fewer than small_groups.LEAST shows or can be subtracted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from register import clock, money, policy
from register.models import (
    Case,
    Craft,
    Customer,
    Feedback,
    MaintenanceBlock,
    Message,
    OrderLine,
    Rental,
)
from register.services import consents, restrictions, small_groups
from register.services.pricing import LATE_GRACE
from register.services.small_groups import TOTAL, Place

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@dataclass(slots=True)
class Business:
    """Days that craft could be and were on the water, and what was sold. Cents, VAT included."""

    days: int = 0
    used: int = 0
    cents: int = 0

    @property
    def percent(self) -> float | None:
        return 100 * self.used / self.days if self.days else None


@dataclass(frozen=True, slots=True)
class Share:
    """A figure about people: `value` of `n` rentals or answers; None where it is not shown."""

    value: float | None = None
    n: int | None = None
    hidden: bool = False


NONE = Share()


@dataclass(frozen=True, slots=True)
class Table:
    """Place (month, class) → share, with the totals under TOTAL."""

    shares: Mapping[Place, Share]

    def at(self, month: Any, name: Any) -> Share:
        return self.shares.get((month, name), NONE)


@dataclass(frozen=True, slots=True)
class Season:
    """`months`: those with anything in them; `classes`: names, in the order of the alphabet."""

    year: int
    months: tuple[int, ...]
    classes: tuple[str, ...]
    business: Mapping[Place, Business]
    late: Table
    damage: Table
    satisfaction: Table

    def at(self, month: Any, name: Any) -> Business:
        return self.business.get((month, name), Business())


@dataclass(slots=True)
class _Group:
    """The people of one place, and what was counted of them."""

    people: set[UUID] = field(default_factory=set)
    sum: float = 0
    n: int = 0


def years() -> list[int]:
    """The years that have rentals, the newest first."""
    found = Rental.objects.dates("handed_over_at", "year", order="DESC")
    return [day.year for day in found]


def of(*, year: int, on: date) -> Season:
    """The season of a year, as it is known on that day."""
    business = _business(year, on)
    late, damage = _rentals(year, on)
    classes = {str(name) for _month, name in business if name != TOTAL}
    months = {month for month in range(1, 13) if _moved(business, month)}
    return Season(
        year=year,
        months=tuple(sorted(months)),
        classes=tuple(sorted(classes)),
        business=business,
        late=_table(late, percent=True),
        damage=_table(damage, percent=True),
        satisfaction=_table(_scores(year, on), percent=False),
    )


def _moved(business: Mapping[Place, Business], month: Any) -> bool:
    total = business.get((month, TOTAL), Business())
    return bool(total.used or total.cents)


# -- The business ---------------------------------------------------------------------------------


def _business(year: int, on: date) -> dict[Place, Business]:
    found: dict[Place, Business] = defaultdict(Business)
    for month, name, days in _available(year, on):
        _add(found, month, name, days=days)
    for month, name in _out(year, on):
        _add(found, month, name, used=1)
    for month, name, cents in _sold(year):
        _add(found, month, name, cents=cents)
    return dict(found)


def _add(found: dict[Place, Business], month: int, name: str, **more: int) -> None:
    for place in ((month, name), (month, TOTAL), (TOTAL, name), (TOTAL, TOTAL)):
        for column, value in more.items():
            setattr(found[place], column, getattr(found[place], column) + value)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.HELSINKI)


def _available(year: int, on: date) -> Iterator[tuple[int, str, int]]:
    """Craft in use, day by day through today, less those in service at noon."""
    crafts = Craft.objects.filter(state=Craft.State.IN_USE)
    names = dict(crafts.values_list("pk", "craft_class__name"))
    first, last = date(year, 1, 1), min(date(year, 12, 31), on)
    blocked = set()
    blocks = MaintenanceBlock.objects.filter(
        craft__in=names, ends_at__gt=_noon(first), starts_at__lt=_noon(last)
    )
    for craft, start, end in blocks.values_list("craft_id", "starts_at", "ends_at"):
        held = _days(clock.local_date(start), clock.local_date(end))
        blocked |= {(craft, day) for day in held if start <= _noon(day) < end}
    for craft, name in names.items():
        for day in _days(first, last):
            if (craft, day) not in blocked:
                yield day.month, name, 1


def _out(year: int, on: date) -> Iterator[tuple[int, str]]:
    """Each day on which a craft was on the water, once."""
    seen = set()
    begins, ends = _noon(date(year - 1, 12, 1)), _noon(date(year + 1, 1, 2))
    rows = Rental.objects.filter(handed_over_at__gte=begins, handed_over_at__lt=ends)
    told = rows.values_list(
        "booking__craft_id", "booking__craft__craft_class__name", "handed_over_at", "returned_at"
    )
    for craft, name, left, back in told.iterator():
        for day in _days(clock.local_date(left), clock.local_date(back) if back else on):
            if day.year == year and (craft, day) not in seen:
                seen.add((craft, day))
                yield day.month, name


def _sold(year: int) -> Iterator[tuple[int, str, int]]:
    rows = OrderLine.objects.filter(ordered_on__year=year).values_list(
        "ordered_on", "booking__craft__craft_class__name", "quantity", "unit_price_cents"
    )
    for day, name, quantity, cents in rows.iterator():
        yield day.month, name or "–", money.line_cents(quantity, cents)


# -- People ---------------------------------------------------------------------------------------


def agreed(purpose: str) -> QuerySet[Customer]:
    """Whose data may be used for it: she has agreed, and restricts nothing."""
    return restrictions.unrestricted(
        consents.consenting(purpose=purpose, channel=""), purpose=purpose
    )


def _ended(year: int, on: date) -> tuple[datetime, datetime]:
    """From the year's beginning to the end of the last month that has ended."""
    first = datetime(year, 1, 1, tzinfo=clock.HELSINKI)
    this = datetime(on.year, on.month, 1, tzinfo=clock.HELSINKI)
    return first, min(datetime(year + 1, 1, 1, tzinfo=clock.HELSINKI), this)


def _rentals(year: int, on: date) -> tuple[dict[Place, _Group], dict[Place, _Group]]:
    """Late returns and damage: groups of the people whose rentals ended in that month."""
    first, end = _ended(year, on)
    damaged = Case.objects.filter(booking=OuterRef("booking"), kind=Case.Kind.DAMAGE)
    rows = (
        Rental.objects.filter(returned_at__gte=first, returned_at__lt=end)
        .filter(customer__in=agreed(policy.ANALYSIS.key))
        .annotate(damaged=Exists(damaged))
        .values_list(
            "returned_at", "booking__craft__craft_class__name", "customer_id", "booking__ends_at",
            "damaged",
        )
    )  # fmt: skip
    late: dict[Place, _Group] = defaultdict(_Group)
    damage: dict[Place, _Group] = defaultdict(_Group)
    told: Iterable[tuple[Any, ...]] = rows.iterator()
    for back, name, person, due, broken in told:
        place = (clock.local_date(back).month, name)
        _count(late[place], person, back > due + LATE_GRACE)
        _count(damage[place], person, broken)
    return late, damage


def _scores(year: int, on: date) -> dict[Place, _Group]:
    first, end = _ended(year, on)
    scored = Feedback.objects.filter(given_at__gte=first, given_at__lt=end, score__isnull=False)
    rows = scored.filter(customer__in=agreed(policy.QUALITY.key)).values_list(
        "given_at", "booking__craft__craft_class__name", "customer_id", "score"
    )
    found: dict[Place, _Group] = defaultdict(_Group)
    told: Iterable[tuple[Any, ...]] = rows.iterator()
    for at, name, person, score in told:
        _count(found[clock.local_date(at).month, name or "–"], person, score)
    return found


def _count(group: _Group, person: UUID, value: float) -> None:
    group.people.add(person)
    group.sum += value
    group.n += 1


def _table(groups: Mapping[Place, _Group], *, percent: bool) -> Table:
    """The groups with their totals, and what may not be shown left out."""
    people = small_groups.with_totals({place: one.people for place, one in groups.items()})
    unseen = small_groups.hidden(people)
    sums: dict[Place, _Group] = defaultdict(_Group)
    for (month, name), one in groups.items():
        for place in ((month, name), (month, TOTAL), (TOTAL, name), (TOTAL, TOTAL)):
            sums[place].sum += one.sum
            sums[place].n += one.n
    scale = 100 if percent else 1
    return Table(
        {
            place: Share(hidden=True) if place in unseen else Share(scale * one.sum / one.n, one.n)
            for place, one in sums.items()
        }
    )


# -- Service --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Feedback of the last year after which nothing has been written to the person."""

    count: int
    oldest_days: int


def unanswered(*, at: datetime) -> Unanswered:
    """Counts only; answering is service, so everybody's feedback is in it."""
    answer = Message.objects.filter(
        customer=OuterRef("customer"), direction=Message.Direction.OUT,
        topic=Message.Topic.SERVICE, happened_at__gte=OuterRef("given_at"),
    )  # fmt: skip
    waiting = Feedback.objects.filter(
        ~Exists(answer), given_at__gte=at - YEAR,
        kind__in=(Feedback.Kind.FEEDBACK, Feedback.Kind.SERVICE_NEED),
    ).exclude(text="")  # fmt: skip
    given: Iterable[datetime] = waiting.order_by("given_at").values_list("given_at", flat=True)
    days = [(at - one).days for one in given]
    return Unanswered(len(days), days[0] if days else 0)
