"""In a real browser, at tablet size: Aino walks in and is out within a minute, comes back late
with a damage, sees the fees before she pays them, and the case is settled."""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from register.models import Booking, Case, User
from register.services import bills
from tests import cast
from tests.browser.test_desk import TABLET, fits
from tests.browser.test_tablet import draw

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "merilokki-15"
MOST_KEYS = 60


class Keys:
    """The keyboard, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += len(key.split("+"))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=20)
        self.count += len(text)


def sign_in(page: Page, server: Any, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto(server.url + reverse("admin:index"))
    page.get_by_label("Käyttäjätunnus").fill(user.username)
    page.get_by_label("Salasana").fill(PASSWORD)
    page.get_by_role("button", name="Kirjaudu sisään").click()
    expect(page.get_by_role("link", name="Tiski")).to_be_visible()


def test_a_walk_in_is_out_in_under_sixty_keys_and_its_late_return_becomes_a_settled_case(
    page: Page, live_server: Any, axe: Callable[[Page], None], capsys: pytest.CaptureFixture[str]
) -> None:
    page.set_viewport_size(TABLET)
    cast.extra()
    aino, craft = cast.aino(), cast.craft()
    sign_in(page, live_server, cast.kaisa())
    page.get_by_role("link", name="Vuokraa heti").click()
    axe(page)
    keys = Keys(page)

    # -- One page: who, what, how long --
    keys.type("aall")
    keys.press("Enter")
    expect(page.locator("#id_craft")).to_be_focused()
    expect(page.get_by_role("radio", name="Aino Aallokko")).to_be_checked()
    keys.press("ArrowDown")
    expect(page.locator("#price")).to_contain_text("198,00")
    page.reload()  # somebody brushes the tablet
    expect(page.locator("#id_craft")).to_have_value(str(craft.pk))
    expect(page.get_by_role("radio", name="Aino Aallokko")).to_be_checked()
    expect(page.get_by_text("Täyttämäsi tiedot ovat taas tässä.")).to_be_visible()
    axe(page)
    page.locator("#id_age_group").focus()
    keys.press("ArrowDown")
    page.get_by_label("Passi", exact=True).focus()
    keys.press("Space", "Control+Enter")

    # -- The agreement, both signatures --
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vuokrasopimus")
    draw(page)
    draw(page, "#firm-pad")
    page.get_by_role("button", name="Olen lukenut").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos, sopimus on allekirjoitettu")
    page.get_by_label("salasana").focus()
    keys.type(PASSWORD)
    keys.press("Enter")

    # -- Handover --
    expect(page.get_by_role("heading", level=1)).to_have_text("Luovutus")
    for _box in range(6):
        keys.press("Space", "Tab")
    keys.type("60")
    keys.press("Control+Enter")
    expect(page.get_by_text("Luovutettu. Hyvää ajoa!")).to_be_visible()
    with capsys.disabled():
        sys.stdout.write(f"\nwalk-in of a known customer: {keys.count} keys, password included\n")
    assert keys.count < MOST_KEYS

    # -- Late, with a damage --
    booking = Booking.objects.get(customer=aino)
    assert booking.state == "out"
    now = timezone.now()
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=now - timedelta(hours=3), ends_at=now - timedelta(minutes=50)
    )
    page.goto(live_server.url + reverse("admin:index"))
    page.get_by_role("link", name="Ota vastaan").click()
    page.get_by_text("Kuten luovutuksessa, 60 l").click()
    page.get_by_text("Uusi vaurio", exact=True).first.click()
    page.locator("[data-zone=bow]").click()
    expect(page.get_by_label("Vesijetin osa").first).to_have_value("bow")
    page.get_by_label("Mikä on vaurioitunut").fill("Keula halki")
    page.get_by_label("Arvio vauriosta, €").fill("450")
    page.get_by_label("Lisää vauriomaksu laskulle nyt").check()
    expect(page.locator("#fees")).to_contain_text("549,00")
    axe(page)
    assert fits(page)
    page.get_by_role("button", name="Vahvista").click()
    expect(page.get_by_text("Vesijetti on palautettu.")).to_be_visible()
    booking.refresh_from_db()
    assert bills.total_cents(booking) == 19_800 + 9_900 + 45_000

    # -- The case --
    case = Case.objects.get()
    page.get_by_role("link", name=f"Vaurio {case.number}").click()
    axe(page)
    page.get_by_text("Asiakas vastustaa").click()
    page.get_by_label("Asiakkaan vastustus").fill("Laituri oli rikki.")
    page.get_by_role("button", name="Tallenna vastustus").click()
    page.get_by_label("Vastauksemme").fill("Puolet riittää.")
    page.get_by_label("Uusi maksu, €").fill("225")
    page.get_by_role("button", name="Tallenna vastaus").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Selvitetty").click()
    expect(page.get_by_text("Tapaus on päätetty.")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.fee_cents, case.marks.count()) == ("settled", 22_500, 1)
    assert bills.total_cents(booking) == 19_800 + 9_900 + 22_500


def test_a_booking_is_moved_by_keyboard_and_a_half_filled_form_goes_with_its_clerk(
    page: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    page.set_viewport_size(TABLET)
    start = (timezone.localtime() + timedelta(days=1)).replace(hour=12, minute=0, second=0)
    start = start.replace(microsecond=0)
    first = cast.craft()
    booking = cast.booking(cast.aino(), craft=first, starts_at=start)
    second = cast.craft()
    sign_in(page, live_server, cast.kaisa())
    day = start.date().isoformat()
    page.goto(f"{live_server.url}{reverse('admin:desk-timeline')}?view=day&day={day}")
    axe(page)
    assert fits(page)
    bar = page.locator(f"[data-booking='{booking.pk}']")
    bar.focus()
    for key in ("m", "ArrowDown", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="12.30")).to_be_visible()
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Varaus {booking.number} on nyt {second}")).to_be_visible()
    booking.refresh_from_db()
    assert (booking.craft, booking.starts_at) == (second, start + timedelta(minutes=30))

    box = page.locator(f"[data-booking='{booking.pk}']").bounding_box()
    target = page.locator(f"[data-craft-row='{first.pk}']").bounding_box()
    assert box
    assert target
    page.mouse.move(box["x"] + 20, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 5)
    page.mouse.move(box["x"] + 20, target["y"] + 15)
    page.mouse.up()
    page.get_by_role("button", name="Siirrä", exact=True).click()
    expect(page.get_by_text(f"Varaus {booking.number} on nyt {first}")).to_be_visible()

    page.goto(live_server.url + reverse("admin:desk-walk-in"))
    page.get_by_text("Uusi asiakas").click()
    page.get_by_label("Sukunimi").first.fill("Karikko")
    page.reload()
    expect(page.get_by_label("Sukunimi").first).to_have_value("Karikko")
    page.get_by_role("button", name="Kirjaudu ulos").click()
    assert "Karikko" not in page.evaluate("JSON.stringify(window.sessionStorage)")
