"""The public pages as a visitor meets them: readable, in her language, inside the content rules."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
PAGES = ("/", "/tietosuoja/pyynto/", "/hallinta/login/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
def test_a_page_is_accessible_in_every_language(live_server, page: Page, axe, path, prefix) -> None:
    page.goto(live_server.url + prefix + path)
    expect(page.locator("html")).to_have_attribute("lang", prefix.strip("/") or "fi")
    axe(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone(live_server, page: Page, axe, path) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], "the page scrolls sideways"
    axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_notice_has_contrast_by_day_and_by_night(live_server, page: Page, axe, scheme) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + "/")
    axe(page)


def test_the_notice_can_be_read_without_a_mouse_or_scripts(live_server, new_context) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#content")
    expect(page.locator("h1")).to_be_visible()


def test_the_content_policy_refuses_a_script_that_was_slipped_in(
    live_server, page: Page, allowed_console: list[str]
) -> None:
    allowed_console.append("Content Security Policy")
    page.goto(live_server.url + "/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.body.dataset.slipped = 'yes'";
            document.body.append(script);
        }"""
    )
    assert page.locator("body").get_attribute("data-slipped") is None
