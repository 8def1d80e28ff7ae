"""Booking, agreement, handover and return: what is refused, and what each step leaves behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from register.models import (
    Agreement,
    AuditEvent,
    Booking,
    Case,
    Craft,
    Customer,
    Driver,
    IdentityCheck,
    OrderLine,
    Rental,
)
from register.services import bills, bookings, contracts, customers, payments, pricing, rentals
from register.services.refusals import ChangedMeanwhile, Refused
from tests import cast

pytestmark = pytest.mark.django_db
TOMORROW = cast.NOW + timedelta(days=1)
FULL = rentals.Condition(Decimal("60.0"), Decimal("100.0"), "Ei naarmuja.")


def book(customer: Customer, craft: Craft | None = None, **changed: Any) -> Booking:
    named: dict[str, Any] = {
        "customer": customer, "craft": craft or cast.craft(), "starts_at": TOMORROW,
        "ends_at": TOMORROW + timedelta(hours=2), "by": cast.kaisa(), "at": cast.NOW,
        "drivers": [bookings.NewDriver(customer, Driver.AgeGroup.ADULT, is_renter=True)],
    }  # fmt: skip
    return bookings.book(**(named | changed))


def ticked(booking: Booking, **left_out: bool) -> list[rentals.Checked]:
    everything = dict.fromkeys(rentals.CHECKLIST, True)
    return [rentals.Checked(row, **(everything | left_out)) for row in booking.drivers.all()]


def signed(booking: Booking) -> Agreement:
    made = contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)
    return contracts.sign(agreement=made, document_type="passport", by=cast.kaisa(), at=cast.NOW)


def out(booking: Booking) -> Rental:
    signed(booking)
    return rentals.hand_over(
        booking=booking, checklist=ticked(booking), condition=FULL, by=cast.olli(), at=TOMORROW
    )


# -- Refusals of a booking ------------------------------------------------------------------------


def test_a_craft_is_not_promised_twice_and_the_clerk_is_told_when_it_is_taken() -> None:
    craft = cast.craft()
    first = book(cast.aino(), craft)
    with pytest.raises(bookings.Overlap, match=str(first.number)):
        book(cast.eero(), craft, starts_at=TOMORROW + timedelta(hours=1))


def test_a_booking_may_begin_when_the_one_before_ends() -> None:
    craft = cast.craft()
    first = book(cast.aino(), craft)
    second = book(
        cast.eero(), craft, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1)
    )
    assert second.starts_at == first.ends_at


def test_the_database_refuses_what_slips_past_the_service_and_it_is_still_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    craft = cast.craft()
    book(cast.aino(), craft)
    monkeypatch.setattr(bookings, "_ensure_not_taken", lambda *_: None)
    with pytest.raises(bookings.Overlap) as refused:
        book(cast.eero(), craft)
    assert "register_booking" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"starts_at": cast.NOW - timedelta(hours=2)}, bookings.InThePast),
        ({"ends_at": TOMORROW}, bookings.EndsTooSoon),
    ],
)
def test_impossible_times_are_refused(changed: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        book(cast.aino(), **changed)


def test_a_walk_in_may_have_begun_while_the_clerk_typed() -> None:
    booking = book(cast.aino(), starts_at=cast.NOW - timedelta(minutes=10))
    assert booking.state == "reserved"


def test_a_craft_under_maintenance_or_out_of_the_fleet_is_refused() -> None:
    craft = cast.craft()
    cast.maintenance(craft, starts_at=TOMORROW, ends_at=TOMORROW + timedelta(hours=1))
    with pytest.raises(bookings.UnderMaintenance):
        book(cast.aino(), craft)
    with pytest.raises(bookings.CraftRetired):
        book(cast.eero(), cast.craft(state=Craft.State.RETIRED))


def test_a_banned_person_is_refused_with_the_reason() -> None:
    aino = cast.aino()
    cast.ban(aino, reason="Ajoi uimarannalla.")
    with pytest.raises(customers.Banned, match="Ajoi uimarannalla"):
        book(aino)


def test_a_restricted_person_is_refused_and_so_is_one_whose_restriction_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aino = cast.aino()
    assert book(aino).pk
    monkeypatch.setattr(customers.restrictions, "allowed", lambda **_: False)
    with pytest.raises(customers.Restricted):
        book(aino)


def test_an_erased_person_is_refused() -> None:
    with pytest.raises(customers.Erased):
        book(cast.aino(erased_on=cast.TODAY))


def test_nobody_under_fifteen_drives_and_nobody_under_eighteen_rents() -> None:
    aino, eero = cast.aino(), cast.eero()
    renter = bookings.NewDriver(aino, "adult", is_renter=True)
    with pytest.raises(bookings.TooYoung):
        book(aino, drivers=[renter, bookings.NewDriver(eero, bookings.CHILD)])
    with pytest.raises(bookings.TooYoung):
        book(aino, drivers=[bookings.NewDriver(aino, "youth", is_renter=True)])
    assert book(aino, drivers=[renter, bookings.NewDriver(eero, "youth")]).drivers.count() == 2


def test_a_refused_booking_leaves_no_gap_in_the_numbers() -> None:
    craft = cast.craft()
    first = book(cast.aino(), craft)
    with pytest.raises(bookings.Overlap):
        book(cast.eero(), craft)
    assert book(cast.eero()).number == first.number + 1


# -- Price ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "cents"),
    [
        (0.25, 9_900),
        (1, 9_900),
        (1.5, 19_800),
        (4, 39_600),
        (6, 49_900),
        (24, 49_900),
        (26, 69_700),
    ],
)
def test_a_rental_costs_its_started_hours_and_never_more_than_another_day(
    hours: float, cents: int
) -> None:
    kind = cast.craft_class(hour_price_cents=9_900, day_price_cents=49_900)
    lines = pricing.rental_lines(
        craft_class=kind, starts_at=TOMORROW, ends_at=TOMORROW + timedelta(hours=hours)
    )
    assert sum(line.quantity * line.unit_price_cents for line in lines) == cents


def test_moving_a_booking_prices_it_again_and_voids_its_agreement() -> None:
    booking = book(cast.aino(), ends_at=TOMORROW + timedelta(hours=1))
    agreement = signed(booking)
    before = bills.total_cents(booking)
    booking.refresh_from_db()
    moved = bookings.change(
        booking=booking, seen=booking.saved_at, craft=booking.craft, starts_at=TOMORROW,
        ends_at=TOMORROW + timedelta(hours=2), wishes="", by=cast.kaisa(), at=cast.NOW,
    )  # fmt: skip
    agreement.refresh_from_db()
    assert bills.total_cents(moved) == 2 * before
    assert agreement.state == "void"


def test_the_second_of_two_clerks_is_refused_until_she_has_seen_the_change() -> None:
    booking = book(cast.aino())
    seen = booking.saved_at
    same = {
        "booking": booking, "craft": booking.craft, "starts_at": booking.starts_at,
        "ends_at": booking.ends_at, "by": cast.kaisa(),
    }  # fmt: skip
    later = cast.NOW + timedelta(minutes=5)
    bookings.change(**same, seen=seen, wishes="Liivit koossa XS", at=later)
    with pytest.raises(ChangedMeanwhile):
        bookings.change(**same, seen=seen, wishes="", at=later)


# -- Agreement ------------------------------------------------------------------------------------


def test_agreements_are_numbered_without_gaps_even_when_one_fails() -> None:
    first, second = book(cast.aino()), book(cast.eero())
    number = contracts.make(booking=first, language="fi", by=cast.kaisa(), at=cast.NOW).number
    with pytest.raises(RuntimeError), transaction.atomic():
        contracts.make(booking=second, language="sv", by=cast.kaisa(), at=cast.NOW)
        raise RuntimeError
    again = contracts.make(booking=second, language="sv", by=cast.kaisa(), at=cast.NOW).number
    assert int(again.rsplit("-")[-1]) == int(number.rsplit("-")[-1]) + 1


def test_signing_notes_which_photo_id_was_seen_and_no_number_of_it() -> None:
    booking = book(cast.aino())
    signed(booking)
    check = IdentityCheck.objects.get(customer=booking.customer)
    assert (check.document_type, check.occasion) == ("passport", "rental")


def test_a_booking_has_one_agreement_in_force() -> None:
    booking = book(cast.aino())
    signed(booking)
    with pytest.raises(contracts.AgreementInForce):
        contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)


# -- Handover and return --------------------------------------------------------------------------


def test_nothing_leaves_the_dock_without_a_signature() -> None:
    booking = book(cast.aino())
    with pytest.raises(rentals.NotSigned):
        rentals.hand_over(
            booking=booking, checklist=ticked(booking), condition=FULL, by=cast.olli(), at=TOMORROW
        )


def test_a_craft_that_is_still_out_is_not_handed_over_a_second_time() -> None:
    craft = cast.craft()
    out(book(cast.eero(), craft))
    late = TOMORROW + timedelta(hours=3)
    following = book(cast.aino(), craft, starts_at=late, ends_at=late + timedelta(hours=1))
    signed(following)
    with pytest.raises(rentals.StillOut):
        rentals.hand_over(
            booking=following, checklist=ticked(following), condition=FULL, by=cast.olli(), at=late
        )


def test_a_late_craft_is_not_promised_for_now_but_may_be_for_the_evening() -> None:
    craft, aino = cast.craft(), cast.aino()
    cast.booking(
        cast.eero(), craft=craft, state="out", starts_at=cast.NOW - timedelta(hours=5),
        ends_at=cast.NOW - timedelta(hours=1),
    )  # fmt: skip
    soon = cast.NOW + timedelta(minutes=10)
    hours = {"starts_at": soon, "ends_at": soon + timedelta(hours=2)}
    with pytest.raises(bookings.StillLate):
        book(aino, craft, **hours)
    assert craft not in bookings.free_crafts(**hours, at=cast.NOW)
    evening = cast.NOW + timedelta(hours=6)
    assert book(aino, craft, starts_at=evening, ends_at=evening + timedelta(hours=1)).pk


@pytest.mark.parametrize("box", rentals.CHECKLIST)
def test_nothing_leaves_the_dock_with_a_box_unticked(box: str) -> None:
    booking = book(cast.aino())
    signed(booking)
    with pytest.raises(rentals.ChecklistIncomplete):
        rentals.hand_over(
            booking=booking, checklist=ticked(booking, **{box: False}), condition=FULL,
            by=cast.olli(), at=TOMORROW,
        )  # fmt: skip
    assert not Rental.objects.exists()


def test_somebody_banned_after_booking_does_not_get_the_craft() -> None:
    booking = book(cast.aino())
    signed(booking)
    cast.ban(booking.customer)
    with pytest.raises(customers.Banned):
        rentals.hand_over(
            booking=booking, checklist=ticked(booking), condition=FULL, by=cast.olli(), at=TOMORROW
        )


def test_a_late_return_with_less_fuel_and_a_dent_brings_two_lines_and_a_case() -> None:
    booking = book(cast.aino())
    out(booking)
    back_at = booking.ends_at + timedelta(minutes=70)
    rentals.take_back(
        booking=booking, condition=rentals.Condition(Decimal("50.0"), Decimal("102.0")),
        damage=rentals.Damage("Naarmu keulassa", 35_000), by=cast.olli(), at=back_at,
    )  # fmt: skip
    late = booking.lines.get(kind=OrderLine.Kind.LATE)
    fuel = booking.lines.get(kind=OrderLine.Kind.FUEL)
    assert (late.quantity, fuel.quantity) == (2, 10)
    case = Case.objects.get(booking=booking)
    assert (case.state, case.estimate_cents) == ("open", 35_000)
    booking.refresh_from_db()
    assert booking.state == "returned"


def test_a_quarter_of_an_hour_late_costs_nothing() -> None:
    booking = book(cast.aino())
    out(booking)
    rentals.take_back(
        booking=booking, condition=FULL, by=cast.olli(),
        at=booking.ends_at + timedelta(minutes=15),
    )  # fmt: skip
    assert not booking.lines.filter(kind=OrderLine.Kind.LATE).exists()


def test_an_engine_does_not_run_backwards() -> None:
    booking = book(cast.aino())
    out(booking)
    with pytest.raises(rentals.HoursRunBackwards):
        rentals.take_back(
            booking=booking, condition=rentals.Condition(None, Decimal("99.9")), by=cast.olli(),
            at=booking.ends_at,
        )  # fmt: skip


def test_a_restriction_does_not_keep_the_craft_at_sea() -> None:
    booking = book(cast.aino())
    out(booking)
    cast.restriction(booking.customer, purpose="service")
    rentals.take_back(booking=booking, condition=FULL, by=cast.olli(), at=booking.ends_at)
    assert Rental.objects.get(booking=booking).returned_at


def test_a_cancelled_booking_frees_the_craft_and_voids_the_agreement() -> None:
    craft = cast.craft()
    booking = book(cast.aino(), craft)
    agreement = signed(booking)
    bookings.cancel(booking=booking, by=cast.kaisa(), at=cast.NOW)
    agreement.refresh_from_db()
    assert agreement.state == "void"
    assert book(cast.eero(), craft).pk


# -- Money ----------------------------------------------------------------------------------------


def test_what_is_due_is_lines_less_payments_and_what_the_deposit_was_used_for() -> None:
    booking = book(cast.aino(), cast.craft(craft_class=cast.craft_class(hour_price_cents=10_000)))
    payments.pay(booking=booking, amount_cents=12_000, method="cash", by=cast.kaisa(), at=cast.NOW)
    payments.refund(
        booking=booking, amount_cents=2_000, method="cash", by=cast.kaisa(), at=cast.NOW
    )
    deposit = payments.hold_deposit(
        booking=booking, amount_cents=50_000, method="card", by=cast.kaisa(), at=cast.NOW
    )
    assert deposit.expires_at == cast.NOW + timedelta(days=7)
    payments.release_deposit(deposit=deposit, captured_cents=4_000, by=cast.kaisa(), at=cast.NOW)
    assert bills.due_cents(booking) == 20_000 - 12_000 + 2_000 - 4_000


def test_more_is_not_refunded_than_was_paid() -> None:
    booking = book(cast.aino())
    with pytest.raises(payments.TooMuch):
        payments.refund(
            booking=booking, amount_cents=1, method="cash", by=cast.kaisa(), at=cast.NOW
        )


# -- Traces ---------------------------------------------------------------------------------------


def test_each_step_moves_the_clock_and_leaves_its_line() -> None:
    booking = book(cast.aino())
    out(booking)
    rentals.take_back(booking=booking, condition=FULL, by=cast.olli(), at=booking.ends_at)
    aino = Customer.objects.get(pk=booking.customer_id)
    assert aino.has_contract
    assert aino.last_event_on == booking.ends_at.astimezone(cast.NOW.tzinfo).date()
    verbs = set(AuditEvent.objects.filter(customer_id=aino.pk).values_list("verb", flat=True))
    assert verbs >= {
        "book", "agreement.made", "agreement.signed", "identified", "driver.briefed",
        "handed_over", "returned",
    }  # fmt: skip


def test_the_craft_is_locked_while_it_is_booked() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole register for a writer")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        book(cast.aino())
    assert any("FOR UPDATE" in query["sql"] and "register_craft" in query["sql"] for query in asked)
