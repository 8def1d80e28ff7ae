"""The page on which two people read what may tell of others before a copy leaves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from register.desk.access import looked_at, needs_verb, staff
from register.models import User
from requests_app.forms.reading import AnswerForm, ProposalForm
from requests_app.models import DataSubjectRequest
from requests_app.services import errors, reading
from requests_app.services.reading import Line

Form = ProposalForm | AnswerForm


@dataclass(frozen=True, slots=True)
class Shown:
    """A row on the page; `form` is None where this user has nothing to choose."""

    line: Line
    form: Form | None
    left: dict[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("package")
def passages_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Read row by row; what is chosen for each is saved at once, the rest waits."""
    asked = get_object_or_404(DataSubjectRequest.objects.select_related("customer"), pk=pk)
    if not reading.is_to_be_read(asked):
        raise Http404
    looked_at(request, asked)
    rows = [_shown(request, line) for line in reading.lines(asked)]
    if request.method == "POST" and _all_taken(asked, rows, staff(request)):
        messages.success(request, _("Your choices are saved."))
        return redirect("admin:requests-passages", pk=pk)
    context = {
        **site.each_context(request),
        "title": _("Read before handing over"),
        "asked": asked,
        "read": rows,
        "open": sum(row.line.state == "open" for row in rows),
        "waiting": sum(row.line.state == "waiting" for row in rows),
    }
    return TemplateResponse(request, "requests/passages.html", context)


def _shown(request: HttpRequest, line: Line) -> Shown:
    data = request.POST if request.method == "POST" else None
    prefix, passage = str(line.found.row.pk), line.passage
    left = reading.words_left(passage, by=staff(request), at=now())
    if line.state == "open":
        return Shown(line, ProposalForm(data, prefix=prefix, one=line.found), left)
    if line.state == "waiting" and passage and passage.proposed_by_id != staff(request).pk:
        return Shown(line, AnswerForm(data, prefix=prefix), left)
    return Shown(line, None, left)


def _all_taken(asked: DataSubjectRequest, rows: list[Shown], by: User) -> bool:
    """Every choice that was made; True when none was refused."""
    taken = [_taken(asked, row, by) for row in rows if row.form is not None]
    return all(taken)


def _taken(asked: DataSubjectRequest, row: Shown, by: User) -> bool:
    form = row.form
    if form is None or not form.is_valid():
        return form is None
    try:
        _choose(asked, row, form, by)
    except errors.StepRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _choose(asked: DataSubjectRequest, row: Shown, form: Form, by: User) -> None:
    if isinstance(form, AnswerForm):
        if row.line.passage and (answer := form.cleaned_data["answer"]):
            reading.decide(passage=row.line.passage, approve=answer == "yes", by=by, at=now())
    elif form.cleaned_data["verdict"]:
        reading.propose(request=asked, one=row.line.found, by=by, at=now(), **form.chosen())
