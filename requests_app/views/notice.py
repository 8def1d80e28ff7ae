"""The notice, on the page and on paper, and every version of it that was published."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from register import permissions
from register.models import NoticeVersion
from requests_app import evidence
from requests_app import notice_page as pages
from requests_app.services import versions as editions
from requests_app.services.versions import Edition
from requests_app.views.files import pdf_response

MANY = 10**6


@require_safe
def notice_page(request: HttpRequest) -> HttpResponse:
    """The notice as it stands; for those who answer for it, with the evidence of each promise."""
    made = editions.shown(_language())
    proofs = _proofs(request)
    page = pages.with_proofs(made.body["page"], proofs)
    context = {"edition": made, "lead": made.body["lead"], "body": page, "proofs": bool(proofs)}
    return render(request, "public/notice/page.html", context)


def _language() -> str:
    return get_language() or "fi"


def _proofs(request: HttpRequest) -> dict[str, str]:
    """Promise → its evidence as HTML, for the owner and the privacy role alone."""
    if not permissions.may(getattr(request, "user", None), "promises"):
        return {}
    return {
        promise: render_to_string(
            "public/notice/evidence.html", {"found": found, "promise": promise.upper()}, request
        )
        for promise, found in evidence.gather(at=now()).items()
    }


@require_safe
def notice_pdf(request: HttpRequest) -> HttpResponse:
    return _pdf(editions.shown(_language()))


def _pdf(made: Edition) -> HttpResponse:
    label = made.number or made.policy_version
    name = f"tietosuojaseloste-{label}-{_language()}.pdf"
    return pdf_response(editions.paper(made, _language()), name=name)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Every published version, with what each changed."""
    rows = list(NoticeVersion.objects.all())
    lines = [(row, editions.changes(row, _language())) for row in rows]
    return render(request, "public/notice/versions.html", {"lines": lines})


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """One version, as it was published."""
    row = _version(number)
    made = editions.edition(row, _language())
    newest = editions.newest()
    context = {
        "edition": made,
        "lead": made.body["lead"],
        "body": pages.with_proofs(made.body["page"], {}),
        "old": newest is not None and newest.number != row.number,
        "changes": editions.changes(row, _language()),
    }
    return render(request, "public/notice/page.html", context)


@require_safe
def version_pdf(request: HttpRequest, number: int) -> HttpResponse:
    return _pdf(editions.edition(_version(number), _language()))


def _version(number: int) -> NoticeVersion:
    if number >= MANY:  # larger than the database's whole numbers
        raise Http404
    return get_object_or_404(NoticeVersion, number=number)
