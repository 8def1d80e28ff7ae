"""The notice, on the page and on paper."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import pdf, permissions, policy
from requests_app import evidence, notice
from requests_app.views.files import pdf_response


@require_safe
def notice_page(request: HttpRequest) -> HttpResponse:
    language = get_language() or "fi"
    context = {"notice": notice.build(language=language), "evidence": _evidence(request)}
    return render(request, "public/notice/page.html", context)


def _evidence(request: HttpRequest) -> dict[str, evidence.Evidence]:
    """Beside each promise, for the owner alone."""
    user = getattr(request, "user", None)
    return evidence.gather(at=now()) if permissions.may(user, "evidence") else {}


@require_safe
def notice_pdf(request: HttpRequest) -> HttpResponse:
    language = get_language() or "fi"
    name = f"tietosuojaseloste-{policy.VERSION}-{language}.pdf"
    return pdf_response(rendered(language), name=name)


@cache
def rendered(language: str) -> bytes:
    """The notice on paper. It changes only with the code, and a second of rendering for every
    stranger who asks would be a way to stop the desk. Call with the language active."""
    return pdf.render(
        "pdf/notice.html",
        {"notice": notice.build(language=language)},
        language=language,
        title=_("Privacy notice"),
        styles=("pdf/notice.css",),
    )
