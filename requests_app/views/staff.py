"""Staff's pages of a request, inside the admin site: enter one, read one, take a step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import localtime, now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import clock, permissions
from register.desk.access import needs_sight, needs_verb, staff
from register.services import audit
from requests_app import mails
from requests_app.forms.staff import (
    CloseForm,
    DecideForm,
    EnterForm,
    EraseForm,
    ExtendForm,
    HandOverForm,
    IdentifyForm,
    MatchForm,
    StepForm,
)
from requests_app.models import Correction, DataSubjectRequest, RequestMail
from requests_app.services import (
    candidates,
    delivery,
    erasing,
    errors,
    intake,
    reading,
    steps,
    telling,
)
from requests_app.services import correcting as corrections
from requests_app.views import correcting, handing

State = DataSubjectRequest.State
MOST_ALIKE = 5
UNDECIDED = (State.CONFIRMED, *DataSubjectRequest.WORKED_ON)


@dataclass(frozen=True, slots=True)
class Step:
    """A button of the request's page. `states`: when it is offered; `verb`: to whom."""

    key: str
    title: Any
    verb: str
    states: tuple[str, ...]
    form: type[StepForm]
    act: Callable[..., object]
    done: Any
    leading: bool = False


STEPS = (
    Step(
        "yhdista", gettext_lazy("Say who it is about"), "identify",
        (State.CONFIRMED,), MatchForm, steps.match,
        gettext_lazy("The person is chosen."), leading=True,
    ),
    Step(
        "pyyda-tunnistus", gettext_lazy("Ask for a photo ID"), "identify",
        (State.CONFIRMED,), StepForm, steps.ask_identification,
        gettext_lazy("The person is asked to visit the desk."),
    ),
    Step(
        "tunnista", gettext_lazy("Identity checked"), "identify",
        (State.CONFIRMED,), IdentifyForm, steps.identify,
        gettext_lazy("The identity is noted as checked."), leading=True,
    ),
    Step(
        "ota", gettext_lazy("Take it in hand"), "package",
        DataSubjectRequest.WORKED_ON, StepForm, steps.take,
        gettext_lazy("The request is in your hands."),
    ),
    Step(
        "poista", gettext_lazy("Erase by this plan"), "erase",
        DataSubjectRequest.WORKED_ON, EraseForm, erasing.erase,
        gettext_lazy("Erased by the plan. The person is told."), leading=True,
    ),
    Step(
        "ratkaise", gettext_lazy("Decide"), "package",
        DataSubjectRequest.WORKED_ON, DecideForm, steps.decide,
        gettext_lazy("Decided. The person is told by e-mail."), leading=True,
    ),
    Step(
        "uusi-paketti", gettext_lazy("Make a new package"), "package",
        (State.DECIDED, State.DELIVERED), StepForm, steps.renew_package,
        gettext_lazy("A new package is being made."),
    ),
    Step(
        "luovuta", gettext_lazy("Handed over at the desk"), "identify",
        (State.DECIDED,), HandOverForm, delivery.hand_over,
        gettext_lazy("The handover is recorded, and our copy is destroyed."),
    ),
    Step(
        "lisaaika", gettext_lazy("Take more time"), "package",
        UNDECIDED, ExtendForm, steps.extend,
        gettext_lazy("The time is extended, and the person is told."),
    ),
    Step(
        "paata", gettext_lazy("Close the request"), "package",
        UNDECIDED, CloseForm, steps.close,
        gettext_lazy("The request is closed."),
    ),
    Step(
        "sulje", gettext_lazy("Close the request"), "package",
        (State.DECIDED, State.DELIVERED), StepForm, steps.close,
        gettext_lazy("The request is closed."), leading=True,
    ),
    Step(
        "peruttu", gettext_lazy("The person took it back"), "identify",
        UNDECIDED, StepForm, steps.withdraw,
        gettext_lazy("The request is marked as taken back."),
    ),
)  # fmt: skip
BY_KEY = {step.key: step for step in STEPS}


@needs_sight(DataSubjectRequest)
def request_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One request: what was asked, how it stands, and the steps that are possible now."""
    asked = _request_or_404(pk)
    audit.record(verb="view", by=request.user, at=now(), object=asked)
    return _page(request, site, asked)


@require_POST
@needs_sight(DataSubjectRequest)
def request_step(request: HttpRequest, site: Any, pk: UUID, key: str) -> HttpResponse:
    """Take a step, or show the page again with what is wrong."""
    asked, step = _request_or_404(pk), BY_KEY.get(key)
    if step is None:
        raise Http404
    _refuse_others(request, asked, step)
    if not _is_offered(step, asked, staff(request)):
        messages.error(request, _what_is_wrong(request, asked))
        return redirect("admin:requests-request", pk=pk)
    form = step.form(request.POST, prefix=key)
    form.fit(asked)
    if form.is_valid() and _taken(request, asked, step, form):
        messages.success(request, str(step.done))
        return redirect("admin:requests-request", pk=pk)
    return _page(request, site, asked, tried={key: form})


@require_POST
@needs_sight(DataSubjectRequest)
@needs_verb("identify")
def request_mail(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Send a message again, or note that the person was told by phone or on paper."""
    mail = get_object_or_404(RequestMail, pk=pk)
    try:
        mail = telling.see_to(mail=mail, by=request.user, at=now())
    except errors.StepRefused as refused:
        messages.error(request, str(refused))
    else:
        told = mail.state == RequestMail.State.TOLD
        messages.success(request, _("Noted as told.") if told else _("The mail is sent again."))
    return redirect("admin:requests-request", pk=mail.request_id)


def _refuse_others(request: HttpRequest, asked: DataSubjectRequest, step: Step) -> None:
    """Who posts a step that the page did not offer to the role is refused, in writing."""
    if permissions.may(request.user, step.verb):
        return
    audit.record(
        verb="request.step", by=request.user, at=now(), object=asked, reason=step.key,
        outcome="denied",
    )  # fmt: skip
    raise PermissionDenied


def _what_is_wrong(request: HttpRequest, asked: DataSubjectRequest) -> str:
    """Why a step is not offered: a colleague was quicker, or it never was."""
    moved = request.POST.get("seen_as", steps.mark(asked)) != steps.mark(asked)
    return str(errors.ChangedMeanwhile() if moved else errors.WrongState())


@transaction.atomic
def _taken(request: HttpRequest, asked: DataSubjectRequest, step: Step, form: StepForm) -> bool:
    """Whether the step was taken. A step undoes what it did itself, so what it asked for before
    it refused (an approval) stays."""
    try:
        if seen := request.POST.get("seen_as"):
            steps.require_unchanged(request=asked, seen=seen)
        step.act(request=asked, by=request.user, at=now(), **form.chosen())
    except errors.StepRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@needs_verb("identify")
def request_enter(request: HttpRequest, site: Any) -> HttpResponse:
    """Write in a request that came by other ways than the form."""
    form = EnterForm(request.POST or None, initial={"received_at": localtime(now())})
    if request.method == "POST" and form.is_valid() and (made := _entered(request, form)):
        messages.success(request, _("The request is in the queue."))
        return redirect("admin:requests-request", pk=made.pk)
    context = {**site.each_context(request), "title": _("New request"), "form": form}
    return TemplateResponse(request, "requests/enter.html", context)


def _entered(request: HttpRequest, form: EnterForm) -> DataSubjectRequest | None:
    try:
        return intake.enter(by=request.user, at=now(), **form.asked())
    except errors.ReceivedInFuture as refused:
        form.add_error("received_at", str(refused))
        return None


def _request_or_404(pk: UUID) -> DataSubjectRequest:
    return get_object_or_404(
        DataSubjectRequest.objects.select_related("customer", "identified_by", "taken_by"), pk=pk
    )


def _page(
    request: HttpRequest,
    site: Any,
    asked: DataSubjectRequest,
    tried: dict[str, forms.BaseForm] | None = None,
) -> HttpResponse:
    user, at = staff(request), now()
    plan = _plan(asked, user, at)
    given = {"seen": plan.seen} if plan else {}
    offered = [
        _offer(step, asked, tried or {}, given) for step in STEPS if _is_offered(step, asked, user)
    ]
    unmatched = asked.state == State.CONFIRMED and permissions.may(user, "identify")
    context = {
        **site.each_context(request),
        "title": f"{asked.reference} · {asked.name}",
        "asked": asked,
        "seen_as": steps.mark(asked),
        "days_left": steps.days_left(asked, on=clock.local_date(at)),
        "open": asked.state in DataSubjectRequest.OPEN,
        "candidates": candidates.find(request=asked, by=user, at=at) if unmatched else [],
        "leading": [offer for offer in offered if _leads(offer["step"], plan)],
        "others": [offer for offer in offered if not _leads(offer["step"], plan)],
        "mails": _mails(asked, at, may_see_to=permissions.may(user, "identify")),
        "packages": asked.packages.all(),
        "alike": asked.alike()[:MOST_ALIKE],
        "to_read": _to_read(asked, user),
        **handing.context_of(asked, user, may_print=permissions.may(user, "package")),
        "plan": plan,
        "corrections": _corrections(asked, user),
        "to_tell": correcting.to_tell(request, asked),
    }
    return TemplateResponse(request, "requests/request.html", context)


def _corrections(asked: DataSubjectRequest, user: Any) -> list[tuple[str, Correction]] | None:
    """The fields of a rectification; None where there is nothing to be corrected by this user."""
    works = permissions.may(user, "package") and corrections.is_worked_here(asked)
    return correcting.fields_of(asked) if works else None


def _mails(asked: DataSubjectRequest, at: datetime, *, may_see_to: bool) -> list[dict[str, Any]]:
    """The messages of the request, the newest first, with what can be done about each."""
    waiting = set(telling.not_reached(at=at).filter(request=asked).values_list("pk", flat=True))
    return [
        {
            "mail": mail,
            "subject": mails.MAILS[mail.mail].subject() if mail.mail in mails.MAILS else mail.mail,
            "waits": mail.pk in waiting,
            "may_see_to": may_see_to and mail.pk in waiting,
        }
        for mail in asked.mails.order_by("-asked_at")
    ]


def _to_read(asked: DataSubjectRequest, user: Any) -> int | None:
    """How many records two people have still to read; None where there is nothing to hand over."""
    if not permissions.may(user, "package") or not reading.is_to_be_read(asked):
        return None
    return sum(line.state != "approved" for line in reading.lines(asked))


def _leads(step: Step, plan: erasing.Preview | None) -> bool:
    """Beside an erasure plan, deciding by hand is the exception."""
    return step.leading and not (plan and step.act is steps.decide)


def _is_offered(step: Step, asked: DataSubjectRequest, user: Any) -> bool:
    if asked.state not in step.states or not permissions.may(user, step.verb):
        return False
    if step.act is steps.identify:
        return asked.customer is not None
    if step.act is steps.ask_identification:
        return asked.identification_asked_at is None
    if step.act is erasing.erase:
        return asked.kind == DataSubjectRequest.Kind.ERASURE
    if step.act is delivery.hand_over:
        return delivery.at_hand(asked, at=now()) is not None
    if step.act is steps.take:
        return bool(asked.taken_by != user)
    if step.act is steps.extend:
        return asked.extended_at is None
    if step.act is steps.renew_package:
        return asked.kind in steps.WITH_PACKAGE and asked.decision != "refused"
    return True


def _plan(asked: DataSubjectRequest, user: Any, at: datetime) -> erasing.Preview | None:
    """The plan of an erasure, for whoever may carry it out."""
    erases = asked.kind == DataSubjectRequest.Kind.ERASURE
    if not (erases and asked.state in DataSubjectRequest.WORKED_ON) or not permissions.may(
        user, "erase"
    ):
        return None
    language = get_language() or "fi"
    return erasing.preview(request=asked, on=clock.local_date(at), language=language)


def _offer(
    step: Step, asked: DataSubjectRequest, tried: dict[str, forms.BaseForm], given: dict[str, str]
) -> dict[str, Any]:
    form = tried.get(step.key)
    if form is None:
        fresh = step.form(prefix=step.key, initial=given)
        fresh.fit(asked)
        form = fresh
    return {"step": step, "form": form}
