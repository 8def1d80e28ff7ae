"""A signature drawn on the tablet: strokes in, a picture out. The picture is drawn here, so nothing
that a browser sends is ever opened as a picture."""

import re
from datetime import datetime
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw

from register.models import Agreement, Attachment, User
from register.services import audit
from register.services.refusals import Refused

WIDTH, HEIGHT, PEN = 1000, 360, 5
MOST_POINTS = 6_000
LEAST_POINTS, LEAST_WIDTH = 6, 40
FORM = re.compile(r"\d{1,4},\d{1,4}(?:[ ;]\d{1,4},\d{1,4})*")
INK = (16, 34, 45, 255)

Strokes = list[list[tuple[int, int]]]


class NoSignature(Refused):
    """The box is empty, or holds a dot."""

    field = "strokes"


def strokes(text: str) -> Strokes:
    """ "12,30 14,33;80,20 81,24": strokes of points in a box of WIDTH × HEIGHT.

    Raises NoSignature for what is no signature.
    """
    if not FORM.fullmatch(text) or text.count(",") > MOST_POINTS:
        raise NoSignature(_("Sign in the box first."))
    drawn = [[_point(pair) for pair in stroke.split(" ")] for stroke in text.split(";")]
    across = [x for stroke in drawn for x, _y in stroke]
    if len(across) < LEAST_POINTS or max(across) - min(across) < LEAST_WIDTH:
        raise NoSignature(_("Sign in the box first."))
    return drawn


def _point(pair: str) -> tuple[int, int]:
    x, _comma, y = pair.partition(",")
    return min(int(x), WIDTH), min(int(y), HEIGHT)


def picture(drawn: Strokes) -> bytes:
    """The strokes as a PNG on nothing."""
    sheet = Image.new("RGBA", (WIDTH, HEIGHT), (255, 255, 255, 0))
    pen = ImageDraw.Draw(sheet)
    for stroke in drawn:
        pen.line([*stroke, stroke[-1]], fill=INK, width=PEN, joint="curve")
    out = BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def keep(*, agreement: Agreement, png: bytes, by: User, at: datetime) -> Attachment:
    """Seal the picture to the renter. `at` tells which of the rental's signatures it is: the
    agreement's, the handover's or the return's."""
    row = Attachment(
        customer_id=agreement.customer_id, kind=Attachment.Kind.SIGNATURE, media_type="image/png",
        taken_at=at, agreement=agreement, saved_at=at, saved_by=by,
    )  # fmt: skip
    row.content = png
    row.save()
    audit.record(verb="signature.kept", by=by, at=at, object=row)
    return row


def of(agreement: Agreement, at: datetime | None) -> bytes | None:
    """The picture of the signature given at that moment, or None. The caller writes its audit."""
    if at is None:
        return None
    row = Attachment.objects.filter(
        agreement=agreement, kind=Attachment.Kind.SIGNATURE, taken_at=at
    ).first()
    return row.content.expose_bytes() if row is not None and row.content else None
