"""In a real browser: Aino signs on the tablet, the connection breaks, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from register.models import Agreement, Booking
from register.services import contracts
from tests import cast
from tests.browser.test_desk import PASSWORD, SIZES, TABLET, fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def draw(page: Page, pad: str = "#pad") -> None:
    page.locator(pad).scroll_into_view_if_needed()
    box = page.locator(pad).bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + step * 25, box["y"] + 60 + (step % 3) * 40)
    page.mouse.up()


def test_aino_signs_though_the_connection_breaks_and_kaisa_takes_the_tablet_back(
    page: Page, live_server: Any, axe: Callable[[Page], None], allowed_console: list[str]
) -> None:
    allowed_console.append("ERR_INTERNET_DISCONNECTED")
    page.set_viewport_size(TABLET)
    booking = cast.booking(cast.aino())
    cast.driver(booking.customer, booking)
    cast.line(booking)
    kaisa = cast.kaisa()
    agreement = contracts.make(booking=booking, language="fi", by=kaisa, at=cast.NOW)
    sign_in(page, live_server, kaisa)
    page.goto(live_server.url + reverse("admin:desk-booking", args=[booking.pk]))
    page.get_by_label("Ajokortti").check()
    page.get_by_role("button", name="Allekirjoita tabletilla").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(agreement.number)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        axe(page)
        assert fits(page)
    page.set_viewport_size(TABLET)

    page.get_by_role("button", name="Olen lukenut").click()
    expect(page.get_by_role("alert")).to_have_text("Allekirjoita ensin ruutuun.")
    draw(page)
    page.get_by_role("button", name="Olen lukenut").click()
    expect(page.get_by_role("alert")).to_contain_text("Myös yritys allekirjoittaa")
    draw(page, "#firm-pad")
    page.context.set_offline(True)
    page.get_by_role("button", name="Olen lukenut").click()
    expect(page.get_by_role("alert")).to_contain_text("Allekirjoituksesi on tallessa")
    page.context.set_offline(False)
    page.get_by_role("button", name="Olen lukenut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos, sopimus on allekirjoitettu")
    axe(page)

    page.goto(live_server.url + reverse("admin:index"))  # whatever the customer types
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos, sopimus on allekirjoitettu")
    page.get_by_label("salasana").fill(PASSWORD)
    page.get_by_role("button", name="Takaisin tiskille").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Luovutus")
    agreement = Agreement.objects.get(pk=agreement.pk)
    assert (agreement.state, agreement.signing) == ("signed", "tablet")
    assert contracts.frozen(agreement)


def test_today_shows_by_itself_what_another_clerk_did(
    page: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    page.set_viewport_size(TABLET)
    now = timezone.now()
    late = cast.booking(
        cast.aino(),
        state="out",
        starts_at=now - timedelta(hours=3),
        ends_at=now - timedelta(hours=1),
    )
    sign_in(page, live_server, cast.kaisa())
    row = page.get_by_role("link", name="Ota vastaan")
    expect(row).to_be_visible()
    axe(page)
    Booking.objects.filter(pk=late.pk).update(state="returned")
    page.evaluate(
        "document.querySelector('[data-refresh]').dispatchEvent(new Event('desk:refresh'))"
    )
    expect(row).to_have_count(0)
