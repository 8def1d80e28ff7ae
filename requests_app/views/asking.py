"""The public form: one thing a page, check your answers, send.

Answers stay in a draft that only the person's browser can open (requests_app.services.drafts):
nothing personal stands in an address, and nothing is a request before it is sent.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register.services import notices
from requests_app import throttle, tokens
from requests_app.forms.asking import (
    ABOUT,
    ContactPage,
    ForWhomPage,
    KindPage,
    Page,
    SendForm,
    SubjectPage,
)
from requests_app.models import DataSubjectRequest
from requests_app.services import drafts, errors, intake
from requests_app.services.drafts import Draft
from requests_app.views.gone import TOO_MANY, gone

SENT, CHECK = "sent", "tarkista"
TO_A_BOT = "TP-0000"
COOKIE = "__Host-draft" if settings.SESSION_COOKIE_SECURE else "draft"
STEPS = 5
MOST_TYPED = 40_000  # more is shown again at once and not kept
Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the form. `key` stands in its address; `number` of STEPS; `page` gives its form
    and `asked` says whether it is asked at all, both from the answers so far."""

    key: str
    number: int
    page: Callable[[Answers], type[Page]]
    asked: Callable[[Answers], bool] = lambda answers: True

    @property
    def url(self) -> str:
        return reverse("request-new") if self is FIRST else reverse("request-page", args=[self.key])


def _kind(answers: Answers) -> str:
    return str(answers.get("kind", {}).get("kind", ""))


def _for_another(answers: Answers) -> bool:
    made_by = str(answers.get("kenelle", {}).get("made_by", "self"))
    return made_by != DataSubjectRequest.MadeBy.SELF.value


FIRST = Step("kind", 1, lambda answers: KindPage)
ABOUT_STEP = Step("asia", 4, lambda answers: ABOUT.get(_kind(answers), ABOUT["access"]))
PAGES = (
    FIRST,
    Step("kenelle", 2, lambda answers: ForWhomPage),
    Step("kenesta", 2, lambda answers: SubjectPage, _for_another),
    Step("yhteystiedot", 3, lambda answers: ContactPage),
    ABOUT_STEP,
)
BY_KEY = {step.key: step for step in PAGES[1:]}


def _asked(answers: Answers) -> list[Step]:
    return [step for step in PAGES if step.asked(answers)]


def _is_answered(step: Step, answers: Answers) -> bool:
    given = answers.get(step.key)
    if given is None:
        return False
    return step is not ABOUT_STEP or given.get("for") == _kind(answers)


def _first_open(answers: Answers) -> Step | None:
    return next((step for step in _asked(answers) if not _is_answered(step, answers)), None)


def _next(answers: Answers) -> HttpResponse:
    """To the first question without an answer; when there is none, to the check."""
    step = _first_open(answers)
    return redirect(step.url if step else reverse("request-check"))


# -- The questions ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    return _page(request, FIRST)


@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, step: str) -> HttpResponse:
    found = BY_KEY.get(step)
    return _page(request, found) if found else gone(request)


def _page(request: HttpRequest, step: Step) -> HttpResponse:
    draft = _draft(request)
    if request.method == "POST":
        return _answered(request, step, draft)
    if draft and draft.sent:
        if step is not FIRST:
            return _sent(draft.sent)
        draft = None  # a new request begins
    answers = draft.answers if draft else {}
    before = _first_open(answers)
    if step is not FIRST and before and before is not step and not _is_answered(step, answers):
        return redirect(before.url)
    return _shown(request, step, _form(request, step, draft), draft)


def _form(request: HttpRequest, step: Step, draft: Draft | None) -> Page:
    """With what was answered before, or with what was typed last and not taken."""
    answers = draft.answers if draft else {}
    if draft and draft.tried.get("step") == step.key and "kind" not in request.GET:
        typed = QueryDict(draft.tried["typed"])
        return step.page({**answers, "kind": {"kind": draft.tried["kind"]}})(typed)
    return step.page(answers)(initial=_initial(request, step, answers))


def _initial(request: HttpRequest, step: Step, answers: Answers) -> dict[str, Any]:
    told = {"language": get_language(), **answers.get(step.key, {})}
    if step is FIRST and (asked_for := request.GET.get("kind")):
        told["kind"] = asked_for
    return told


def _answered(request: HttpRequest, step: Step, draft: Draft | None) -> HttpResponse:
    """Keep the answer and go on. An answer that comes after the draft ran out is kept all the
    same, and what is missing is asked again."""
    at = now()
    if draft is None or draft.sent:
        draft = drafts.begin()
        draft.lost = step is not FIRST
        if not throttle.allowed(request, form="draft", proven=True):
            return render(request, "429.html", status=TOO_MANY)
    kind = _kind(draft.answers) or str(request.POST.get("for", ""))
    form = step.page({**draft.answers, "kind": {"kind": kind}})(request.POST)
    if not form.is_valid():
        return _try_again(request, step, draft, form, kind)
    given = dict(form.cleaned_data)
    draft.answers[step.key] = {**given, "for": kind} if step is ABOUT_STEP else given
    draft.lost = draft.lost and step is not FIRST
    draft.tried = {}
    drafts.save(draft, at=at)
    return _with_cookie(_next(draft.answers), draft)


def _try_again(
    request: HttpRequest, step: Step, draft: Draft, form: Page, kind: str
) -> HttpResponse:
    """Show the page again with what is wrong, by its own address."""
    typed = QueryDict(mutable=True)
    for name in form.fields:
        typed.setlist(name, request.POST.getlist(name))
    draft.tried = {"step": step.key, "typed": typed.urlencode(), "kind": kind}
    if len(draft.tried["typed"]) > MOST_TYPED:
        return _shown(request, step, form, draft)
    drafts.save(draft, at=now())
    return _with_cookie(redirect(step.url), draft)


def _shown(request: HttpRequest, step: Step, form: Page, draft: Draft | None) -> HttpResponse:
    answers = draft.answers if draft else {}
    asked = _asked(answers)
    place = asked.index(step) if step in asked else 0
    context = {
        "form": form,
        "step": step,
        "steps": STEPS,
        "back": asked[place - 1].url if place else "",
        "kind": _kind(answers) or str(request.POST.get("for", "")),
        "started": bool(answers),
        "lost": bool(draft and draft.lost),
        "expired": draft is None and bool(request.COOKIES.get(COOKIE)),
        "hours": drafts.HOURS,
    }
    answer = render(request, "public/request/step.html", context)
    if context["expired"]:
        _take_the_cookie(answer)  # told once that its answers ran out
    return answer


def _take_the_cookie(answer: HttpResponse) -> None:
    answer.delete_cookie(COOKIE, samesite="Lax")
    answer.cookies[COOKIE]["httponly"] = True


@require_POST
def request_leave(request: HttpRequest) -> HttpResponse:
    """Throw away what was answered so far: the next person at this screen sees nothing of it."""
    drafts.forget(request.COOKIES.get(COOKIE, ""))
    answer = redirect("request-new")
    _take_the_cookie(answer)
    return answer


# -- Check and send -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    said: str
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
def request_check(request: HttpRequest) -> HttpResponse:
    """Everything that was answered, each with its change link, and the button that sends."""
    if request.method == "POST":
        return _send(request)
    draft = _draft(request)
    if draft and draft.sent:
        return _sent(draft.sent)
    if draft is None or _first_open(draft.answers):
        return _next(draft.answers if draft else {})
    form = SendForm({} if draft.tried.get("step") == CHECK else None)
    if form.is_bound:
        form.add_error(None, _("Your answers have changed in another window. Check them again."))
    return _check_page(request, draft, form)


def _check_page(
    request: HttpRequest, draft: Draft, form: forms.Form, *, code: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "rows": [row for step in _asked(draft.answers) for row in _rows(step, draft.answers)],
        "steps": STEPS,
        "back": ABOUT_STEP.url,
        "seen": _mark(draft),
        "notice_label": notices.label(),
    }
    return render(request, "public/request/check.html", context, status=code)


def _rows(step: Step, answers: Answers) -> list[Row]:
    page = step.page(answers)()
    return [
        Row(str(what), said, step.url) for what, said in page.read_back(answers.get(step.key, {}))
    ]


def _mark(draft: Draft) -> str:
    """Of the answers that the page shows: what is sent is what was seen."""
    return hashlib.sha256(json.dumps(draft.answers, sort_keys=True).encode()).hexdigest()[:32]


@transaction.atomic
def _send(request: HttpRequest) -> HttpResponse:
    """Once, however often the button is pressed."""
    at = now()
    draft = drafts.find(request.COOKIES.get(COOKIE, ""), at=at, hold=True)
    if draft and draft.sent:
        return _sent(draft.sent)
    if draft is None or _first_open(draft.answers):
        return _next(draft.answers if draft else {})
    form = SendForm(request.POST)
    form.is_valid()
    if form.is_bot:  # told nothing, and nothing is kept
        return _sent(TO_A_BOT)
    if request.POST.get("seen") != _mark(draft):
        draft.tried = {"step": CHECK}
        drafts.save(draft, at=at)
        return redirect("request-check")
    if not throttle.allowed(request, form="request", proven=form.proven):
        form.add_error(None, _("Too many requests from here. Try again in an hour, or contact us."))
        return _check_page(request, draft, form, code=TOO_MANY)
    return _submitted(request, draft, form)


def _submitted(request: HttpRequest, draft: Draft, form: forms.Form) -> HttpResponse:
    try:
        made = intake.submit(
            **_request_of(draft.answers), at=now(),
            notice_version=request.POST.get("notice_version", ""),
        )  # fmt: skip
    except errors.StepRefused as refused:
        form.add_error(None, str(refused))
        return _check_page(request, draft, form)
    drafts.save(Draft(draft.secret, sent=made.reference), at=now())
    return _sent(made.reference)


def _request_of(answers: Answers) -> dict[str, Any]:
    """What the service takes."""
    contact, about = answers["yhteystiedot"], answers["asia"]
    with translation.override(contact["language"]):
        page = ABOUT[_kind(answers)]()
        details, wanted = page.in_words(about), page.wanted(about)
    return {
        "kind": _kind(answers),
        **{name: contact[name] for name in ("name", "email", "phone", "language")},
        "made_by": answers["kenelle"]["made_by"],
        "subject_name": answers["kenesta"]["subject_name"] if _for_another(answers) else "",
        "details": details,
        "wanted": wanted,
    }


def _sent(reference: str) -> HttpResponse:
    return redirect("request-sent", signed=tokens.sign(reference, use=SENT))


@throttle.slows_guessing
@require_safe
def request_sent(request: HttpRequest, signed: str) -> HttpResponse:
    reference = tokens.unsign(signed, use=SENT)
    if reference is None:
        return gone(request)
    hours = settings.REQUEST_CONFIRM_HOURS
    context = {"reference": reference, "confirm_hours": hours}
    return render(request, "public/request/sent.html", context)


# -- The draft ----------------------------------------------------------------------------------


def _draft(request: HttpRequest) -> Draft | None:
    return drafts.find(request.COOKIES.get(COOKIE, ""), at=now())


def _with_cookie(answer: HttpResponse, draft: Draft) -> HttpResponse:
    answer.set_cookie(
        COOKIE, draft.secret, max_age=drafts.HOURS * 3600, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer
