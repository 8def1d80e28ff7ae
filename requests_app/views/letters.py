"""The decision letter, for the clerk to print and for the person by her link."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from register.desk.access import needs_sight
from register.services import audit
from requests_app import letters, tokens
from requests_app.models import DataSubjectRequest
from requests_app.views.files import pdf_response


@require_safe
@needs_sight(DataSubjectRequest)
def staff_letter(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """To be printed and handed over or posted: with the name on it."""
    asked = get_object_or_404(DataSubjectRequest, pk=pk)
    answer = _letter(asked, named=True)
    audit.record(verb="request.letter", by=request.user, at=now(), object=asked)
    return answer


@require_safe
def request_letter(request: HttpRequest, token: str) -> HttpResponse:
    """The person's own copy, without a name: the link opens what the status page says."""
    found = DataSubjectRequest.objects.filter(status_token_hash=tokens.digest(token))
    asked = found.first()
    if asked is None:
        raise Http404
    return _letter(asked, named=False)


def _letter(asked: DataSubjectRequest, *, named: bool) -> HttpResponse:
    try:
        content = letters.render(asked, named=named)
    except LookupError:
        raise Http404 from None
    return pdf_response(content, name=f"{asked.reference}.pdf")
