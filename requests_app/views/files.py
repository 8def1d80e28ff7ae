"""Answers that are files."""

from django.http import HttpResponse


def pdf_response(content: bytes, *, name: str) -> HttpResponse:
    """A PDF that the browser shows. `name` is plain ASCII and holds nothing personal."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
