"""The record of processing, for those who answer for it and for the authority that asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from register import pdf
from register.desk.access import needs_verb
from requests_app import record
from requests_app.views.files import pdf_response


@needs_verb("audit")
def record_page(request: HttpRequest, site: Any) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Record of processing activities"),
        "record": record.build(language=get_language() or "fi"),
    }
    return TemplateResponse(request, "requests/record.html", context)


@needs_verb("audit")
def record_pdf(request: HttpRequest, site: Any) -> HttpResponse:
    language = get_language() or "fi"
    content = pdf.render(
        "pdf/record.html",
        {"record": record.build(language=language)},
        language=language,
        title=_("Record of processing activities"),
        styles=("pdf/record.css",),
    )
    return pdf_response(content, name=f"rekisteriseloste-{language}.pdf")
