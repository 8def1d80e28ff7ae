"""Photos are drawn anew before they are kept: two formats, no EXIF, no place, a cap on pixels.

What a camera or a phone writes beside the picture (where it was taken, when, with what) never
enters the register, and a file that only calls itself a picture does not either.
"""

import warnings
from io import BytesIO
from typing import BinaryIO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000  # declared in the header, before anything is unpacked
LONGEST_SIDE = 3_000
SMALL_SIDE = 480
MEDIA_TYPES = frozenset({"image/jpeg", "image/png"})  # that a picture may have once drawn
LARGEST_PNG = 4 * 1024 * 1024  # a see-through picture that needs more is drawn on white
READ = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 85
IPHONE = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
"""Brands of the containers that phones fill and that cannot be read here (ISO/IEC 23008-12)."""


class Picture(NamedTuple):
    """A picture that was drawn here: only :func:`redrawn` makes one of what came from outside."""

    content: bytes
    media_type: str


def redrawn(file: BinaryIO) -> Picture:
    """The picture, upright: a JPEG, or a PNG where parts are transparent.

    Raises ValidationError for what is no picture of a known kind, or one of too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=READ) as picture:
                _refuse_too_many(picture.width * picture.height)
                return _drawn(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse_too_many(MOST_PIXELS + 1)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        pass
    _refuse_iphones_own(file)
    raise ValidationError(
        _("This file is not a photo that can be read: give a JPEG, PNG or WebP."), code="no_image"
    )


def small(content: bytes) -> bytes:
    """A JPEG for an overview, of a picture that was drawn here."""
    with Image.open(BytesIO(content), formats=READ) as picture:
        return _as_jpeg(_shrunk(picture, SMALL_SIDE))


def _refuse_too_many(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise ValidationError(
            _(
                "This photo has more than %(most)s million pixels: choose a smaller picture size "
                "in the camera, or make the photo smaller, and send it again."
            ),
            code="too_many_pixels",
            params={"most": MOST_PIXELS // 1_000_000},
        )


def _refuse_iphones_own(file: BinaryIO) -> None:
    file.seek(0)
    start = file.read(12)
    if start[4:8] == b"ftyp" and start[8:] in IPHONE:
        raise ValidationError(
            _(
                "This is a HEIC photo, which cannot be read here: save it as JPEG. On an iPhone "
                "choose Settings, Camera, Formats, Most Compatible."
            ),
            code="no_image",
        )


def _drawn(picture: Image.Image) -> Picture:
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    plain = ImageOps.exif_transpose(_shrunk(picture, LONGEST_SIDE))
    if see_through:
        png = BytesIO()
        _bare(plain.convert("RGBA")).save(png, "PNG", optimize=True)
        if png.tell() <= LARGEST_PNG:
            return Picture(png.getvalue(), "image/png")
    return Picture(_as_jpeg(plain), "image/jpeg")


def _shrunk(picture: Image.Image, longest: int) -> Image.Image:
    """At most so many pixels to a side. A JPEG is unpacked at a fraction of its size."""
    if picture.mode in ("P", "1", "PA"):
        exif = picture.getexif()
        picture = picture.convert("RGBA")
        picture.info["exif"] = exif.tobytes()
    picture.thumbnail((longest, longest), reducing_gap=3.0)
    return picture


def _as_jpeg(picture: Image.Image) -> bytes:
    if picture.mode in ("RGBA", "LA"):
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    out = BytesIO()
    _bare(picture.convert("RGB")).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _bare(picture: Image.Image) -> Image.Image:
    """Nothing but the pixels comes along."""
    fresh = Image.new(picture.mode, picture.size)
    fresh.paste(picture)
    return fresh
