"""What a rental costs: the price of its class, in its season. Euro cents, VAT included.

The price is that of the day on which the rental begins, to its end: a customer who comes on the
last evening of the high season knows what the morning costs.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from register.clock import local_date
from register.models import CraftClass, OrderLine, SeasonPrice

DAY_HOURS = 24
ONE = Decimal(1)
LATE_GRACE = timedelta(minutes=15)
FUEL_CENTS_PER_LITRE = 275


@dataclass(frozen=True, slots=True)
class Line:
    """An order line before it is stored."""

    kind: str
    description: str
    quantity: Decimal
    unit_price_cents: int


def price_on(craft_class: CraftClass, day: date) -> CraftClass | SeasonPrice:
    """The row whose hour and day prices hold for the class on that day."""
    seasons = craft_class.season_prices.all()
    return next((row for row in seasons if row.starts_on <= day <= row.ends_on), craft_class)


def started_hours(length: timedelta) -> int:
    """Whole hours, a started one counted as whole."""
    return -(-length // timedelta(hours=1))


def rental_lines(
    *, craft_class: CraftClass, starts_at: datetime, ends_at: datetime
) -> tuple[Line, ...]:
    """Whole days at the day price, the started hours left over at the hour price; never dearer
    than one more day."""
    price = price_on(craft_class, local_date(starts_at))
    days, hours = divmod(started_hours(ends_at - starts_at), DAY_HOURS)
    if hours * price.hour_price_cents >= price.day_price_cents:
        days, hours = days + 1, 0
    lines = []
    if days:
        name = _("%(craft)s, days") % {"craft": craft_class.name}
        lines.append(_rental(name, days, price.day_price_cents))
    if hours:
        name = _("%(craft)s, hours") % {"craft": craft_class.name}
        lines.append(_rental(name, hours, price.hour_price_cents))
    return tuple(lines)


def _rental(name: str, quantity: int, price: int) -> Line:
    return Line(OrderLine.Kind.RENTAL, name, Decimal(quantity), price)


def late_hour_cents(craft_class: CraftClass, starts_at: datetime) -> int:
    """What a started hour too late costs: as the agreement says, whenever the craft comes back."""
    return price_on(craft_class, local_date(starts_at)).hour_price_cents


def late_line(
    *, craft_class: CraftClass, starts_at: datetime, due_at: datetime, returned_at: datetime
) -> Line | None:
    """Late returns are charged per started hour, once a quarter of an hour has passed."""
    late = returned_at - due_at
    if late <= LATE_GRACE:
        return None
    hours = Decimal(started_hours(late))
    return Line(
        OrderLine.Kind.LATE,
        _("Late return, started hours"),
        hours,
        late_hour_cents(craft_class, starts_at),
    )


def fuel_line(*, litres_out: Decimal | None, litres_in: Decimal | None) -> Line | None:
    """The fuel that is missing at return, by the litre."""
    if litres_out is None or litres_in is None or litres_in >= litres_out:
        return None
    return Line(
        OrderLine.Kind.FUEL,
        _("Fuel, litres"),
        litres_out - litres_in,
        FUEL_CENTS_PER_LITRE,
    )
