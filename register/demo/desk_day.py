"""Today at the desk: craft going out and coming back, one late, one not fetched. Whatever the
time of day, there is something of each."""

from datetime import date, datetime, timedelta

from register.demo import deals, invented, life, people, troubles
from register.demo.diary import CLOSES, OPENS, Slot, moment
from register.demo.stage import Stage
from register.models import Booking, Case, Craft, Customer, Identity

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BLOCKS = ((9, 12), (12, 15), (15, 18), (18, 20))
PLAIN_CRAFT = 7
"""Craft with an ordinary day of three-hour rentals; the next ones have a story."""
STORY_CRAFT = 5
AINO_BORN = date(1952, 10, 13)


def play(stage: Stage) -> None:
    """Fill today's diary, which nothing else touches."""
    crafts = stage.diary.crafts
    for number, craft in enumerate(crafts[:PLAIN_CRAFT]):
        shift = number % 4 * 15  # not everybody comes at the stroke of the hour
        for start, end in BLOCKS:
            if stage.chance(0.6):
                starts_at = moment(stage.today, start, shift)
                slot = Slot(craft, starts_at, moment(stage.today, end, shift))
                _by_the_clock(stage, _guest(stage), slot)
    late, away, due, missed, ainos = crafts[PLAIN_CRAFT : PLAIN_CRAFT + STORY_CRAFT]
    _out(stage, _guest(stage), Slot(late, _yesterday(stage, 14), _overdue(stage)))
    noon = moment(stage.today + DAY, 12)
    _out(stage, _guest(stage), Slot(away, _yesterday(stage, 10), noon))
    _out(stage, _guest(stage), Slot(due, _yesterday(stage, 16), _soon(stage, 75 * MINUTE)))
    _not_fetched(stage, missed)
    aino(stage, ainos)


def _guest(stage: Stage) -> Customer:
    of = people.person(stage, stage.now - stage.within(DAY, 9 * DAY))
    people.identity(stage, of, of.saved_at)
    return of


def _by_the_clock(stage: Stage, of: Customer, slot: Slot) -> None:
    """Back, out or still to come, whichever the hour says."""
    if slot.ends_at <= stage.now:
        row = deals.rented(stage, of, slot)
        rental_back = slot.ends_at
        if stage.chance(0.2):
            state = Case.State.OPEN
            troubles.case(stage, row, state)
        life.confirmation(stage, row)
        if rental_back < stage.now - HOUR and stage.chance(0.3):
            life.feedback(stage, row, stage.now - 10 * MINUTE)
    elif slot.starts_at <= stage.now:
        _out(stage, of, slot)
    else:
        _reserved(stage, of, slot)


def _out(stage: Stage, of: Customer, slot: Slot) -> Booking:
    """Handed over and not back yet."""
    row = deals.booking(stage, of, slot, Booking.State.OUT)
    lines = deals.price(stage, row)
    deals.drivers(stage, row, (), done=True)
    deals.sign(stage, row, lines, slot.starts_at - 10 * MINUTE)
    deals.pay(stage, row, lines, slot.starts_at - 8 * MINUTE)
    deals.hand_over(stage, row, slot.starts_at)
    deals.deposit(stage, row, slot.starts_at, released_at=None)
    deals.card(stage, of, slot.starts_at, settled_at=None)
    life.confirmation(stage, row)
    return row


def _reserved(stage: Stage, of: Customer, slot: Slot) -> Booking:
    row = deals.booking(stage, of, slot, Booking.State.RESERVED)
    lines = deals.price(stage, row)
    deals.drivers(stage, row, (), done=False)
    life.confirmation(stage, row)
    if stage.chance(0.3):
        deals.draft(stage, row, lines, row.booked_at)
    return row


def _not_fetched(stage: Stage, craft: Craft) -> None:
    """Should have been fetched half an hour ago (or, before opening, comes first thing)."""
    starts_at = _quarter(stage.now) - 30 * MINUTE
    if starts_at.hour < OPENS or starts_at.hour >= CLOSES:
        starts_at = moment(stage.today, OPENS)
    _reserved(stage, _guest(stage), Slot(craft, starts_at, starts_at + 2 * HOUR))


def aino(stage: Stage, craft: Craft) -> None:
    """Aino Aallokko comes for her craft soon, with Eero to drive; she has a past here."""
    booked_at = stage.now - 6 * DAY
    renter = _named(stage, "Aino", "Aallokko", booked_at)
    stage.add(
        Identity, booked_at, customer=renter,
        personal_identity_code=invented.identity_code(AINO_BORN, 0),
    )  # fmt: skip
    starts_at = _soon(stage, 40 * MINUTE)
    row = deals.booking(
        stage, renter, Slot(craft, starts_at, starts_at + 4 * HOUR), Booking.State.RESERVED
    )
    deals.price(stage, row)
    deals.drivers(stage, row, [_named(stage, "Eero", "Eteläranta", booked_at)], done=False)
    life.confirmation(stage, row)
    life.question(stage, renter, booked_at + HOUR)
    life.consent(stage, renter, booked_at, channel="email")


def _named(stage: Stage, first_name: str, last_name: str, at: datetime) -> Customer:
    return people.person(
        stage, at, first_name=first_name, last_name=last_name, language="fi",
        email=invented.email(first_name, last_name),
        phone=invented.finnish_phone(10_001 if first_name == "Aino" else 10_002),
        secrecy_order=False,
    )  # fmt: skip


# == The hours that make sense ====================================================================


def _yesterday(stage: Stage, hour: int) -> datetime:
    return moment(stage.today - DAY, hour)


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _overdue(stage: Stage) -> datetime:
    """Some fifty minutes ago, or last evening if the desk has not been open that long."""
    due = _quarter(stage.now) - 45 * MINUTE
    return (
        due if OPENS <= due.hour < CLOSES and due.date() == stage.today else _yesterday(stage, 20)
    )


def _soon(stage: Stage, ahead: timedelta) -> datetime:
    """That long from now, or the next opening hour."""
    at = _quarter(stage.now) + ahead
    if at.hour >= CLOSES:
        return moment(at.date() + DAY, OPENS)
    return at if at.hour >= OPENS else moment(at.date(), OPENS)
