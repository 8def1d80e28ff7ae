"""Paper folders on the desk: where they are, who may enter, what is to be destroyed, labels."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register import clock, pdf, permissions
from register.desk import panels
from register.desk.access import needs_sight, needs_verb, staff, tried
from register.formfields import DateInput
from register.models import Customer, PaperFolder
from register.services import audit, paper, short_clocks

GONE = 50


class DestroyForm(forms.Form):
    on = forms.DateField(label=gettext_lazy("Destroyed on"), widget=DateInput)


@require_safe
@needs_sight(PaperFolder)
def folders(request: HttpRequest, site: Any) -> HttpResponse:
    """Every folder: first those whose day has come."""
    user, at = staff(request), timezone.now()
    today = clock.local_date(at)
    standing = list(paper.standing())
    audit.record(verb="list", by=user, at=at, reason="desk.paper", count=len(standing))
    context = {
        **site.each_context(request),
        "title": _("Paper folders"),
        "due": [folder for folder in standing if folder.destroy_by <= today],
        "later": [folder for folder in standing if folder.destroy_by > today],
        "gone": paper.destroyed()[:GONE],
        "may_add": permissions.may_write(user, PaperFolder),
    }
    return TemplateResponse(request, "desk/folders.html", context)


@require_safe
@needs_sight(PaperFolder)
def folder_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One folder: where the code on its back leads."""
    folder = get_object_or_404(PaperFolder, pk=pk)
    audit.record(verb="view", by=staff(request), at=timezone.now(), object=folder)
    return _page(request, site, folder, None)


def _page(
    request: HttpRequest, site: Any, folder: PaperFolder, form: DestroyForm | None
) -> HttpResponse:
    user, today = staff(request), clock.local_date(timezone.now())
    context = {
        **site.each_context(request),
        "title": folder.label,
        "folder": folder,
        "is_due": folder.destroy_by <= today,
        "form": form or DestroyForm(initial={"on": today}),
        "may_shred": permissions.may(user, "shred"),
        "may_change": permissions.may_write(user, PaperFolder),
    }
    return TemplateResponse(request, "desk/folder.html", context)


@require_POST
@needs_verb("shred")
def destroyed(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The clerk says that the papers are destroyed, and on which day."""
    folder, at = get_object_or_404(PaperFolder, pk=pk), timezone.now()
    form, done = DestroyForm(request.POST), None
    if form.is_valid():
        done = tried(
            form,
            lambda: paper.destroy(
                folder=folder, at=at, by=staff(request), today=clock.local_date(at),
                on=form.cleaned_data["on"],
            ),
        )  # fmt: skip
    if done is None:
        return _page(request, site, folder, form)
    messages.success(request, _("Written down: the folder is destroyed."))
    return redirect("admin:paper-folders")


@require_safe
@needs_sight(PaperFolder)
def labels(request: HttpRequest, site: Any) -> HttpResponse:
    """Labels for the backs of all folders that stand."""
    return _labels(request, paper.standing(), "kansiotarrat.pdf")


@require_safe
@needs_sight(PaperFolder)
def label(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    folder = get_object_or_404(PaperFolder, pk=pk)
    return _labels(request, [folder], "kansiotarra.pdf")


def _labels(request: HttpRequest, rows: Iterable[PaperFolder], name: str) -> HttpResponse:
    """A sheet of labels. Nobody who may enter is named: a label is read by whoever passes."""
    chosen = list(rows)
    audit.record(verb="paper.labels", by=staff(request), at=timezone.now(), count=len(chosen))
    content = pdf.render(
        "pdf/folder_labels.html",
        {"labels": [(folder, f"memory:{folder.pk}") for folder in chosen]},
        language=get_language() or "fi",
        title=_("Labels for paper folders"),
        styles=("pdf/folder_labels.css",),
        images={str(folder.pk): paper.code(folder) for folder in chosen},
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the front page of whoever destroys papers, while some are due."""
    if customer is not None or not permissions.may(request.user, "shred"):
        return None
    due = short_clocks.paper_to_destroy(on=clock.local_date(timezone.now()))
    return {"due": due} if due else None


panels.add(
    panels.Panel(place=panels.FRONT, template="desk/folders_panel.html", context=panel, order=60)
)
