"""A damage or fee case: what happened, what it costs, the person's objection, and its end."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from register import permissions, tasks
from register.desk import photos
from register.desk.access import looked_at, needs_sight, needs_to_write, staff, tried
from register.desk.forms import CarefulForm, SeenForm
from register.formfields import EuroField
from register.models import Case, ConditionMark, Disclosure, OrderLine, User
from register.services import case_letters, cases, conditions
from register.services.refusals import ChangedMeanwhile, Refused


def _words(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), **kwargs
    )


class AssessForm(SeenForm):
    description = _words(gettext_lazy("What happened"))
    estimate_cents = EuroField(label=gettext_lazy("Estimate of the costs, €"), required=False)
    fee_cents = EuroField(
        label=gettext_lazy("Fee, €"), required=False,
        help_text=gettext_lazy("What the renter is asked to pay: at most the deductible."),
    )  # fmt: skip

    field_order = ("description", "estimate_cents", "fee_cents", "seen")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("estimate_cents", "fee_cents"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, _("Write the amount without a minus."))
        return cleaned


class ObjectionForm(CarefulForm):
    words = _words(
        gettext_lazy("The customer's objection"),
        help_text=gettext_lazy("In the customer's own words. Its day is kept with it."),
    )


class AnswerForm(CarefulForm):
    words = _words(gettext_lazy("Our answer"))
    fee_cents = EuroField(
        label=gettext_lazy("New fee, €"), required=False,
        help_text=gettext_lazy("Leave empty when the fee stays."),
    )  # fmt: skip


class LetterForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Letter"), choices=())

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = case_letters.ready(case)  # type: ignore[attr-defined]


def _case_or_404(pk: UUID) -> Case:
    return get_object_or_404(
        Case.objects.select_related("customer", "booking__craft__craft_class"), pk=pk
    )


@needs_sight(Case)
def case_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    case = _case_or_404(pk)
    looked_at(request, case)
    return _show(request, site, case)


def _show(request: HttpRequest, site: Any, case: Case, **bound: Any) -> HttpResponse:
    """The case's page; `bound` holds a form that was not accepted."""
    user = staff(request)
    seen = {"seen": case.saved_at.isoformat()}
    figures = {n: getattr(case, n) for n in ("description", "estimate_cents", "fee_cents")}
    sees_marks = case.booking is not None and permissions.may_see(user, ConditionMark)
    marks = case.booking.marks.all() if case.booking and sees_marks else []
    context = {
        **site.each_context(request),
        "title": f"{case.get_kind_display()} {case.number}",
        "case": case,
        "customer": case.customer,
        "is_open": case.state in Case.OPEN_STATES,
        "may": {
            "write": permissions.may_write(user, Case),
            "charge": permissions.may_write(user, OrderLine),
            "disclose": permissions.may_write(user, Disclosure),
        },
        "next": {str(state.value) for state in Case.NEXT[Case.State(case.state)]},
        "assess_form": AssessForm(initial={**figures, **seen}),
        "objection_form": ObjectionForm(prefix="objection"),
        "answer_form": AnswerForm(prefix="answer"),
        "disclosures": case.disclosures.all() if permissions.may_see(user, Disclosure) else (),
        "letter_form": LetterForm(case=case),
        "letters": bool(case_letters.ready(case)),
        "marks": conditions.drawn(marks),
        "drawing_label": _("Drawing of the craft from above"),
        "photos": photos.panel(request, case),
        **bound,
    }
    return TemplateResponse(request, "desk/case.html", context)


def _after(
    request: HttpRequest, site: Any, case: Case, form: Any, name: str, done: Any, words: str
) -> HttpResponse:
    if done is None:
        return _show(request, site, _case_or_404(case.pk), **{name: form, "open": name})
    messages.success(request, words)
    return redirect("admin:desk-case", case.pk)


@require_POST
@needs_to_write(Case)
def assess(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    case, form, done = _case_or_404(pk), AssessForm(request.POST), None
    if form.is_valid():
        done = tried(form, lambda: _assess(form, case, by=staff(request)))
    return _after(request, site, case, form, "assess_form", done, _("Saved."))


def _assess(form: AssessForm, case: Case, *, by: User) -> Case:
    try:
        return cases.assess(case=case, by=by, at=timezone.now(), **form.cleaned_data)
    except ChangedMeanwhile:
        form.tell_changes(Case.objects.get(pk=case.pk))
        raise


@require_POST
@needs_to_write(Case)
def objection(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    case, form, done = _case_or_404(pk), ObjectionForm(request.POST, prefix="objection"), None
    if form.is_valid():
        words = form.cleaned_data["words"]
        act = partial(cases.note_objection, case=case, words=words, by=staff(request))
        done = tried(form, lambda: act(at=timezone.now()))
    told = _("The objection is written down. Answer it before the case ends.")
    return _after(request, site, case, form, "objection_form", done, told)


@require_POST
@needs_to_write(Case)
def answer(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    case, form, done = _case_or_404(pk), AnswerForm(request.POST, prefix="answer"), None
    if form.is_valid():
        act = partial(cases.answer, case=case, by=staff(request), **form.cleaned_data)
        done = tried(form, lambda: act(at=timezone.now()))
    told = _("The answer is written down. Send it as a letter or a mail.")
    return _after(request, site, case, form, "answer_form", done, told)


@require_POST
@needs_to_write(OrderLine)
def charge(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    return _acted(request, pk, cases.charge, _("The fee is on the bill."))


@require_POST
@needs_to_write(Case)
def end(request: HttpRequest, site: Any, pk: UUID, to: str) -> HttpResponse:
    """Settled, or written off."""
    return _acted(request, pk, partial(cases.end, to=to), _("The case has ended."))


def _acted(request: HttpRequest, pk: UUID, act: Callable[..., Any], words: str) -> HttpResponse:
    try:
        act(case=_case_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("admin:desk-case", pk)


@require_POST
@needs_to_write(Case)
def letter(request: HttpRequest, site: Any, pk: UUID, how: str) -> HttpResponse:
    """Printed as a PDF, or mailed by the worker."""
    case = _case_or_404(pk)
    form = LetterForm(request.POST, case=case)
    try:
        if not form.is_valid():
            raise case_letters.CannotWrite(_("This letter does not fit the case as it is now."))
        kind = form.cleaned_data["kind"]
        if how == "paper":
            return _printed(request, case, kind)
        _mailed(request, case, kind)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("admin:desk-case", pk)


def _printed(request: HttpRequest, case: Case, kind: str) -> HttpResponse:
    content = case_letters.printed(case=case, kind=kind, by=staff(request), at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.number}.pdf"'
    return response


def _mailed(request: HttpRequest, case: Case, kind: str) -> None:
    case_letters.ensure_reachable(case)
    ids = (str(case.pk), kind, str(uuid4()), staff(request).pk)
    transaction.on_commit(lambda: tasks.send_case_letter.enqueue(*ids))
    messages.success(request, _("The letter is on its way; it stands in the log once it has left."))
