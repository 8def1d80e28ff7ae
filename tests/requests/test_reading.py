"""What may tell of other people leaves when one has read it and another has released it."""

import csv
import io

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import TextField
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from register import policy
from register.models import AuditEvent
from requests_app.models import Passage
from requests_app.packages import collecting, making, passages, spreadsheets
from requests_app.services import errors, reading
from tests import cast

WORDS = "Eero Eteläranta ajoi päin laituria, Aino oli kyydissä."


@pytest.fixture
def asked(identified):
    """Aino's request; the description of her case names Eero."""
    aino = cast.aino()
    cast.case(aino, description=WORDS)
    request, _aino = identified(aino)
    return request


def everything(request) -> collecting.Everything:
    with translation.override("fi"):
        sieve = passages.sieve(request)
        return collecting.collect(request.customer, language="fi", sieve=sieve)


def names_of_files(request) -> str:
    return " ".join(file.name for file in everything(request).files)


def case_in(request) -> dict:
    data = making.as_data(everything(request), request, cast.NOW)
    tables = [category["tables"] for category in data["categories"]]
    return next(table["register.Case"][0] for table in tables if "register.Case" in table)


def propose(request, **choice: object) -> Passage:
    (line,) = reading.lines(request)
    given = {"verdict": "release", "by": cast.petra(), "at": cast.NOW} | choice
    return reading.propose(request=request, one=line.found, **given)


def test_words_that_name_eero_stay_out_until_a_second_person_releases_them(asked) -> None:
    assert case_in(asked)["description"] is None
    assert "luetaan ensin" in case_in(asked)["left_out"]["description"]
    passage = propose(asked)
    assert case_in(asked)["description"] is None
    reading.decide(passage=passage, approve=True, by=cast.leena(), at=cast.NOW)
    assert case_in(asked)["description"] == WORDS
    assert "left_out" not in case_in(asked)


def test_petra_does_not_approve_her_own_proposal(asked) -> None:
    passage = propose(asked)
    with pytest.raises(errors.OwnProposal):
        reading.decide(passage=passage, approve=True, by=cast.petra(), at=cast.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Passage.objects.filter(pk=passage.pk).update(
            outcome="approved", decided_by=cast.petra(), decided_at=cast.NOW
        )


def test_redacted_words_leave_without_eero_and_with_the_reason(asked) -> None:
    left = "[…] ajoi päin laituria, Aino oli kyydissä."
    passage = propose(asked, verdict="redact", ground="others_rights", words={"description": left})
    reading.decide(passage=passage, approve=True, by=cast.leena(), at=cast.NOW)
    told = case_in(asked)
    assert told["description"] == left
    assert "15(4)" in told["left_out"]["description"]
    files = making.parts(asked, asked.customer, at=cast.NOW).files
    assert (
        "Eteläranta"
        not in b"".join(content for name, content in files.items() if "pdf" not in name).decode()
    )
    paper = PdfReader(io.BytesIO(files["tiedot.pdf"]))
    text = " ".join(page.extract_text() for page in paper.pages)
    assert "Aallokko" in text
    assert "Eteläranta" not in text


def test_leaving_out_takes_a_declared_ground(asked) -> None:
    with pytest.raises(errors.GroundsMissing):
        propose(asked, verdict="withhold")
    with pytest.raises(errors.NothingTakenOut):
        propose(asked, verdict="redact", ground="danger", words={"description": WORDS})
    with pytest.raises(errors.NotPermitted):
        propose(asked, by=cast.kaisa())


def test_words_that_changed_since_are_read_again(asked) -> None:
    passage = propose(asked)
    reading.decide(passage=passage, approve=True, by=cast.leena(), at=cast.NOW)
    asked.customer.cases.update(description=WORDS + " Meri Ulappa näki sen.")
    assert case_in(asked)["description"] is None
    assert reading.lines(asked)[0].state == "open"


def test_her_own_mail_needs_no_reading_and_a_note_of_a_call_does(asked) -> None:
    own = cast.message(asked.customer)
    note = cast.message(asked.customer, channel="phone", body="Eero soitti puolesta.")
    read = {one.row.pk for one in passages.to_be_read(asked.customer)}
    assert note.pk in read
    assert own.pk not in read


def test_a_picture_stays_out_until_it_is_released(asked) -> None:
    photo = cast.attachment(asked.customer)
    assert str(photo.pk) not in names_of_files(asked)
    line = next(line for line in reading.lines(asked) if line.found.is_file)
    passage = reading.propose(
        request=asked, one=line.found, verdict="release", by=cast.petra(), at=cast.NOW
    )
    reading.decide(passage=passage, approve=True, by=cast.leena(), at=cast.NOW)
    assert str(photo.pk) in names_of_files(asked)


def test_petra_proposes_and_leena_approves_on_the_page(client, asked) -> None:
    address = reverse("admin:requests-passages", args=[asked.pk])
    row = asked.customer.cases.get().pk
    client.force_login(cast.petra())
    assert WORDS in client.get(address).content.decode()
    page = client.post(address, {f"{row}-verdict": "withhold"}, follow=True).content.decode()
    assert "error-summary" in page
    client.post(address, {f"{row}-verdict": "withhold", f"{row}-ground": "others_rights"})
    assert f"{row}-answer" not in client.get(address).content.decode()  # not hers to approve
    client.force_login(cast.leena())
    client.post(address, {f"{row}-answer": "yes"})
    assert Passage.objects.get().outcome == "approved"
    assert "15(4)" in case_in(asked)["left_out"]["description"]
    client.force_login(cast.kaisa())
    assert client.get(address).status_code == 403


def test_the_second_person_sees_what_is_left_and_that_is_written_down(client, asked) -> None:
    propose(asked, verdict="redact", ground="others_rights", words={"description": "[…] ajoi."})
    client.force_login(cast.leena())
    page = client.get(reverse("admin:requests-passages", args=[asked.pk])).content.decode()
    assert "[…] ajoi." in page
    line = AuditEvent.objects.get(verb="reveal")
    assert (line.fields, line.reason) == (["passage.words"], "request")


def test_every_free_text_that_the_firm_writes_of_a_person_is_read_first() -> None:
    told_to_her = {
        "requests_app.DataSubjectRequest.grounds",
        "requests_app.DataSubjectRequest.extension_reason",
        "register.Consent.words_shown",
        "register.Customer.search_text",
        "register.Invoice.recipient",  # the company's own name and address
        "requests_app.Correction.reasons",  # stands in her letter
    }

    def is_free_text(label: str) -> bool:
        table, _, name = label.rpartition(".")
        return isinstance(apps.get_model(table)._meta.get_field(name), TextField)

    unread = [
        label
        for label, declared in policy.FIELDS.items()
        if policy.CATEGORY_OF[label].of_customers
        and declared.origin.value != "supplied"
        and is_free_text(label)
        and not (declared.names_others or label in told_to_her)
    ]
    assert not unread


def test_the_tables_open_in_a_spreadsheet_and_run_nothing(asked) -> None:
    cast.feedback(asked.customer, text='=HYPERLINK("http://x")')
    (sheet,) = (one for one in spreadsheets.files(everything(asked)).values() if b"HYPER" in one)
    rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig")), delimiter=";"))
    assert any(cell.startswith("'=HYPERLINK") for cell in rows[1])
    assert len(rows) == 2
    assert spreadsheets.cell("+358401234567") == "+358401234567"
    assert spreadsheets.cell("-2+3") == "'-2+3"
