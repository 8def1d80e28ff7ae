"""Bookings: made, moved, cancelled. The craft is promised to one renter at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from register import clock, money
from register.models import (
    Agreement,
    Booking,
    Company,
    Craft,
    Customer,
    Driver,
    MaintenanceBlock,
    OrderLine,
    QuoteRequest,
    User,
)
from register.services import audit, bans, customers, events, numbers, post, pricing
from register.services.refusals import ChangedMeanwhile, Refused

WALK_IN_GRACE = timedelta(minutes=30)
"""How far back a booking may begin: the customer stands here while the clerk types."""

LATE_SHADOW = timedelta(minutes=30)
"""A craft that is late may come any minute: nothing is promised of it this far ahead."""

NO_OVERLAP = "register_booking_no_overlap"
CHILD = "child"
"""Answer to the age question that is never stored: it is refused."""


class Overlap(Refused):
    """The craft is promised to somebody else at that time."""

    field = "craft"


class StillLate(Refused):
    """The craft should be back, is not, and the booking would begin now."""

    field = "craft"


class UnderMaintenance(Refused):
    """The craft is out of use at that time."""

    field = "craft"


class CraftRetired(Refused):
    """The craft has left the fleet."""

    field = "craft"


class InThePast(Refused):
    """The booking would begin in the past."""

    field = "starts_at"


class EndsTooSoon(Refused):
    """The booking would end before it begins."""

    field = "ends_at"


class TooYoung(Refused):
    """Under 15 at the helm, or a renter under 18."""

    field = "age_group"


class NotNow(Refused):
    """The booking is in a state in which this cannot be done."""


@dataclass(frozen=True, slots=True)
class NewDriver:
    """A driver as the form gives it. `age_group`: Driver.AgeGroup or CHILD."""

    customer: Customer
    age_group: str
    is_renter: bool = False


@transaction.atomic
def book(
    *,
    customer: Customer,
    craft: Craft,
    starts_at: datetime,
    ends_at: datetime,
    drivers: Sequence[NewDriver],
    by: User | None,
    at: datetime,
    lines: Iterable[pricing.Line] = (),
    wishes: str = "",
    company: Company | None = None,
    quote: QuoteRequest | None = None,
    override: str = "",
    agreed: Sequence[pricing.Line] | None = None,
) -> Booking:
    """Promise the craft to the customer. The rental's lines come from the craft's class unless they
    are `agreed`; `lines` are added. `override`: why a ban does not stop it (services.bans).
    Raises Erased, Restricted, Banned, NotAuthorised, TooYoung, InThePast, EndsTooSoon,
    CraftRetired, UnderMaintenance, Overlap, StillLate."""
    customers.ensure_may_rent(customer=customer, on=clock.local_date(at), override=override)
    for driver in drivers:
        _ensure_may_drive(driver)
    craft = _free_craft(craft=craft, starts_at=starts_at, ends_at=ends_at, at=at)
    booking = Booking(
        number=numbers.reserve("booking"), customer=customer, craft=craft, company=company,
        quote=quote, booked_at=at, starts_at=starts_at, ends_at=ends_at, wishes=wishes,
        saved_at=at, saved_by=by,
    )  # fmt: skip
    _save(booking)
    bans.let_through_if(override, booking=booking, by=by, at=at)
    _add_drivers(booking, drivers, by=by, at=at)
    lines = [*(_priced(booking) if agreed is None else agreed), *lines]
    add_lines(booking=booking, lines=lines, by=by, at=at)
    if quote is not None:
        quote.state = QuoteRequest.State.BOOKED
        quote.save(update_fields=["state"])
    audit.record(verb="book", by=by, at=at, object=booking)
    post.confirm(booking, at=at)
    _refresh(booking)
    return booking


@transaction.atomic
def change(
    *,
    booking: Booking,
    seen: datetime,
    craft: Craft,
    starts_at: datetime,
    ends_at: datetime,
    wishes: str,
    by: User,
    at: datetime,
) -> Booking:
    """Move a reserved booking, or change its wishes; its rental price lines follow.

    `seen`: the row's `saved_at` when the form was opened. Raises ChangedMeanwhile, NotNow and
    what `book` raises.
    """
    row = locked(booking, Booking.State.RESERVED)
    if row.saved_at != seen:
        raise ChangedMeanwhile
    customers.ensure_may_rent(customer=row.customer, on=clock.local_date(at), booking=row)
    moved = (row.craft_id, row.starts_at, row.ends_at) != (craft.pk, starts_at, ends_at)
    if moved:
        craft = _free_craft(craft=craft, starts_at=starts_at, ends_at=ends_at, at=at, but=row)
        row.craft, row.starts_at, row.ends_at = craft, starts_at, ends_at
    row.wishes, row.saved_at, row.saved_by = wishes, at, by
    _save(row)
    if moved:
        row.drivers.update(drove_on=clock.local_date(starts_at))
        void_agreement(row, by=by, at=at)
        _price_again(row, by=by, at=at)
    audit.record(
        verb="booking.changed", by=by, at=at, object=row,
        fields=["craft", "starts_at", "ends_at", "wishes"] if moved else ["wishes"],
    )  # fmt: skip
    _refresh(row)
    return row


@transaction.atomic
def cancel(*, booking: Booking, by: User, at: datetime) -> None:
    """The customer does not come. The craft is free again, and the agreement void."""
    row = locked(booking, Booking.State.RESERVED)
    row.state, row.cancelled_at = Booking.State.CANCELLED, at
    row.saved_at, row.saved_by = at, by
    row.save()
    void_agreement(row, by=by, at=at)
    audit.record(verb="booking.cancelled", by=by, at=at, object=row)
    _refresh(row)


@transaction.atomic
def no_show(*, booking: Booking, by: User, at: datetime) -> None:
    """The customer was awaited and did not come."""
    row = locked(booking, Booking.State.RESERVED)
    if at < row.starts_at:
        raise NotNow(_("The booking has not begun yet: cancel it instead."))
    row.state, row.saved_at, row.saved_by = Booking.State.NO_SHOW, at, by
    row.save()
    audit.record(verb="booking.no_show", by=by, at=at, object=row)
    _refresh(row)


@transaction.atomic
def add_driver(*, booking: Booking, driver: NewDriver, by: User, at: datetime) -> Driver:
    """One more driver on a booking that has not gone out yet. Raises TooYoung, Restricted, …"""
    row = locked(booking, Booking.State.RESERVED)
    _ensure_may_drive(driver)
    if row.drivers.filter(customer=driver.customer).exists():
        raise Refused(_("This person is already a driver of the booking."), field="customer")
    void_agreement(row, by=by, at=at)
    return _add_drivers(row, [driver], by=by, at=at)[0]


def void_agreement(booking: Booking, *, by: User, at: datetime) -> None:
    """What the agreement says is no longer so: another is written. Its number stays used."""
    for agreement in booking.agreements.exclude(state=Agreement.State.VOID):
        agreement.state = Agreement.State.VOID
        agreement.saved_at, agreement.saved_by = at, by
        agreement.save()
        audit.record(verb="agreement.void", by=by, at=at, object=agreement)


@transaction.atomic
def add_lines(
    *, booking: Booking, lines: Iterable[pricing.Line], by: User | None, at: datetime
) -> list[OrderLine]:
    """Order lines of the booking, paid by its customer."""
    made = OrderLine.objects.bulk_create(
        OrderLine(
            customer_id=booking.customer_id, booking=booking, kind=line.kind,
            description=line.description, quantity=line.quantity,
            unit_price_cents=line.unit_price_cents, ordered_on=clock.local_date(at),
            vat_percent=money.vat_percent(on=clock.local_date(at)), saved_at=at, saved_by=by,
        )
        for line in lines
    )  # fmt: skip
    if made:
        audit.record(verb="lines.added", by=by, at=at, object=booking, count=len(made))
        events.refresh([booking.customer_id])
    return made


def free_crafts(*, starts_at: datetime, ends_at: datetime, at: datetime) -> QuerySet[Craft]:
    """Craft in use that nobody has booked, that are not under maintenance then, and not late."""
    taken = Booking.objects.filter(
        state__in=Booking.LIVE, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    blocked = MaintenanceBlock.objects.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    free = (
        Craft.objects.filter(state=Craft.State.IN_USE)
        .exclude(pk__in=taken.values("craft_id"))
        .exclude(pk__in=blocked.values("craft_id"))
        .select_related("craft_class")
    )
    if starts_at < at + LATE_SHADOW:
        free = free.exclude(pk__in=late_now(at).values("craft_id"))
    return free


def _ensure_may_drive(driver: NewDriver) -> None:
    customers.ensure_may_serve(customer=driver.customer)
    ensure_old_enough(driver)


def ensure_old_enough(driver: NewDriver) -> None:
    """15 at the helm, 18 to rent. Raises TooYoung."""
    if driver.age_group == CHILD:
        raise TooYoung(
            _("%(name)s may not drive: the one at the helm of a registered craft is at least 15.")
            % {"name": driver.customer.full_name}
        )
    if driver.is_renter and driver.age_group != Driver.AgeGroup.ADULT:
        raise TooYoung(_("The renter is at least 18. Ask an adult to rent and add them as renter."))


def _free_craft(
    *,
    craft: Craft,
    starts_at: datetime,
    ends_at: datetime,
    at: datetime,
    but: Booking | None = None,
) -> Craft:
    """The craft, locked until the transaction ends, so that two clerks do not both find it free."""
    if ends_at <= starts_at:
        raise EndsTooSoon(_("The rental ends before it begins: check the times."))
    if starts_at < at - WALK_IN_GRACE:
        raise InThePast(_("The rental would begin in the past: check the date and the time."))
    crafts = Craft.objects.select_for_update(of=("self",)).select_related("craft_class")
    row = crafts.get(pk=craft.pk)
    if row.state != Craft.State.IN_USE:
        raise CraftRetired(_("%(craft)s is not in the fleet any more.") % {"craft": row})
    _ensure_not_maintained(row, starts_at, ends_at)
    _ensure_not_taken(row, starts_at, ends_at, but)
    _ensure_not_late(row, starts_at, at)
    return row


def _ensure_not_maintained(craft: Craft, starts_at: datetime, ends_at: datetime) -> None:
    block = craft.maintenance_blocks.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first()
    if block is not None:
        raise UnderMaintenance(
            _("%(craft)s is under maintenance from %(from)s to %(to)s.")
            % {"craft": craft, "from": moment(block.starts_at), "to": moment(block.ends_at)}
        )


def _ensure_not_taken(
    craft: Craft, starts_at: datetime, ends_at: datetime, but: Booking | None
) -> None:
    live = craft.bookings.filter(state__in=Booking.LIVE, starts_at__lt=ends_at)
    other = live.filter(ends_at__gt=starts_at).exclude(pk__in=[but.pk] if but else []).first()
    if other is not None:
        raise Overlap(
            _("%(craft)s is already booked from %(from)s to %(to)s (booking %(number)s).")
            % {
                "craft": craft, "number": other.number,
                "from": moment(other.starts_at), "to": moment(other.ends_at),
            }
        )  # fmt: skip


def late_now(at: datetime) -> QuerySet[Booking]:
    """Craft that should be back and are not."""
    return Booking.objects.filter(state=Booking.State.OUT, ends_at__lte=at)


def _ensure_not_late(craft: Craft, starts_at: datetime, at: datetime) -> None:
    """Its time has ended, so no overlap speaks against the next one: the water does."""
    if starts_at < at + LATE_SHADOW and (late := late_now(at).filter(craft=craft).first()):
        raise StillLate(
            _("%(craft)s is late: it is still out with booking %(number)s. Choose another.")
            % {"craft": craft, "number": late.number}
        )


def moment(at: datetime) -> str:
    """ "21.6. klo 14.30" in the reader's language."""
    return date_format(timezone.localtime(at), "j.n.Y H:i")


def _save(booking: Booking) -> None:
    """The database has the last word on double booking; its own message would print values."""
    try:
        with transaction.atomic():
            booking.save()
    except IntegrityError as problem:
        if NO_OVERLAP not in str(problem):
            raise
        raise Overlap(_("Somebody else has just booked this craft for that time.")) from None


def _add_drivers(
    booking: Booking, drivers: Sequence[NewDriver], *, by: User | None, at: datetime
) -> list[Driver]:
    made = Driver.objects.bulk_create(
        Driver(
            booking=booking, customer=driver.customer, is_renter=driver.is_renter,
            age_group=driver.age_group, drove_on=clock.local_date(booking.starts_at),
            saved_at=at, saved_by=by,
        )
        for driver in drivers
    )  # fmt: skip
    for driver in made:
        audit.record(verb="driver.added", by=by, at=at, object=driver)
    events.refresh([driver.customer_id for driver in made])
    return made


def _price_again(booking: Booking, *, by: User, at: datetime) -> None:
    booking.lines.filter(kind=OrderLine.Kind.RENTAL).delete()
    add_lines(booking=booking, lines=_priced(booking), by=by, at=at)


def _priced(booking: Booking) -> tuple[pricing.Line, ...]:
    """The rental's lines in the customer's language: they stand in the agreement."""
    with override(booking.customer.language):
        return pricing.rental_lines(
            craft_class=booking.craft.craft_class,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
        )


def locked(booking: Booking, *states: str) -> Booking:
    row = (
        Booking.objects.select_for_update(of=("self",))
        .select_related("customer", "craft__craft_class")
        .get(pk=booking.pk)
    )
    if row.state not in states:
        raise NotNow(
            _("The booking is now “%(state)s”: this cannot be done any more.")
            % {"state": row.get_state_display()}
        )
    return row


def _refresh(booking: Booking) -> None:
    events.refresh([booking.customer_id, *booking.drivers.values_list("customer_id", flat=True)])
