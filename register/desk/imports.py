"""Imports from the firm's spreadsheets: a file, its columns, a trial, the saving."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import policy, sheets, spreadsheets
from register.desk.access import needs_to_write, require_proof, staff, tried
from register.models import ImportRun
from register.models.choices import in_active_language
from register.services import import_rows, imports
from register.services.refusals import Refused

SHOWN_ERRORS = 50
FROM_THE_FIRM = (policy.PERSON, policy.DEALINGS, policy.ADDRESS, policy.UPDATE)


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet (.xlsx or .csv, at most 10 MB)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": gettext_lazy("Choose the file first.")},
    )  # fmt: skip

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > sheets.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB: send it in parts."))
        return bytes(file.read())


class ColumnsForm(forms.Form):
    """What each column is, and whence the list comes."""

    source = forms.ChoiceField(label=gettext_lazy("Where the data comes from"))

    def __init__(self, *args: Any, run: ImportRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source"]
        source.choices = [(one.key, in_active_language(one.name)) for one in FROM_THE_FIRM]
        choices = [("", _("Not imported")), *import_rows.FIELDS.items()]
        for place, heading in enumerate(run.headings):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading or _("Column %(number)s") % {"number": place + 1},
                choices=choices, required=False, initial=run.mapping.get(str(place), ""),
            )  # fmt: skip

    def mapping(self) -> dict[str, str]:
        return {
            name.removeprefix("column-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("column-")
        }


def _run_or_404(pk: UUID) -> ImportRun:
    return get_object_or_404(imports.runs(), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(ImportRun)
def start(request: HttpRequest, site: Any) -> HttpResponse:
    """A new file, and the imports before."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        require_proof(request)
        run = tried(
            form,
            lambda: imports.receive(
                content=form.cleaned_data["file"], by=staff(request), at=timezone.now()
            ),
        )
        if run is not None:
            return redirect("admin:desk-import", run.pk)
    context = {
        **site.each_context(request), "title": _("Import"), "form": form,
        "runs": imports.runs()[:20],
    }  # fmt: skip
    return TemplateResponse(request, "desk/imports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(ImportRun)
def page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Where the import stands: columns to choose, progress, or what came of it."""
    run = _run_or_404(pk)
    form = ColumnsForm(request.POST or None, run=run, initial={"source": policy.DEALINGS.key})
    if request.method == "POST" and form.is_valid():
        done = tried(form, lambda: _check(run, form, request))
        if done is not None:
            return redirect("admin:desk-import", pk)
    state = ImportRun.State
    at = timezone.now()
    context = {
        **site.each_context(request), "title": _("Import"), "run": run, "form": form,
        "chooses": run.state in (state.NEW, state.CHECKED),
        "works": run.state in (state.CHECKING, state.RUNNING),
        "stalled": at - run.touched_at >= imports.STALLED,
        "errors": _errors(run)[:SHOWN_ERRORS], "percent": 100 * run.done // max(run.rows, 1),
        "saves": run.counts.get("new", 0) + run.counts.get("updated", 0),
    }  # fmt: skip
    return TemplateResponse(request, "desk/import.html", context)


def _check(run: ImportRun, form: ColumnsForm, request: HttpRequest) -> bool:
    imports.check(
        run=run, mapping=form.mapping(), source=form.cleaned_data["source"], by=staff(request),
        at=timezone.now(),
    )  # fmt: skip
    return True


def _errors(run: ImportRun) -> list[tuple[int, str, str]]:
    """Row, column and what is wrong, in the reader's language. No cell is repeated."""
    return [
        (number, str(import_rows.FIELDS.get(name, _("the whole row"))),
         str(import_rows.MESSAGES.get(key, key)))
        for number, name, key in run.errors
    ]  # fmt: skip


@require_safe
@needs_to_write(ImportRun)
def errors(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The rows that were left out, as a file."""
    header = (_("Row"), _("Column"), _("What is wrong"))
    content = "".join(spreadsheets.csv_parts(header, _errors(_run_or_404(pk))))
    response = HttpResponse(content, content_type=spreadsheets.CSV_TYPE)
    response["Content-Disposition"] = 'attachment; filename="tuonti-virheet.csv"'
    return response


@require_POST
@needs_to_write(ImportRun)
def act(request: HttpRequest, site: Any, pk: UUID, what: str) -> HttpResponse:
    """Bring it in, go on, or throw it away."""
    acts = {"tuo": imports.bring_in, "jatka": imports.go_on, "hylkaa": imports.drop}
    if what not in acts:
        raise Http404
    try:
        acts[what](run=_run_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("admin:desk-import", pk)
