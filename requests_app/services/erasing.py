"""A request under art. 17, carried out: the register's own erasure plan, shown first, then done.

The letter to the person is written from the same plan: what is kept, until when, because of what.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from register import clock, permissions, policy
from register.services import approvals, audit, erasure, events
from register.services.erasure_plans import Ground, Item, Plan
from requests_app.models import DataSubjectRequest
from requests_app.services import errors, recipients
from requests_app.tasks import queue_mail

State = DataSubjectRequest.State
Decision = DataSubjectRequest.Decision
OWN = "requests_app."


@dataclass(frozen=True, slots=True)
class Line:
    """One table of the plan, for the clerk's eyes."""

    title: str
    count: int
    until: date | None
    why: str
    columns: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """`seen` goes back with the button: what is done is what was looked at."""

    erased: tuple[Line, ...]
    kept: tuple[Line, ...]
    held: tuple[str, ...]
    seen: str


def preview(*, request: DataSubjectRequest, on: date, language: str) -> Preview | None:
    """What erasing would do now; None before the person is known."""
    if request.customer is None:
        return None
    plan = erasure.plan(customer=request.customer, on=on, ground=Ground.REQUEST)
    reasons = {reason.key: reason.name.to(language) for reason in policy.HOLD_REASONS}
    return Preview(
        erased=tuple(_line(item, language) for item in plan.erased),
        kept=tuple(_line(item, language) for item in plan.kept),
        held=tuple(reasons.get(key, key) for key in sorted(plan.held)),
        seen=fingerprint(plan),
    )


def fingerprint(plan: Plan) -> str:
    """Two plans with the same fingerprint do the same. The request's own file is left out: its
    clock starts when the request ends."""
    told = [
        (item.table, item.count, item.outcome.value, item.whole_row, item.until)
        for item in plan.items
        if not item.table.startswith(OWN)
    ]
    return hashlib.sha256(repr(sorted(told, key=repr)).encode()).hexdigest()[:32]


def erase(*, request: DataSubjectRequest, seen: str, by: Any, at: datetime) -> None:
    """Erase by the plan that was looked at, decide the request accordingly and end it. Somebody
    with a contract is erased by two: the first press asks, the one after the approval erases.

    Raises PlanChanged when something happened since, StandsHeld while a hold stands, NeedsAnother
    where nobody has approved this very plan yet.
    """
    if not permissions.may(by, "erase"):
        raise errors.NotPermitted
    try:
        _erase(request, seen, by, at)
    except errors.NeedsAnother:
        _ask_another(request, seen, by, at)  # outside the transaction that was given up
        raise


def _ask_another(request: DataSubjectRequest, seen: str, by: Any, at: datetime) -> None:
    approvals.ask(
        kind=policy.ERASE_CONTRACT.key, what=_matter(request, seen), about=request.reference,
        object=request, by=by, at=at,
    )  # fmt: skip


def _matter(request: DataSubjectRequest, seen: str) -> dict[str, str]:
    return {"request": str(request.pk), "plan": seen}


@transaction.atomic
def _erase(request: DataSubjectRequest, seen: str, by: Any, at: datetime) -> None:
    row = DataSubjectRequest.objects.select_for_update().get(pk=request.pk)
    if row.state not in DataSubjectRequest.WORKED_ON or row.kind != DataSubjectRequest.Kind.ERASURE:
        raise errors.WrongState
    if row.customer is None:
        raise errors.NotMatched
    plan = erasure.plan(customer=row.customer, on=clock.local_date(at), ground=Ground.REQUEST)
    if fingerprint(plan) != seen:
        raise errors.PlanChanged
    if events.history(row.customer).has_contract and not approvals.use(
        kind=policy.ERASE_CONTRACT.key, what=_matter(row, seen), by=by, at=at
    ):
        raise errors.NeedsAnother
    recipients.ask_to_tell(row, at=at)
    # Ended first: an open request points at the person, and she may be gone in a moment.
    _end(row, plan, at)
    audit.record(verb="request.closed", by=by, at=at, object=row, reason=row.decision)
    _execute(row, by, at)
    queue_mail(request=row, mail="closed", at=at)


def _end(row: DataSubjectRequest, plan: Plan, at: datetime) -> None:
    kept = [item for item in plan.kept if not item.table.startswith(OWN)]
    row.decision = Decision.PARTLY if kept else Decision.GRANTED
    row.grounds = letter(kept, row.language)
    row.decided_at = row.closed_at = at
    row.state = State.CLOSED
    row.save()


def _execute(row: DataSubjectRequest, by: Any, at: datetime) -> None:
    assert row.customer is not None
    plan = erasure.plan(customer=row.customer, on=clock.local_date(at), ground=Ground.REQUEST)
    try:
        erasure.execute(plan=plan, by=by, at=at)
    except erasure.Held:
        raise errors.StandsHeld from None
    except erasure.ErasureRefused:
        raise errors.PlanChanged from None


def letter(kept: list[Item], language: str) -> str:
    """What is kept, until when and why, in the person's language: a sentence per reason."""
    with translation.override(language):
        told: dict[tuple[str, str], dict[str, None]] = {}
        for item in kept:
            told.setdefault(_until_and_why(item, language), {}).update(_names(item, language))
        return "\n".join(
            _("%(what)s: kept through %(until)s.") % {"what": "; ".join(names), "until": until}
            + why
            for (until, why), names in told.items()
        )


def _until_and_why(item: Item, language: str) -> tuple[str, str]:
    until = f"{item.until.day}.{item.until.month}.{item.until.year}" if item.until else "–"
    why = f" {item.reason.to(language)} ({item.basis})" if item.reason else ""
    return until, why


def _names(item: Item, language: str) -> dict[str, None]:
    """The categories of the policy that the item's columns belong to, each once."""
    labels = [label for label in item.fields if label in policy.CATEGORY_OF]
    names = [policy.CATEGORY_OF[label].name.to(language) for label in labels]
    return dict.fromkeys(names or [_title(item)])


def _line(item: Item, language: str) -> Line:
    why = f"{item.reason.to(language)} {item.basis}" if item.reason else ""
    return Line(_title(item), item.count, item.until, why, _columns(item))


def _columns(item: Item) -> str:
    """Which columns go or stay, where the row itself does not."""
    if item.whole_row or item.table.startswith(OWN):
        return ""
    meta = apps.get_model(item.table)._meta
    names = dict.fromkeys(
        str(getattr(meta.get_field(label.rpartition(".")[2]), "verbose_name", ""))
        for label in item.fields
        if policy.access(label).roles
    )
    return ", ".join(names)


def _title(item: Item) -> str:
    return capfirst(str(apps.get_model(item.table)._meta.verbose_name_plural))
