"""Files reach a screen only for a reason that is written down, and photos lose what they tell."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from register.desk.attachments import part_asked
from register.models import Attachment, AuditEvent
from register.vault import images, keys
from tests import cast

SOUND = bytes(range(256)) * 1_000

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def recording(aino) -> Attachment:
    return cast.attachment(aino, kind="recording", media_type="audio/wav", content=SOUND)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(row: Attachment) -> str:
    return reverse("admin:desk-attachment", args=[row.pk])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def lines() -> list[tuple[str, str, str]]:
    written = AuditEvent.objects.filter(verb="reveal").order_by("id")
    return list(written.values_list("verb", "reason", "outcome"))


def test_kaisa_hears_a_recording_after_she_said_why(recording):
    desk = browser(cast.kaisa())
    first = desk.get(address(recording))
    assert not first.streaming
    assert lines() == []

    answer = desk.post(address(recording), {"reason": "charge"})
    assert answer.status_code == 302
    assert lines() == [("reveal", "charge", "done")]
    heard = desk.get(address(recording))
    assert body(heard) == SOUND
    assert "no-store" in heard["Cache-Control"]
    assert heard["Content-Disposition"] == "inline"


@pytest.mark.parametrize("reason", ["", "curiosity"])
def test_without_a_declared_reason_nothing_is_opened(recording, reason):
    desk = browser(cast.kaisa())
    desk.post(address(recording), {"reason": reason})

    assert not desk.get(address(recording)).streaming
    assert lines() == []


def test_mauri_of_marketing_never_gets_a_file(recording):
    desk = browser(cast.mauri())

    assert desk.get(address(recording)).status_code == 403
    assert desk.post(address(recording), {"reason": "charge"}).status_code == 403
    assert ("reveal", "charge", "done") not in lines()


def test_nobody_signed_out_gets_a_file(recording):
    assert Client().get(address(recording)).status_code == 302


def test_a_file_closes_after_ten_minutes(recording):
    desk = browser(cast.kaisa())
    desk.post(address(recording), {"reason": "charge"})
    session = desk.session
    session["files"] = {str(recording.pk): (timezone.now() - timedelta(seconds=1)).timestamp()}
    session.save()

    assert not desk.get(address(recording)).streaming


def test_a_player_gets_the_part_it_asks_for(recording):
    desk = browser(cast.kaisa())
    desk.post(address(recording), {"reason": "charge"})
    part = desk.get(address(recording), headers={"Range": "bytes=70000-70009"})

    assert part.status_code == 206
    assert body(part) == SOUND[70_000:70_010]
    assert part["Content-Range"] == f"bytes 70000-70009/{len(SOUND)}"
    beyond = desk.get(address(recording), headers={"Range": f"bytes={len(SOUND)}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "header, part",
    [
        ("", (0, 100, False)),
        ("bytes=0-", (0, 100, True)),
        ("bytes=10-19", (10, 20, True)),
        ("bytes=90-500", (90, 100, True)),
        ("bytes=-10", (90, 100, True)),
        ("bytes=-500", (0, 100, True)),
        ("bytes=20-10", (0, 100, False)),
        ("bytes=0-1,5-6", (0, 100, False)),
        ("lines=0-1", (0, 100, False)),
        ("bytes=-", (0, 100, False)),
    ],
)
def test_ranges_are_read_as_the_standard_says(header, part):
    assert part_asked(header, 100) == part


def test_an_erased_file_says_so(recording):
    keys.destroy(recording.customer_id)
    shown = browser(cast.kaisa()).get(address(recording))

    assert shown.status_code == 200
    assert not shown.streaming


# -- Photos -------------------------------------------------------------------------------------


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> io.BytesIO:
    file = io.BytesIO()
    mode = "RGBA" if kind == "PNG" else "RGB"
    Image.new(mode, size, (200, 10, 10)).save(file, kind, **options)
    return io.BytesIO(file.getvalue())


def test_a_photo_loses_where_it_was_taken():
    exif = Image.Exif()
    exif[0x010E] = "Aallokko"
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x0112] = 6  # on its side
    drawn, kind = images.redrawn(photo(exif=exif, comment=b"Aallokko"))

    read = Image.open(io.BytesIO(drawn))
    assert kind == "image/jpeg"
    assert read.size == (40, 60)  # upright
    assert not read.getexif()
    assert b"Aallokko" not in drawn


def test_a_see_through_picture_stays_one():
    drawn, kind = images.redrawn(photo("PNG"))
    assert kind == "image/png"
    assert Image.open(io.BytesIO(drawn)).mode == "RGBA"


def test_a_large_photo_becomes_smaller():
    drawn, _kind = images.redrawn(photo(size=(4_000, 100)))
    assert Image.open(io.BytesIO(drawn)).size == (3_000, 75)


def test_a_picture_that_would_unpack_to_too_much_is_refused_unread():
    bomb = photo("PNG", size=(8_000, 8_000))
    assert len(bomb.getvalue()) < 1 << 20
    with pytest.raises(ValidationError) as caught:
        images.redrawn(bomb)

    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg onload='alert(1)'/>", b"\xff\xd8\xff\xe0 not really", b"GIF89a" + b"\0" * 20],
)
def test_what_is_no_photo_is_refused(content):
    with pytest.raises(ValidationError) as caught:
        images.redrawn(io.BytesIO(content))
    assert caught.value.code == "no_image"
