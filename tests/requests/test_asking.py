"""The public form, one thing a page: nothing typed is lost, nothing personal stands in an address,
and nobody learns from it who is in the register."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from register.services import short_clocks
from requests_app import throttle
from requests_app.forms import asking
from requests_app.forms.public import holds_identity_code
from requests_app.models import DataSubjectRequest, RequestDraft
from requests_app.services import drafts, effects, steps
from requests_app.views.asking import COOKIE
from tests import cast
from tests.requests.conftest import CHECK, FORM, PAGES, fill_in, send

KINDS = [kind.value for kind in DataSubjectRequest.Kind]
ABOUT = {
    "rectification": {"wrong": "Nimi Aalokko", "right": "Aallokko"},
    "restriction": {"uses": ["analysis", "quality"], "case": "accuracy_contested"},
    "objection": {"uses": ["marketing"], "details": "Riittää jo"},
    "withdrawal": {"consents": ["marketing:sms"]},
}


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def test_a_link_of_the_notice_preselects_the_kind(client: Client, db) -> None:
    assert re.search(r'value="erasure"[^>]*checked', text_of(client.get(f"{FORM}?kind=erasure")))
    client.post(FORM, {"kind": "access"})
    assert re.search(r'value="erasure"[^>]*checked', text_of(client.get(f"{FORM}?kind=erasure")))


def test_no_page_asks_for_an_identity_code() -> None:
    pages = [asking.KindPage, asking.ForWhomPage, asking.SubjectPage, asking.ContactPage]
    names = {name for page in [*pages, *asking.ABOUT.values()] for name in page().fields}
    assert names == {
        "kind", "made_by", "subject_name", "name", "email", "phone", "language", "details",
        "wrong", "right", "uses", "case", "consents",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_asks_what_fits_it_shows_it_back_and_sends_it(
    client: Client, db, kind: str
) -> None:
    answer = fill_in(client, kind=kind, **ABOUT.get(kind, {}))
    assert answer["Location"] == CHECK
    page = text_of(client.get(CHECK))
    assert page.count('class="change"') >= 7
    for shown in ("Aino Aallokko", "aino.aallokko@posti.example", "+358401234567"):
        assert shown in page
    assert send(client)["Location"].startswith(f"{FORM}lahetetty/")
    made = DataSubjectRequest.objects.get()
    about = ABOUT.get(kind, {})
    assert (made.kind, made.language, made.state) == (kind, "fi", "received")
    assert made.wanted == {k: v for k, v in about.items() if k in ("uses", "case", "consents")}
    for words in (v for v in about.values() if isinstance(v, str) and v != "accuracy_contested"):
        assert words in made.details


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (f"koodini on {cast.AINOS_CODE}", True),
        (cast.AINOS_CODE.lower(), True),
        (cast.AINOS_CODE[:6] + " " + cast.AINOS_CODE[6:], True),
        ("131052-308X", False),  # wrong check character: a booking number, a typing error
        ("varaus 131052, 308 euroa", False),
    ],
)
def test_an_identity_code_is_recognised_in_free_text(typed: str, found: bool) -> None:
    assert holds_identity_code(typed) is found


@pytest.mark.parametrize("secret", [cast.AINOS_CODE, "4111 1111 1111 1111"])
@pytest.mark.parametrize(("page", "field"), [("asia", "details"), ("yhteystiedot", "name")])
def test_codes_and_card_numbers_are_refused_and_nothing_typed_is_lost(
    client: Client, db, page: str, field: str, secret: str
) -> None:
    answer = text_of(fill_in(client, **{field: f"Terve {secret}"}))
    assert "<title>Virhe: " in answer
    assert f'id="id_{field}-error"' in answer
    assert f"Terve {secret}" in answer
    assert not [one for one in RequestDraft.objects.all() if secret.encode() in one.content]


def test_each_mistake_is_told_beside_its_field_and_in_the_summary(client: Client, db) -> None:
    page = text_of(fill_in(client, name="", email="x", phone="12"))
    for name in ("name", "email", "phone"):
        assert f'id="id_{name}-error"' in page, name
        assert f'<a href="#id_{name}">' in page, name
    assert '<a href="#id_kind_0">' in text_of(client.post(FORM, {}, follow=True))


def test_a_change_leads_back_to_the_check_and_another_kind_asks_its_own_question(
    client: Client, db
) -> None:
    fill_in(client, details="Kaikki kesältä")
    name = {"name": "Aino Uusi", "email": "aino@posti.example", "language": "sv"}
    assert client.post(PAGES["yhteystiedot"], name)["Location"] == CHECK
    assert client.post(FORM, {"kind": "erasure"})["Location"] == PAGES["asia"]
    assert "Kaikki kesältä" in text_of(client.get(PAGES["asia"]))  # not lost
    client.post(PAGES["asia"], {"details": ""})
    page = text_of(client.get(CHECK))
    assert "Aino Uusi" in page
    assert "Svenska" in page
    assert "Kaikki kesältä" not in page


def test_no_page_is_skipped_and_the_check_waits_for_all(client: Client, db) -> None:
    assert client.get(CHECK)["Location"] == FORM
    assert client.get(PAGES["asia"])["Location"] == FORM
    client.post(FORM, {"kind": "access"})
    assert client.get(CHECK)["Location"] == PAGES["kenelle"]
    assert client.post(CHECK, {})["Location"] == PAGES["kenelle"]
    assert client.get(f"{FORM}vaihe/olematon/").status_code == 404
    assert not DataSubjectRequest.objects.exists()


def test_sent_twice_it_is_one_request_and_a_new_one_begins_empty(client: Client, db) -> None:
    fill_in(client)
    first = send(client)
    again = client.post(CHECK, {"seen": "x"})
    assert first["Location"] == again["Location"] == client.get(CHECK)["Location"]
    assert DataSubjectRequest.objects.count() == 1
    assert "checked" not in text_of(client.get(FORM))
    assert client.post(FORM, {"kind": "erasure"})["Location"] == PAGES["kenelle"]
    assert "Aino" not in text_of(client.get(PAGES["kenelle"]))


def test_what_is_sent_is_what_was_seen(client: Client, db) -> None:
    fill_in(client)
    seen = re.search(r'name="seen" value="([^"]+)"', text_of(client.get(CHECK)))[1]
    client.post(FORM, {"kind": "erasure"})  # in another window
    client.post(PAGES["asia"], {"details": ""})
    page = text_of(client.post(CHECK, {"seen": seen}, follow=True))
    assert 'id="errors"' in page
    assert not DataSubjectRequest.objects.exists()


def test_the_draft_is_read_by_nobody_but_the_browser_and_goes_in_two_hours(
    client: Client, db, caplog
) -> None:
    fill_in(client, details="Salainen asia")
    [row] = RequestDraft.objects.all()
    secret = client.cookies[COOKIE].value
    for words in (b"Aino", b"Salainen", secret.encode()):
        assert words not in bytes(row.content) + row.key_hash.encode()
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "Aino" not in caplog.text + secret
    assert drafts.find(secret[:-1] + "x", at=now()) is None
    later = now() + timedelta(hours=drafts.HOURS, seconds=1)
    assert drafts.find(secret, at=later) is None
    short_clocks.sweep(on=later.date(), at=later)
    assert not RequestDraft.objects.exists()


def test_who_wrote_too_long_keeps_the_last_page_and_is_told(client: Client, db) -> None:
    fill_in(client)
    RequestDraft.objects.all().delete()
    page = text_of(client.get(CHECK, follow=True))
    assert "2 tunnin kuluttua" in page
    assert "2 tunnin kuluttua" not in text_of(client.get(FORM))  # told once
    long = {"wrong": "Pitkä kertomus", "right": "Näin", "for": "rectification"}
    page = text_of(client.post(PAGES["asia"], long, follow=True))
    assert "Viimeksi kirjoittamasi on tallessa" in page
    fill_in(client, kind="rectification", wrong="", right="")
    assert "Pitkä kertomus" in text_of(client.get(CHECK))


def test_the_answers_are_thrown_away_for_the_next_person_at_the_screen(client: Client, db) -> None:
    fill_in(client)
    client.post(f"{FORM}alusta/")
    assert not RequestDraft.objects.exists()
    assert client.get(CHECK)["Location"] == FORM


# -- The same for everybody ---------------------------------------------------------------------


def test_answer_mail_and_questions_are_the_same_for_a_stranger_and_a_customer(
    db, django_capture_on_commit_callbacks
) -> None:
    aino = cast.aino()
    seen = []
    for email in ("joku.muu@posti.example", aino.email, "kolmas@posti.example"):
        client = Client()
        fill_in(client, email=email)
        with (
            CaptureQueriesContext(connection) as asked,
            django_capture_on_commit_callbacks(execute=True),
        ):
            answer = send(client)
        questions = [re.sub(r"'[^']*'|\d+|X'\w+'", "?", one["sql"]) for one in asked]
        page = text_of(client.get(answer["Location"]))
        words = mail.outbox[-1].body.replace(email, "")
        seen.append(
            (
                questions,
                re.sub(r"TP-\d+-\d+|nonce=\S+|lahetetty/\S+", "", page),
                re.sub(r"TP-\d+-\d+|/vahvista/\S+", "", words),
                mail.outbox[-1].subject,
            )
        )
    first, second, third = seen
    assert len(second[0]) > 20  # the first of all also begins the series of numbers
    assert second[0] == third[0]  # a stranger's questions to the database are Aino's
    assert first[1:] == second[1:] == third[1:]


def test_the_same_request_again_is_told_to_the_address_alone_and_seen_by_the_staff(
    ask, client: Client
) -> None:
    first = ask("confirmed")
    stranger = ask(email="muu@posti.example", at=cast.NOW + timedelta(minutes=5))
    assert first.reference not in mail.outbox[-1].body
    second = ask(at=cast.NOW + timedelta(hours=1))
    assert first.reference in mail.outbox[-1].body
    assert "käsitellään" in mail.outbox[-1].body
    other_kind = ask(kind="erasure", at=cast.NOW + timedelta(hours=2))
    assert first.reference not in mail.outbox[-1].body
    assert list(first.alike()) == [second]
    client.force_login(cast.petra())
    page = text_of(client.get(f"/hallinta/requests_app/datasubjectrequest/{second.pk}/"))
    assert f">{first.reference}</a>" in page
    assert stranger.reference not in page
    assert other_kind.reference not in page


# -- Abuse --------------------------------------------------------------------------------------


def test_what_only_a_machine_fills_in_is_dropped_in_silence(client: Client, db) -> None:
    fill_in(client)
    answer = client.post(CHECK, {"website": "http://x.example"}, follow=True)
    assert answer.status_code == 200
    assert not DataSubjectRequest.objects.exists()


def test_without_proof_of_work_only_a_few_tries_are_taken(client: Client, db) -> None:
    for number in range(throttle.WITHOUT_PROOF):
        fill_in(client, email=f"a{number}@posti.example")
        assert send(client).status_code == 302
    fill_in(client, email="b@posti.example")
    answer = send(client)
    assert answer.status_code == 429
    assert "Aino Aallokko" in text_of(answer)  # nothing typed is lost


def test_nobody_fills_the_table_with_drafts(db) -> None:
    for _ in range(throttle.WITH_PROOF):
        assert Client().post(FORM, {"kind": "access"}).status_code == 302
    assert Client().post(FORM, {"kind": "access"}).status_code == 429


def test_a_name_stays_on_its_line_and_reads_in_one_direction(client: Client, db: None) -> None:
    fill_in(client, name="Åsa \u202eevil\r\nBcc: \u2066x")
    send(client)
    assert DataSubjectRequest.objects.get().name == "Åsa evil Bcc: x"


# -- What was ticked leads the clerk ------------------------------------------------------------


def test_the_clerks_choice_begins_with_what_was_ticked(client: Client, identified) -> None:
    wanted = {"uses": ["analysis"], "case": "needed_for_claim"}
    request, _aino = identified(kind="restriction", wanted=wanted)
    client.force_login(cast.petra())
    page = text_of(client.get(f"/hallinta/requests_app/datasubjectrequest/{request.pk}/"))
    assert re.search(r'value="analysis"[^>]*checked', page)
    assert not re.search(r'value="loyalty"[^>]*checked', page)
    assert re.search(r'value="needed_for_claim" selected', page)


def test_only_the_consents_that_were_ticked_are_withdrawn(identified) -> None:
    request, aino = identified(kind="withdrawal", wanted={"consents": ["marketing:sms"]})
    for channel in ("sms", "email"):
        cast.consent(aino, channel=channel)
    steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    acts = effects.Consent.objects.filter(customer=aino, action="withdrawn")
    assert set(acts.values_list("channel", flat=True)) == {"sms"}
