"""In a real browser: a consent at the desk, a mailing written and sent, and the way out of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from register.models import Delivery
from register.services import asking, events
from tests import cast
from tests.browser.test_desk import fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_consent_at_the_desk_to_the_way_out_on_the_phone(
    new_context: Callable[..., Any], live_server: Any, settings: Any, axe: Callable[[Page], None]
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = live_server.url
    aino = cast.aino()
    desk = new_context(viewport={"width": 820, "height": 1180}).new_page()
    sign_in(desk, live_server, cast.kaisa())
    desk.goto(live_server.url + reverse("admin:desk-person", args=[aino.pk]))
    desk.get_by_role("link", name="Kysy tai muuta").click()
    axe(desk)
    assert fits(desk)
    desk.get_by_role("button", name=re.compile("Antaa luvan.*Sähköposti")).click()
    expect(desk.get_by_role("button", name=re.compile("Peruu luvan.*Sähköposti"))).to_be_visible()
    events.refresh([aino.pk])

    marketing = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(marketing, live_server, cast.mauri(email="mauri@kesajetti.example"))
    marketing.get_by_role("link", name="Uusi viesti").click()
    marketing.get_by_role("button", name="Tallenna luonnos").click()
    expect(marketing.locator("#error-summary")).to_be_focused()
    axe(marketing)
    marketing.get_by_label("Nimi").fill("Kevät")
    marketing.get_by_label("Otsikko suomeksi").fill("Kausi alkaa")
    marketing.get_by_label("Teksti suomeksi").fill("Vesille pääsee taas.")
    marketing.get_by_role("button", name="Tallenna luonnos").click()
    expect(marketing.get_by_role("button", name="Lähetä, vastaanottajia: 1")).to_be_visible()
    axe(marketing)
    assert fits(marketing)
    marketing.get_by_role("button", name="Lähetä, vastaanottajia: 1").click()
    expect(marketing.get_by_text("Lähetys on käynnissä.")).to_be_visible()
    assert Delivery.objects.get(customer=aino).state == Delivery.State.SENT

    [letter] = mail.outbox
    way_out = re.search(r"http://\S+/pois/\S+", letter.body)
    assert way_out
    phone = new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = phone.new_page()
    page.goto(way_out[0])
    assert {line.key for line in asking.lines(aino, language="fi") if line.given}
    page.get_by_role("button", name="Ei enää, kiitos").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tehty")
    page.get_by_role("link", name="Katso ja muuta").click()
    expect(page.get_by_role("checkbox", name=re.compile("sähköpostilla"))).not_to_be_checked()
    assert not {line.key for line in asking.lines(aino, language="fi") if line.given}
