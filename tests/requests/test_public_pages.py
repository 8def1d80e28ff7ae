"""The public pages: the notice keeps its word, the form takes what it should and no more."""

import base64
import hashlib
import html
import json
import logging
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.timezone import now
from pypdf import PdfReader

from register import clock, policy
from register.declare import Text
from register.models import Consent
from requests_app import notice, tokens
from requests_app.forms.public import WORK, ProofField
from requests_app.models import AccessPackage
from requests_app.services import choices, delivery, steps
from tests import cast
from tests.requests.conftest import CHECK, fill_in, last_link

LANGUAGES = ["fi", "sv", "en"]


def in_language(path: str, language: str) -> str:
    return path if language == "fi" else f"/{language}{path}"


# -- The notice ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promise_has_its_place_on_the_page(client: Client, db, language: str) -> None:
    page = client.get(in_language("/tietosuoja/", language)).content.decode()
    ids = re.findall(r'id="([^"]+)"', page)
    assert [f"p{n}" for n in range(1, 27) if f"p{n}" not in ids] == []
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_tells_what_articles_13_and_14_ask(client: Client, db, language: str) -> None:
    page = client.get(in_language("/", language)).content.decode()
    controller = project.CONTROLLER
    told = [
        controller["name"], controller["business_id"], controller["street"], controller["email"],
        controller["contact_person"], "tietosuoja@om.fi", "029 566 6700", policy.VERSION,
        *(purpose.name.to(language) for purpose in policy.PURPOSES),
        *(purpose.describes.to(language) for purpose in policy.PURPOSES),
        *(purpose.basis.value for purpose in policy.PURPOSES),
        *(category.name.to(language) for category in policy.CATEGORIES if category.of_customers),
        *(recipient.name.to(language) for recipient in policy.RECIPIENTS),
        *(source.to_the_person.to(language) for source in policy.SOURCES if source.personal),
        *(role.name.to(language) for role in policy.ROLES),
    ]  # fmt: skip
    assert [words for words in told if str(escape(words)) not in page] == []


def test_the_worked_examples_are_the_clocks_own() -> None:
    with translation.override("fi"):
        examples = notice.build(language="fi").examples
    rented = cast.date(int(policy.VERSION[:4]), 7, 15)
    assert examples[0].kept_through == clock.years_after(rented, 3)
    assert examples[1].kept_through == cast.date(rented.year + 6, 12, 31)


def test_a_purpose_added_to_the_policy_is_on_the_page(client: Client, db, monkeypatch) -> None:
    extra = replace(policy.SERVICE, key="extra", name=Text("Uusi tarkoitus", "Ny", "New"))
    assert "Uusi tarkoitus" not in client.get("/").content.decode()
    monkeypatch.setattr(policy, "PURPOSES", (*policy.PURPOSES, extra))
    assert "Uusi tarkoitus" in client.get("/").content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/tietosuoja/seloste.pdf", "/tietosuoja/pyynto/lomake.pdf"])
def test_the_papers_are_tagged_and_in_their_language(
    client: Client, db, path: str, language: str
) -> None:
    answer = client.get(in_language(path, language))
    root = PdfReader(BytesIO(answer.content)).trailer["/Root"]
    assert answer["Content-Type"] == "application/pdf"
    assert root["/Lang"] == language
    assert "/StructTreeRoot" in root


def test_the_printed_form_is_one_sheet(client: Client, db) -> None:
    for language in LANGUAGES:
        content = client.get(in_language("/tietosuoja/pyynto/lomake.pdf", language)).content
        assert len(PdfReader(BytesIO(content)).pages) == 1


def test_no_public_template_holds_inline_script_or_style() -> None:
    folder = Path(project.BASE_DIR) / "templates"
    files = [*folder.glob("public/**/*.html"), *folder.glob("requests/**/*.html")]
    assert files
    for file in files:
        text = file.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|<style", text), file


# -- Proof of work -----------------------------------------------------------------------------


def test_a_solved_puzzle_is_taken_once(client: Client, db) -> None:
    fill_in(client)
    proof = solved(client.get(CHECK).content.decode())
    field = ProofField()
    assert field.clean(proof) is True
    assert field.clean(proof) is False
    assert field.clean("") is False
    assert field.clean("AAAA") is False


def solved(page: str) -> str:
    puzzle = json.loads(html.unescape(re.search(r'data-challenge="([^"]+)"', page)[1]))
    for number in range(WORK + 1):
        digest = hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest()
        if digest == puzzle["challenge"]:
            break
    parts = {k: puzzle[k] for k in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps({**parts, "number": number}).encode()).decode()


# -- Confirmation, status, package --------------------------------------------------------------


def test_opening_the_link_changes_nothing_pressing_the_button_does(client: Client, ask) -> None:
    request = ask(at=now())
    link = last_link()
    for _ in range(2):  # a mail scanner, twice
        assert client.get(link).status_code == 200
        request.refresh_from_db()
        assert request.state == "received"
    answer = client.post(link, follow=True)
    request.refresh_from_db()
    assert request.state == "confirmed"
    assert request.reference in answer.content.decode()
    assert client.get(link).status_code == 404


def test_the_status_page_tells_state_days_and_authority(client: Client, ask) -> None:
    request = ask("confirmed", language="sv")
    page = client.get(last_link()).content.decode()
    assert f"{request.due_on.day}.{request.due_on.month}.{request.due_on.year}" in page
    assert "I vår kö" in page
    assert "tietosuoja@om.fi" in page


def test_the_status_page_shows_no_name_and_no_details(client: Client, ask) -> None:
    ask("confirmed", details="Salainen asia")
    page = client.get(last_link()).content.decode()
    assert "Aallokko" not in page
    assert "Salainen" not in page


def test_the_person_takes_the_request_back(client: Client, ask) -> None:
    request = ask("confirmed")
    client.post(last_link() + "peru/")
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_a_package_is_fetched_once_by_pressing_the_button(
    client: Client, identified, django_capture_on_commit_callbacks
) -> None:
    request, _aino = identified()
    with django_capture_on_commit_callbacks(execute=True):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    AccessPackage.objects.update(expires_at=cast.moment(cast.date(2999, 1, 1)))
    link = last_link()
    code = delivery.give_code(request=request, way="desk", by=cast.petra(), at=cast.NOW)
    for _ in range(2):
        assert client.get(link).status_code == 200
    assert client.post(link, {"code": "12"}).status_code == 200  # not counted: it is no code
    answer = client.post(link, {"code": delivery.written(code)})
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content[:2] == b"PK"
    assert client.post(link, {"code": code}).status_code == 404
    assert client.get(link).status_code == 404


def test_a_package_link_opens_only_with_its_own_request(client: Client, identified, ask) -> None:
    request, aino = identified()
    other = ask("confirmed", email="eero@posti.example")
    steps.decide(request=request, decision="refused", grounds="x", by=cast.petra(), at=cast.NOW)
    AccessPackage.objects.create(
        request=request, customer=aino, made_at=cast.NOW,
        expires_at=cast.moment(cast.date(2999, 1, 1)),
        link_hash=tokens.digest("key"), content=b"PK",
    )  # fmt: skip
    mine = tokens.derive(tokens.STATUS, request.pk)
    others = tokens.derive(tokens.STATUS, other.pk)
    assert client.get(reverse("package-fetch", args=[mine, "key"])).status_code == 200
    assert client.get(reverse("package-fetch", args=[others, "key"])).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/tietosuoja/pyynto/olematon/",
        "/tietosuoja/pyynto/vahvista/olematon/",
        "/tietosuoja/pyynto/olematon/paketti/olematon/",
        "/omat-valinnat/olematon/",
        "/tietosuoja/pyynto/lahetetty/olematon/",
    ],
)
def test_a_broken_link_gets_a_page_that_says_what_to_do(client: Client, db, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "/tietosuoja/pyynto/" in answer.content.decode()


def test_tokens_reach_neither_logs_nor_referrers(client: Client, db, capsys) -> None:
    from kesajetti.logs import WithoutTokens

    token = "x" * 43
    path = f"/tietosuoja/pyynto/{token}/paketti/{token}/"
    line = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Not Found", path), None)
    assert token in line.getMessage()  # the danger is real
    assert WithoutTokens().filter(line)
    assert line.getMessage() == "Not Found: /tietosuoja/pyynto/…/paketti/…/"
    answer = client.get(path)
    assert token not in capsys.readouterr().err
    # "no-referrer" would make browsers post our own forms with a null origin, which CSRF refuses.
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"


def test_every_handler_of_the_log_takes_tokens_out() -> None:
    for handler in project.LOGGING["handlers"].values():
        assert "without_tokens" in handler["filters"]


def test_the_schema_is_public_and_names_itself(client: Client, db) -> None:
    schema = client.get("/tietosuoja/skeema.json").json()
    assert schema["$id"].startswith(project.PUBLIC_URL)
    assert policy.VERSION in schema["$id"]


# -- Choices ------------------------------------------------------------------------------------


def test_aino_says_yes_and_no_and_the_history_stays(client: Client, db) -> None:
    aino = cast.aino()
    page = reverse("choices", args=[choices.token_for(aino)])
    client.post(page, {"agree": ["marketing:email", "marketing:sms"]})
    client.post(page, {"agree": ["marketing:email", "marketing:sms"]})  # nothing new: no new act
    assert Consent.objects.filter(customer=aino, action="given").count() == 2
    client.post(page, {"none": "1"})
    acts = Consent.objects.filter(customer=aino)
    assert acts.filter(action="withdrawn").count() == 2
    assert acts.count() == 4
    given = acts.filter(action="given", channel="email").get()
    assert given.words_shown
    assert given.notice_version == policy.VERSION
    assert given.taken_through == "web"


def test_a_changed_choice_link_opens_nobodys_page(client: Client, db) -> None:
    aino, eero = cast.aino(), cast.eero()
    own = choices.token_for(aino)
    forged = eero.pk.hex + own[32:]
    assert client.get(reverse("choices", args=[own])).status_code == 200
    assert client.get(reverse("choices", args=[forged])).status_code == 404


def test_the_choices_page_shows_no_name(client: Client, db) -> None:
    aino = cast.aino()
    page = client.get(reverse("choices", args=[choices.token_for(aino)])).content.decode()
    assert aino.last_name not in page
    assert aino.email not in page
