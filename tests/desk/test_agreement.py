"""The agreement on paper."""

import io
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from register.models import Agreement, AgreementTerms, Attachment, AuditEvent
from register.services import bills, conditions, contracts, signatures, terms
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


# -- Signed, frozen, corrected ------------------------------------------------------------------

SIGNED = "120,200 160,120 220,240 300,90 380,260 460,140;500,200 620,180"


def draft(**fields: Any) -> Agreement:
    booking = cast.booking(cast.aino())
    cast.driver(booking.customer, booking)
    cast.line(booking)
    return contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW, **fields)


def sign(row: Agreement, strokes: str = SIGNED) -> Agreement:
    return contracts.sign(
        agreement=row,
        document_type="passport",
        by=cast.kaisa(),
        at=cast.NOW,
        strokes=strokes,
        firm_strokes=strokes,
    )


def test_what_aino_signed_on_the_tablet_is_frozen_with_her_signature_in_it() -> None:
    first = draft(condition="Naarmu keulassa.")
    marks = [conditions.Mark("bow", "dent", "Kolhu laiturista", 870, 200)]
    row = sign(
        contracts.note_condition(
            booking=first.booking, text=first.condition, marks=marks, by=cast.olli(), at=cast.NOW
        )
    )
    assert (row.signing, len(row.sha256)) == ("tablet", 64)
    before = contracts.printed(agreement=row, by=cast.kaisa(), at=cast.NOW)
    assert sha256(before).hexdigest() == row.sha256
    pages = PdfReader(io.BytesIO(before)).pages
    text = "".join(page.extract_text() for page in pages)
    assert len({image.name for page in pages for image in page.images}) in (1, 2)  # both signed
    assert "Naarmu keulassa." in text
    assert "Keula: Lommo, Kolhu laiturista" in text
    assert "Kaisa Kaislikko" in text
    row.customer.last_name = "Toinen"
    row.customer.save()
    assert contracts.printed(agreement=row, by=cast.kaisa(), at=cast.NOW) == before


def test_signature_and_document_lie_sealed_among_her_attachments() -> None:
    row = sign(draft())
    kept = {one.kind: one for one in Attachment.objects.filter(agreement=row)}
    assert set(kept) == {"signature", "paper"}
    assert kept["signature"].content.expose_bytes().startswith(b"\x89PNG")
    assert str(kept["paper"].content) != ""
    assert b"%PDF" not in str(kept["paper"].content).encode()


def test_a_document_that_was_exchanged_is_not_shown_as_the_signed_one() -> None:
    row = sign(draft())
    paper = Attachment.objects.get(agreement=row, kind="paper")
    paper.content = b"%PDF-1.7 something else"
    paper.save()
    with pytest.raises(contracts.NotWhatWasSigned):
        contracts.printed(agreement=row, by=cast.kaisa(), at=cast.NOW)


@pytest.mark.parametrize("strokes", ["10,10", "x", "1,1 2,2 3,3 4,4 5,5 6,6 7,7", "1,1;" * 9_000])
def test_a_dot_or_nonsense_is_no_signature(strokes: str) -> None:
    row = draft()
    with pytest.raises(signatures.NoSignature):
        sign(row, strokes)
    row.refresh_from_db()
    assert row.state == "draft"
    assert not Attachment.objects.filter(agreement=row).exists()


def test_a_correction_is_the_next_edition_of_the_same_number_and_the_old_one_is_void() -> None:
    first = sign(draft())
    second = contracts.correct(
        agreement=first, condition="Peili irti.", language="sv", by=cast.kaisa(), at=cast.NOW
    )
    first.refresh_from_db()
    assert (first.state, second.state, second.edition) == ("void", "draft", 2)
    assert second.number == f"{first.number}-2"
    third = sign(second)
    assert third.sha256 != first.sha256
    assert contracts.frozen(first) is not None
    with pytest.raises(contracts.CannotSign):
        contracts.correct(
            agreement=first, condition="", language="fi", by=cast.kaisa(), at=cast.NOW
        )


def test_the_next_booking_gets_the_next_number_whatever_was_corrected_between() -> None:
    first = sign(draft())
    contracts.correct(agreement=first, condition="", language="fi", by=cast.kaisa(), at=cast.NOW)
    booking = cast.booking(cast.eero(), starts_at=cast.NOW + timedelta(days=9))
    cast.driver(booking.customer, booking)
    other = contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)
    assert int(other.number[-4:]) == int(first.number[-4:]) + 1


def test_terms_are_data_and_an_agreement_keeps_the_version_it_was_made_with() -> None:
    first = draft()
    for language in ("fi", "sv", "en"):
        cast.terms(
            version="2026-07", language=language, in_force_on=cast.TODAY, text="Ikä {renter_age}."
        )
    booking = cast.booking(cast.eero(), starts_at=cast.NOW + timedelta(days=9))
    cast.driver(booking.customer, booking)
    second = contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)
    assert (first.terms_version, second.terms_version) == ("2026-06", "2026-07")
    assert contracts.document(second)["clauses"] == ["Ikä 18."]
    assert len(contracts.document(first)["clauses"]) == 9


def test_a_version_that_lacks_a_language_is_not_in_force_yet() -> None:
    cast.terms(version="2026-07", in_force_on=cast.TODAY)
    assert terms.version_on(cast.TODAY) == terms.FIRST_VERSION


def test_leena_does_not_change_terms_that_somebody_has_agreed_to(signed_in: Any) -> None:
    draft()
    leena = signed_in(cast.leena())
    row = AgreementTerms.objects.get(version="2026-06", language="fi")
    at = reverse("admin:register_agreementterms_change", args=[row.pk])
    leena.post(at, {"version": "2026-06", "language": "fi", "text": "Muutettu."})
    row.refresh_from_db()
    assert "Muutettu" not in row.text
    assert "<textarea" not in leena.get(at).content.decode()
