"""The desk in a browser: accessible to whoever works there, on a desk's screen and on a phone."""

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


def pages_of(story: cast.Story) -> list[str]:
    person = f"/hallinta/asiakas/{story.aino.pk}/"
    booking = f"/hallinta/varaus/{story.booking.pk}/"
    return [
        "/hallinta/",
        "/hallinta/luettelot/",
        "/hallinta/asiakas/uusi/",
        person,
        person + "yhteystiedot/",
        person + "varaa/",
        booking,
        f"/hallinta/register/booking/{story.booking.pk}/change/",
        "/hallinta/register/booking/",
        "/hallinta/register/customer/",
        "/hallinta/register/craft/",
    ]


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_the_pages_of_the_desk_are_accessible_and_fit(
    live_server, sign_in: SignIn, axe, screen: str
) -> None:
    story = cast.story()
    page = sign_in(cast.leena())
    if screen == "phone":
        page.set_viewport_size(PHONE)
    sideways = []
    for path in pages_of(story):
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        axe(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            sideways.append(path)
    assert not sideways, "these pages scroll sideways"


def test_the_search_answers_while_kaisa_types(live_server, sign_in: SignIn, axe) -> None:
    aino = cast.aino()
    page = sign_in(cast.kaisa())
    page.goto(live_server.url + "/hallinta/")
    page.get_by_role("searchbox").press_sequentially("aallok")
    found = page.locator("#results").get_by_role("link").first
    expect(found).to_contain_text("Aallokko")
    assert "aallok" not in page.url, "a name in an address ends up in logs"
    axe(page)
    found.click()
    expect(page).to_have_url(f"{live_server.url}/hallinta/asiakas/{aino.pk}/")


def test_the_search_works_without_scripts(live_server, sign_in: SignIn, new_context) -> None:
    cast.aino()
    cookies = sign_in(cast.kaisa()).context.cookies()
    context = new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(live_server.url + "/hallinta/")
    page.get_by_role("searchbox").fill("aallokko")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Aallokko")  # the only one found
