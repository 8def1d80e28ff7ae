"""The bookkeeper's lists of a period, as a file."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from register import spreadsheets
from register.desk.access import needs_verb, require_proof, staff, tried
from register.formfields import DateInput
from register.services import bookkeeping


class BooksForm(forms.Form):
    """Which list, which days, which kind of file."""

    what = forms.ChoiceField(
        label=gettext_lazy("List"),
        choices=[
            ("money", gettext_lazy("Payments and refunds, with the tax in them")),
            ("sales", gettext_lazy("Sales by booking and rate of VAT")),
            ("invoices", gettext_lazy("Invoices and credit notes")),
        ],
    )
    since = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    until = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput)
    form = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("xlsx", gettext_lazy("Spreadsheet (xlsx)")), ("csv", "CSV")],
    )


def _last_month(on: date) -> dict[str, date]:
    until = on.replace(day=1) - timedelta(days=1)
    return {"since": until.replace(day=1), "until": until}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb(bookkeeping.VERB)
def export(request: HttpRequest, site: Any) -> HttpResponse:
    """The form, and the file. It names nobody, so one person is enough."""
    at = timezone.now()
    form = BooksForm(request.POST or None, initial=_last_month(timezone.localdate(at)))
    if request.method == "POST" and form.is_valid():
        require_proof(request)
        data = form.cleaned_data
        wanted = {name: data[name] for name in ("what", "since", "until")}
        made = tried(form, lambda: bookkeeping.make(**wanted, by=staff(request), at=at))
        if made is not None:
            return _file(made, data["form"])
    context = {**site.each_context(request), "title": _("For the bookkeeper"), "form": form}
    return TemplateResponse(request, "desk/bookkeeping.html", context)


def _file(made: bookkeeping.Books, form: str) -> HttpResponse:
    if form == "xlsx":
        content: Any = spreadsheets.xlsx(made.name, made.header, made.rows)
        response = HttpResponse(content, content_type=spreadsheets.XLSX_TYPE)
    else:
        content = "".join(spreadsheets.csv_parts(made.header, made.rows))
        response = HttpResponse(content, content_type=spreadsheets.CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{made.name}.{form}"'
    return response
