"""What a rental costs, from the price of its class. Euro cents, VAT included."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from register.models import CraftClass, OrderLine

DAY_HOURS = 24
LATE_GRACE = timedelta(minutes=15)
FUEL_CENTS_PER_LITRE = 275


@dataclass(frozen=True, slots=True)
class Line:
    """An order line before it is stored."""

    kind: str
    description: str
    quantity: Decimal
    unit_price_cents: int


def started_hours(length: timedelta) -> int:
    """Whole hours, a started one counted as whole."""
    return -(-length // timedelta(hours=1))


def rental_lines(
    *, craft_class: CraftClass, starts_at: datetime, ends_at: datetime
) -> tuple[Line, ...]:
    """Whole days at the day price, the started hours left over at the hour price; never dearer
    than one more day."""
    days, hours = divmod(started_hours(ends_at - starts_at), DAY_HOURS)
    if hours * craft_class.hour_price_cents >= craft_class.day_price_cents:
        days, hours = days + 1, 0
    lines = []
    if days:
        name = _("%(craft)s, days") % {"craft": craft_class.name}
        lines.append(_rental(name, days, craft_class.day_price_cents))
    if hours:
        name = _("%(craft)s, hours") % {"craft": craft_class.name}
        lines.append(_rental(name, hours, craft_class.hour_price_cents))
    return tuple(lines)


def _rental(name: str, quantity: int, price: int) -> Line:
    return Line(OrderLine.Kind.RENTAL, name, Decimal(quantity), price)


def late_line(*, craft_class: CraftClass, due_at: datetime, returned_at: datetime) -> Line | None:
    """Late returns are charged per started hour, once a quarter of an hour has passed."""
    late = returned_at - due_at
    if late <= LATE_GRACE:
        return None
    hours = Decimal(started_hours(late))
    return Line(
        OrderLine.Kind.LATE,
        _("Late return, started hours"),
        hours,
        craft_class.hour_price_cents,
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
