"""Consents at the desk: the clerk reads or shows the exact words, and one press says yes or no."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from register import tasks
from register.desk import uploads
from register.desk.access import needs_to_write, person_or_404, staff
from register.models import Attachment, Channel, Consent, Customer
from register.services import (
    asking,
    audit,
    choices_link,
    consent_papers,
    customers,
    events,
    notices,
    preferences,
)
from register.services.refusals import Refused

LANGUAGES = dict(Customer.Language.choices)
THROUGH = (Channel.DESK, Channel.PHONE)
BY_PAPER = (Channel.DESK, Channel.LETTER)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(Consent)
def consents(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Everything that is asked, with its words in the person's language."""
    customer = person_or_404(request, pk)
    if request.method == "POST":
        return _answered(request, customer)
    language = _language(request.GET.get("kieli", ""), customer)
    lines = asking.lines(customer, language=language)
    context = {
        **site.each_context(request),
        "title": _("Consents"),
        "customer": customer,
        "lines": lines,
        "language": language,
        "languages_of": LANGUAGES.items(),
        "through": [(channel.value, channel.label) for channel in THROUGH],
        "by_paper": [(channel.value, channel.label) for channel in BY_PAPER],
        "paper": uploads.PaperForm(),
        "notice_label": notices.label(),
        "served": _served(customer),
        "papers": Attachment.objects.filter(
            customer=customer, consents__isnull=False
        ).distinct().defer("content"),
        "erased": customer.erased_on is not None,
    }  # fmt: skip
    return TemplateResponse(request, "desk/consents.html", context)


def _language(asked: str, customer: Customer) -> str:
    return asked if asked in LANGUAGES else customer.language


def _through(asked: str, offered: Iterable[Channel]) -> str:
    return next((channel.value for channel in offered if channel.value == asked), Channel.DESK)


def _served(customer: Customer) -> list[tuple[Any, Any]]:
    """How she wants to be served, in words."""
    now = preferences.standing(customer)
    return [
        (key.label, dict(preferences.OPTIONS[key])[now[key]])
        for key in preferences.OPTIONS
        if now[key] in dict(preferences.OPTIONS[key])
    ]


def _page(pk: UUID, language: str, customer: Customer) -> HttpResponse:
    back = redirect("admin:desk-consents", pk)
    if language != customer.language:
        back["Location"] += f"?kieli={language}"
    return back


def _answered(request: HttpRequest, customer: Customer) -> HttpResponse:
    """ "yes:marketing:email" or "no:…" from the button that was pressed."""
    said, _colon, key = request.POST.get("answer", "").partition(":")
    language = _language(request.POST.get("language", ""), customer)
    line = asking.chosen(asking.lines(customer, language=language), key)
    if line is None or said not in ("yes", "no"):
        messages.error(request, _("Open the page again: the form is broken."))
    elif line.given == (said == "yes"):
        messages.info(request, _("It stood so already: nothing was changed."))
    else:
        _write_down(request, customer, line, language)
    return _page(customer.pk, language, customer)


def _write_down(request: HttpRequest, customer: Customer, line: asking.Line, language: str) -> None:
    try:
        customers.ensure_not_erased(customer)
    except Refused as refused:
        messages.error(request, str(refused))
        return
    asking.answer(
        customer=customer, line=line, agrees=not line.given, language=language,
        taken_through=_through(request.POST.get("through", ""), THROUGH),
        notice_version=request.POST.get("notice_version", ""),
        at=timezone.now(), by=staff(request),
    )  # fmt: skip
    events.refresh([customer.pk])
    done = _("Written down: does not agree any more.") if line.given else _("Written down: agrees.")
    messages.success(request, f"{line.name}. {done}")


@uploads.takes_papers
@require_POST
@needs_to_write(Consent)
def paper(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """A signed paper: sealed, and the proof of what is ticked."""
    customer = person_or_404(request, pk)
    scan = uploads.paper(request)
    agreed = request.POST.getlist("agreed")
    language = _language(request.POST.get("language", ""), customer)
    known = {line.key for line in asking.lines(customer, language=language)}
    if isinstance(scan, str):
        messages.error(request, scan)
    elif scan is None or not known & set(agreed):
        messages.error(request, _("Choose the scanned paper, and tick what it agrees to."))
    elif customer.erased_on is not None:
        messages.error(request, _("Only what a statute requires is left of this person."))
    else:
        _row, acts = consent_papers.take(
            customer=customer, agreed=agreed, paper=scan, language=language,
            taken_through=_through(request.POST.get("through", ""), BY_PAPER),
            at=timezone.now(), by=staff(request),
        )  # fmt: skip
        done = _("The paper is sealed. Consents written down: %(count)s.")
        messages.success(request, done % {"count": len(acts)})
    return _page(customer.pk, language, customer)


@require_POST
@needs_to_write(Consent)
def link(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Send the person the link to her own choices."""
    customer = person_or_404(request, pk)
    try:
        choices_link.ensure_reachable(customer)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        at = timezone.now()
        audit.record(verb="choices.link_asked", by=staff(request), at=at, object=customer)
        tasks.send_choices_link.enqueue(str(pk))
        messages.success(request, _("The link is on its way by e-mail."))
    return redirect("admin:desk-consents", pk)
