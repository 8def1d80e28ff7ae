"""Two people for what one alone must not do (P18): one asks, another approves, the first does it.

    approvals.require(kind="mass_export", what={"table": …}, by=user, at=now)

uses up the approval for exactly this, in the transaction of the act. Where there is none it raises
:class:`NeedsAnother`; the caller, out of that transaction, calls `ask` and tells the clerk. Which
matters need two people, and which verb approves them, is declared in the policy.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from register import permissions, policy
from register.models import Approval, User
from register.services import audit
from register.services.refusals import Refused

STANDS_FOR = timedelta(days=3)
"""How long a question waits, and then how long its answer may be used."""

Outcome = Approval.Outcome


class NeedsAnother(Refused):
    """A second person has to approve it first: `ask` her, outside the transaction given up."""

    def __init__(self) -> None:
        super().__init__(
            _("A second person has to approve this. It has been asked for; when it is approved, do "
              "this again.")
        )  # fmt: skip


class CannotDecide(Refused):
    """Not hers to decide, or decided, lapsed or used already."""


def digest(kind: str, what: Mapping[str, Any]) -> str:
    """SHA-256 of the matter, 64 hexadecimal digits: the same for the same, whatever the order."""
    told = json.dumps([kind, what], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def ask(
    *,
    kind: str,
    what: Mapping[str, Any],
    about: str,
    by: User,
    at: datetime,
    object: Model | None = None,
    reason: str = "",
) -> Approval:
    """Ask for a second person. The same question that still waits is not asked twice."""
    asked = digest(kind, what)
    waiting = _standing(at).filter(digest=asked, asked_by=by, outcome=Outcome.WAITING).first()
    if waiting is not None:
        return waiting
    approval = Approval.objects.create(
        kind=kind, digest=asked, about=about, reason=reason, asked_by=by, asked_at=at,
        expires_at=at + STANDS_FOR, saved_at=at, saved_by=by,
        object_label=object._meta.label if object else "",
        object_id=str(object.pk) if object else "",
    )  # fmt: skip
    audit.record(verb="approval.asked", by=by, at=at, object=approval, reason=kind)
    return approval


@transaction.atomic
def decide(*, approval: Approval, approve: bool, by: User, at: datetime) -> Approval:
    """Say yes or no to what another asked. Raises CannotDecide."""
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if row.asked_by_id == by.pk:
        raise CannotDecide(_("You asked for this yourself: somebody else has to approve it."))
    if not permissions.may(by, policy.NEEDS_TWO[row.kind].verb):
        raise CannotDecide(_("Your role does not approve this."))
    if row.outcome != Outcome.WAITING:
        raise CannotDecide(_("This has been decided already."))
    if row.expires_at <= at:
        raise CannotDecide(_("This has waited too long and has lapsed: it has to be asked anew."))
    row.outcome = Outcome.APPROVED if approve else Outcome.REFUSED
    row.decided_by, row.decided_at = by, at
    row.expires_at = at + STANDS_FOR
    row.saved_at, row.saved_by = at, by
    row.save()
    audit.record(verb=f"approval.{row.outcome}", by=by, at=at, object=row, reason=row.kind)
    return row


@transaction.atomic
def use(*, kind: str, what: Mapping[str, Any], by: User, at: datetime) -> Approval | None:
    """Use up the approval of exactly this that `by` asked for; None where there is none. It comes
    back when the caller's transaction is rolled back."""
    standing = _standing(at).filter(
        digest=digest(kind, what), asked_by=by, outcome=Outcome.APPROVED, used_at__isnull=True
    )
    row = standing.select_for_update(of=("self",)).order_by("decided_at").first()
    if row is None:
        return None
    row.used_at = at
    row.save(update_fields=["used_at"])
    audit.record(verb="approval.used", by=by, at=at, object=row, reason=kind)
    return row


def require(*, kind: str, what: Mapping[str, Any], by: User, at: datetime) -> Approval:
    """The approval of exactly this, now used up. Raises NeedsAnother where there is none."""
    if approval := use(kind=kind, what=what, by=by, at=at):
        return approval
    raise NeedsAnother


def waiting_for(user: User, *, at: datetime) -> QuerySet[Approval]:
    """What others have asked and this user may decide, the oldest first."""
    kinds = [k for k, matter in policy.NEEDS_TWO.items() if permissions.may(user, matter.verb)]
    return (
        _standing(at)
        .filter(outcome=Outcome.WAITING, kind__in=kinds)
        .exclude(asked_by=user)
        .order_by("asked_at")
    )


def asked_by(user: User, *, at: datetime) -> QuerySet[Approval]:
    """What this user has asked and not yet done."""
    return _standing(at).filter(asked_by=user, used_at__isnull=True)


def _standing(at: datetime) -> QuerySet[Approval]:
    return Approval.objects.select_related("asked_by", "decided_by").filter(expires_at__gt=at)
