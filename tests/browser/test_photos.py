"""In a real browser: Olli at the dock photographs a craft with his phone."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from register.models import Attachment, AuditEvent
from tests import cast
from tests.browser.test_desk import fits, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photo(name: str, content: bytes = b"") -> FilePayload:
    if not content:
        file = io.BytesIO()
        Image.new("RGB", (640, 480), (20, 90, 140)).save(file, "JPEG")
        content = file.getvalue()
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def test_olli_photographs_looks_at_what_he_took_and_is_told_of_what_was_no_photo(
    page: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    booking = cast.story().booking
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, live_server, cast.olli())
    page.goto(live_server.url + reverse("admin:desk-booking", args=[booking.pk]))
    photos = page.locator("#photos")
    if not photos.get_by_label("Valitse kuvia").is_visible():
        photos.get_by_text("Lisää kuvia tai papereita").click()
    assert photos.get_by_label("Ota kuva").get_attribute("capture") == "environment"
    photos.get_by_label("Valitse kuvia").set_input_files(
        [photo("IMG_1.jpg"), photo("IMG_2.jpg"), photo("notes.jpg", b"no photo at all")]
    )
    expect(photos.get_by_text("Valittu: 3")).to_be_visible()
    expect(photos.locator("[data-photos-preview] canvas")).to_have_count(2)
    expect(photos.locator(".photos__unreadable")).to_have_count(1)
    axe(page)
    assert fits(page)

    photos.get_by_role("button", name="Tallenna kuvat").click()
    expect(page.get_by_text("Kuvia tallennettu: 2.")).to_be_visible()
    expect(page.get_by_text("Kuva 3 jäi tallentamatta.")).to_be_visible()
    assert Attachment.objects.filter(booking=booking, case=None).count() == 2
    expect(photos.locator("img")).to_have_count(0)

    photos.get_by_label("Miksi").select_option("charge")
    photos.get_by_role("button", name="Näytä kuvat").click()
    expect(photos.locator("img")).to_have_count(2)
    photos.locator("img").first.scroll_into_view_if_needed()
    expect(photos.locator("img").first).to_have_js_property("complete", True)
    assert photos.locator("img").first.evaluate("image => image.naturalWidth") == 480
    assert AuditEvent.objects.filter(verb="reveal", reason="charge").count() == 2
    axe(page)
    assert fits(page)
