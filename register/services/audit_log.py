"""The audit as it is read: who looked at whom, when and why; chosen, in pages, and as a file."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from register import clock
from register.models import AuditEvent, AuditSeal, Customer, User
from register.services import audit
from register.spreadsheets import safe

SUBJECT = "register.AuditEvent"
HEADER = (
    "event", "at", "user", "roles", "verb", "outcome", "person_number", "person", "record",
    "record_id", "fields", "reason", "count",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which lines are asked for; whatever is None or empty does not narrow. Days are Helsinki's,
    both included."""

    since: date | None = None
    until: date | None = None
    actor_id: int | None = None
    verb: str = ""
    outcome: str = ""
    customer_id: UUID | None = None

    def lines(self) -> QuerySet[AuditEvent]:
        """The newest first."""
        wanted: dict[str, Any] = {
            "at__gte": _midnight(self.since) if self.since else None,
            "at__lt": _midnight(self.until + timedelta(days=1)) if self.until else None,
            "actor_id": self.actor_id,
            "verb": self.verb,
            "outcome": self.outcome,
            "customer_id": self.customer_id,
        }
        narrowed = {name: value for name, value in wanted.items() if value not in (None, "")}
        return AuditEvent.objects.filter(**narrowed).order_by("-id")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.HELSINKI)


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its people. `customer` is None where she is gone or nobody is meant."""

    event: AuditEvent
    actor: User | None
    customer: Customer | None


def page(
    choice: Choice, *, before: int | None, size: int, by: Any, at: datetime
) -> tuple[list[Line], int | None]:
    """A page of lines and the id to go on before, or None at the end. Reading the audit is a line
    of the audit itself."""
    lines = choice.lines()
    found = list((lines.filter(id__lt=before) if before else lines)[: size + 1])
    shown = found[:size]
    audit.record(
        verb="list", by=by, at=at, reason=SUBJECT, count=len(shown), customer_id=choice.customer_id
    )
    return list(with_people(shown)), shown[-1].pk if len(found) > size else None


def with_people(events: Iterable[AuditEvent]) -> Iterator[Line]:
    events = list(events)
    actors = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    customers = Customer.objects.in_bulk(
        {event.customer_id for event in events if event.customer_id}
    )
    for event in events:
        actor = actors.get(event.actor_id) if event.actor_id else None
        customer = customers.get(event.customer_id) if event.customer_id else None
        yield Line(event, actor, customer)


def newest_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("key_version", "number").defer("tags").last()


# -- As a file ------------------------------------------------------------------------------------

PART = 2_000


def export(choice: Choice, *, by: Any, at: datetime) -> Iterator[str]:
    """The chosen lines as CSV, part by part, the newest first. The line about the export is
    written before the first part is made; no name of a customer is in the file."""
    lines = choice.lines()
    newest = lines.values_list("id", flat=True).first() or 0
    lines = lines.filter(id__lte=newest)
    audit.record(
        verb="export", by=by, at=at, reason=SUBJECT, count=lines.count(),
        customer_id=choice.customer_id,
    )  # fmt: skip
    return _parts(lines)


def _parts(lines: QuerySet[AuditEvent]) -> Iterator[str]:
    yield _csv([HEADER])
    before: int | None = None
    while part := list((lines.filter(id__lt=before) if before else lines)[:PART]):
        yield _csv(_cells(line) for line in with_people(part))
        before = part[-1].pk


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cells(line: Line) -> tuple[Any, ...]:
    event, customer = line.event, line.customer
    return (
        event.pk,
        event.at.astimezone(clock.HELSINKI).isoformat(timespec="seconds"),
        line.actor.get_username() if line.actor else event.actor_id,
        event.actor_roles,
        event.verb,
        event.outcome,
        customer.number if customer else None,
        event.customer_id,
        event.object_label,
        event.object_id,
        " ".join(event.fields),
        event.reason,
        event.count,
    )
