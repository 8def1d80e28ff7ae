"""What the person has restricted or objected to, on her page: what may still be done, in plain
words, how a restriction is lifted, and an objection to marketing that works at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register import clock, formfields, permissions, policy
from register.desk.access import needs_to_write, person_or_404, staff
from register.models import Channel, Consent, Customer, ProcessingRestriction, User
from register.services import audit, lifting, restrictions
from register.services.refusals import Refused

STOPPED: dict[str, Any] = {
    policy.SERVICE.key: gettext_lazy(
        "No new booking, agreement, handover or card, and no number is opened for them."
    ),
    policy.COMMUNICATION.key: gettext_lazy("No messages from us, but for what a request needs."),
    policy.MARKETING.key: gettext_lazy("No marketing in any channel, and no place in its lists."),
    policy.ANALYSIS.key: gettext_lazy("Not grouped and in no analysis or its exports."),
    policy.LOYALTY.key: gettext_lazy("No benefits of the loyalty programme are worked out."),
    policy.DEVELOPMENT.key: gettext_lazy("Feedback and wishes are not used to plan services."),
    policy.QUALITY.key: gettext_lazy("Feedback is not used to follow how service went."),
}
"""What does not happen while a purpose is restricted."""

TELL_DAYS = 7
WAYS = (Channel.PHONE, Channel.DESK, Channel.LETTER)


class LiftForm(forms.Form):
    lifts_on = forms.DateField(
        label=gettext_lazy("Lifted on"),
        widget=formfields.DateInput,
        help_text=gettext_lazy("The person is told first, and has time to answer."),
    )


class ToldForm(forms.Form):
    channel = forms.ChoiceField(
        label=gettext_lazy("Told how"), choices=[(way.value, way.label) for way in WAYS]
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A restriction or an objection that stands, and the next step of lifting it."""

    row: ProcessingRestriction
    stops: Any
    step: str
    """ "announce", "tell", "wait", "lift", or "" for whoever may not lift it."""
    form: forms.Form | None


def standing(user: User, customer: Customer, on: date) -> list[Standing] | None:
    """None for a role that does not see restrictions."""
    if not permissions.may_see(user, ProcessingRestriction):
        return None
    rows = restrictions.in_force().filter(customer=customer)
    return [_shown(row, user, on) for row in rows.order_by("starts_at")]


def _shown(row: ProcessingRestriction, user: User, on: date) -> Standing:
    step = _step(row, on) if permissions.may_write(user, ProcessingRestriction) else ""
    made: dict[str, Any] = {
        "announce": lambda: LiftForm(initial={"lifts_on": on + timedelta(days=TELL_DAYS)}),
        "tell": ToldForm,
    }
    return Standing(row, STOPPED.get(row.purpose, ""), step, made[step]() if step in made else None)


def _step(row: ProcessingRestriction, on: date) -> str:
    if row.kind == ProcessingRestriction.Kind.OBJECTION:
        return "lift"
    if row.told_before_lifting_at is None:
        return "tell" if row.lifts_on else "announce"
    return "wait" if row.lifts_on and row.lifts_on > on else "lift"


def still_allowed(rows: Iterable[Standing]) -> list[str]:
    """Purposes for which the data may be used all the same, by name."""
    stopped = {one.row.purpose for one in rows}
    language = get_language()
    return [p.name.to(language) for p in policy.PURPOSES if p.key not in stopped]


def may_object(user: User, customer: Customer) -> bool:
    """Whether the button "No marketing" is offered: who takes consents takes objections too."""
    return (
        permissions.may_write(user, Consent)
        and customer.erased_on is None
        and restrictions.allowed(customer=customer, purpose=policy.MARKETING.key)
    )


@require_POST
@needs_to_write(Consent)
def object_to_marketing(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The person says no to marketing at the desk or on the phone: it stops at once and without
    reasons (GDPR 21(2)–(3))."""
    customer, user = person_or_404(request, pk), staff(request)
    if may_object(user, customer):
        restrictions.restrict(
            customer=customer, purpose=policy.MARKETING.key,
            kind=ProcessingRestriction.Kind.OBJECTION, ground="marketing_objection",
            at=timezone.now(), by=user,
        )  # fmt: skip
        messages.success(request, _("No more marketing to this person, from now on."))
    return redirect("admin:desk-person", pk)


@require_POST
@needs_to_write(ProcessingRestriction)
def act(request: HttpRequest, site: Any, pk: UUID, what: str) -> HttpResponse:
    """A step towards lifting: decide the day, note that she was told, lift."""
    row = get_object_or_404(ProcessingRestriction, pk=pk)
    try:
        done = {"announce": _announce, "tell": _tell, "lift": _lift}[what](request, row)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("admin:desk-person", row.customer_id)


def _announce(request: HttpRequest, row: ProcessingRestriction) -> str:
    form = LiftForm(request.POST)
    if not form.is_valid():
        raise lifting.TooSoon
    made = lifting.announce(
        restriction=row, lifts_on=form.cleaned_data["lifts_on"], by=staff(request),
        at=timezone.now(),
    )  # fmt: skip
    if made.customer.email:
        return _("The person is told by e-mail. It can be lifted when the day comes.")
    return _("There is no e-mail address: tell the person by phone or letter, and note it here.")


def _tell(request: HttpRequest, row: ProcessingRestriction) -> str:
    form = ToldForm(request.POST)
    if not form.is_valid():
        raise lifting.NotTold
    lifting.told(
        restriction=row, channel=form.cleaned_data["channel"], by=staff(request),
        at=timezone.now(),
    )  # fmt: skip
    return _("Noted as told.")


def _lift(request: HttpRequest, row: ProcessingRestriction) -> str:
    lifting.lift(restriction=row, by=staff(request), at=timezone.now())
    return _("Lifted: the data may be used for this again.")


@require_safe
@needs_to_write(ProcessingRestriction)
def letter(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The letter that tells of the lifting, to be printed and posted."""
    row = get_object_or_404(ProcessingRestriction, pk=pk)
    if row.lifts_on is None:
        return redirect("admin:desk-person", row.customer_id)
    at = timezone.now()
    audit.record(verb="restriction.letter", by=request.user, at=at, object=row)
    answer = HttpResponse(lifting.letter(row, at=at), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{clock.local_date(at)}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
