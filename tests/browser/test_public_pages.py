"""In a real browser: the notice on every screen, and the choices."""

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from requests_app.services import choices
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [(390, 844), (820, 1180), (1440, 900)]


@pytest.fixture(autouse=True)
def work_at_once(settings, live_server) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = live_server.url
    cache.clear()


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
