"""Sealed files: whole, in order, bound to their row, gone with the key, and cheap in memory."""

import io
import os
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from register.models import Attachment
from register.vault import Erased, PlainValueError, TamperedError, files, keys, streams
from register.vault.models import SealedFile
from tests import cast
from tests.vault.test_field import column, overwrite

PHOTO = b"\xff\xd8\x00 a scratch on the hull"
KEY, NAME = bytes(range(32)), uuid4()


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(tmp_path, settings):
    settings.SEALED_FILES_DIR = str(tmp_path / "sealed")


# -- Streams ------------------------------------------------------------------------------------


def sealed(plain: bytes, pieces: int = 1) -> bytes:
    into = io.BytesIO()
    step = max(1, len(plain) // pieces)
    parts = [plain[at : at + step] for at in range(0, len(plain), step)]
    assert streams.seal(parts, into, key=KEY, name=NAME) == len(plain)
    assert len(into.getvalue()) == streams.sealed_size(len(plain))
    return into.getvalue()


def opened(data: bytes, size: int, **where: int) -> bytes:
    return b"".join(streams.read(io.BytesIO(data), key=KEY, name=NAME, size=size, **where))


CHUNK = streams.CHUNK
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pieces", [1, 7])
def test_a_stream_opens_to_the_same_bytes(size, pieces):
    plain = os.urandom(size)
    assert opened(sealed(plain, pieces), size) == plain


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_any_part_of_a_stream_can_be_read_alone(start, stop):
    assert opened(LONG_SEALED, len(LONG), start=start, stop=stop) == LONG[start:stop]


LONG = os.urandom(3 * CHUNK - 100)
LONG_SEALED = sealed(LONG)
STEP = CHUNK + streams.TAG


def chunks() -> list[bytes]:
    body = LONG_SEALED[streams.HEADER :]
    return [body[at : at + STEP] for at in range(0, len(body), STEP)]


def together(parts: list[bytes]) -> bytes:
    return LONG_SEALED[: streams.HEADER] + b"".join(parts)


@pytest.mark.parametrize(
    "changed",
    [
        lambda: LONG_SEALED[:-1],
        lambda: LONG_SEALED[:STEP],
        lambda: together(chunks()[:-1]),
        lambda: together([chunks()[1], chunks()[0], chunks()[2]]),
        lambda: together([chunks()[0], chunks()[0], chunks()[2]]),
        lambda: together(chunks()) + b"\0",
        lambda: b"",
        lambda: b"\x02" + LONG_SEALED[1:],
    ],
    ids=["cut by a byte", "cut in a chunk", "without the last chunk", "reordered", "doubled",
         "lengthened", "emptied", "another format"],
)  # fmt: skip
def test_a_stream_put_together_anew_does_not_open(changed):
    with pytest.raises(TamperedError):
        opened(changed(), len(LONG))


def test_a_cut_stream_does_not_open_even_if_its_length_is_believed():
    with pytest.raises(TamperedError):
        opened(together(chunks()[:2]), 2 * CHUNK)


def test_a_changed_bit_anywhere_in_a_stream_raises():
    data = sealed(b"short")
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1
        with pytest.raises(TamperedError):
            opened(bytes(changed), 5)


def test_a_stream_under_another_name_does_not_open():
    with pytest.raises(TamperedError):
        list(streams.read(io.BytesIO(LONG_SEALED), key=KEY, name=uuid4(), size=len(LONG)))


def test_a_large_file_takes_little_memory(tmp_path):
    """A process of its own seals and opens 64 MB; its memory grows by less than 8 MB."""
    script = """
import resource, sys, uuid
from register.vault import streams
size, path = int(sys.argv[2]), sys.argv[1]
piece = bytes(1 << 20)
streams.read  # imported, before memory is looked at
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
name, key = uuid.uuid4(), bytes(32)
with open(path, "wb") as file:
    assert streams.seal((piece for _ in range(size >> 20)), file, key=key, name=name) == size
with open(path, "rb") as file:
    assert sum(map(len, streams.read(file, key=key, name=name, size=size))) == size
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    megabytes = int(os.environ.get("SEALED_STREAM_MEGABYTES", "64"))
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "big"), str(megabytes << 20)],
        capture_output=True, text=True, check=True, cwd=configured.BASE_DIR,
    )  # fmt: skip
    assert int(done.stdout) < 8 * 1024  # kilobytes


# -- Files of rows ------------------------------------------------------------------------------


@pytest.fixture
def photo(aino) -> Attachment:
    return Attachment.objects.get(pk=cast.attachment(aino, content=PHOTO).pk)


def path_of(row: Attachment):
    return files.path_of(SealedFile.objects.get(row_id=row.pk).pk)


def test_a_photo_lies_sealed_under_a_name_that_says_nothing(photo):
    path = path_of(photo)

    assert photo.content.expose_bytes() == PHOTO
    assert photo.content.size == len(PHOTO)
    assert PHOTO not in path.read_bytes()
    assert str(photo.pk) not in str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(column(photo, "content")) == 31 + 57


def test_content_may_come_in_pieces(aino):
    row = cast.attachment(aino, content=(bytes([n]) * 1000 for n in range(200)))
    row.save()  # a second time: the pieces are not asked again

    read = Attachment.objects.get(pk=row.pk).content
    assert read.size == 200_000
    assert b"".join(read.read(999, 1001)) == b"\x00\x01"
    assert SealedFile.objects.filter(row_id=row.pk).count() == 1


def test_many_rows_at_once_have_a_file_each(aino):
    common = {"customer": aino, "kind": "photo", "media_type": "image/png"}
    rows = [
        Attachment(**common, taken_at=timezone.now(), content=bytes([n]) * 10) for n in range(3)
    ]
    Attachment.objects.bulk_create(rows)

    read = Attachment.objects.filter(customer=aino)
    assert {row.content.expose_bytes()[:1] for row in read} == {b"\0", b"\1", b"\2"}


def test_a_file_does_not_print(photo):
    assert "scratch" not in f"{photo.content} {photo.content!r} {photo.content.masked}"


def test_another_rows_ticket_does_not_open_here(photo, eero):
    eeros = cast.attachment(eero, content=b"another")
    overwrite(eeros, "content", column(photo, "content"))

    with pytest.raises(TamperedError):
        _ = Attachment.objects.get(pk=eeros.pk).content


def test_two_files_that_changed_places_do_not_open(photo, eero):
    eeros = cast.attachment(eero, content=PHOTO[::-1])
    one, other = path_of(photo), path_of(eeros)
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)

    with pytest.raises(TamperedError):
        photo.content.expose_bytes()


def test_a_missing_file_is_told(photo):
    path_of(photo).unlink()
    with pytest.raises(TamperedError, match="missing"):
        photo.content.expose_bytes()


def test_a_replaced_file_goes_once_the_row_is_committed(photo, django_capture_on_commit_callbacks):
    before = path_of(photo)
    with django_capture_on_commit_callbacks(execute=True):
        photo.content = b"sharper"
        photo.save()

    assert Attachment.objects.get(pk=photo.pk).content.expose_bytes() == b"sharper"
    assert not before.exists()
    assert SealedFile.objects.filter(row_id=photo.pk).count() == 1


def test_a_replacement_that_is_rolled_back_leaves_the_old_file(photo):
    with pytest.raises(RuntimeError), transaction.atomic():
        photo.content = b"sharper"
        photo.save()
        raise RuntimeError("the power went")

    assert Attachment.objects.get(pk=photo.pk).content.expose_bytes() == PHOTO
    assert files.sweep(before=timezone.now() + timedelta(hours=1)) == 1  # the new one, of no row
    assert Attachment.objects.get(pk=photo.pk).content.expose_bytes() == PHOTO


def test_saving_a_row_leaves_its_file_alone(photo):
    before = path_of(photo)
    photo.save()

    assert path_of(photo) == before
    assert photo.content.expose_bytes() == PHOTO


def test_a_copied_content_gets_a_file_of_its_own(photo, eero):
    copy = cast.attachment(eero, content=photo.content)

    assert Attachment.objects.get(pk=copy.pk).content.expose_bytes() == PHOTO
    assert path_of(copy) != path_of(photo)


def test_a_file_goes_with_its_persons_key(photo, django_capture_on_commit_callbacks):
    path = path_of(photo)
    with django_capture_on_commit_callbacks(using="vault", execute=True):
        keys.destroy(photo.customer_id)

    assert isinstance(Attachment.objects.get(pk=photo.pk).content, Erased)
    assert not path.exists()
    assert not SealedFile.objects.exists()


def test_an_erasure_that_is_rolled_back_leaves_the_file(photo):
    with pytest.raises(RuntimeError), transaction.atomic(using="vault"):
        keys.destroy(photo.customer_id)
        raise RuntimeError("a dry run")
    keys.forget()

    assert Attachment.objects.get(pk=photo.pk).content.expose_bytes() == PHOTO


def test_a_file_of_a_deleted_row_is_swept_once_it_is_old(photo):
    path = path_of(photo)
    photo.delete()

    assert files.sweep(before=timezone.now() - timedelta(hours=1)) == 0
    assert path.exists()
    assert files.sweep(before=timezone.now() + timedelta(hours=1)) == 1
    assert not path.exists()


def test_a_file_that_nobody_lists_is_swept(photo):
    stray = files.path_of(uuid4())
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left by a crash")

    assert files.sweep(before=timezone.now() + timedelta(hours=1)) >= 1
    assert not stray.exists()
    assert path_of(photo).exists()


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(aino):
    most = Attachment._meta.get_field("content").max_length
    before = SealedFile.objects.count()
    with (
        pytest.raises(ValidationError) as caught,
        transaction.atomic(),
        transaction.atomic("vault"),
    ):
        cast.attachment(aino, content=(bytes(1 << 20) for _ in range((most >> 20) + 1)))

    assert caught.value.code == "max_length"
    assert SealedFile.objects.count() == before
    assert not list(files.Path(configured.SEALED_FILES_DIR).glob("*/*.part"))


@pytest.mark.parametrize("wrong", ["text", 7, {"a": 1}])
def test_a_file_column_takes_bytes_only(aino, wrong):
    with pytest.raises(PlainValueError):
        Attachment(customer=aino, content=wrong)


def test_new_data_keys_leave_the_file_as_it_is(photo):
    from register.vault import rotation

    before = path_of(photo).read_bytes()
    keys.forget()
    rotation.reseal(at=timezone.now() + timedelta(seconds=1))

    assert column(photo, "content")[1:3] == b"\0\2"
    assert path_of(photo).read_bytes() == before
    assert Attachment.objects.get(pk=photo.pk).content.expose_bytes() == PHOTO
