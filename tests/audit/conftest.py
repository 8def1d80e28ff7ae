"""An audit to tamper with, behind the register's back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management.color import no_style
from django.db import connection

from register.models import AuditEvent, guards
from register.services import audit_chain
from tests import cast

TABLES = ("register_auditevent", "register_auditseal")


@contextmanager
def unguarded() -> Iterator[Any]:
    """A cursor for somebody who owns the database: the triggers are out of the way."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield cursor
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            return
        for name in guards.trigger_names():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        yield cursor
    guards.install(connection)


def write(number: int, *, step: int = 1, first: int = 1) -> None:
    """So many events. `step` leaves ids free between them, as acts that were undone do."""
    verbs = ("view", "list", "reveal", "search", "change")
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                id=first + step * place,
                at=cast.NOW + timedelta(seconds=place),
                actor_id=place % 7 + 1,
                actor_roles="desk",
                verb=verbs[place % 5],
                object_label="register.Customer",
                object_id=f"{place:032x}",
                fields=["email", "phone"] if place % 3 else [],
                reason="identify" if place % 2 else "",
                count=place % 11 or None,
            )
            for place in range(number)
        ],
        batch_size=1_000,
    )
    with connection.cursor() as cursor:  # the next line that is written gets the next number
        for statement in connection.ops.sequence_reset_sql(no_style(), [AuditEvent]):
            cursor.execute(statement)


def found() -> audit_chain.Check:
    sealing = audit_chain.chain(1)
    assert sealing is not None
    return audit_chain.check(sealing)


Findings = Callable[[], list[tuple[str, int | None]]]


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch) -> Findings:
    """Kind and event of everything that a check finds."""
    monkeypatch.setattr(audit_chain, "MOST_FINDINGS", 100_000)
    return lambda: [(finding.kind, finding.event_id) for finding in found().findings]
