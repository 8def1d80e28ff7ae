"""The request form on paper."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import pdf, policy
from requests_app.forms.public import KINDS
from requests_app.views.files import pdf_response


@require_safe
def request_form_pdf(request: HttpRequest) -> HttpResponse:
    language = get_language() or "fi"
    return pdf_response(rendered(language), name=f"tietosuojapyynto-{language}.pdf")


@cache
def rendered(language: str) -> bytes:
    """The sheet, made once: it changes only with the code. Call with the language active."""
    return pdf.render(
        "pdf/request_form.html",
        {"kinds": KINDS, "version": policy.VERSION},
        language=language,
        title=_("Request about personal data"),
        styles=("pdf/request_form.css",),
    )
