"""A company's season: a quote, accepted by its link, invoiced and paid; and a list brought in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from register.models import Booking, Customer, ImportRun, Invoice, QuoteRequest
from register.services import imports, invoices, post_links
from tests import cast
from tests.browser.test_desk import TABLET, fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CheckAxe = Callable[[Page], None]


def test_a_company_gets_a_quote_books_by_its_link_is_invoiced_and_pays(
    page: Page,
    new_context: Callable[..., BrowserContext],
    live_server: Any,
    axe: CheckAxe,
) -> None:
    company, aino = cast.company(), cast.aino()
    cast.contact(aino, company)
    craft = cast.craft()
    cast.extra(name_fi="Märkäpuku")
    page.set_viewport_size(TABLET)
    sign_in(page, live_server, cast.kaisa())
    page.goto(live_server.url + reverse("admin:desk-quote-new", args=[aino.pk]))
    day = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT")
    page.get_by_label("Luokka").select_option(label=craft.craft_class.name)
    page.get_by_label("Alkaa").fill(f"{day}12:00")
    page.get_by_label("Päättyy").fill(f"{day}16:00")
    page.get_by_label("Yritys maksaa").select_option(label=company.name)
    axe(page)
    page.get_by_role("button", name="Jatka hintaan").click()
    page.get_by_label("Märkäpuku").fill("2")
    page.get_by_role("button", name="Tee tarjous ja lähetä").click()
    expect(page.get_by_text("420,00").first).to_be_visible()
    axe(page)
    assert fits(page)
    quote = QuoteRequest.objects.get()

    hers = new_context(viewport={"width": 390, "height": 844}).new_page()
    hers.goto(live_server.url + reverse("quote", args=[post_links.quote_token(quote)]))
    axe(hers)
    assert fits(hers)
    hers.locator("#adult").check()
    hers.locator("#terms").check()
    hers.get_by_role("button", name="Hyväksy ja varaa").click()
    expect(hers.get_by_role("status")).to_contain_text("hyväksytty")
    booking = Booking.objects.get()
    assert booking.company == company

    page.goto(live_server.url + reverse("admin:desk-booking", args=[booking.pk]))
    page.get_by_role("link", name="Tee lasku").click()
    page.get_by_label("Viitteenne").fill("PO 55")
    page.get_by_role("button", name="Tee lasku").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lasku")
    axe(page)
    page.get_by_role("button", name="Raha on tilillä").click()
    expect(page.locator(".heading .badge")).to_have_text("maksettu")
    invoice = Invoice.objects.get()
    assert (invoice.total_cents, invoices.due_cents(invoice)) == (42_000, 0)
    page.goto(live_server.url + reverse("admin:desk-cash"))
    axe(page)
    for field in ("cash", "card", "gift_card"):
        page.locator(f"#id_{field}").fill("0")
    page.get_by_role("button", name="Tilitä päivä").click()
    expect(page.get_by_text("Päivä on tilitetty.")).to_be_visible()


def test_a_list_with_errors_is_tried_corrected_and_brought_in(
    page: Page, live_server: Any, axe: CheckAxe
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page, live_server, cast.leena())

    def send(lines: list[str]) -> None:
        page.goto(live_server.url + reverse("admin:desk-imports"))
        content = "\r\n".join(lines).encode("cp1252")
        page.locator("#id_file").set_input_files(
            {"name": "lista.csv", "mimeType": "text/csv", "buffer": content}
        )
        page.get_by_role("button", name="Lähetä tiedosto").click()
        axe(page)
        page.get_by_role("button", name="Kokeile").click()

    def work() -> None:
        run = ImportRun.objects.latest("saved_at")
        imports.work(run_id=run.pk, now=timezone.now)

    heading = "Asiakasnro;Etunimi;Sukunimi;Puhelin;Sähköposti"
    send([heading, "1;Väinö;Yrjölä;040 1234567;", "2;Åke;Öman;12;ake@posti.example"])
    work()
    expect(page.get_by_role("heading", name="Kokeilu")).to_be_visible()
    expect(page.get_by_role("cell", name="Puhelinnumero ei ole kokonainen.")).to_be_visible()
    axe(page)
    assert not Customer.objects.exists()
    send([heading, "1;Väinö;Yrjölä;040 1234567;", "2;Åke;Öman;050 7654321;ake@posti.example"])
    work()
    page.get_by_role("button", name="Tallenna nämä 2").click()
    work()
    expect(page.get_by_role("heading", name="Tulos")).to_be_visible()
    names = set(Customer.objects.values_list("first_name", "last_name"))
    assert names == {("Väinö", "Yrjölä"), ("Åke", "Öman")}
