"""The evening's cash-up and the bookkeeper's lists."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from register import money, spreadsheets
from register.models import AuditEvent, Booking, CashUp, CraftClass, OrderLine, SeasonPrice
from register.services import bookkeeping, cash, invoices, payments, price_list
from tests import cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def booking(db: None) -> Booking:
    row = cast.booking()
    cast.line(row)
    return row


def pay(booking: Booking, cents: int, method: str, at=cast.NOW, by=None):
    return payments.pay(
        booking=booking, amount_cents=cents, method=method, by=by or cast.kaisa(), at=at,
        confirmed=True,
    )  # fmt: skip


def test_the_till_expects_payments_refunds_and_cash_deposits_by_clerk(booking) -> None:
    kaisa, birgit = cast.kaisa(), cast.birgit()
    pay(booking, 10_000, "cash", by=kaisa)
    pay(booking, 5_000, "card", by=birgit)
    pay(booking, 2_000, "bank", by=birgit)
    payments.refund(booking=booking, amount_cents=1_000, method="cash", by=birgit, at=cast.NOW)
    held = payments.hold_deposit(
        booking=booking, amount_cents=50_000, method="cash", by=kaisa, at=cast.NOW
    )
    on_card = payments.hold_deposit(
        booking=booking, amount_cents=50_000, method="card", by=kaisa, at=cast.NOW
    )
    found = cash.till(at=cast.NOW + HOUR)
    assert found.expected == {"cash": 59_000, "card": 5_000, "bank": 2_000}
    assert found.by_clerk[birgit.pk] == {"card": 5_000, "bank": 2_000, "cash": -1_000}
    payments.release_deposit(deposit=held, by=kaisa, at=cast.NOW + HOUR, captured_cents=20_000)
    payments.release_deposit(deposit=on_card, by=kaisa, at=cast.NOW + HOUR, captured_cents=7_000)
    found = cash.till(at=cast.NOW + 2 * HOUR)
    assert found.expected == {"cash": 29_000, "card": 12_000, "bank": 2_000}


def test_a_day_is_closed_once_with_a_reason_for_its_difference(booking) -> None:
    pay(booking, 10_000, "cash")
    evening = cast.NOW + 8 * HOUR
    counted = {"cash": 9_500, "card": 0, "gift_card": 0}
    with pytest.raises(cash.DifferenceUnexplained):
        cash.close(counted=counted, note=" ", by=cast.kaisa(), at=evening)
    made = cash.close(
        counted=counted, note="Vaihtoraha laskettu väärin", by=cast.kaisa(), at=evening
    )
    assert made.difference_cents == -500
    with pytest.raises(cash.ClosedAlready):
        cash.close(counted=counted, note="x", by=cast.kaisa(), at=evening + HOUR)
    pay(booking, 3_000, "cash", at=evening + HOUR)
    assert cash.till(at=evening + DAY).expected == {"cash": 3_000}


def test_the_database_locks_a_closed_day_and_its_money(booking) -> None:
    paid = pay(booking, 10_000, "cash")
    made = cash.close(
        counted={"cash": 10_000}, note="", by=cast.kaisa(), at=cast.NOW + HOUR
    )  # fmt: skip
    attempts = (
        lambda: CashUp.objects.update(note="x"),
        lambda: made.lines.update(counted_cents=1),
        lambda: made.lines.all().delete(),
        lambda: CashUp.objects.all()._raw_delete("default"),
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    with pytest.raises(payments.CashUpClosed):
        pay(booking, 500, "cash")
    pay(booking, 500, "bank")  # the bank's own statement says when
    for change in ({"amount_cents": 1}, {"paid_at": cast.NOW + DAY}, {"method": "bank"}):
        with pytest.raises(DatabaseError, match="closed_cash_up"), transaction.atomic():
            type(paid).objects.filter(pk=paid.pk).update(**change)
    type(paid).objects.filter(pk=paid.pk).update(customer=cast.eero())
    type(paid).objects.filter(pk=paid.pk).delete()  # at the end of its years


def test_the_desk_counts_and_closes(booking, signed_in) -> None:
    client = signed_in(cast.kaisa())
    page = reverse("admin:desk-cash")
    counted = {"cash": "0", "card": "1e3", "gift_card": "0", "note": ""}
    answer = client.post(page, counted)
    assert answer.status_code == 200
    assert not CashUp.objects.exists()
    done = client.post(page, counted | {"card": "0,00"})
    assert done.status_code == 302
    assert client.get(done.url).status_code == 200
    assert AuditEvent.objects.filter(verb="cash.closed").count() == 1
    assert signed_in(cast.olli()).get(page).status_code == 403


# -- The bookkeeper's lists ------------------------------------------------------------------------


def books(what: str, by=None, **days):
    named = {"since": cast.TODAY - DAY, "until": cast.TODAY + 2 * DAY} | days
    return bookkeeping.make(what=what, by=by or cast.birgit(), at=cast.NOW, **named)


def test_the_lists_add_up_to_the_bills_and_name_nobody(booking) -> None:
    cast.line(booking, kind="fuel", description="Aallokon polttoaine", quantity=Decimal("3.50"),
              unit_price_cents=275)  # fmt: skip
    pay(booking, 12_345, "card")
    booking.company = cast.company()
    booking.save()
    invoice = invoices.issue(booking=booking, by=cast.birgit(), at=cast.NOW)
    total = Decimal(39_600 + 963) / 100
    sales = books("sales").rows
    assert sum(row[4] for row in sales) == total
    assert sum(row[5] + row[6] for row in sales) == total
    paid = books("money").rows
    assert [sum(row[n] for row in paid) for n in (7,)] == [Decimal("123.45")]
    assert sum(row[8] + row[9] for row in paid) == Decimal("123.45")
    billed = books("invoices").rows
    assert sum(row[8] for row in billed) == total
    assert billed[0][1] == invoice.number
    for made in (books("sales"), books("money"), books("invoices")):
        assert booking.customer.last_name not in str(made)
        assert "Aallokon" not in str(made)
    lines = AuditEvent.objects.filter(verb="bookkeeping.export", reason="bookkeeping")
    assert {tuple(line.fields) for line in lines} == {("sales",), ("money",), ("invoices",)}


def test_only_who_exports_money_gets_them_for_a_period_that_makes_sense(booking, signed_in) -> None:
    for user in (cast.kaisa(), cast.mauri(), cast.olli()):
        with pytest.raises(PermissionDenied):
            books("money", by=user)
    for days in ({"until": cast.TODAY - 9 * DAY}, {"until": cast.TODAY + 999 * DAY}):
        with pytest.raises(bookkeeping.PeriodWrong):
            books("money", **days)
    pay(booking, 100, "card").__class__.objects.update(reference="=1+1")
    page = reverse("admin:desk-bookkeeping")
    asked = {"what": "money", "since": "2026-07-01", "until": "2026-07-31", "form": "csv"}
    answer = signed_in(cast.birgit()).post(page, asked)
    text = answer.content.decode().lstrip(spreadsheets.MARK)
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1][6] == "'=1+1"
    assert rows[1][7] == "1,00"


rates = st.lists(
    st.tuples(st.sampled_from([Decimal("25.5"), Decimal(14), Decimal(10), Decimal(0)]),
              st.integers(0, 500_000)), min_size=1, max_size=6)  # fmt: skip


@given(rates, st.integers(1, 1_000_000))
def test_a_payment_is_divided_by_rates_to_the_cent(lines, cents) -> None:
    parts = bookkeeping.shares(cents, money.vat_of(lines))
    assert sum(part.gross_cents for part in parts) == cents
    for part in parts:
        exact = Decimal(part.gross_cents) * part.percent / (100 + part.percent)
        assert abs(exact - part.tax_cents) <= Decimal("0.5")


# -- The price list --------------------------------------------------------------------------------


def test_the_price_list_says_what_a_booking_costs(db, signed_in) -> None:
    of = cast.craft_class()
    SeasonPrice.objects.create(
        craft_class=of, name="Keskikesä", starts_on=cast.TODAY, ends_on=cast.TODAY + 9 * DAY,
        hour_price_cents=12_000, day_price_cents=50_000,
    )  # fmt: skip
    SeasonPrice.objects.create(
        craft_class=of, name="Ohi", starts_on=cast.TODAY - 99 * DAY, ends_on=cast.TODAY - 90 * DAY,
        hour_price_cents=1, day_price_cents=1,
    )  # fmt: skip
    (found,) = price_list.read(on=cast.TODAY)
    assert [(row.name, row.applies) for row in found.rows] == [("", False), ("Keskikesä", True)]
    assert found.rows[0].cents == (9_900, 19_800, 39_000, 39_000, 78_000, 273_000)
    assert found.rows[1].cents == (12_000, 24_000, 48_000, 50_000, 100_000, 350_000)
    assert signed_in(cast.olli()).get(reverse("admin:desk-prices")).status_code == 200
    assert CraftClass.objects.count() == 1
    assert not OrderLine.objects.exists()
