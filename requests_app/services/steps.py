"""The steps of a request from confirmation to its end, each refused where it does not belong.

    received → confirmed → identified → in hand → decided → delivered → closed

Every step locks the row, looks at its state, changes it and writes the audit line in one
transaction. Staff's steps ask for the verb "identify" or "package".
"""

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import translation

from register import permissions, policy
from register.clock import local_date
from register.models import Customer, IdentityCheck
from register.services import audit
from requests_app import deadlines, lifecycle
from requests_app.models import DataSubjectRequest
from requests_app.services import correcting, effects, errors, recipients
from requests_app.services.effects import Uses
from requests_app.tasks import after_commit, make_package_of, queue_mail

State = DataSubjectRequest.State
Kind = DataSubjectRequest.Kind
Decision = DataSubjectRequest.Decision
WITH_PACKAGE = (Kind.ACCESS, Kind.PORTABILITY)
MOVED_BY_STEPS = (
    "state", "customer_id", "identification_asked_at", "identified_at", "taken_by_id",
    "extended_at", "decided_at", "delivered_at", "closed_at",
    "code_given_at",
)  # fmt: skip


def _locked(request: DataSubjectRequest, *states: str) -> DataSubjectRequest:
    """The row as it is now, held until the transaction ends."""
    row = DataSubjectRequest.objects.select_for_update().get(pk=request.pk)
    if row.state not in states:
        raise errors.WrongState
    return row


def mark(request: DataSubjectRequest) -> str:
    """How the request stood when a page of it was made. Goes back with the page's buttons, so
    that a clerk does not act on what a colleague has changed meanwhile."""
    stood = [str(getattr(request, column)) for column in MOVED_BY_STEPS]
    return hashlib.sha256(repr(stood).encode()).hexdigest()[:32]


def require_unchanged(*, request: DataSubjectRequest, seen: str) -> None:
    """Hold the row, and raise ChangedMeanwhile when it is no more as it was when it was looked
    at. Call it in the transaction of the step itself."""
    if mark(DataSubjectRequest.objects.select_for_update().get(pk=request.pk)) != seen:
        raise errors.ChangedMeanwhile


def _enter(row: DataSubjectRequest, state: State) -> None:
    """Go to the next state, as the life cycle has it."""
    if not lifecycle.allows(row.state, state):
        raise errors.WrongState
    row.state = state


def _needs(by: Any, verb: str) -> None:
    if not permissions.may(by, verb):
        raise errors.NotPermitted


@transaction.atomic
def match(*, request: DataSubjectRequest, customer: Customer, by: Any, at: datetime) -> None:
    """Say which person of the register the request is about. A clerk's decision, never the
    machine's; it can be corrected until the identity is checked."""
    _needs(by, "identify")
    row = _locked(request, State.CONFIRMED)
    row.customer = customer
    row.save(update_fields=["customer"])
    audit.record(verb="request.matched", by=by, at=at, object=row)


@transaction.atomic
def ask_identification(*, request: DataSubjectRequest, by: Any, at: datetime) -> None:
    """Ask the person to come to the desk with a photo ID. The clock runs on."""
    _needs(by, "identify")
    row = _locked(request, State.CONFIRMED)
    row.identification_asked_at = at
    row.save(update_fields=["identification_asked_at"])
    audit.record(verb="request.identification_asked", by=by, at=at, object=row)
    queue_mail(request=row, mail="identify", at=at)


@transaction.atomic
def identify(
    *, request: DataSubjectRequest, document_type: str, mandate: str = "", by: Any, at: datetime
) -> DataSubjectRequest:
    """A photo ID was seen at the desk, and of a representative the mandate as well. Kept: which
    kind of document, which mandate, who saw it, when. Never a copy or a number. Raises NotMatched
    before the person is known, MandateMissing."""
    _needs(by, "identify")
    row = _locked(request, State.CONFIRMED)
    if row.customer is None:
        raise errors.NotMatched
    represented = row.made_by != DataSubjectRequest.MadeBy.SELF
    if represented and not mandate.strip():
        raise errors.MandateMissing
    row.document_type = document_type
    row.mandate = mandate.strip() if represented else ""
    row.identified_at = at
    row.identified_by = by
    _enter(row, State.IDENTIFIED)
    row.save(update_fields=["document_type", "mandate", "identified_at", "identified_by", "state"])
    if not represented:  # the representative's ID says nothing about the customer
        _note_check(row.customer, document_type, by, at)
    audit.record(verb="request.identified", by=by, at=at, object=row, fields=["document_type"])
    queue_mail(request=row, mail="identified", at=at)
    return row


def _note_check(customer: Customer, document_type: str, by: Any, at: datetime) -> None:
    IdentityCheck.objects.create(
        customer=customer,
        document_type=document_type,
        occasion=IdentityCheck.Occasion.REQUEST,
        checked_at=at,
        saved_at=at,
        saved_by=by,
    )


@transaction.atomic
def take(*, request: DataSubjectRequest, by: Any, at: datetime) -> None:
    """The request is in the hands of `by` from now on; from a colleague's as well, who is ill or
    away. Raises WrongState when it is in them already."""
    _needs(by, "package")
    row = _locked(request, *DataSubjectRequest.WORKED_ON)
    if row.taken_by == by:
        raise errors.WrongState
    _take(row, by, at)


def _take(row: DataSubjectRequest, by: Any, at: datetime) -> None:
    row.taken_by, row.taken_at = by, at
    if row.state == State.IDENTIFIED:
        _enter(row, State.IN_HAND)
    row.save(update_fields=["taken_by", "taken_at", "state"])
    audit.record(verb="request.taken", by=by, at=at, object=row)


@transaction.atomic
def decide(
    *,
    request: DataSubjectRequest,
    decision: str = "",
    ground: str = "",
    grounds: str = "",
    uses: Uses | None = None,
    by: Any,
    at: datetime,
) -> None:
    """Record the outcome. Refusing, whole or part, takes grounds (GDPR 12(4)): `ground` is a key
    of policy.DECISION_GROUNDS, `grounds` the reasons of the case. `uses`: what a restriction or an
    objection concerns.

    Where data is to be handed over, the worker makes the package and mails its link; otherwise the
    person is told at once.
    """
    _needs(by, "package")
    row = _locked(request, *DataSubjectRequest.WORKED_ON)
    if row.state == State.IDENTIFIED:  # whoever decides has it in hand
        _take(row, by, at)
    _decide(row, decision, ground, grounds, at)
    _enter(row, State.DECIDED)
    row.save(update_fields=["decision", "grounds", "decided_at", "state"])
    _carry_out(row, uses, by, at)
    audit.record(verb="request.decided", by=by, at=at, object=row, reason=row.decision)
    if row.kind in WITH_PACKAGE and row.decision != Decision.REFUSED:
        after_commit(make_package_of, row, by)
    else:
        queue_mail(request=row, mail="decided", at=at)


@transaction.atomic
def renew_package(*, request: DataSubjectRequest, by: Any, at: datetime) -> None:
    """Have a new package made, with a new link, where the first one expired or went astray."""
    _needs(by, "package")
    row = _locked(request, State.DECIDED, State.DELIVERED)
    if row.kind not in WITH_PACKAGE or row.decision == Decision.REFUSED:
        raise errors.WrongState
    if row.state == State.DELIVERED:
        _enter(row, State.DECIDED)
    row.delivered_at = None
    row.save(update_fields=["state", "delivered_at"])
    audit.record(verb="request.package_renewed", by=by, at=at, object=row)
    after_commit(make_package_of, row, by)


@transaction.atomic
def extend(*, request: DataSubjectRequest, reason: str, by: Any, at: datetime) -> None:
    """More time, once, told with its reason within the first month: three months from receipt in
    all (GDPR 12(3)). Raises TooLateToExtend or GroundsMissing."""
    _needs(by, "package")
    row = _locked(request, State.CONFIRMED, *DataSubjectRequest.WORKED_ON)
    received = local_date(row.received_at)
    if row.extended_at or local_date(at) > deadlines.must_notify_extension_by(received):
        raise errors.TooLateToExtend
    if not reason.strip():
        raise errors.GroundsMissing
    row.extended_at = at
    row.extension_reason = reason.strip()
    row.target_on = deadlines.extended_target(received)
    row.due_on = deadlines.extended_due(received)
    row.save(update_fields=["extended_at", "extension_reason", "target_on", "due_on"])
    audit.record(verb="request.extended", by=by, at=at, object=row)
    queue_mail(request=row, mail="extended", at=at)


@transaction.atomic
def delivered(*, request: DataSubjectRequest, at: datetime, by: Any = None) -> None:
    """The package was fetched by its link, or handed over at the desk (`by`)."""
    row = _locked(request, State.DECIDED)
    row.delivered_at = at
    _enter(row, State.DELIVERED)
    row.save(update_fields=["delivered_at", "state"])
    audit.record(verb="request.delivered", by=by, at=at, object=row)
    queue_mail(request=row, mail="delivered", at=at)


@transaction.atomic
def close(
    *,
    request: DataSubjectRequest,
    by: Any,
    at: datetime,
    decision: str = "",
    ground: str = "",
    grounds: str = "",
    uses: Uses | None = None,
) -> None:
    """End the request. One that never got so far as a decision is decided here, for instance when
    the person is not in the register or did not come to be identified."""
    _needs(by, "package")
    row = _locked(request, *DataSubjectRequest.OPEN)
    if not row.decision:
        _decide(row, decision, ground, grounds, at)
        _carry_out(row, uses, by, at)
    row.closed_at = at
    _enter(row, State.CLOSED)
    row.save()
    audit.record(verb="request.closed", by=by, at=at, object=row, reason=row.decision)
    queue_mail(request=row, mail="closed", at=at)


def _decide(
    row: DataSubjectRequest, decision: str, ground: str, grounds: str, at: datetime
) -> None:
    """Fill in the outcome. What the person is told begins with the declared ground and its law;
    where it was worked field by field, with the fields that were left as they are."""
    by_fields = correcting.outcome(row)
    decision = by_fields or decision
    with translation.override(row.language):
        left = correcting.left_as_they_are(row)
    told = "\n\n".join(filter(None, (left, _declared(ground, row), grounds.strip())))
    if not decision or (decision != Decision.GRANTED and not told):
        raise errors.GroundsMissing
    row.decision, row.grounds, row.decided_at = decision, told, at


def _declared(ground: str, row: DataSubjectRequest) -> str:
    """What the person reads of a declared ground, in the language of the request."""
    if not ground:
        return ""
    fitting = {one.key: one for one in policy.DECISION_GROUNDS if row.kind in one.kinds}
    if ground not in fitting:
        raise errors.GroundDoesNotFit
    return f"{fitting[ground].told.to(row.language)} ({fitting[ground].law})"


def _carry_out(row: DataSubjectRequest, uses: Uses | None, by: Any, at: datetime) -> None:
    """What was granted, whole or in part, happens in the same transaction."""
    if row.decision == Decision.REFUSED:
        return
    if row.decision == Decision.GRANTED or uses:
        effects.carry_out(row, uses=uses, by=by, at=at)
    if uses or row.kind != Kind.RESTRICTION:
        recipients.ask_to_tell(row, at=at)


@transaction.atomic
def withdraw(*, request: DataSubjectRequest, at: datetime, by: Any = None) -> None:
    """The person takes the request back."""
    row = _locked(request, State.RECEIVED, State.CONFIRMED, *DataSubjectRequest.WORKED_ON)
    _enter(row, State.WITHDRAWN)
    row.closed_at = at
    row.confirm_token_hash = ""
    row.save(update_fields=["state", "closed_at", "confirm_token_hash"])
    audit.record(verb="request.withdrawn", by=by, at=at, object=row)
    queue_mail(request=row, mail="withdrawn", at=at)


def days_left(request: DataSubjectRequest, *, on: date) -> int:
    """Days to the last day; negative when it has passed."""
    return (request.due_on - on).days
