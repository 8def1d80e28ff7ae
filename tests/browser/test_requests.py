"""In a real browser: each of the seven kinds of request from its beginning to its end. Each of the
five ways in is used, and each language."""

import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime, now
from playwright.sync_api import BrowserContext, Page, expect

from register.models import Consent, Customer, ProcessingRestriction
from requests_app import deadlines
from requests_app.models import AccessPackage, Correction, DataSubjectRequest
from requests_app.packages import making
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(390, 844), (820, 1180), (1440, 900)]
CONFIRM = {"fi": "Kyllä, minä tein", "sv": "Ja, jag gjorde", "en": "Yes, I made"}
Axe = Callable[[Page], None]


@pytest.fixture(autouse=True)
def work_at_once(settings: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the worker; and without setting papers in type, which tests/requests does."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = live_server.url
    papers = {"tiedot.pdf": b"%PDF-1.7", "tiedot.json": b"{}"}
    monkeypatch.setattr(making, "parts", lambda *given, **more: making.Parts(papers))
    cache.clear()


@pytest.fixture
def desk(new_context: Callable[..., BrowserContext], live_server: Any) -> Page:
    """Petra's browser, signed in."""
    client = Client()
    client.force_login(cast.petra())
    name = project.SESSION_COOKIE_NAME
    context = new_context()
    context.add_cookies([{"name": name, "value": client.cookies[name].value,
                          "url": live_server.url}])  # fmt: skip
    return context.new_page()


def link_in_the_newest_mail() -> str:
    found = re.search(r"http://\S+", mail.outbox[-1].body)
    assert found
    return found[0]


# -- What the person does -----------------------------------------------------------------------


def go_on(page: Page) -> None:
    page.locator("form.panel button[type=submit]").click()


def ask_on_the_web(
    page: Page, server: str, kind: str, language: str, look: Axe, **about: str
) -> DataSubjectRequest:
    """Page by page, with one change from the check, to the confirmed request."""
    prefix = "" if language == "fi" else f"/{language}"
    page.goto(f"{server}{prefix}/tietosuoja/pyynto/?kind={kind}")
    look(page)
    go_on(page)
    page.locator("[value=self]").check()
    look(page)
    go_on(page)
    page.locator("[name=name]").fill("Aino Aalokko")
    page.locator("[name=email]").fill("aino.aallokko@posti.example")
    look(page)
    go_on(page)
    for name, value in about.items():
        field = page.locator(f"[name={name}]")
        if field.first.get_attribute("type") in ("checkbox", "radio"):
            page.locator(f'[name={name}][value="{value}"]').check()
        else:
            field.fill(value)
    look(page)
    go_on(page)
    page.locator('.change a[href*="yhteystiedot"]').first.click()  # a slip of the pen
    page.locator("[name=name]").fill("Aino Aallokko")
    go_on(page)
    expect(page.get_by_text("Aino Aallokko")).to_be_visible()
    look(page)
    page.locator("[data-proof-form] button").click()
    expect(page.locator(".reference")).to_have_text(re.compile(r"TP-\d+-\d+"))
    look(page)
    page.goto(link_in_the_newest_mail())
    look(page)
    page.get_by_role("button", name=CONFIRM[language]).click()
    request = DataSubjectRequest.objects.get(kind=kind)
    expect(page.get_by_text(request.reference)).to_be_visible()
    look(page)
    assert (request.state, request.language, request.channel) == ("confirmed", language, "web")
    return request


# -- What the staff do --------------------------------------------------------------------------


def enter(
    desk: Page, server: str, kind: str, channel: str, language: str, **more: str
) -> DataSubjectRequest:
    """Three days after it came: the month runs from that day."""
    came = localtime(now() - timedelta(days=3))
    desk.goto(server + reverse("admin:requests-enter"))
    desk.locator("[name=channel]").select_option(channel)
    desk.locator("[name=received_at]").fill(came.strftime("%Y-%m-%dT%H:%M"))
    desk.locator("[name=kind]").select_option(kind)
    desk.locator("[name=name]").fill("Aino Aallokko")
    desk.locator("[name=language]").select_option(language)
    for name, value in more.items():
        desk.locator(f"[name={name}]").fill(value)
    desk.get_by_role("button", name="Lisää jonoon").click()
    request = DataSubjectRequest.objects.get(kind=kind)
    assert (request.state, request.channel) == ("confirmed", channel)
    assert request.due_on == deadlines.due(came.date())
    return request


def open_page(desk: Page, server: str, request: DataSubjectRequest) -> None:
    desk.goto(server + reverse("admin:requests-request", args=[request.pk]))


def know_her(desk: Page, server: str, request: DataSubjectRequest) -> None:
    """Matched, identified from a photo ID, and taken in hand."""
    open_page(desk, server, request)
    desk.get_by_role("button", name=re.compile("Tämä on henkilö")).click()
    desk.get_by_role("radio", name="Passi").check()
    desk.get_by_role("button", name="Henkilöllisyys tarkistettu").click()
    desk.get_by_text("Ota käsittelyyn").first.click()
    desk.get_by_role("button", name="Ota käsittelyyn").click()
    request.refresh_from_db()
    assert request.state == "in_hand"


def decide(desk: Page, decision: str = "granted", grounds: str = "") -> None:
    desk.locator(f"[name=ratkaise-decision][value={decision}]").check()
    if grounds:
        desk.locator("[name=ratkaise-grounds]").fill(grounds)
    desk.get_by_role("button", name="Ratkaise").click()


def write_down(desk: Page, field: str, value: str) -> None:
    """On the page that goes field by field: which is wrong, and what it should be."""
    if "korjaukset" not in desk.url:
        desk.get_by_role("link", name="Korjattavat kentät").click()
    desk.locator("#spot").select_option(field)
    desk.get_by_role("button", name="Valitse", exact=True).click()
    desk.locator("[name=value]").fill(value)
    desk.get_by_role("button", name="Kirjaa").click()


def answer(desk: Page, column: str, said: str, ground: str = "") -> None:
    pk = Correction.objects.get(column=column).pk
    desk.locator(f'[name="{pk}-answer"][value={said}]').check()
    if ground:
        desk.locator(f'[name="{pk}-ground"]').select_option(ground)
    desk.locator(f'form[action*="{pk}"]').get_by_role("button", name="Ratkaise").click()


def close(desk: Page, request: DataSubjectRequest) -> None:
    desk.get_by_role("button", name="Päätä pyyntö").click()
    request.refresh_from_db()
    assert request.state == "closed"


def give_the_code(desk: Page, look: Axe) -> str:
    desk.get_by_role("radio", name="Toimipisteessä, kasvotusten").check()
    desk.get_by_role("button", name="Näytä koodi").click()
    look(desk)
    code = desk.locator(".code").inner_text()
    desk.get_by_role("link", name="Koodi on annettu").click()
    return code


# -- The stories --------------------------------------------------------------------------------


def test_in_finnish_aino_gets_her_data_by_link_and_code_and_has_its_use_limited(
    page: Page, desk: Page, live_server: Any, axe: Axe, allowed_console: list[str], tmp_path: Path
) -> None:
    allowed_console.append("404")  # the link that has done its work
    aino, server = cast.aino(), live_server.url
    request = ask_on_the_web(page, server, "access", "fi", axe)
    status = page.url
    know_her(desk, server, request)
    decide(desk)
    desk.reload()  # the package is made
    axe(desk)
    link = link_in_the_newest_mail()
    page.goto(link)
    expect(page.locator("[name=code]")).to_have_count(0)
    axe(page)
    code = give_the_code(desk, axe)
    page.goto(link)
    page.locator("[name=code]").fill("1234 567" + ("1" if code[-1] != "1" else "2"))
    page.get_by_role("button", name="Hae paketti").click()
    expect(page.locator("#errors")).to_be_focused()
    axe(page)
    page.locator("[name=code]").fill(code)
    with page.expect_download() as download:
        page.get_by_role("button", name="Hae paketti").click()
    download.value.save_as(tmp_path / "paketti.zip")
    assert "tiedot.json" in zipfile.ZipFile(tmp_path / "paketti.zip").namelist()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Linkki ei toimi")
    axe(page)
    open_page(desk, server, request)
    close(desk, request)
    for (width, height), scheme in zip(SIZES, ("light", "dark", "light"), strict=True):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.goto(status)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)

    limited = enter(desk, server, "restriction", "desk", "fi", phone="040 123 4567")
    know_her(desk, server, limited)
    desk.locator("[name=ratkaise-purposes][value=analysis]").check()
    desk.locator("[name=ratkaise-case]").select_option("accuracy_contested")
    decide(desk)
    standing = ProcessingRestriction.objects.get(customer=aino)
    assert (standing.purpose, standing.ground) == ("analysis", "accuracy_contested")
    close(desk, limited)


def test_in_swedish_a_paper_leads_to_rectification_and_what_may_go_is_erased(
    page: Page, desk: Page, live_server: Any, axe: Axe
) -> None:
    server = live_server.url
    aino = cast.aino(last_name="Aallokko", has_contract=False)
    paper = enter(desk, server, "rectification", "paper", "sv", details="Aallokko → Aalokko; väst")
    know_her(desk, server, paper)
    for column, value in (("last_name", "Aalokko"), ("wishes", "En väst, tack.")):
        write_down(desk, f"register.Customer.{column}.{aino.pk}", value)
    answer(desk, "wishes", "yes")
    axe(desk)
    answer(desk, "last_name", "no", ground="correct_already")
    desk.get_by_role("link", name="Takaisin pyyntöön").click()
    desk.get_by_role("button", name="Ratkaise").click()
    paper.refresh_from_db()
    aino.refresh_from_db()
    assert (paper.decision, aino.wishes, aino.last_name) == ("partly", "En väst, tack.", "Aallokko")
    letter = desk.get_by_role("link", name=re.compile("Ratkaisukirje")).get_attribute("href")
    assert desk.request.get(f"{server}{letter}").body().startswith(b"%PDF")
    close(desk, paper)

    gone = ask_on_the_web(page, server, "erasure", "sv", lambda page: None, details="Tack och hej")
    know_her(desk, server, gone)
    desk.get_by_role("button", name="Poista tämän suunnitelman mukaan").click()
    gone.refresh_from_db()
    assert gone.state == "closed"
    assert not Customer.objects.filter(pk=aino.pk).exclude(last_name="").exists()
    page.reload()
    expect(page.get_by_text("tietosuoja@om.fi").first).to_be_visible()
    axe(page)


def test_in_english_without_scripts_by_phone_and_by_mail(
    new_context: Callable[..., BrowserContext], desk: Page, live_server: Any, axe: Axe
) -> None:
    server, aino = live_server.url, cast.aino()
    cast.consent(aino, channel="sms")
    cast.consent(aino, channel="email")
    bare = new_context(java_script_enabled=False).new_page()
    said_no = ask_on_the_web(
        bare, server, "withdrawal", "en", lambda page: None, consents="marketing:sms"
    )
    know_her(desk, server, said_no)
    decide(desk)
    withdrawn = Consent.objects.filter(customer=aino, action="withdrawn")
    assert list(withdrawn.values_list("channel", flat=True)) == ["sms"]
    close(desk, said_no)

    moved = enter(desk, server, "portability", "phone", "en", phone="040 123 4567")
    know_her(desk, server, moved)
    decide(desk)
    desk.reload()
    expect(desk.get_by_role("button", name="Tulosta paketti")).to_be_visible()
    desk.get_by_text("Luovutettu toimipisteessä").first.click()
    desk.locator("[name=luovuta-document_type][value=passport]").check()
    desk.get_by_role("button", name="Luovutettu toimipisteessä").click()
    handed = AccessPackage.objects.get(request=moved)
    assert (handed.document_type, handed.content) == ("passport", None)
    axe(desk)
    close(desk, moved)

    mailed = enter(desk, server, "objection", "email", "en", email="aino@posti.example")
    know_her(desk, server, mailed)
    decide(desk)
    against = ProcessingRestriction.objects.get(customer=aino)
    assert (against.purpose, against.kind) == ("marketing", "objection")
    close(desk, mailed)
    assert mail.outbox[-1].to == ["aino@posti.example"]


def test_the_browser_solves_the_puzzle_and_mistakes_lead_to_their_fields(
    page: Page, live_server: Any
) -> None:
    page.goto(live_server.url + "/tietosuoja/pyynto/")
    go_on(page)
    expect(page.locator("#errors")).to_be_focused()
    expect(page).to_have_title(re.compile("^Virhe: Mitä pyydät"))
    page.locator("#errors a").first.click()
    expect(page.locator("#id_kind_0")).to_be_focused()
    page.locator("[value=access]").check()
    go_on(page)
    page.locator("[value=self]").check()
    go_on(page)
    page.locator("[name=name]").fill("Aino Aallokko")
    page.locator("[name=email]").fill("aino")
    go_on(page)
    page.locator("#errors a").first.click()
    expect(page.locator("[name=email]")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Aino Aallokko")
    page.locator("[name=email]").fill("aino.aallokko@posti.example")
    go_on(page)
    page.go_back()  # nothing is sent again, nothing is lost
    expect(page.locator("[name=name]")).to_have_value("Aino Aallokko")
    go_on(page)
    page.reload()
    go_on(page)
    expect(page.locator("#id_proof")).to_have_value(re.compile(".{40}"), timeout=20_000)
