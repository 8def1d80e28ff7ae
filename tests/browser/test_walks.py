"""Two walks from beginning to end, as people take them."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pypdf import PdfReader

from register.models import Agreement, Booking
from requests_app.models import DataSubjectRequest
from tests import cast
from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def work_at_once(settings, live_server) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PUBLIC_URL = live_server.url
    cache.clear()


def picked(hours: int) -> str:
    """What the tablet's date picker writes: tomorrow at noon in Helsinki, and so many hours on."""
    noon = timezone.localtime().replace(hour=12, minute=0) + timedelta(days=1)
    return (noon + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def choose(where: Page | Locator, name: str, value: str) -> None:
    """A choice, be it a list or a row of buttons."""
    field = where.locator(f"[name={name}]")
    if field.first.evaluate("element => element.tagName") == "SELECT":
        field.first.select_option(value)
    else:
        where.locator(f"[name={name}][value='{value}']").first.check()


def test_kaisa_finds_aino_books_and_prints_the_agreement(live_server, sign_in: SignIn, axe) -> None:
    aino, craft = cast.aino(), cast.craft()
    page = sign_in(cast.kaisa())

    page.goto(live_server.url + "/en/hallinta/")
    page.get_by_role("searchbox").press_sequentially("aallok")
    page.locator("#results").get_by_role("link").first.click()
    page.locator(f"a[href$='/asiakas/{aino.pk}/varaa/']").first.click()

    page.locator("[name=starts_at]").fill(picked(0))
    page.locator("[name=ends_at]").fill(picked(2))
    choose(page, "craft", str(craft.pk))
    choose(page, "age_group", "adult")
    axe(page)
    page.get_by_role("button", name="Book", exact=True).click()

    page.get_by_role("button", name="Write the agreement").click()
    link = page.get_by_role("link", name=re.compile("Print agreement"))
    address = link.get_attribute("href")
    assert address is not None
    paper = page.request.get(live_server.url + address)
    assert paper.headers["content-type"] == "application/pdf"
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.body())).pages)
    assert "Aallokko" in text
    assert str(Agreement.objects.get().number) in text
    assert cast.AINOS_CODE not in text
    assert Booking.objects.get().customer == aino
    axe(page)


def last_link() -> str:
    found = re.findall(r"https?://\S+", str(mail.outbox[-1].body))
    return next(link for link in found if "/pyynto/" in link)


def test_aino_asks_for_her_data_and_fetches_it_once(
    live_server, page: Page, sign_in: SignIn, new_context: Callable[..., BrowserContext], axe
) -> None:
    aino = cast.story().aino
    page.goto(live_server.url + "/en/tietosuoja/pyynto/")
    page.locator("[name=kind][value=access]").check()
    page.locator("[name=name]").fill("Aino Aallokko")
    page.locator("[name=email]").fill(aino.email)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    axe(page)
    page.goto(last_link())
    page.get_by_role("button", name="Yes, I made this request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your request")
    status = page.url
    axe(page)

    clerk = new_context().new_page()
    clerk.context.add_cookies(sign_in(cast.petra()).context.cookies())
    request = DataSubjectRequest.objects.get()
    clerk.goto(live_server.url + "/en/hallinta/")
    clerk.get_by_role("link", name=re.compile(request.reference)).first.click()
    clerk.get_by_role("button", name=re.compile("This is the person")).first.click()
    axe(clerk)
    identify = clerk.locator("form[action*='vaihe/tunnista']")
    choose(identify, "tunnista-document_type", "passport")
    identify.get_by_role("button").first.click()
    decide = clerk.locator("form[action*='vaihe/ratkaise']")
    choose(decide, "ratkaise-decision", "granted")
    decide.get_by_role("button").first.click()
    axe(clerk)

    visitor = new_context().new_page()  # not signed in
    visitor.goto(last_link())
    axe(visitor)
    with visitor.expect_download() as fetched:
        visitor.get_by_role("button", name="Fetch the package").click()
    with zipfile.ZipFile(fetched.value.path()) as package:
        assert {"tiedot.pdf", "tiedot.json"} <= set(package.namelist())
        assert "Aallokko" in package.read("tiedot.json").decode()
    visitor.goto(status)
    expect(visitor.get_by_role("link", name="Fetch the package")).to_have_count(0)
