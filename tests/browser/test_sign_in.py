"""In a real browser: a passkey made and used, the app's code, and the pages on every screen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from register.models import AuditEvent
from tests import cast
from tests.staff.conftest import PASSWORD, App, with_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(390, 844), (820, 1180), (1440, 900)]
CheckAxe = Callable[[Page], None]


@pytest.fixture
def authenticator(page: Page) -> str:
    """A device that knows its owner's finger, inside Chromium."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    return str(made["authenticatorId"])


def go(page: Page, server: Any, name: str) -> None:
    page.goto(server.url + reverse(name))


def give_password(page: Page) -> None:
    page.get_by_label("Käyttäjätunnus").fill("kaisa")
    page.get_by_label("Salasana").fill(PASSWORD)
    page.get_by_role("button", name="Kirjaudu sisään").click()


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_kaisa_makes_a_passkey_and_signs_in_with_it_alone(
    page: Page, live_server: Any, authenticator: str, settings: Any, axe: CheckAxe
) -> None:
    settings.DEMO, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False, True
    with_password(cast.kaisa())
    go(page, live_server, "admin:index")
    give_password(page)
    expect(page.get_by_text("Vielä yksi asia")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Lisää pääsyavain").click()
    axe(page)
    page.get_by_label("Pääsyavaimen nimi").fill("Tiskin kone")
    page.get_by_role("button", name="Tee pääsyavain").click()
    expect(page.get_by_role("heading", name="Varakoodit")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Kirjoitin ne muistiin").click()
    expect(page.get_by_role("strong").filter(has_text="Tiskin kone")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Kirjaudu ulos").click()

    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()
    expect(page.get_by_role("link", name="Tiski", exact=True)).to_be_visible()
    page.get_by_role("button", name="Kirjaudu ulos").click()

    give_password(page)
    expect(page.get_by_role("heading", name="Toinen vaihe")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Käytä pääsyavainta").click()
    expect(page.get_by_role("link", name="Tiski", exact=True)).to_be_visible()


def test_a_device_that_does_not_know_the_finger_is_told_of_in_words(
    page: Page, live_server: Any
) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": False, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    go(page, live_server, "account_login")
    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()
    expect(page.get_by_text("Pääsyavainta ei käytetty")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_pages_of_the_sign_in_fit_the_screen_and_pass_axe(
    page: Page, live_server: Any, axe: CheckAxe, width: int, height: int
) -> None:
    app = App(with_password(cast.kaisa()))
    page.set_viewport_size({"width": width, "height": height})
    for name in ("account_login", "account_reset_password", "account_reset_password_done"):
        go(page, live_server, name)
        assert fits(page), name
        axe(page)
    go(page, live_server, "account_login")
    give_password(page)
    axe(page)
    page.get_by_label("Koodi").fill(app.code())
    page.get_by_role("button", name="Kirjaudu sisään").click()
    for name in ("mfa_index", "account_change_password", "account_reauthenticate"):
        go(page, live_server, name)
        assert fits(page), name
        axe(page)


def test_a_revealed_number_asks_for_proof_can_be_copied_and_hides_by_itself(
    page: Page, live_server: Any, axe: CheckAxe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("register.desk.people.SHOWN_FOR", 6)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with_password(cast.kaisa())
    aino = cast.aino()
    person = live_server.url + reverse("admin:desk-person", args=[aino.pk])
    page.goto(person)
    give_password(page)
    session = Session.objects.get()
    data = session.get_decoded() | {"account_authentication_methods": []}
    session.session_data = Session.objects.encode(data)
    session.save()
    row = page.locator(".facts div", has_text="131052-****")
    row.locator("summary").click()
    row.locator("select").select_option("charge")
    row.get_by_role("button", name="Näytä").click()
    expect(page.get_by_role("heading", name="Oletko se sinä?")).to_be_visible()
    axe(page)
    page.get_by_label("Salasana").fill(PASSWORD)
    page.get_by_role("button", name="Jatka").click()
    expect(page.locator("#revealed")).to_have_text(cast.AINOS_CODE)
    expect(page).to_have_url(person)
    page.get_by_role("button", name="Kopioi").click()
    expect(page.get_by_role("button", name="Kopioitu")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == cast.AINOS_CODE
    axe(page)
    expect(page.get_by_text(cast.AINOS_CODE)).to_have_count(0, timeout=9_000)
    page.reload()
    expect(page.get_by_text(cast.AINOS_CODE)).to_have_count(0)
    assert AuditEvent.objects.filter(verb="reveal").count() == 1


def test_nothing_is_left_in_the_browsers_own_storage(page: Page, live_server: Any) -> None:
    with_password(cast.kaisa())
    go(page, live_server, "admin:index")
    give_password(page)
    go(page, live_server, "mfa_index")
    kept = page.evaluate(
        "async () => [localStorage.length, (await caches.keys()).length,"
        " (await indexedDB.databases()).length]"
    )
    assert kept == [0, 0, 0]
    noted = page.evaluate("Object.entries(sessionStorage)")
    assert [value for _name, value in noted] == [reverse("mfa_index")], "htmx notes the address"
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"session", "csrf"}


def test_without_a_script_or_at_a_bare_address_no_passkey_is_offered(
    browser: Any, live_server: Any
) -> None:
    for options, server in (
        ({"java_script_enabled": False}, live_server.url),
        ({}, live_server.url.replace("localhost", "127.0.0.1")),
    ):
        page = browser.new_context(locale="fi-FI", **options).new_page()
        page.goto(server + reverse("account_login"))
        expect(page.get_by_role("button", name="Kirjaudu sisään")).to_be_visible()
        expect(page.get_by_role("button", name="Kirjaudu pääsyavaimella")).to_be_hidden()
        page.context.close()
