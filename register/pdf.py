"""Tagged PDFs from templates: PDF/UA-1, one look, nothing fetched from anywhere.

WeasyPrint's own fetcher reads any file and any address. Ours answers two made-up schemes only:
`static:` (our own style sheets, fonts and pictures) and `memory:` (pictures handed in by the
caller). It is given to the document and to every style sheet, because a sheet without one would
bring the default back.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from register import controller

MEDIA_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
}
BASE_STYLES = ("tokens.css", "pdf/base.css")


class ForbiddenResource(Exception):
    """A template or style sheet asked for something that is not ours."""


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
    """Denies every address except our static files and the pictures of this document."""

    def __init__(self, images: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._images = images

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "static":
            return _static(url, name)
        if scheme == "memory" and name in self._images:
            return URLFetcherResponse(url, self._images[name])
        raise ForbiddenResource(f"{scheme}: addresses are not fetched into a PDF")


def _static(url: str, name: str) -> URLFetcherResponse:
    suffix = PurePosixPath(name).suffix
    if suffix not in MEDIA_TYPES or ".." in PurePosixPath(name).parts or name.startswith("/"):
        raise ForbiddenResource(f"{name} is not a style sheet, font or picture of ours")
    return URLFetcherResponse(url, _read(name), {"Content-Type": MEDIA_TYPES[suffix]})


def _read(name: str) -> bytes:
    found = finders.find(name)
    if not found:
        raise ForbiddenResource(f"there is no static file {name}")
    return Path(found).read_bytes()


def render(
    template_name: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    styles: Sequence[str] = (),
    images: Mapping[str, bytes] | None = None,
) -> bytes:
    """The template as a tagged PDF (PDF/UA-1) in that language.

    `title` becomes the document's title and must hold nothing personal: viewers show it and
    mail programs index it. `styles` are static files after the house's own; `images` are
    pictures that the template shows as `<img src="memory:NAME" alt="…">`. The same input gives
    the same bytes. Raises ForbiddenResource where something else is asked for.
    """
    fetcher = OwnFilesOnly(images or {})
    document = HTML(
        string=_html(template_name, context, language=language, title=title),
        base_url="static:",
        url_fetcher=fetcher,
    )
    fonts = FontConfiguration()
    try:
        sheets = [_sheet(name, fetcher, fonts) for name in (*BASE_STYLES, *styles)]
        return bytes(
            document.write_pdf(
                stylesheets=sheets,
                font_config=fonts,
                pdf_variant="pdf/ua-1",
                pdf_identifier=sha256(title.encode()).digest()[:16],
            )
        )
    except FatalURLFetchingError as refused:
        # A BaseException of the library's: it would end the worker instead of the task.
        raise ForbiddenResource(str(refused.__cause__)) from None


def _html(template_name: str, context: Mapping[str, Any], *, language: str, title: str) -> str:
    with translation.override(language):
        return render_to_string(
            template_name,
            {
                "controller": controller.details(),
                "public_url": settings.PUBLIC_URL,
                "language": language,
                "title": title,
                **context,
            },
        )


def _sheet(name: str, fetcher: OwnFilesOnly, fonts: FontConfiguration) -> CSS:
    # Paper is light: WeasyPrint knows no colour schemes and would warn about the dark one.
    text = _read(name).decode().partition("@media (prefers-color-scheme")[0]
    return CSS(string=text, base_url="static:", url_fetcher=fetcher, font_config=fonts)
