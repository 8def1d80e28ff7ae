"""Cents, tax, receipts and what a tired hand types."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from register import money
from register.clock import HELSINKI
from register.formfields import EuroField
from register.models import AuditEvent, Payment, SeasonPrice
from register.services import bills, contracts, payments, pricing, receipts
from tests import cast

PERCENTS = st.sampled_from([Decimal(0), Decimal(10), Decimal("13.5"), Decimal("25.5")])
CENTS = st.integers(min_value=-10_000_000, max_value=10_000_000)
IN_JULY = datetime(2026, 7, 10, 12, tzinfo=HELSINKI)


# -- Arithmetic ----------------------------------------------------------------------------------


@given(st.lists(st.tuples(PERCENTS, CENTS), max_size=30))
def test_net_and_tax_are_the_price_to_the_cent_and_the_tax_is_its_share(lines) -> None:
    vats = money.vat_of(lines)
    assert sum(vat.gross_cents for vat in vats) == sum(cents for _percent, cents in lines)
    for vat in vats:
        exact = Decimal(vat.gross_cents) * vat.percent / (100 + vat.percent)
        assert abs(vat.tax_cents - exact) <= Decimal("0.5")


@given(CENTS, st.decimals(min_value="0.01", max_value=999, places=2))
def test_a_line_is_rounded_half_away_from_zero_and_once(price, quantity) -> None:
    exact = quantity * price
    assert abs(money.line_cents(quantity, price) - exact) <= Decimal("0.5")
    assert money.line_cents(quantity, -price) == -money.line_cents(quantity, price)


@pytest.mark.parametrize(
    "quantity, price, total", [("0.5", 1, 1), ("0.5", -1, -1), ("1.5", 99, 149), ("2.35", 275, 646)]
)
def test_halves_go_away_from_zero(quantity, price, total) -> None:
    assert money.line_cents(Decimal(quantity), price) == total


def test_the_rate_of_the_day_holds() -> None:
    assert money.vat_percent(on=date(2024, 8, 31)) == Decimal("24.0")
    assert money.vat_percent(on=date(2024, 9, 1)) == Decimal("25.5")
    with pytest.raises(ValueError, match="No rate"):
        money.vat_percent(on=date(2012, 12, 31))


# -- What is typed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed, cents",
    [("49,90", 4990), ("1 234,5 €", 123_450), ("0.01", 1), ("1\xa0000", 100_000), ("-5", -500)],
)
def test_euros_are_typed_in_any_habit(typed, cents) -> None:
    assert EuroField().clean(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["1e5", "1E+2", "NaN", "Infinity", "0x10", "1_000", "12,345", "１２", "9" * 12, "1,2,3"],
)
def test_what_is_no_plain_amount_is_refused(typed) -> None:
    with pytest.raises(ValidationError):
        EuroField().clean(typed)


# -- Payments ------------------------------------------------------------------------------------


@pytest.fixture
def booking(db):
    booking = cast.booking(cast.aino())
    cast.line(booking)  # 4 × 99 €
    return booking


def test_more_than_is_owed_is_taken_only_when_somebody_says_it_is_right(booking) -> None:
    wish = {"booking": booking, "amount_cents": 396_00_0, "method": "card", "by": cast.kaisa()}
    with pytest.raises(payments.MoreThanOwed):
        payments.pay(**wish, at=cast.NOW)
    assert not Payment.objects.exists()
    payments.pay(**wish, at=cast.NOW, confirmed=True)
    assert bills.due_cents(booking) == 39_600 - 396_000


def test_the_desk_asks_before_it_takes_too_much(booking, client) -> None:
    client.force_login(cast.kaisa())
    page = reverse("admin:desk-pay", args=[booking.pk])
    asked = client.post(page, {"amount": "3960,00", "method": "card"}).content.decode()
    assert "jäljellä vain 396,00" in asked
    assert 'type="checkbox" name="confirmed"' in asked
    assert not Payment.objects.exists()
    client.post(page, {"amount": "3960,00", "method": "card", "confirmed": "on"})
    assert Payment.objects.get().amount_cents == 396_000


def test_receipts_are_numbered_without_gaps(booking) -> None:
    def paid() -> str | None:
        return payments.pay(
            booking=booking, amount_cents=1_00, method="cash", by=cast.kaisa(), at=cast.NOW
        ).number

    first = paid()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        paid()
        raise ZeroDivisionError
    assert (first, paid()) == ("K-2026-00001", "K-2026-00002")


def test_a_deposit_is_released_once_and_nothing_is_taken_from_a_hold_that_ran_out(booking) -> None:
    def hold():
        return payments.hold_deposit(
            booking=booking, amount_cents=50_000, method="card", by=cast.kaisa(), at=cast.NOW
        )

    deposit, late = hold(), cast.NOW + payments.HOLDS["keyed"]
    with pytest.raises(payments.HoldRanOut):
        payments.release_deposit(deposit=deposit, captured_cents=1, by=cast.kaisa(), at=late)
    payments.release_deposit(deposit=deposit, by=cast.kaisa(), at=late)
    with pytest.raises(payments.ReleasedAlready):
        payments.release_deposit(deposit=deposit, by=cast.kaisa(), at=late)


# -- Receipts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language, word", [("fi", "Kuitti"), ("sv", "Kvitto"), ("en", "Receipt")])
def test_a_receipt_says_what_was_paid_and_its_tax_and_no_name(booking, language, word) -> None:
    paid = payments.pay(
        booking=booking, amount_cents=10_000, method="cash", by=cast.kaisa(), at=cast.NOW
    )
    content = receipts.printed(payment=paid, language=language, by=cast.kaisa(), at=cast.NOW)
    reader = PdfReader(BytesIO(content))
    text = reader.pages[0].extract_text().replace("\xa0", " ")
    for told in (word, "K-2026-00001", "3204678-3", "396", "80", "296"):
        assert told in text, told
    assert booking.customer.last_name not in text
    assert booking.customer.last_name not in str(reader.metadata)
    assert AuditEvent.objects.filter(verb="receipt.printed").count() == 1


def test_only_who_sees_payments_opens_a_receipt(booking, client) -> None:
    paid = payments.pay(
        booking=booking, amount_cents=10_000, method="cash", by=cast.kaisa(), at=cast.NOW
    )
    page = reverse("admin:desk-receipt", args=[paid.pk])
    for user, status in ((cast.birgit(), 200), (cast.olli(), 403)):
        client.force_login(user)
        assert client.get(page).status_code == status


# -- Seasons -------------------------------------------------------------------------------------


def season(of, **fields) -> SeasonPrice:
    named = {
        "name": "Sesonki", "starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 31),
        "hour_price_cents": 12_000, "day_price_cents": 50_000,
    }  # fmt: skip
    return SeasonPrice(craft_class=of, **(named | fields))


@pytest.mark.parametrize(
    "day, price",
    [(date(2026, 6, 30), 9_900), (date(2026, 7, 1), 12_000), (date(2026, 7, 31), 12_000),
     (date(2026, 8, 1), 9_900)],
)  # fmt: skip
def test_the_season_of_the_day_it_begins_makes_the_price(db, day, price) -> None:
    of = cast.craft_class()
    season(of).save()
    begins = datetime(day.year, day.month, day.day, 23, tzinfo=HELSINKI)
    (line,) = pricing.rental_lines(
        craft_class=of, starts_at=begins, ends_at=begins + timedelta(hours=2)
    )
    assert (line.unit_price_cents, line.quantity) == (price, 2)


def test_a_late_hour_costs_what_the_agreement_says_whenever_the_craft_comes_back(db) -> None:
    """Taken on the last evening of the season, due in the first hours after it."""
    of = cast.craft_class()
    season(of).save()
    begins = datetime(2026, 7, 31, 20, tzinfo=HELSINKI)
    due = begins + timedelta(hours=8)
    late = pricing.late_line(
        craft_class=of, starts_at=begins, due_at=due, returned_at=due + timedelta(minutes=50)
    )
    assert late is not None
    assert late.unit_price_cents == 12_000
    booking = cast.booking(craft=cast.craft(craft_class=of), starts_at=begins, ends_at=due)
    clauses = contracts.document(cast.agreement(booking))["clauses"]
    assert any("120,00" in clause for clause in clauses)
    assert not any("99,00" in clause for clause in clauses)


def test_two_seasons_of_a_class_share_no_day(db) -> None:
    of = cast.craft_class()
    season(of).save()
    with pytest.raises(ValidationError):
        season(
            of, name="Toinen", starts_on=date(2026, 7, 31), ends_on=date(2026, 8, 9)
        ).full_clean()
    season(of, name="Elokuu", starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 9)).full_clean()
    season(cast.craft_class(), name="Muu luokka").full_clean()
