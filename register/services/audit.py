"""Writes the audit: one line per act, in the transaction of the act. No values, ever."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Model
from django.utils import timezone

from register import permissions, policy
from register.models import AuditEvent, Customer
from register.services import look_ups
from register.vault.audit import Reveal


class Unwritable(DatabaseError):
    """The line could not be written: what it was to record must not happen."""

    def __init__(self) -> None:
        super().__init__("The audit cannot be written.")


def record(
    *,
    verb: str,
    at: datetime,
    by: Any = None,
    object: Model | None = None,
    customer_id: UUID | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
    outcome: str = AuditEvent.Outcome.DONE,
    count: int | None = None,
    query: str = "",
) -> AuditEvent:
    """Write one line. Call it inside the transaction of what it records: if the line cannot be
    written, the thing does not happen.

    `by`: the user, or None for the system itself. `fields`: names of columns. `reason`: a key that
    the policy declares, or the name of a job. `query`: what was searched for; only a keyed hash of
    it is kept. `customer_id` is found from `object` when it is left out.
    """
    signed_in = by is not None and by.is_authenticated
    event = _written(
        at=at,
        actor_id=by.pk if signed_in else None,
        actor_roles=",".join(permissions.roles_of(by)),
        verb=verb,
        object_label=object._meta.label if object else "",
        object_id=str(object.pk) if object else "",
        customer_id=customer_id or _customer_of(object),
        fields=sorted(fields),
        reason=reason,
        outcome=outcome,
        count=count,
        query_tag=query_tag(query) if query else "",
    )
    if outcome == AuditEvent.Outcome.DONE:
        look_ups.watch(event)
    elif (lines := _denials.get()) is not None:
        lines.append(event)
    return event


def _written(**line: Any) -> AuditEvent:
    try:
        return AuditEvent.objects.create(**line)
    except DatabaseError:  # its message may quote the row
        raise Unwritable from None


_denials: ContextVar[list[AuditEvent] | None] = ContextVar("denials", default=None)


@contextmanager
def denials() -> Iterator[list[AuditEvent]]:
    """The refusals that are written down within the block."""
    lines: list[AuditEvent] = []
    token = _denials.set(lines)
    try:
        yield lines
    finally:
        _denials.reset(token)


def _customer_of(row: Model | None) -> UUID | None:
    if isinstance(row, Customer):
        return row.pk
    found = getattr(row, "customer_id", None)
    return found if isinstance(found, UUID) else None


def query_tag(query: str) -> str:
    """A keyed hash of a search, so that the same question can be recognised but not read."""
    key = hashlib.sha256(b"register.audit.query\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, query.strip().lower().encode(), hashlib.sha256).hexdigest()


def write_down(reveal: Reveal) -> None:
    """The vault's sink: one line per value that was shown. `reason` is a key that the policy
    declares. Raises ValueError for any other, and then nothing is shown."""
    if reveal.reason not in policy.REVEAL_REASON_KEYS:
        raise ValueError(f"{reveal.reason!r} is not a declared reason to reveal")
    record(
        verb="reveal",
        by=reveal.by,
        at=reveal.at or timezone.now(),
        customer_id=reveal.customer_id,
        fields=[reveal.label],
        reason=reveal.reason,
    )
