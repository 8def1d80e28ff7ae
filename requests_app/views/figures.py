"""How requests are answered, in numbers, on a page and as a file for the authority."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register import clock
from register.desk.access import needs_verb
from register.spreadsheets import CSV_TYPE, csv_parts
from requests_app.services import figures


@require_safe
@needs_verb("audit")
def figures_page(request: HttpRequest, site: Any) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Requests in numbers"),
        "figures": figures.of(on=clock.local_date(now())),
        "header": figures.header(),
        "soon_days": figures.SOON_DAYS,
    }
    return TemplateResponse(request, "requests/figures.html", context)


@require_safe
@needs_verb("audit")
def figures_csv(request: HttpRequest, site: Any) -> HttpResponse:
    on = clock.local_date(now())
    lines = (line.cells() for line in figures.of(on=on).lines)
    return HttpResponse(
        "".join(csv_parts(figures.header(), lines)),
        content_type=CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="pyynnot-{on:%Y-%m-%d}.csv"'},
    )
