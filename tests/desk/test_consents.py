"""Consents taken at the desk: aloud, on paper, by a link."""

from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from register import policy, tasks
from register.models import Attachment, AuditEvent, Consent, Customer, Message
from register.services import asking, attachments, own_links
from register.vault import papers
from tests import cast

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\nstartxref\n9\n%%EOF\n"


def page(person: Customer, name: str = "desk-consents") -> str:
    return reverse(f"admin:{name}", args=[person.pk])


def stand(person: Customer) -> set[str]:
    return {line.key for line in asking.lines(person, language="fi") if line.given}


def test_kaisa_reads_the_words_and_one_press_keeps_them_as_the_proof(kaisas_desk: Client) -> None:
    aino = cast.aino(language="sv")
    shown = kaisas_desk.get(page(aino)).content.decode()
    words = policy.CONSENT_WORDS["marketing", "email"]
    assert words.sv in shown
    answer = {"answer": "yes:marketing:email", "language": "sv", "through": "phone"}
    kaisas_desk.post(page(aino), answer)
    act = Consent.objects.get(customer=aino)
    assert (act.words_shown, act.language, act.taken_through) == (words.sv, "sv", "phone")
    assert act.saved_by == cast.kaisa()
    kaisas_desk.post(page(aino), answer)
    assert aino.consents.count() == 1
    kaisas_desk.post(page(aino), {"answer": "no:marketing:email", "language": "sv"})
    assert stand(aino) == set()
    assert Customer.objects.get(pk=aino.pk).last_event_on is not None


@pytest.mark.parametrize("answer", ["", "yes", "yes:service:", "maybe:analysis:", "yes:<b>:x"])
def test_what_is_not_asked_cannot_be_answered(kaisas_desk: Client, answer: str) -> None:
    aino = cast.aino()
    assert kaisas_desk.post(page(aino), {"answer": answer}).status_code == 302
    assert not Consent.objects.exists()


def test_nothing_is_asked_of_somebody_who_is_forgotten(kaisas_desk: Client) -> None:
    aino = cast.aino(erased_on=cast.TODAY)
    kaisas_desk.post(page(aino), {"answer": "yes:analysis:"})
    scan = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
    kaisas_desk.post(page(aino, "desk-consents-paper"), {"agreed": "analysis:", "paper": scan})
    assert not Consent.objects.exists()
    assert not Attachment.objects.exists()


def test_a_signed_paper_is_sealed_and_each_consent_points_at_it(kaisas_desk: Client) -> None:
    aino = cast.aino()
    said = {"agreed": ["marketing:sms", "quality:"], "through": "letter", "language": "fi"}
    scan = SimpleUploadedFile("aino-aallokko.pdf", PDF, "application/pdf")
    kaisas_desk.post(page(aino, "desk-consents-paper"), {**said, "paper": scan})
    row = Attachment.objects.get(customer=aino)
    assert (row.kind, row.media_type) == ("paper", papers.PDF)
    assert row.content.expose_bytes() == PDF
    assert {(act.purpose, act.taken_through) for act in row.consents.all()} == {
        ("marketing", "letter"), ("quality", "letter")
    }  # fmt: skip
    with pytest.raises(attachments.TooLate):
        attachments.take_back(row=row, by=cast.kaisa(), at=row.saved_at)
    address = reverse("admin:desk-attachment", args=[row.pk])
    kaisas_desk.post(address, {"reason": "correction"})
    got: Any = kaisas_desk.get(address)
    assert got["Content-Disposition"] == f'attachment; filename="{row.pk}.pdf"'
    assert got["Content-Type"] == "application/octet-stream"
    assert "sandbox" in got["Content-Security-Policy"]
    assert b"".join(got.streaming_content) == PDF


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90 no pdf", b"%PDF-1.7 cut off", b"x" + PDF, b"%PDF-9.9" + PDF[8:],
        PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"),
        PDF.replace(b"/Catalog", b"/Catalog/Launch"), PDF + b"x" * papers.MOST_BYTES, b"",
    ],
    ids=["program", "cut", "shifted", "version", "script", "launch", "large", "empty"],
)  # fmt: skip
def test_what_is_no_scanned_paper_is_refused_and_no_consent_is_kept(
    kaisas_desk: Client, content: bytes
) -> None:
    aino = cast.aino()
    scan = SimpleUploadedFile("a.pdf", content, "application/pdf")
    said = {"agreed": "quality:", "paper": scan}
    kaisas_desk.post(page(aino, "desk-consents-paper"), said)
    assert not Consent.objects.exists()
    assert not Attachment.objects.exists()
    with pytest.raises(ValidationError):
        papers.checked(content)


def test_the_link_goes_to_aino_and_is_on_her_log_without_the_link(kaisas_desk: Client) -> None:
    aino = cast.aino(language="sv")
    kaisas_desk.post(page(aino, "desk-consents-link"))
    tasks.send_choices_link.func(str(aino.pk))
    [letter] = mail.outbox
    assert letter.to == [aino.email]
    assert own_links.choices_url(aino.pk, "sv") in letter.body
    assert letter.subject.startswith("Dina val")
    assert Message.objects.get(customer=aino).body == ""
    assert AuditEvent.objects.filter(verb="choices.link", customer_id=aino.pk).exists()


def test_no_link_goes_where_messages_are_restricted(kaisas_desk: Client) -> None:
    aino = cast.aino()
    cast.restriction(aino, purpose="communication")
    kaisas_desk.post(page(aino, "desk-consents-link"))
    tasks.send_choices_link.func(str(aino.pk))
    assert not mail.outbox
