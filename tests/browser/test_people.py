"""In a real browser: somebody came twice. A clerk in a hurry, with the keyboard; then the owner."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from register.models import BanOverride, Booking, Customer, Merge
from tests import cast
from tests.browser.test_desk import SIZES, TABLET, fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CheckAxe = Callable[[Page], None]


def test_a_double_is_warned_of_merged_and_undone_and_a_ban_let_through(
    page: Page, new_context: Callable[..., BrowserContext], live_server: Any, axe: CheckAxe
) -> None:
    aino, craft = cast.aino(), cast.craft()
    double = cast.customer(first_name="Aino", last_name="Aalokko", phone="", email="")
    page.set_viewport_size(TABLET)
    sign_in(page, live_server, cast.kaisa())

    # The box reads a name with a slip; arrows and Enter do the rest; "/" comes back to it.
    page.keyboard.type("aallokkko")
    hit = page.locator("#results a.hit", has_text="Aino Aallokko")
    expect(hit).to_be_visible()
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aino Aa")
    page.keyboard.press("/")
    expect(page.locator("#desk-search")).to_be_focused()

    # While a new person is typed in, whoever is alike is told.
    page.goto(live_server.url + reverse("admin:desk-person-new"))
    page.get_by_label("Etunimi").fill("Aino")
    page.get_by_label("Sukunimi").press_sequentially("Aallokko", delay=10)
    alike = page.locator("#alike")
    expect(alike.get_by_role("link", name="Aino Aallokko")).to_be_visible()
    axe(page)
    alike.get_by_role("link", name="Aino Aallokko").click()

    # Two records side by side, made one, and two again.
    page.get_by_role("link", name="Yhdistä toiseen tietueeseen").click()
    axe(page)
    page.get_by_role("link", name="Aino Aalokko").click()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert fits(page), width
    axe(page)
    page.get_by_role("button", name="Yhdistä").click()
    expect(page.get_by_text("Tietueet on yhdistetty.")).to_be_visible()
    axe(page)
    assert not Customer.objects.filter(pk=double.pk).exists()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Peru yhdistäminen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aino Aalokko")
    assert not Merge.objects.exists()

    # A ban stops the clerk; the owner lets one booking through and says why, at night.
    cast.ban(aino, starts_on=timezone.localdate())
    owner = new_context(color_scheme="dark", viewport=TABLET).new_page()
    sign_in(owner, live_server, cast.leena())
    page.goto(live_server.url + reverse("admin:desk-book", args=[aino.pk]))
    expect(page.get_by_text("vuokrauskiellossa")).to_be_visible()
    expect(page.locator("#id_override")).to_have_count(0)
    owner.goto(live_server.url + reverse("admin:desk-book", args=[aino.pk]))
    axe(owner)
    owner.get_by_label("Vesijetti", exact=True).select_option(str(craft.pk))
    owner.locator("#id_age_group").select_option("adult")
    owner.locator("#id_override").fill("Sovittu puhelimessa.")
    owner.get_by_role("button", name="Varaa").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Varaus")
    expect(owner.get_by_text("Sovittu puhelimessa.")).to_be_visible()
    axe(owner)
    assert BanOverride.objects.get().booking == Booking.objects.get()
