"""On Mondays those who answer for the notice are told what is broken or at risk, once."""

from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from pypdf import PdfReader

from requests_app.services import weekly
from tests import cast

WEEK = timedelta(days=7)


@pytest.fixture
def readers(db) -> None:
    cast.leena(email="leena@kesajetti.example")
    cast.petra(email="petra@kesajetti.example")
    cast.kaisa(email="kaisa@kesajetti.example")


def test_leena_and_petra_are_told_what_is_broken_and_nobody_else(readers) -> None:
    cast.folder(destroy_by=cast.TODAY - timedelta(days=1))
    assert weekly.tell(at=cast.NOW)
    sent = mail.outbox[-1]
    assert set(sent.to) == {"leena@kesajetti.example", "petra@kesajetti.example"}
    assert "P19 · Ei pidetty" in sent.body
    assert "P13" not in sent.body


def test_the_mail_names_nobody(readers) -> None:
    aino = cast.aino()
    cast.hold(aino, owner=cast.leena(), review_on=cast.TODAY - timedelta(days=1))
    weekly.tell(at=cast.NOW)
    text = mail.outbox[-1].subject + mail.outbox[-1].body
    assert "P24" in text
    assert not [word for word in (aino.last_name, aino.email, str(aino.phone)) if word in text]


def test_a_week_has_one_mail_however_often_the_timer_fires(readers) -> None:
    assert [weekly.tell(at=cast.NOW), weekly.tell(at=cast.NOW + timedelta(hours=1))] == [
        True,
        False,
    ]
    assert weekly.tell(at=cast.NOW + WEEK)
    assert len(mail.outbox) == 2


def test_a_mail_that_did_not_go_is_tried_again(readers, monkeypatch) -> None:
    def refuse(*args: object, **kwargs: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(CommandError, match="ConnectionRefusedError"):
            call_command("mail_promises")
    call_command("mail_promises", stdout=StringIO())
    assert len(mail.outbox) == 1


def test_an_auditor_gets_the_evidence_on_paper(readers, client) -> None:
    client.force_login(cast.leena())
    made = PdfReader(BytesIO(client.get(reverse("admin:evidence-pdf")).content))
    text = "".join(page.extract_text() for page in made.pages)
    assert "/StructTreeRoot" in made.trailer["/Root"]
    assert all(f"P{number} ·" in text for number in range(1, 27))
