"""The record of processing, for those who answer for it and for the authority that asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from register import clock, pdf, permissions, spreadsheets
from register.desk.access import needs_verb
from requests_app import record
from requests_app.views.files import pdf_response


@needs_verb("audit")
def record_page(request: HttpRequest, site: Any) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Record of processing activities"),
        "record": _record(),
        "may_keep": permissions.may(request.user, "processors"),
    }
    return TemplateResponse(request, "requests/record.html", context)


@needs_verb("audit")
def record_pdf(request: HttpRequest, site: Any) -> HttpResponse:
    language = get_language() or "fi"
    content = pdf.render(
        "pdf/record.html",
        {"record": _record()},
        language=language,
        title=_("Record of processing activities"),
        styles=("pdf/record.css",),
    )
    return pdf_response(content, name=f"rekisteriseloste-{language}.pdf")


@needs_verb("audit")
def record_csv(request: HttpRequest, site: Any) -> HttpResponse:
    """As a spreadsheet opens it: a row for each category of each purpose."""
    language, made = get_language() or "fi", _record()
    content = "".join(spreadsheets.csv_parts(record.header(), record.rows(made)))
    name = f"rekisteriseloste-{language}.csv"
    return HttpResponse(content, content_type=spreadsheets.CSV_TYPE, headers=_saved_as(name))


@needs_verb("audit")
def record_json(request: HttpRequest, site: Any) -> HttpResponse:
    language = get_language() or "fi"
    return JsonResponse(
        record.as_data(_record()),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers=_saved_as(f"rekisteriseloste-{language}.json"),
    )


def _record() -> record.Record:
    return record.whole(language=get_language() or "fi", on=clock.local_date(now()))


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
