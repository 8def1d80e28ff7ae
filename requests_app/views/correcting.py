"""The page on which a request for rectification is worked field by field, and the recipients who
have to be told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from register import permissions
from register.desk.access import looked_at, needs_verb, staff
from register.models import User
from register.services.refusals import Refused
from requests_app.forms.correcting import YES, AnswerForm, ToldForm, ValueForm
from requests_app.models import Correction, DataSubjectRequest, RecipientNotice
from requests_app.packages.corrections import title_of
from requests_app.services import correcting, errors, recipients
from requests_app.services.correcting import Spot

FIELD = "kentta"
"""The name in the address of the field that is to be corrected: labels and an opaque id."""


@dataclass(frozen=True, slots=True)
class Line:
    """A field of the request as the clerk sees it; `form` while it is open."""

    correction: Correction
    title: str
    old: str
    proposed: str
    form: AnswerForm | None


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("package")
def corrections_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Choose a field, write down what it should be, then decide each."""
    asked = _asked_or_404(pk)
    looked_at(request, asked)
    chosen = _chosen(request, asked)
    form = ValueForm(request.POST or None, spot=chosen) if chosen else None
    if request.method == "POST" and form and form.is_valid() and _proposed(request, asked, form):
        messages.success(request, _("Written down. Now say what is done with it."))
        return redirect("admin:requests-corrections", pk=pk)
    return _page(request, site, asked, form=form)


def _page(
    request: HttpRequest,
    site: Any,
    asked: DataSubjectRequest,
    *,
    form: ValueForm | None = None,
    tried: dict[UUID, AnswerForm] | None = None,
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Correct field by field"),
        "asked": asked,
        "places": correcting.places(request=asked, by=staff(request)),
        "lines": _lines(asked, staff(request), tried or {}),
        "form": form,
        "field": FIELD,
    }
    return TemplateResponse(request, "requests/corrections.html", context)


def _asked_or_404(pk: UUID) -> DataSubjectRequest:
    asked = get_object_or_404(DataSubjectRequest.objects.select_related("customer"), pk=pk)
    if not correcting.is_worked_here(asked):
        raise Http404
    return asked


def _chosen(request: HttpRequest, asked: DataSubjectRequest) -> Spot | None:
    key = request.GET.get(FIELD, "")
    if not key:
        return None
    found = correcting.spot(request=asked, key=key, by=staff(request))
    if found is None:
        raise Http404
    return found


def _proposed(request: HttpRequest, asked: DataSubjectRequest, form: ValueForm) -> bool:
    try:
        correcting.propose(
            request=asked, spot=form.spot, value=form.cleaned_data["value"], by=staff(request),
            at=now(),
        )  # fmt: skip
    except errors.StepRefused as refused:
        form.add_error("value", str(refused))
        return False
    return True


def fields_of(asked: DataSubjectRequest) -> list[tuple[str, Correction]]:
    """Every field of the request by its name, without its values."""
    return [(title_of(row), row) for row in Correction.objects.filter(request=asked)]


def _lines(asked: DataSubjectRequest, by: User, tried: dict[UUID, AnswerForm]) -> list[Line]:
    at = now()
    rows = Correction.objects.filter(request=asked).select_related("decided_by")
    return [
        Line(
            correction=row,
            title=title_of(row),
            old=correcting.shown(row, "old", by=by, at=at),
            proposed=correcting.shown(row, "proposed", by=by, at=at),
            form=_answer_form(row, tried),
        )
        for row in rows
    ]


def _answer_form(row: Correction, tried: dict[UUID, AnswerForm]) -> AnswerForm | None:
    if row.outcome != Correction.Outcome.OPEN:
        return None
    return tried.get(row.pk) or AnswerForm(prefix=str(row.pk))


@require_POST
@needs_verb("package")
def correction_answer(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Correct one field now, or leave it for a declared ground."""
    row = get_object_or_404(Correction, pk=pk)
    asked = _asked_or_404(row.request_id)
    form = AnswerForm(request.POST, prefix=str(pk))
    if form.is_valid() and _answered(request, row, form):
        messages.success(request, _("Decided: %(field)s.") % {"field": title_of(row)})
        return redirect("admin:requests-corrections", pk=asked.pk)
    return _page(request, site, asked, tried={row.pk: form})


def _answered(request: HttpRequest, row: Correction, form: AnswerForm) -> bool:
    data, by = form.cleaned_data, staff(request)
    try:
        if data["answer"] == YES:
            correcting.accept(correction=row, by=by, at=now())
        else:
            correcting.refuse(
                correction=row, ground=data["ground"], reasons=data["reasons"], by=by, at=now()
            )
    except (errors.StepRefused, Refused) as refused:
        form.add_error(None, str(refused))
        return False
    except ValidationError as refused:
        form.add_error(None, refused.messages[0])
        return False
    return True


@require_POST
@needs_verb("package")
def correction_drop(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Take back what was written down wrongly."""
    row = get_object_or_404(Correction, pk=pk)
    try:
        correcting.take_back(correction=row, by=staff(request), at=now())
    except errors.StepRefused as refused:
        messages.error(request, str(refused))
    return redirect("admin:requests-corrections", pk=row.request_id)


# -- Recipients -----------------------------------------------------------------------------------


@require_POST
@needs_verb("package")
def recipient_told(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Note when a recipient was told, or why it cannot be done."""
    notice = get_object_or_404(RecipientNotice, pk=pk)
    form = ToldForm(request.POST, prefix=str(pk))
    if not form.is_valid():
        messages.error(request, _("Say on which day they were told."))
    else:
        _note_told(request, notice, form)
    return redirect("admin:requests-request", pk=notice.request_id)


def _note_told(request: HttpRequest, notice: RecipientNotice, form: ToldForm) -> None:
    data = form.cleaned_data
    try:
        recipients.done(notice=notice, on=data["on"], why=data["why"], by=staff(request), at=now())
    except errors.StepRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted."))


def to_tell(request: HttpRequest, asked: DataSubjectRequest) -> list[dict[str, Any]]:
    """The recipients of a request, each with the form to note it while it is open."""
    if not permissions.may_see(request.user, RecipientNotice):
        return []
    may = permissions.may(request.user, "package")
    return [
        {
            "notice": notice,
            "form": ToldForm(prefix=str(notice.pk), initial={"on": localdate()})
            if may and notice.outcome == RecipientNotice.Outcome.OPEN
            else None,
        }
        for notice in RecipientNotice.objects.filter(request=asked).select_related("done_by")
    ]
