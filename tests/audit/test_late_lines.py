"""On PostgreSQL a smaller id may be committed after a greater one; the seal waits for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from register.models import AuditEvent
from register.services import audit, audit_chain
from tests import cast
from tests.audit.conftest import Findings

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "vault"]),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def slow_writer() -> Iterator[Any]:
    """Another connection, which has written a line and not yet committed it."""
    other = connection.copy()
    other.connect()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO register_auditevent (at, actor_roles, verb, object_label, object_id, "
            "fields, reason, outcome, query_tag) "
            "VALUES (now(), '', 'slow', '', '', '[]', '', 'done', '')"
        )
    yield other
    other.close()


def test_nothing_is_sealed_while_a_smaller_id_may_still_come(
    slow_writer: Any, findings: Findings
) -> None:
    audit.record(verb="quick", at=cast.NOW)
    assert audit_chain.seal(at=cast.NOW, patience=0.1) == 0
    slow_writer.commit()
    assert audit_chain.seal(at=cast.NOW, patience=0.1) == 2
    assert AuditEvent.objects.order_by("id").values_list("verb", flat=True).first() == "slow"
    assert findings() == []


def test_without_the_wait_a_late_line_would_look_like_an_inserted_one(
    slow_writer: Any, findings: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.record(verb="quick", at=cast.NOW)
    monkeypatch.setattr(audit_chain, "_writers", lambda connection: set())
    assert audit_chain.seal(at=cast.NOW) == 1
    slow_writer.commit()
    assert [kind for kind, _event in findings()] == ["inserted"]


def test_a_line_that_was_undone_holds_nothing_up(slow_writer: Any, findings: Findings) -> None:
    audit.record(verb="quick", at=cast.NOW)
    slow_writer.rollback()
    assert audit_chain.seal(at=cast.NOW, patience=0.1) == 1
    assert findings() == []


def test_two_sealers_at_once_make_one_seal(findings: Findings) -> None:
    audit.record(verb="quick", at=cast.NOW)
    other = connection.copy()
    other.connect()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [audit_chain.SEALER_LOCK])
    assert audit_chain.seal(at=cast.NOW) == 0
    other.close()
    assert audit_chain.seal(at=cast.NOW) == 1
