"""Quotes, bookings and rentals, with everything that comes with them: drivers, agreements, order
lines, payments, deposits and cards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from register import policy
from register.clock import card_destroy_on, local_date
from register.demo import invented, marks
from register.demo.diary import Slot
from register.demo.names import EXTRAS
from register.demo.people import tongue_of
from register.demo.stage import Stage
from register.models import (
    Agreement,
    Booking,
    CardOnFile,
    Company,
    Craft,
    Customer,
    Deposit,
    Driver,
    IdentityCheck,
    OrderLine,
    Payment,
    QuoteRequest,
    Rental,
)
from register.services import pricing, quotes

TERMS = "2026-06"
CARD_DAYS = 30
SCRATCHED = "Vanha naarmu oikealla."
VAT = Decimal("25.5")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def quote(stage: Stage, of: Customer, at: datetime, craft: Craft, state: str) -> QuoteRequest:
    """Somebody asked for a price."""
    wanted = at.replace(hour=12, minute=0) + timedelta(days=stage.rng.randint(5, 40))
    if state in (QuoteRequest.State.OPEN, QuoteRequest.State.ANSWERED):
        wanted = max(wanted, stage.now.replace(hour=12, minute=0) + 2 * DAY)
    of.saved_at = min(of.saved_at, at)
    row = stage.add(
        QuoteRequest, at, customer=of, requested_at=at, craft_class=craft.craft_class, state=state,
        wanted_from=wanted, wanted_to=wanted + 4 * HOUR,
        wishes=stage.pick(tongue_of(of).wishes) if stage.chance(0.5) else "",
        source=policy.PERSON.key,
    )  # fmt: skip
    if state in (QuoteRequest.State.ANSWERED, QuoteRequest.State.LAPSED):
        offer(stage, row, stage.before_now(at + 25 * MINUTE))
    return row


def offer(stage: Stage, row: QuoteRequest, at: datetime) -> None:
    """The quote is priced as the desk would, and sent. One that waits is still in force."""
    row.offer = [quotes.stored(line) for line in quotes.price(row)]
    row.quoted_cents, row.offered_at = quotes.total_cents(row.offer), at
    row.valid_through = local_date(at) + quotes.HOLDS_DAYS * DAY
    if row.state == QuoteRequest.State.ANSWERED:
        row.valid_through = max(row.valid_through, stage.today + DAY)


def booking(
    stage: Stage, of: Customer, slot: Slot, state: str, *, company: Company | None = None
) -> Booking:
    """A booking of the slot, made some days before it begins (but not after now)."""
    booked_at = stage.before_now(slot.starts_at - stage.within(2 * HOUR, 30 * DAY))
    of.saved_at = min(of.saved_at, booked_at)
    asked = None
    if stage.chance(0.3):
        asked_at = booked_at - stage.within(HOUR, 5 * DAY)
        asked = quote(stage, of, asked_at, slot.craft, QuoteRequest.State.BOOKED)
        asked.wanted_from, asked.wanted_to = slot.starts_at, slot.ends_at
        asked.company, asked.accepted_at = company, booked_at
        offer(stage, asked, asked_at + 25 * MINUTE)
    row = stage.add(
        Booking, booked_at, customer=of, craft=slot.craft, company=company, quote=asked,
        booked_at=booked_at, starts_at=slot.starts_at, ends_at=slot.ends_at, state=state,
        wishes=stage.pick(tongue_of(of).wishes) if stage.chance(0.2) else "",
    )  # fmt: skip
    if state == Booking.State.CANCELLED:
        row.cancelled_at = stage.before_now(booked_at + stage.within(HOUR, 2 * DAY))
    return row


def price(stage: Stage, of: Booking) -> list[OrderLine]:
    """The lines that a booking begins with: the rental and perhaps an extra."""
    begun = pricing.rental_lines(
        craft_class=of.craft.craft_class, starts_at=of.starts_at, ends_at=of.ends_at
    )
    lines = [line(stage, of, priced, of.booked_at) for priced in begun]
    if stage.chance(0.3):
        name, cents = stage.pick(EXTRAS)
        extra = pricing.Line(OrderLine.Kind.EXTRA, name, Decimal(1), cents)
        lines.append(line(stage, of, extra, of.booked_at))
    if stage.chance(0.06):
        discount = pricing.Line(OrderLine.Kind.DISCOUNT, "Kanta-asiakasetu", Decimal(1), -1_000)
        lines.append(line(stage, of, discount, of.booked_at))
    return lines


def line(stage: Stage, of: Booking, priced: pricing.Line, at: datetime) -> OrderLine:
    return stage.add(
        OrderLine, at, customer=of.customer, booking=of, kind=priced.kind, quantity=priced.quantity,
        description=priced.description, unit_price_cents=priced.unit_price_cents, vat_percent=VAT,
        ordered_on=local_date(at),
    )  # fmt: skip


def pay(stage: Stage, of: Booking, lines: Sequence[OrderLine], at: datetime) -> Payment | None:
    """What the lines come to, paid at once."""
    total = sum(one.total_cents for one in lines)
    if total <= 0:
        return None
    method = "invoice" if of.company else stage.rng.choices(("card", "cash", "bank"), (8, 1, 2))[0]
    return stage.add(
        Payment, at, by="bookkeeper", customer=of.customer, booking=of, method=method,
        amount_cents=total, paid_at=at, reference=f"9{stage.rng.randrange(10**8):08d}",
    )  # fmt: skip


def drivers(stage: Stage, of: Booking, others: Sequence[Customer], *, done: bool) -> None:
    """The renter and the people who drive with them; `done`: briefed and equipped."""
    checked = of.starts_at if done else None
    for who in (of.customer, *others):
        renter = who is of.customer
        youth = not renter and stage.chance(0.2)
        stage.add(
            Driver, of.booked_at, customer=who, booking=of, drove_on=local_date(of.starts_at),
            is_renter=renter, age_group=Driver.AgeGroup.YOUTH if youth else Driver.AgeGroup.ADULT,
            age_checked_at=checked, briefed_at=checked, area_shown=done,
            rules_told=done, life_jacket=done, kill_switch=done,
        )  # fmt: skip


def sign(stage: Stage, of: Booking, lines: Sequence[OrderLine], at: datetime) -> Agreement:
    """The agreement, signed after a look at a photo ID."""
    passport = of.customer.language == "en"
    stage.add(
        IdentityCheck, at, customer=of.customer, occasion=IdentityCheck.Occasion.RENTAL,
        document_type="passport" if passport else stage.pick(("driving_licence", "identity_card")),
        checked_at=at,
    )  # fmt: skip
    row = draft(stage, of, lines, at - 5 * MINUTE)
    row.state, row.signed_at = Agreement.State.SIGNED, at
    return row


def draft(stage: Stage, of: Booking, lines: Sequence[OrderLine], at: datetime) -> Agreement:
    """The agreement, written and not signed yet."""
    cls = of.craft.craft_class
    return stage.add(
        Agreement, at, customer=of.customer, booking=of, state=Agreement.State.DRAFT, made_at=at,
        language=of.customer.language, terms_version=TERMS,
        price_cents=max(0, sum(one.total_cents for one in lines)),
        deposit_cents=cls.deposit_cents, deductible_cents=cls.deductible_cents,
    )  # fmt: skip


def hand_over(stage: Stage, of: Booking, at: datetime) -> Rental:
    hours = Decimal(stage.rng.randint(400, 9_000)) / 10
    row = stage.add(
        Rental, at, by="dock", customer=of.customer, booking=of, handed_over_at=at,
        fuel_out_l=Decimal(60), hours_out=hours,
        condition_out="Ei huomautettavaa." if stage.chance(0.8) else SCRATCHED,
    )  # fmt: skip
    if row.condition_out == SCRATCHED:
        marks.at_handover(stage, row)
    return row


def take_back(stage: Stage, rental: Rental, at: datetime) -> list[OrderLine]:
    """The craft is back: late hours and missing fuel become lines."""
    of, hours = rental.booking, Decimal(stage.rng.randint(5, 30)) / 10
    rental.returned_at = at
    rental.fuel_in_l = Decimal(60 - stage.rng.choice((0, 0, 5, 12, 18, 26)))
    rental.hours_in = rental.hours_out + hours if rental.hours_out else None
    rental.condition_in = "Kunnossa."
    late = pricing.late_line(
        craft_class=of.craft.craft_class, starts_at=of.starts_at, due_at=of.ends_at, returned_at=at
    )
    fuel = pricing.fuel_line(litres_out=rental.fuel_out_l, litres_in=rental.fuel_in_l)
    return [line(stage, of, priced, at) for priced in (late, fuel) if priced]


def deposit(stage: Stage, of: Booking, at: datetime, *, released_at: datetime | None) -> Deposit:
    """A hold on a card, which runs out after a week."""
    return stage.add(
        Deposit, at, customer=of.customer, booking=of, held_at=at,
        amount_cents=of.craft.craft_class.deposit_cents, expires_at=at + 7 * DAY,
        released_at=released_at,
    )  # fmt: skip


def card(stage: Stage, of: Customer, at: datetime, *, settled_at: datetime | None) -> CardOnFile:
    """A card on file. Its number is gone thirty days after the rental was settled."""
    number = invented.card_number(stage.rng.randrange(10**9))
    gone = settled_at and card_destroy_on(settled_on=local_date(settled_at), days=CARD_DAYS)
    destroyed = bool(gone and gone < stage.today)
    return stage.add(
        CardOnFile, at, customer=of, number=None if destroyed else number,
        expiry=None if destroyed else f"{stage.rng.randint(1, 12):02d}/{at.year % 100 + 3}",
        brand=stage.pick((CardOnFile.Brand.VISA, CardOnFile.Brand.MASTERCARD)),
        last_four=number[-4:], number_destroyed_on=gone if destroyed else None,
        source=policy.PERSON.key,
    )  # fmt: skip


def rented(
    stage: Stage,
    of: Customer,
    slot: Slot,
    *,
    others: Sequence[Customer] = (),
    company: Company | None = None,
    pays: bool = True,
) -> Booking:
    """A whole rental of the past, from booking to the last payment (or to an invoice's making)."""
    row = booking(stage, of, slot, Booking.State.RETURNED, company=company)
    lines = price(stage, row)
    drivers(stage, row, others, done=True)
    sign(stage, row, lines, slot.starts_at - 10 * MINUTE)
    if pays:
        pay(stage, row, lines, slot.starts_at - 8 * MINUTE)
    late = stage.within(20 * MINUTE, 3 * HOUR) if stage.chance(0.07) else timedelta()
    back = stage.before_now(slot.ends_at + late - stage.within(timedelta(), 10 * MINUTE))
    after = take_back(stage, hand_over(stage, row, slot.starts_at), back)
    if pays:
        pay(stage, row, after, back + 2 * MINUTE)
    deposit(stage, row, slot.starts_at, released_at=back + 3 * MINUTE)
    if stage.chance(0.25):
        card(stage, of, slot.starts_at, settled_at=back)
    return row


def not_rented(stage: Stage, of: Customer, slot: Slot) -> Booking:
    """A booking that was cancelled, or that nobody came to fetch (half is charged)."""
    if stage.chance(0.7):
        return booking(stage, of, slot, Booking.State.CANCELLED)
    row = booking(stage, of, slot, Booking.State.NO_SHOW)
    half = row.craft.craft_class.hour_price_cents // 2
    fee = pricing.Line(OrderLine.Kind.RENTAL, "Noutamatta jäänyt varaus", Decimal(1), half)
    pay(stage, row, [line(stage, row, fee, row.ends_at)], row.ends_at + 2 * HOUR)
    return row
