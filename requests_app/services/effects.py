"""What granting a request does to the register, where it needs no more thought."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from register import policy
from register.models import Channel, Consent, Customer, ProcessingRestriction
from register.services import consents, restrictions
from requests_app.models import DataSubjectRequest
from requests_app.services import errors

Kind = DataSubjectRequest.Kind
PER_USE = (Kind.RESTRICTION, Kind.OBJECTION)
OPEN_TO_OBJECTION = tuple(p.key for p in policy.PURPOSES if p.subject_may_object)


@dataclass(frozen=True, slots=True)
class Uses:
    """What a restriction or an objection concerns: keys of policy.PURPOSES, and for a restriction
    its case, a key of policy.RESTRICTION_GROUNDS."""

    purposes: tuple[str, ...]
    ground: str = ""


def carry_out(
    request: DataSubjectRequest, *, uses: Uses | None = None, by: Any, at: datetime
) -> None:
    """Withdraw every consent that stands, or those that were named (art. 7), restrict the uses
    named to storage (art. 18), or stop those that were objected to (art. 21); none named, an
    objection is to marketing.

    Raises PurposesMissing where a restriction names no use or no case.
    """
    if request.customer is None:
        return
    if request.kind == Kind.WITHDRAWAL:
        withdraw_all(
            request.customer, language=request.language, by=by, at=at,
            only=request.wanted.get("consents"),
        )  # fmt: skip
    if request.kind == Kind.OBJECTION:
        _object(request.customer, uses, by, at)
    if request.kind == Kind.RESTRICTION:
        _restrict(request.customer, uses, by, at)


def _object(customer: Customer, uses: Uses | None, by: Any, at: datetime) -> None:
    """An objection to direct marketing is absolute: no reasons are asked (GDPR 21(2)–(3))."""
    for purpose in (uses.purposes if uses else ()) or (policy.MARKETING.key,):
        ground = "marketing_objection" if purpose == policy.MARKETING.key else "own_situation"
        _begin(customer, purpose, ProcessingRestriction.Kind.OBJECTION, ground, by, at)


def _restrict(customer: Customer, uses: Uses | None, by: Any, at: datetime) -> None:
    if uses is None or not uses.purposes or uses.ground not in policy.RESTRICTION_GROUND_KEYS:
        raise errors.PurposesMissing
    for purpose in uses.purposes:
        _begin(customer, purpose, ProcessingRestriction.Kind.RESTRICTION, uses.ground, by, at)


def _begin(customer: Customer, purpose: str, kind: str, ground: str, by: Any, at: datetime) -> None:
    """Begin a restriction or an objection, unless the same one stands already. Only uses that can
    be objected to: what the law imposes goes on."""
    if purpose not in OPEN_TO_OBJECTION:
        raise errors.PurposesMissing
    standing = restrictions.in_force().filter(customer=customer, purpose=purpose, kind=kind)
    if not standing.exists():
        restrictions.restrict(
            customer=customer, purpose=purpose, kind=kind, ground=ground, at=at, by=by
        )


def withdraw_all(
    customer: Customer,
    *,
    language: str,
    by: Any,
    at: datetime,
    only: Collection[str] | None = None,
) -> None:
    """Withdraw what stands: every consent, or those that the person chose, such as
    "marketing:sms"."""
    asked = Consent.objects.filter(customer=customer).order_by()
    for purpose, channel in set(asked.values_list("purpose", "channel")):
        if only and f"{purpose}:{channel}" not in only:
            continue
        if consents.stands(customer=customer, purpose=purpose, channel=channel):
            consents.withdraw(
                customer=customer,
                purpose=purpose,
                channel=channel,
                language=language,
                taken_through=Channel.WEB.value,
                at=at,
                by=by,
            )
