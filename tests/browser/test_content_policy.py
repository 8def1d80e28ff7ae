"""The content policy in a real browser: it lets our pages work and a smuggled script not."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("/", "/tietosuoja/pyynto/", "/hallinta/login/")


@pytest.mark.parametrize("path", PAGES)
def test_a_script_that_was_slipped_into_a_page_does_not_run(
    live_server, page: Page, allowed_console: list[str], path: str
) -> None:
    allowed_console.append("Content Security Policy")
    page.goto(live_server.url + path)
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.body.dataset.slipped = 'yes'";
            document.body.append(script);
        }"""
    )
    assert page.locator("body").get_attribute("data-slipped") is None


@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
def test_the_sign_in_page_is_accessible_in_every_language(
    live_server, page: Page, axe, prefix: str
) -> None:
    page.goto(f"{live_server.url}{prefix}/hallinta/login/")
    expect(page.locator("html")).to_have_attribute("lang", prefix.strip("/") or "fi")
    axe(page)
