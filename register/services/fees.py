"""What a return costs beside what was agreed: late hours, missing fuel, damage. Worked out before
anything is charged, shown to the renter, and charged only as shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from register.models import Agreement, Booking, Rental
from register.money import line_cents
from register.services import pricing
from register.services.refusals import Refused


@dataclass(frozen=True, slots=True)
class Fees:
    """`lines` go on the bill at once. `damage_cents`: what the renter pays at most for the damage,
    None without damage or without an estimate; `charges_damage`: it goes on the bill as well."""

    late: timedelta
    lines: tuple[pricing.Line, ...]
    estimate_cents: int | None = None
    damage_cents: int | None = None
    charges_damage: bool = False

    @property
    def now_cents(self) -> int:
        """What goes on the bill now."""
        lines = sum(line_cents(line.quantity, line.unit_price_cents) for line in self.lines)
        return lines + (self.damage_cents or 0 if self.charges_damage else 0)

    @property
    def priced(self) -> list[tuple[pricing.Line, int]]:
        return [(one, line_cents(one.quantity, one.unit_price_cents)) for one in self.lines]

    @property
    def key(self) -> str:
        """What was agreed to, for the form to bring back: amounts, nothing personal."""
        lines = [
            f"{one.kind}:{one.quantity.normalize():f}x{one.unit_price_cents}" for one in self.lines
        ]
        return ";".join([*lines, f"damage:{self.damage_cents}:{int(self.charges_damage)}"])

    def __bool__(self) -> bool:
        return bool(self.lines) or self.damage_cents is not None


class FeesChanged(Refused):
    """The fees are not those that were shown: the clock ran on, or the gauge was read again."""

    def __init__(self, fees: Fees) -> None:
        self.fees = fees
        super().__init__(
            _("The fees have changed since they were shown: look at them and confirm again.")
        )


def on_return(
    *,
    booking: Booking,
    rental: Rental,
    fuel_l: Decimal | None,
    at: datetime,
    late: bool = True,
    fuel: bool = True,
    estimate_cents: int | None = None,
    charges_damage: bool = False,
) -> Fees:
    """The fees of this return, by the declared rules (services.pricing, and `damage_cents`)."""
    lines = (
        pricing.late_line(
            craft_class=booking.craft.craft_class, starts_at=booking.starts_at,
            due_at=booking.ends_at, returned_at=at,
        )
        if late
        else None,
        pricing.fuel_line(litres_out=rental.fuel_out_l, litres_in=fuel_l) if fuel else None,
    )  # fmt: skip
    return Fees(
        late=max(at - booking.ends_at, timedelta()),
        lines=tuple(line for line in lines if line is not None),
        estimate_cents=estimate_cents,
        damage_cents=damage_cents(booking, estimate_cents),
        charges_damage=charges_damage and bool(estimate_cents),
    )


def damage_cents(booking: Booking, estimate_cents: int | None) -> int | None:
    """The estimate, at most the deductible that the signed agreement names; where there is no
    agreement, that of the class."""
    if estimate_cents is None:
        return None
    return min(estimate_cents, deductible_cents(booking))


def deductible_cents(booking: Booking) -> int:
    agreement = booking.agreements.filter(state=Agreement.State.SIGNED).first()
    if agreement is None:
        return booking.craft.craft_class.deductible_cents
    return agreement.deductible_cents
