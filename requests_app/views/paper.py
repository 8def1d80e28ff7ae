"""The request form on paper."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import controller, pdf
from register.services import notices
from requests_app.forms.public import KINDS
from requests_app.views.files import pdf_response


@require_safe
def request_form_pdf(request: HttpRequest) -> HttpResponse:
    language = get_language() or "fi"
    stands = (notices.label(), *controller.details().values())
    return pdf_response(rendered(language, stands), name=f"tietosuojapyynto-{language}.pdf")


@lru_cache(maxsize=6)
def rendered(language: str, stands: tuple[str, ...]) -> bytes:
    """The sheet, made once for each language. `stands`: the notice's label, and what else the
    sheet tells that changes when a notice is published. Call with the language active."""
    return pdf.render(
        "pdf/request_form.html",
        {"kinds": KINDS, "version": stands[0]},
        language=language,
        title=_("Request about personal data"),
        styles=("pdf/request_form.css",),
    )
