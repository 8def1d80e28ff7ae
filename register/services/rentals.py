"""At the dock: handover with briefing and checklist, return with fuel, hours and damage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from register import clock
from register.models import Agreement, Attachment, Booking, Case, Craft, Driver, Rental, User
from register.services import audit, bookings, cases, conditions, customers, events, fees
from register.services.refusals import Refused


class NotSigned(Refused):
    """Nothing leaves the dock without a signed agreement."""


class StillOut(Refused):
    """The craft is on the water with somebody else, however late."""


class ChecklistIncomplete(Refused):
    """A driver lacks the briefing, the equipment or the age check."""


class HoursRunBackwards(Refused):
    """The engine shows fewer hours at return than at handover."""

    field = "hours_in"


CHECKLIST = ("age_checked", "briefed", "area_shown", "rules_told", "life_jacket", "kill_switch")
"""Briefing and equipment that every driver gets (DOMAIN, section 6): columns of Driver, or, of the
first two, their times. One more is a column here and a line in the policy."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The checklist of one driver, as ticked."""

    driver: Driver
    age_checked: bool
    briefed: bool
    area_shown: bool
    rules_told: bool
    life_jacket: bool
    kill_switch: bool

    @property
    def complete(self) -> bool:
        return all(getattr(self, name) for name in CHECKLIST)


@dataclass(frozen=True, slots=True)
class Condition:
    """What the gauges and the eye say. Litres and engine hours."""

    fuel_l: Decimal | None = None
    hours: Decimal | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """Damage seen at return. Cents. `charged`: its fee goes on the bill at once."""

    description: str
    estimate_cents: int | None = None
    charged: bool = False


@transaction.atomic
def hand_over(
    *, booking: Booking, checklist: Sequence[Checked], condition: Condition, by: User, at: datetime
) -> Rental:
    """The craft leaves the dock.

    Raises NotNow, StillOut, NotSigned, ChecklistIncomplete, Banned, Restricted, Erased.
    """
    row = bookings.locked(booking, Booking.State.RESERVED)
    _ensure_at_the_dock(row)
    customers.ensure_may_rent(customer=row.customer, on=clock.local_date(at), booking=row)
    if not row.agreements.filter(state=Agreement.State.SIGNED).exists():
        raise NotSigned(_("The agreement is not signed yet: the desk signs it first."))
    _check_drivers(row, checklist, by=by, at=at)
    rental = Rental.objects.create(
        customer_id=row.customer_id, booking=row, handed_over_at=at, fuel_out_l=condition.fuel_l,
        hours_out=condition.hours, condition_out=condition.text, saved_at=at, saved_by=by,
    )  # fmt: skip
    row.state, row.saved_at, row.saved_by = Booking.State.OUT, at, by
    row.save()
    audit.record(verb="handed_over", by=by, at=at, object=rental)
    events.refresh([row.customer_id])
    return rental


def _ensure_at_the_dock(booking: Booking) -> None:
    """A late craft's own booking has ended, so nothing in the calendar speaks against the next."""
    craft = Craft.objects.select_for_update().get(pk=booking.craft_id)
    with_whom = Booking.objects.filter(craft=craft, state=Booking.State.OUT).first()
    if with_whom is not None:
        raise StillOut(
            _("%(craft)s is still out with booking %(number)s: take it back first.")
            % {"craft": craft, "number": with_whom.number}
        )


def _check_drivers(
    booking: Booking, checklist: Sequence[Checked], *, by: User, at: datetime
) -> None:
    ticked = {checked.driver.pk: checked for checked in checklist}
    for driver in booking.drivers.select_related("customer"):
        checked = ticked.get(driver.pk)
        if checked is None or not checked.complete:
            raise ChecklistIncomplete(
                _(
                    "Every box is ticked before %(name)s drives: age from a photo ID, briefing, "
                    "area, rules, life jacket and kill-switch lanyard."
                )
                % {"name": driver.customer.full_name}
            )
        driver.age_checked_at = driver.briefed_at = at
        driver.area_shown = driver.rules_told = True
        driver.life_jacket = driver.kill_switch = True
        driver.saved_at, driver.saved_by = at, by
        driver.save()
        audit.record(verb="driver.briefed", by=by, at=at, object=driver)


@transaction.atomic
def take_back(
    *,
    booking: Booking,
    condition: Condition,
    by: User,
    at: datetime,
    charge_late: bool = True,
    charge_fuel: bool = True,
    damage: Damage | None = None,
    marks: Sequence[conditions.Mark] = (),
    agreed: str | None = None,
) -> Rental:
    """The craft is back. Late hours and missing fuel become order lines, damage a case with the
    marks that are new.

    `agreed`: the key of the fees that were shown (fees.Fees.key); None charges without asking.
    Raises NotNow, HoursRunBackwards, FeesChanged. A restriction does not stop it: the craft has to
    come home.
    """
    row = bookings.locked(booking, Booking.State.OUT)
    rental = Rental.objects.select_for_update().get(booking=row)
    _ensure_hours(rental, condition.hours)
    with override(row.customer.language):
        due = fees_of(
            booking=row, rental=rental, condition=condition, at=at, charge_late=charge_late,
            charge_fuel=charge_fuel, damage=damage,
        )  # fmt: skip
    if agreed is not None and agreed != due.key:
        raise fees.FeesChanged(due)
    rental.returned_at, rental.fuel_in_l = at, condition.fuel_l
    rental.hours_in, rental.condition_in = condition.hours, condition.text
    rental.saved_at, rental.saved_by = at, by
    rental.save()
    row.state, row.saved_at, row.saved_by = Booking.State.RETURNED, at, by
    row.save()
    bookings.add_lines(booking=row, lines=due.lines, by=by, at=at)
    case = _case(row, damage, due, by=by, at=at) if damage is not None else None
    if marks:
        conditions.keep(
            booking=row, moment=Attachment.Moment.RETURN, marks=marks, by=by, at=at, case=case
        )
    audit.record(verb="returned", by=by, at=at, object=rental)
    events.refresh([row.customer_id])
    return rental


def fees_of(
    *,
    booking: Booking,
    rental: Rental,
    condition: Condition,
    at: datetime,
    charge_late: bool = True,
    charge_fuel: bool = True,
    damage: Damage | None = None,
) -> fees.Fees:
    """What taking the craft back would put on the bill."""
    return fees.on_return(
        booking=booking, rental=rental, fuel_l=condition.fuel_l, at=at, late=charge_late,
        fuel=charge_fuel, estimate_cents=damage.estimate_cents if damage else None,
        charges_damage=bool(damage and damage.charged),
    )  # fmt: skip


def _ensure_hours(rental: Rental, hours: Decimal | None) -> None:
    if hours is not None and rental.hours_out and hours < rental.hours_out:
        raise HoursRunBackwards(_("The engine hours are fewer than at handover: check the gauge."))


def _case(booking: Booking, damage: Damage, due: fees.Fees, *, by: User, at: datetime) -> Case:
    case = cases.open_case(
        booking=booking, kind=Case.Kind.DAMAGE, description=damage.description,
        estimate_cents=damage.estimate_cents, fee_cents=due.damage_cents, occurred_at=at, by=by,
        at=at,
    )  # fmt: skip
    return cases.charge(case=case, by=by, at=at) if due.charges_damage else case
