"""Photos are drawn anew before they are kept: two formats, no EXIF, no place, a cap on pixels.

What a camera or a phone writes beside the picture (where it was taken, when, with what) never
enters the register, and a file that only calls itself a picture does not either.
"""

import warnings
from io import BytesIO
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 50_000_000  # declared in the header, before anything is unpacked
LONGEST_SIDE = 3_000
READ = ("JPEG", "PNG", "WEBP")
JPEG_QUALITY = 85


def redrawn(file: BinaryIO) -> tuple[bytes, str]:
    """(bytes, media type) of the picture, upright: JPEG, or PNG where parts are transparent.

    Raises ValidationError for what is no picture of a known kind, or one of too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=READ) as picture:
                _refuse_too_many(picture.width * picture.height)
                return _drawn(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse_too_many(MOST_PIXELS + 1)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        pass
    raise ValidationError(
        _("This file is not a photo that can be read: give a JPEG, PNG or WebP."), code="no_image"
    )


def _refuse_too_many(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise ValidationError(
            _("This photo has more than %(most)s million pixels: make it smaller first."),
            code="too_many_pixels",
            params={"most": MOST_PIXELS // 1_000_000},
        )


def _drawn(picture: Image.Image) -> tuple[bytes, str]:
    see_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    plain = picture.convert("RGBA" if see_through else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new(plain.mode, plain.size)  # nothing but the pixels comes along
    fresh.paste(plain)
    out = BytesIO()
    if see_through:
        fresh.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    fresh.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue(), "image/jpeg"
