"""The agreement on paper."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from register.models import Agreement, AuditEvent
from register.services import bills, contracts
from tests import cast

pytestmark = pytest.mark.django_db
WORDS = {"fi": "Vuokrasopimus", "sv": "Hyresavtal", "en": "Rental agreement"}


def agreement(language: str = "fi") -> Agreement:
    booking = cast.booking(cast.aino())
    cast.driver(booking.customer, booking)
    cast.driver(cast.eero(), booking, age_group="youth")
    cast.line(
        booking, kind="rental", description="Vauhti 170", quantity="2", unit_price_cents=9_900
    )
    return cast.agreement(booking, language=language, made_at=cast.NOW + timedelta(days=30))


def printed(row: Agreement) -> PdfReader:
    content = contracts.printed(agreement=row, by=cast.kaisa(), at=cast.NOW)
    return PdfReader(io.BytesIO(content))


def text(row: Agreement) -> str:
    return "\n".join(page.extract_text() for page in printed(row).pages)


@pytest.mark.parametrize("language", list(WORDS))
def test_the_agreement_is_written_in_its_own_language(language: str) -> None:
    row = agreement(language)
    pdf = printed(row)
    assert WORDS[language] in pdf.pages[0].extract_text()
    assert pdf.trailer["/Root"]["/Lang"] == language
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_it_names_renter_drivers_craft_price_with_vat_deposit_and_deductible() -> None:
    row = agreement()
    found = text(row).replace("\N{NO-BREAK SPACE}", " ")
    for wanted in (
        row.number, "Aino Aallokko", "Eero", row.booking.craft.registration, "198,00 €", "25,5",
        "40,23 €", "500,00 €", "2 000,00 €", "LM Group Oy",
    ):  # fmt: skip
        assert wanted in found, wanted


def test_the_identity_code_stands_masked_and_only_where_there_is_one() -> None:
    row = agreement()
    found = text(row)
    assert "131052-****" in found
    assert cast.AINOS_CODE not in found
    row.customer.identity.delete()
    assert "131052" not in text(row)


def test_what_is_charged_after_the_return_is_no_part_of_what_was_agreed() -> None:
    row = agreement()
    cast.line(row.booking, kind="fuel", description="Bensa")
    assert "Bensa" not in text(row)


def test_vat_is_told_apart_to_the_cent() -> None:
    booking = cast.booking()
    lines = [cast.line(booking, quantity="1", unit_price_cents=10_000, vat_percent="25.5")]
    (vat,) = bills.vat(lines)
    assert (vat.net_cents, vat.tax_cents) == (7_968, 2_032)


def test_it_is_shown_in_the_browser_under_its_number_and_written_down(kaisas_desk: Client) -> None:
    row = agreement()
    shown = kaisas_desk.get(reverse("admin:desk-agreement-pdf", args=[row.pk]))
    assert shown["Content-Type"] == "application/pdf"
    assert row.number in shown["Content-Disposition"]
    assert "Aallokko" not in shown["Content-Disposition"]
    assert "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.filter(verb="agreement.printed", object_id=str(row.pk)).exists()


def test_its_metadata_holds_nothing_personal() -> None:
    metadata = str(printed(agreement()).metadata)
    assert "Aallokko" not in metadata
