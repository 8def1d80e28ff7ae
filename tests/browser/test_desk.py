"""In a real browser: a clerk with a queue at the desk, on a tablet, a phone, a PC and at night."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from register.models import Booking, Customer, User
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kolme-meritahtea-laiturilla"
TABLET = {"width": 820, "height": 1180}
SIZES = [(390, 844), (820, 1180), (1440, 900)]
CheckAxe = Callable[[Page], None]


def sign_in(page: Page, server: Any, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto(server.url + reverse("admin:index"))
    page.get_by_label("Käyttäjätunnus").fill(user.username)
    page.get_by_label("Salasana").fill(PASSWORD)
    page.get_by_role("button", name="Kirjaudu sisään").click()
    expect(page.get_by_role("link", name="Tiski")).to_be_visible()


def fits(page: Page) -> bool:
    """Nothing of the page lies beside the screen."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@pytest.fixture
def desk(page: Page, live_server: Any) -> Page:
    page.set_viewport_size(TABLET)
    sign_in(page, live_server, cast.kaisa())
    return page


def test_kaisa_finds_books_prints_hands_over_and_takes_back(desk: Page, axe: CheckAxe) -> None:
    aino, craft = cast.aino(), cast.craft()
    axe(desk)
    desk.get_by_label("Etsi henkilö").press_sequentially("aall", delay=30)
    hit = desk.locator("#results a.hit", has_text="Aino Aallokko")
    expect(hit).to_be_visible()
    axe(desk)
    desk.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Aino Aallokko")
    axe(desk)
    desk.get_by_role("button", name="Kyllä, oikein").click()
    expect(desk.get_by_text("Marked: ").or_(desk.get_by_text("Merkitty:"))).to_be_visible()

    desk.get_by_role("link", name="Uusi varaus").click()
    axe(desk)
    desk.get_by_role("button", name="Varaa").click()
    expect(desk.locator("#error-summary")).to_be_focused()
    axe(desk)
    desk.get_by_label("Vesijetti", exact=True).select_option(str(craft.pk))
    desk.locator("#id_age_group").select_option("adult")
    desk.get_by_role("button", name="Varaa").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Varaus")
    axe(desk)

    desk.get_by_role("button", name="Tee sopimus").click()
    axe(desk)
    paper = desk.get_by_role("link", name="Tulosta sopimus").get_attribute("href")
    assert paper
    printed = desk.request.get(desk.url.partition("/hallinta")[0] + paper)
    assert printed.body().startswith(b"%PDF-")
    desk.get_by_label("Passi", exact=True).check()
    desk.get_by_role("button", name="Allekirjoitettu paperille").click()

    desk.get_by_role("link", name="Luovuta vesijetti").click()
    axe(desk)
    for box in (
        "Ikä nähty",
        "Opastus annettu",
        "Alue",
        "Säännöt",
        "Pelastusliivit",
        "Hätäkatkaisin",
    ):
        desk.get_by_label(box).check()
    desk.get_by_label("Polttoaine, litraa").fill("60,0")
    desk.get_by_role("button", name="Luovuta").click()
    expect(desk.get_by_text("Luovutettu. Hyvää ajoa!")).to_be_visible()

    desk.get_by_role("link", name="Ota vesijetti vastaan").click()
    axe(desk)
    desk.get_by_text("Vähemmän: täytä alle").click()
    desk.get_by_label("Polttoaine, litraa").fill("51,5")
    desk.get_by_text("Uusi vaurio", exact=True).first.click()
    desk.get_by_label("Mikä on vaurioitunut").fill("Naarmu keulassa")
    expect(desk.locator("#fees")).to_contain_text("Polttoaine")
    axe(desk)
    desk.get_by_role("button", name="Vahvista").click()
    expect(desk.get_by_text("Naarmu keulassa")).to_be_visible()
    axe(desk)
    booking = Booking.objects.get()
    assert (booking.customer, booking.state) == (aino, "returned")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_page_fits_the_screen_and_passes_axe(
    desk: Page, axe: CheckAxe, live_server: Any, width: int, height: int
) -> None:
    story = cast.story()
    Booking.objects.filter(pk=story.booking.pk).update(
        state="out", ends_at=timezone.now() - timedelta(minutes=20)
    )
    coming = cast.booking(cast.eero(), starts_at=timezone.now() + timedelta(minutes=30))
    desk.set_viewport_size({"width": width, "height": height})
    for path in (
        reverse("admin:index"),
        reverse("admin:records"),
        reverse("admin:desk-person", args=[story.aino.pk]),
        reverse("admin:desk-person-new"),
        reverse("admin:desk-contact", args=[story.aino.pk]),
        reverse("admin:desk-booking", args=[story.booking.pk]),
        reverse("admin:desk-booking-change", args=[coming.pk]),
        reverse("admin:desk-return", args=[story.booking.pk]),
        reverse("admin:desk-condition", args=[coming.pk]),
        reverse("admin:desk-case", args=[story.case.pk]),
        reverse("admin:register_customer_changelist"),
        reverse("admin:register_customer_change", args=[story.aino.pk]),
        reverse("admin:register_identity_change", args=[story.aino.identity.pk]),
        reverse("admin:register_payment_add"),
    ):
        desk.goto(live_server.url + path)
        axe(desk)
        assert fits(desk), f"{path} is wider than {width} px"


def test_at_night_the_colours_still_pass(
    new_context: Callable[..., BrowserContext], live_server: Any, axe: CheckAxe
) -> None:
    story = cast.story()
    page = new_context(color_scheme="dark", viewport=TABLET).new_page()
    page.goto(live_server.url + reverse("admin:login"))
    axe(page)
    sign_in(page, live_server, cast.kaisa())
    for path in (
        reverse("admin:index"),
        reverse("admin:desk-person", args=[story.aino.pk]),
        reverse("admin:desk-booking", args=[story.booking.pk]),
        reverse("admin:desk-case", args=[story.case.pk]),
        reverse("admin:register_case_changelist"),
    ):
        page.goto(live_server.url + path)
        axe(page)


def test_without_scripts_the_desk_still_finds_and_makes_people(
    new_context: Callable[..., BrowserContext], live_server: Any
) -> None:
    cast.aino()
    page = new_context(java_script_enabled=False, viewport=TABLET).new_page()
    sign_in(page, live_server, cast.kaisa())
    page.get_by_label("Etsi henkilö").fill("aallokko")
    page.get_by_role("button", name="Etsi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aino Aallokko")
    assert "aallokko" not in page.url
    page.goto(live_server.url + reverse("admin:desk-person-new"))
    page.get_by_label("Etunimi").fill("Oona")
    page.get_by_label("Sukunimi").fill("Kari")
    page.get_by_label("Puhelin").fill("040 765 4321")
    page.get_by_role("button", name="Tallenna").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Oona Kari")
    assert Customer.objects.filter(last_name="Kari").exists()


def test_a_number_is_revealed_for_a_reason_and_gone_when_the_page_is_opened_again(
    desk: Page, axe: CheckAxe, live_server: Any
) -> None:
    aino = cast.aino()
    page_of_aino = live_server.url + reverse("admin:desk-person", args=[aino.pk])
    desk.goto(page_of_aino)
    row = desk.locator(".facts div", has_text="131052-****")
    row.locator("summary").click()
    row.locator("select").select_option("agreement")
    row.get_by_role("button", name="Näytä").click()
    expect(desk.get_by_text(cast.AINOS_CODE)).to_be_visible()
    axe(desk)
    desk.goto(page_of_aino)
    expect(desk.get_by_text(cast.AINOS_CODE)).to_have_count(0)
