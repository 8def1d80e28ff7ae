"""Invoices: numbers, references, what they say and that it stays so."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from register import references
from register.models import AuditEvent, Booking, Invoice
from register.services import bills, bookings, invoices, payments, pricing
from tests import cast

LATER = cast.NOW + timedelta(hours=1)


@pytest.fixture
def booking(db: None) -> Booking:
    row = cast.booking(company=cast.company(), starts_at=cast.NOW + timedelta(days=1))
    cast.line(row)
    return row


def issued(booking: Booking, **more) -> Invoice:
    return invoices.issue(booking=booking, by=cast.birgit(), at=cast.NOW, **more)


# -- The bank's numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("base, whole", [(123, "1232"), (1234, "12344"), (202600001, "2026000011")])
def test_a_reference_number_ends_in_its_check_digit(base: int, whole: str) -> None:
    assert references.reference(base) == whole
    assert references.is_reference(references.spaced(whole))


@given(st.integers(100, 10**19 - 1), st.integers(1, 9))
def test_a_reference_with_one_digit_wrong_is_none(base: int, more: int) -> None:
    right = references.reference(base)
    assert references.is_reference(right)
    last = str((int(right[-1]) + more) % 10)
    assert not references.is_reference(right[:-1] + last)
    middle = len(right) // 2
    wrong = right[:middle] + str((int(right[middle]) + more) % 10) + right[middle + 1 :]
    assert not references.is_reference(wrong)


def test_the_bar_code_is_54_digits_of_account_sum_reference_and_day() -> None:
    code = references.bar_code(
        iban="FI2112345600000785", cents=39_600, reference="2026000011", due_on=date(2026, 7, 15)
    )
    assert code == "4" + "2112345600000785" + "00039600" + "000" + "2026000011".zfill(20) + "260715"
    assert len(code) == 54
    foreign = references.bar_code(
        iban="SE4550000000058398257466", cents=1, reference="1232", due_on=date(2026, 7, 15)
    )
    assert foreign == ""


# -- Making, paying, taking back -------------------------------------------------------------------


def test_an_invoice_is_numbered_without_gaps_and_bills_each_line_once(booking) -> None:
    first = issued(booking)
    assert first.number == 202600001
    assert (first.total_cents, invoices.due_cents(first)) == (39_600, 39_600)
    with pytest.raises(invoices.NothingToInvoice):
        issued(booking)
    fuel = pricing.fuel_line(litres_out=60, litres_in=50)
    assert fuel
    bookings.add_lines(booking=booking, lines=[fuel], by=cast.kaisa(), at=LATER)
    second = issued(booking)
    assert (second.number, second.total_cents) == (202600002, 2_750)


def test_what_was_paid_before_is_taken_off_and_the_rest_comes_by_its_reference(booking) -> None:
    payments.pay(booking=booking, amount_cents=9_600, method="card", by=cast.kaisa(), at=cast.NOW)
    invoice = issued(booking)
    assert (invoice.paid_cents, invoices.due_cents(invoice)) == (9_600, 30_000)
    invoices.receive(invoice=invoice, amount_cents=10_000, by=cast.birgit(), at=LATER)
    assert invoices.due_cents(invoice) == 20_000
    invoices.receive(invoice=invoice, amount_cents=20_000, by=cast.birgit(), at=LATER)
    assert (invoices.due_cents(invoice), bills.due_cents(booking)) == (0, 0)


def test_a_credit_note_takes_it_back_as_a_whole_once(booking) -> None:
    invoice = issued(booking)
    note = invoices.credit(invoice=invoice, by=cast.birgit(), at=LATER)
    assert (note.total_cents, note.credits_number) == (-39_600, invoice.number)
    assert sum(line["total_cents"] for line in note.content["lines"]) == -39_600
    assert invoices.due_cents(invoice) == 0
    for again in (invoice, note):
        with pytest.raises(invoices.CreditedAlready):
            invoices.credit(invoice=again, by=cast.birgit(), at=LATER)
    assert issued(booking).number == note.number + 1


@pytest.mark.parametrize(
    "broken, refusal",
    [({"company": None}, invoices.NotACompany), ({"street": ""}, invoices.NoAddress)],
)
def test_only_a_company_with_an_address_gets_one(booking, broken, refusal) -> None:
    row = booking.company if "street" in broken else booking
    for name, value in broken.items():
        setattr(row, name, value)
    row.save()
    with pytest.raises(refusal):
        issued(booking)
    assert not Invoice.objects.exists()


def test_the_database_keeps_what_was_sent_and_lets_the_links_go_to_a_merged_person(booking) -> None:
    invoice = issued(booking)
    rows = Invoice.objects.filter(pk=invoice.pk)
    for column, value in (("total_cents", 1), ("recipient", "x"), ("content", {}), ("number", 7)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**{column: value})
    rows.update(customer=cast.eero())
    rows.delete()  # at the end of its years


def test_a_paper_that_is_not_what_was_sent_is_not_printed(booking) -> None:
    invoice = issued(booking)
    invoice.content["lines"][0]["total_cents"] = 1
    with pytest.raises(invoices.NotWhatWasSent):
        invoices.printed(invoice=invoice, by=cast.birgit(), at=LATER)


def test_the_paper_holds_what_the_law_asks_and_reads_the_same_after_the_firm_has_moved(
    booking, settings
) -> None:
    invoice = issued(booking, your_reference="PO 55", language="sv")
    settings.CONTROLLER = {**settings.CONTROLLER, "street": "Muuttokatu 9"}
    content = invoices.printed(invoice=invoice, by=cast.birgit(), at=LATER)
    reader = PdfReader(BytesIO(content))
    text = " ".join(reader.pages[0].extract_text().replace("\xa0", " ").split())
    for told in ("Faktura", "202600001", "Saaristomatkat Kuvitelma Oy", "Keksitty katu 1", "PO 55",
                 "FI32046783", "396,00", "315,54", "80,46", "FI21 1234 5600 0007 85",
                 "20260 00011", "Alppikatu 5"):  # fmt: skip
        assert told in text, told
    assert "Muuttokatu" not in text
    assert booking.customer.last_name not in text


def test_the_desk_makes_pays_and_credits_an_invoice(booking, signed_in) -> None:
    client = signed_in(cast.birgit())
    new = reverse("admin:desk-invoice-new", args=[booking.pk])
    assert "396,00" in client.get(new).content.decode()
    bad = client.post(new, {"language": "fi", "due_days": "400", "your_reference": ""})
    assert bad.status_code == 200
    assert not Invoice.objects.exists()
    client.post(new, {"language": "fi", "due_days": "14", "your_reference": ""})
    invoice = Invoice.objects.get()
    paid = reverse("admin:desk-invoice-received", args=[invoice.pk])
    assert client.post(paid, {"amount": "400,00"}).status_code == 200  # more than is owed
    assert client.post(paid, {"amount": "1e2"}).status_code == 200
    assert invoices.due_cents(invoice) == 39_600
    client.post(paid, {"amount": "396,00"})
    assert invoices.due_cents(invoice) == 0
    client.post(reverse("admin:desk-invoice-credit", args=[invoice.pk]))
    assert Invoice.objects.filter(kind="credit_note").count() == 1
    page = client.get(reverse("admin:desk-invoices")).content.decode()
    assert "202600001" in page
    assert "hyvitetty" in page
    assert "maksettu" not in page
    assert AuditEvent.objects.filter(verb="invoice.credit_note").count() == 1
