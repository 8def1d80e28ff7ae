"""Photos from the phone: drawn anew, sealed, written down, and seen again for a stated reason."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from register.desk import uploads
from register.models import Attachment, AuditEvent, Booking
from register.services import attachments
from register.vault import images
from register.vault.files import SealedContent, path_of
from register.vault.models import SealedFile
from tests import cast
from tests.desk.conftest import SignedIn
from tests.staff.conftest import PASSWORD
from tests.staff.test_proof import signed_in_a_while_ago

PLACE = b"Aallokko"


def photo(name: str = "IMG_1.jpg", *, more: bytes = b"", **options: Any) -> SimpleUploadedFile:
    """As a phone gives it: lying on its side, with the place written beside the picture."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = PLACE.decode(), 6
    file = io.BytesIO()
    Image.new("RGB", options.get("size", (60, 40)), (200, 10, 10)).save(file, "JPEG", exif=exif)
    return SimpleUploadedFile(name, file.getvalue() + more, "image/jpeg")


def bomb() -> SimpleUploadedFile:
    """60 million pixels in a few kilobytes."""
    file = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(file, "PNG")
    return SimpleUploadedFile("large.png", file.getvalue(), "image/png")


@pytest.fixture
def booking(db: None) -> Booking:
    return cast.story().booking


@pytest.fixture
def ollis_dock(signed_in: SignedIn) -> Client:
    return signed_in(cast.olli())


def send(client: Client, booking: Booking, *files: Any, **data: Any) -> Any:
    where = reverse("admin:desk-booking-photos", args=[booking.pk])
    return client.post(where, {"kind": "photo", "photos": files, **data}, follow=True)


def photos_of(booking: Booking) -> list[Attachment]:
    return list(Attachment.objects.filter(booking=booking, case=None).order_by("taken_at", "pk"))


def bytes_of(row: Attachment) -> bytes:
    assert isinstance(row.content, SealedContent)
    return row.content.expose_bytes()


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_olli_saves_three_photos_at_once_and_each_leaves_a_line(
    ollis_dock: Client, booking: Booking
) -> None:
    shown = send(ollis_dock, booking, photo(), photo(), camera=photo(), moment="return")

    rows = photos_of(booking)
    assert [(row.kind, row.moment, row.customer_id) for row in rows] == [
        ("photo", "return", booking.customer_id)
    ] * 3
    assert said(shown) == ["Kuvia tallennettu: 3."]
    lines = AuditEvent.objects.filter(verb="attachment.added")
    assert {line.object_id for line in lines} == {str(row.pk) for row in rows}
    assert all(line.customer_id == booking.customer_id for line in lines)


def test_nothing_that_the_phone_wrote_beside_the_picture_is_kept(
    ollis_dock: Client, booking: Booking
) -> None:
    sent = photo("Aino-Virtanen.jpg")
    assert PLACE in sent.read()
    sent.seek(0)
    send(ollis_dock, booking, sent)

    (row,) = photos_of(booking)
    kept = bytes_of(row)
    assert PLACE not in kept
    assert Image.open(io.BytesIO(kept)).size == (40, 60)  # upright
    assert not [line for line in AuditEvent.objects.values_list() if "Aino-Virtanen" in repr(line)]


def test_a_photo_that_cannot_be_kept_is_told_and_the_others_are_saved(
    ollis_dock: Client, booking: Booking
) -> None:
    only_called_so = SimpleUploadedFile("Aino.jpg", b"MZ" + bytes(200), "image/jpeg")
    heic = SimpleUploadedFile("IMG.heic", b"\0\0\0\x18ftypheic" + bytes(90), "image/heic")
    shown = send(ollis_dock, booking, photo(), only_called_so, bomb(), heic, photo())

    assert len(photos_of(booking)) == 2
    words = " ".join(said(shown))
    assert "Kuva 2 jäi tallentamatta. Tiedosto ei ole luettava valokuva" in words
    assert "Kuva 3 jäi tallentamatta. Kuvassa on yli 50 miljoonaa kuvapistettä" in words
    assert "Kuva 4 jäi tallentamatta. Tämä on HEIC-kuva" in words
    assert "Aino.jpg" not in shown.content.decode()  # a name can tell who is in the picture


def test_large_photos_come_together_though_they_are_more_than_one_form_may_hold(
    ollis_dock: Client, booking: Booking, settings: Any
) -> None:
    padding = bytes(5 << 20)
    assert 3 * len(padding) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    send(ollis_dock, booking, *(photo(more=padding) for _ in range(3)))

    assert [len(bytes_of(row)) < 5_000 for row in photos_of(booking)] == [True] * 3


def test_a_file_of_too_many_bytes_is_let_by_and_told(
    ollis_dock: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1 << 20)
    shown = send(ollis_dock, booking, photo(more=bytes(2 << 20)), photo())

    assert len(photos_of(booking)) == 1
    assert "Kuva 1 jäi tallentamatta. Se on yli 1 megatavua" in " ".join(said(shown))


def test_more_than_twelve_are_cut_and_told(ollis_dock: Client, booking: Booking) -> None:
    shown = send(ollis_dock, booking, *(photo() for _ in range(13)))

    assert len(photos_of(booking)) == uploads.MOST_AT_ONCE
    assert "Vain 12 ensimmäistä" in " ".join(said(shown))


def test_an_empty_form_says_that_nothing_was_chosen(ollis_dock: Client, booking: Booking) -> None:
    assert said(send(ollis_dock, booking)) == ["Yhtään kuvaa ei valittu."]
    assert photos_of(booking) == []


def test_a_form_from_another_site_brings_no_photos(booking: Booking) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.olli())
    assert send(client, booking, photo()).status_code == 403
    assert photos_of(booking) == []

    page = client.get(reverse("admin:desk-booking", args=[booking.pk]))
    token = str(page.context["csrf_token"])
    send(client, booking, photo(), csrfmiddlewaretoken=token)
    assert len(photos_of(booking)) == 1


@pytest.mark.parametrize("who", ["birgit", "mauri", "petra"])
def test_roles_that_write_no_attachments_add_none(
    signed_in: SignedIn, booking: Booking, who: str
) -> None:
    client = signed_in(getattr(cast, who)())

    assert send(client, booking, photo()).status_code == 403
    assert photos_of(booking) == []


def test_birgit_of_the_bookkeeping_does_not_even_see_that_there_are_photos(
    signed_in: SignedIn, ollis_dock: Client, booking: Booking
) -> None:
    page = reverse("admin:desk-booking", args=[booking.pk])
    send(ollis_dock, booking, photo())

    assert 'id="photos"' in signed_in(cast.kaisa()).get(page).content.decode()
    assert 'id="photos"' not in signed_in(cast.birgit()).get(page).content.decode()


def test_the_photos_are_shown_together_for_one_reason_and_each_leaves_its_line(
    ollis_dock: Client, booking: Booking
) -> None:
    page = reverse("admin:desk-booking", args=[booking.pk])
    send(ollis_dock, booking, photo(), photo())
    rows = photos_of(booking)
    small = [reverse("admin:desk-attachment-small", args=[row.pk]) for row in rows]
    assert small[0] not in ollis_dock.get(page).content.decode()
    assert ollis_dock.get(small[0]).status_code == 302

    where = reverse("admin:desk-booking-photos-open", args=[booking.pk])
    ollis_dock.post(where, {"photos-reason": "curiosity"})
    assert not AuditEvent.objects.filter(verb="reveal").exists()
    ollis_dock.post(where, {"photos-reason": "charge"})
    lines = AuditEvent.objects.filter(verb="reveal", reason="charge")
    assert [line.customer_id for line in lines] == [booking.customer_id] * 2

    html = ollis_dock.get(page).content.decode()
    assert all(address in html for address in small)
    answer = ollis_dock.get(small[0])
    assert answer["Content-Type"] == "image/jpeg"
    assert "no-store" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (40, 60)
    whole = ollis_dock.get(reverse("admin:desk-attachment", args=[rows[0].pk]))
    assert b"".join(whole.streaming_content) == bytes_of(rows[0])


def test_whoever_signed_in_a_while_ago_shows_first_who_she_is(booking: Booking) -> None:
    kaisa = signed_in_a_while_ago(cast.kaisa())
    send(kaisa, booking, photo())
    where = reverse("admin:desk-booking-photos-open", args=[booking.pk])
    asked = kaisa.post(where, {"photos-reason": "charge"})

    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not AuditEvent.objects.filter(verb="reveal").exists()
    kaisa.post(asked["Location"], {"password": PASSWORD, "next": where})
    assert AuditEvent.objects.filter(verb="reveal", reason="charge").count() == 1


def test_after_ten_minutes_the_overview_is_closed_again(
    ollis_dock: Client, booking: Booking
) -> None:
    send(ollis_dock, booking, photo())
    (row,) = photos_of(booking)
    session = ollis_dock.session
    session["files"] = {str(row.pk): (timezone.now() - timedelta(seconds=1)).timestamp()}
    session.save()

    small = reverse("admin:desk-attachment-small", args=[row.pk])
    assert ollis_dock.get(small).status_code == 302
    assert (
        small
        not in ollis_dock.get(reverse("admin:desk-booking", args=[booking.pk])).content.decode()
    )


def test_a_photo_of_somebody_else_is_taken_back_by_whoever_has_just_saved_it(
    ollis_dock: Client, signed_in: SignedIn, booking: Booking,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    send(ollis_dock, booking, photo(), photo())
    wrong, right = photos_of(booking)
    (lies,) = [path_of(row.pk) for row in SealedFile.objects.filter(row_id=wrong.pk)]
    where = reverse("admin:desk-attachment-take-back", args=[wrong.pk])
    page = reverse("admin:desk-booking", args=[booking.pk])
    assert where in ollis_dock.get(page).content.decode()
    kaisa = signed_in(cast.kaisa())
    assert where not in kaisa.get(page).content.decode()
    assert "Vain kuvan tallentanut" in said(kaisa.post(where, follow=True))[0]
    assert len(photos_of(booking)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        ollis_dock.post(where)
    assert photos_of(booking) == [right]
    assert not lies.exists()
    line = AuditEvent.objects.get(verb="attachment.taken_back")
    assert (line.object_id, line.customer_id) == (str(wrong.pk), booking.customer_id)


def test_a_photo_whose_taking_back_fails_stays_whole(
    booking: Booking, django_capture_on_commit_callbacks: Any
) -> None:
    olli = cast.olli()
    sent = [images.redrawn(io.BytesIO(photo().read()))]
    (row,) = attachments.add(of=booking, pictures=sent, by=olli, at=timezone.now())
    kept = bytes_of(Attachment.objects.get(pk=row.pk))
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(RuntimeError),
        transaction.atomic(),
    ):
        attachments.take_back(row=Attachment.objects.get(pk=row.pk), by=olli, at=timezone.now())
        raise RuntimeError("the power went")

    assert bytes_of(Attachment.objects.get(pk=row.pk)) == kept


def test_a_photo_that_has_stood_for_a_while_is_evidence_and_stays(
    ollis_dock: Client, booking: Booking
) -> None:
    send(ollis_dock, booking, photo())
    (row,) = photos_of(booking)
    Attachment.objects.update(saved_at=timezone.now() - timedelta(minutes=16))
    where = reverse("admin:desk-attachment-take-back", args=[row.pk])

    assert (
        where
        not in ollis_dock.get(reverse("admin:desk-booking", args=[booking.pk])).content.decode()
    )
    assert "15 minuutin ajan" in said(ollis_dock.post(where, follow=True))[0]
    assert photos_of(booking) == [row]


def test_a_cases_photos_stand_on_the_case_and_know_its_booking(
    signed_in: SignedIn, db: None
) -> None:
    case = cast.story().case
    kaisa = signed_in(cast.kaisa())
    before = set(case.attachments.values_list("pk", flat=True))
    kaisa.post(
        reverse("admin:desk-case-photos", args=[case.pk]), {"kind": "paper", "photos": [photo()]}
    )

    added = case.attachments.exclude(pk__in=before).get()
    assert (added.kind, added.booking_id, added.customer_id) == (
        "paper", case.booking_id, case.customer_id,
    )  # fmt: skip
    page = kaisa.get(reverse("admin:register_case_change", args=[case.pk])).content.decode()
    assert reverse("admin:desk-attachment", args=[added.pk]) in page
    assert reverse("admin:desk-case-photos", args=[case.pk]) in page
