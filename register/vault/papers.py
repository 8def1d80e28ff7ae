"""Scanned papers: a PDF as the scanner wrote it, or a photo that is drawn anew.

A PDF cannot be drawn anew without a reader of its own, so it is looked at and then only ever
handed out as a download, in a sandbox (register.desk.attachments): no page of ours shows it.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from register.vault.images import Picture

PDF = "application/pdf"
BEGINS = re.compile(rb"%PDF-[12]\.[0-9]")
ENDS_WITHIN = 1024
MOST_BYTES = 10 * 1024 * 1024
ACTS = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia|Encrypt)\b")
"""What a scanner never writes: programs, files within the file, a password."""


def looks_like_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF")


def checked(content: bytes) -> Picture:
    """The PDF as it came. Raises ValidationError for what is none, is too large, or can act."""
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than the %(most)s megabytes that fit."),
            code="max_length",
            params={"most": MOST_BYTES // (1024 * 1024)},
        )
    whole = BEGINS.match(content) and b"%%EOF" in content[-ENDS_WITHIN:]
    if not whole or b"startxref" not in content:
        raise ValidationError(
            _("This file is not a whole PDF: scan the paper again, or take a photo of it."),
            code="no_pdf",
        )
    if ACTS.search(content):
        raise ValidationError(
            _("This PDF holds more than scanned pages: scan the paper again."), code="active_pdf"
        )
    return Picture(content, PDF)
