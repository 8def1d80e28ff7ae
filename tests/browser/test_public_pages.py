"""In a real browser: a customer asks, confirms, is identified and fetches her package."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from requests_app.models import DataSubjectRequest
from requests_app.services import choices, intake, steps
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(390, 844), (820, 1180), (1440, 900)]
ASKED = {
    "fi": ("/tietosuoja/pyynto/", "Haluan nähdä tietoni", "Lähetä pyyntö", "Katso sähköpostisi"),
    "sv": (
        "/sv/tietosuoja/pyynto/",
        "Jag vill se mina uppgifter",
        "Skicka begäran",
        "Se din e-post",
    ),
    "en": ("/en/tietosuoja/pyynto/", "See my data", "Send the request", "Check your e-mail"),
}
PASSWORD = "kolme-meritahtea-laiturilla"
CONFIRM = {"fi": "Kyllä, minä tein", "sv": "Ja, jag gjorde", "en": "Yes, I made"}


@pytest.fixture(autouse=True)
def work_at_once(settings, live_server) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = live_server.url
    cache.clear()


def link_in_the_newest_mail() -> str:
    found = re.search(r"http://\S+", mail.outbox[-1].body)
    assert found
    return found[0]


def fill_in(page: Page, address: str, title: str) -> None:
    page.goto(address)
    page.get_by_role("radio", name=re.compile(re.escape(title))).check()
    page.locator("[name=name]").fill("Aino Aallokko")
    page.locator("[name=email]").fill("aino.aallokko@posti.example")


@pytest.mark.parametrize("language", ASKED)
def test_aino_asks_confirms_and_follows_in_her_language(
    page: Page, live_server, axe: Callable[[Page], None], language: str
) -> None:
    path, title, send, sent = ASKED[language]
    fill_in(page, live_server.url + path, title)
    axe(page)
    page.get_by_role("button", name=send).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(sent)
    axe(page)
    request = DataSubjectRequest.objects.get()
    assert (request.language, request.state) == (language, "received")
    page.goto(link_in_the_newest_mail())
    axe(page)
    page.get_by_role("button", name=CONFIRM[language]).click()
    expect(page.get_by_text(request.reference)).to_be_visible()
    axe(page)
    request.refresh_from_db()
    assert request.state == "confirmed"


def test_the_browser_solves_the_puzzle_under_the_strict_policy(page: Page, live_server) -> None:
    path, title, send, sent = ASKED["fi"]
    fill_in(page, live_server.url + path, title)
    expect(page.locator("#id_proof")).to_have_value(re.compile(".{40}"), timeout=20_000)
    for number in range(8):  # more than anybody may without proof
        if number:
            fill_in(page, live_server.url + path, title)
        page.locator("[name=email]").fill(f"a{number}@posti.example")
        page.get_by_role("button", name=send).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(sent)


def test_the_form_works_without_javascript(new_context, live_server) -> None:
    path, title, send, sent = ASKED["fi"]
    page = new_context(java_script_enabled=False).new_page()
    fill_in(page, live_server.url + path, title)
    page.get_by_role("button", name=send).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(sent)


def test_mistakes_are_read_out_and_lead_to_their_fields(
    page: Page, live_server, axe: Callable[[Page], None]
) -> None:
    path, title, send, _sent = ASKED["fi"]
    fill_in(page, live_server.url + path, title)
    page.locator("[name=details]").fill(f"Koodini on {cast.AINOS_CODE}")
    page.get_by_role("button", name=send).click()
    expect(page.locator("#errors")).to_be_focused()
    axe(page)
    page.locator("#errors a").first.click()
    expect(page.locator("[name=details]")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Aino Aallokko")


def test_the_clerk_identifies_and_aino_fetches_her_package_once(
    page: Page, live_server, axe: Callable[[Page], None], allowed_console: list[str], tmp_path: Path
) -> None:
    allowed_console.append("404")
    story, petra = cast.story(), cast.petra()
    petra.set_password(PASSWORD)
    petra.save()
    request = intake.submit(
        kind="access", name="Aino Aallokko", email=story.aino.email, language="fi", at=now()
    )
    page.goto(link_in_the_newest_mail())
    page.get_by_role("button", name=CONFIRM["fi"]).click()

    page.goto(live_server.url + reverse("admin:login"))
    page.locator("[name=login]").fill(petra.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.get_by_role("link", name=request.reference).click()
    axe(page)
    page.get_by_role("button", name=re.compile("Tämä on henkilö")).click()
    page.get_by_role("radio", name="Passi").check()
    page.get_by_role("button", name="Henkilöllisyys tarkistettu").click()
    page.get_by_role("radio", name="Hyväksytty", exact=True).check()
    page.get_by_role("button", name="Ratkaise").click()
    axe(page)

    link = link_in_the_newest_mail()
    page.goto(link)
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Hae paketti").click()
    download.value.save_as(tmp_path / "paketti.zip")
    with zipfile.ZipFile(tmp_path / "paketti.zip") as archive:
        assert {"tiedot.pdf", "tiedot.json", "siirto.json"} <= set(archive.namelist())
        assert json.loads(archive.read("tiedot.json"))["request"] == request.reference
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Linkki ei toimi")
    axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_notice_fits_every_screen(
    new_context, live_server, axe: Callable[[Page], None], size: tuple[int, int], scheme: str
) -> None:
    width, height = size
    page = new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    page.goto(live_server.url + "/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    axe(page)


def test_aino_says_no_to_marketing_with_one_button(
    page: Page, live_server, axe: Callable[[Page], None]
) -> None:
    aino = cast.aino()
    page.goto(live_server.url + reverse("choices", args=[choices.token_for(aino)]))
    page.get_by_role("checkbox", name=re.compile("sähköpostilla")).check()
    page.get_by_role("button", name="Tallenna valintani").click()
    expect(page.get_by_role("checkbox", name=re.compile("sähköpostilla"))).to_be_checked()
    axe(page)
    page.get_by_role("button", name="Ei mitään markkinointia").click()
    expect(page.get_by_role("checkbox", name=re.compile("sähköpostilla"))).not_to_be_checked()


def test_the_status_page_of_a_refused_request_shows_grounds_and_authority(
    page: Page, live_server, axe: Callable[[Page], None]
) -> None:
    request = intake.submit(
        kind="erasure", name="Aino Aallokko", email="a@posti.example", language="sv", at=now()
    )
    page.goto(link_in_the_newest_mail())
    page.get_by_role("button", name=CONFIRM["sv"]).click()
    steps.close(
        request=request, decision="refused", grounds="Vi hittade inga uppgifter.", by=cast.petra(),
        at=now(),
    )  # fmt: skip
    page.reload()
    expect(page.get_by_text("Vi hittade inga uppgifter.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("tietosuoja@om.fi")).to_be_visible()
    axe(page)
