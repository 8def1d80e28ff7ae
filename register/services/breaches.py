"""The log of personal data breaches and its clock of 72 hours (GDPR 33, 34)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from register import clock, permissions
from register.models import Breach, User
from register.services import audit, numbers
from register.services.refusals import Refused

Risk = Breach.Risk
FIELDS = (
    "kind", "known_at", "happened_at", "what", "whom", "people", "data", "consequences", "measures",
    "risk", "authority_told_at", "delay_reason", "authority_why_not", "people_told_at",
    "people_why_not",
)  # fmt: skip


class Closed(Refused):
    def __init__(self) -> None:
        super().__init__(_("This breach is closed: what was written stays as it is."))


class Impossible(Refused):
    """A time that cannot be, or something that the law asks and that is missing."""


def waiting(*, at: datetime) -> QuerySet[Breach]:
    """Open breaches of which the authority has not been told and need not be left untold."""
    rows = Breach.objects.filter(closed_at__isnull=True, authority_told_at__isnull=True)
    return rows.exclude(risk=Risk.NONE).order_by("known_at")


@transaction.atomic
def begin(*, said: Mapping[str, Any], by: User, at: datetime) -> Breach:
    """Write a breach down. The clock runs from `known_at`, whenever it is written.

    Raises Impossible, PermissionDenied.
    """
    _require(by)
    _sense(said, at)
    row = Breach.objects.create(reference=_reference(at), saved_at=at, saved_by=by, **said)
    audit.record(verb="breach.begun", by=by, at=at, object=row)
    return row


def _reference(at: datetime) -> str:
    """ "TL-2026-0001" (tietoturvaloukkaus)."""
    year = clock.local_date(at).year
    return f"TL-{year}-{numbers.reserve(f'breach-{year}'):04d}"


@transaction.atomic
def go_on(*, breach: Breach, said: Mapping[str, Any], by: User, at: datetime) -> Breach:
    """Write down what is known by now; the audit names the columns that changed.

    Raises Closed, Impossible, PermissionDenied.
    """
    row = _open(breach, by)
    _sense(said, at)
    changed = [name for name, value in said.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, said[name])
    if changed:
        row.save(update_fields=changed)
        audit.record(verb="breach.noted", by=by, at=at, object=row, fields=changed)
    return row


@transaction.atomic
def close(*, breach: Breach, by: User, at: datetime) -> Breach:
    """End the matter, once everything that the law asks has an answer.

    Raises Closed, Impossible, PermissionDenied.
    """
    row = _open(breach, by)
    if lacking := missing(row):
        raise Impossible(lacking[0])
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    audit.record(verb="breach.closed", by=by, at=at, object=row)
    return row


def missing(row: Breach) -> list[Any]:
    """What still has no answer, in words, before the breach can be closed."""
    told, excused = row.authority_told_at, row.authority_why_not
    asked = (
        (row.risk == Risk.UNKNOWN, _("Assess the risk.")),
        (not row.measures, _("Say what was done about it.")),
        (not told and row.risk != Risk.NONE, _("Tell the authority: there is a risk.")),
        (not told and row.risk == Risk.NONE and not excused,
         _("Say why the authority is not told.")),
        (row.told_late and not row.delay_reason, _("Say why the authority was told late.")),
        (not row.people_told_at and row.risk == Risk.HIGH and not row.people_why_not,
         _("Tell the people, or say which ground of article 34(3) lets you leave it.")),
        (not row.people_told_at and row.risk != Risk.HIGH and not row.people_why_not,
         _("Say why the people are not told.")),
    )  # fmt: skip
    return [words for lacks, words in asked if lacks]


def _open(breach: Breach, by: User) -> Breach:
    _require(by)
    row = Breach.objects.select_for_update().get(pk=breach.pk)
    if row.closed_at:
        raise Closed
    return row


def _require(by: User) -> None:
    if not permissions.may(by, "breach"):
        raise PermissionDenied


def _sense(said: Mapping[str, Any], at: datetime) -> None:
    """Nothing is known or told before it happened, or after now."""
    known = said["known_at"]
    for name in ("known_at", "happened_at", "authority_told_at", "people_told_at"):
        moment = said.get(name)
        if moment and moment > at:
            raise Impossible(_("This time is in the future."), field=name)
    if said.get("happened_at") and said["happened_at"] > known:
        raise Impossible(_("It is known before it happened."), field="happened_at")
    for name in ("authority_told_at", "people_told_at"):
        if said.get(name) and said[name] < known:
            raise Impossible(_("Somebody was told before the firm knew."), field=name)
