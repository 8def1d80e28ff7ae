"""The guards stand in the database itself, also after a table was emptied or rebuilt."""

import pytest
from django.db import IntegrityError, connection, transaction

from register.models import AuditEvent, guards
from register.services import audit
from tests import cast


def refuses_to_change_the_audit() -> bool:
    audit.record(verb="customer.viewed", at=cast.NOW)
    try:
        with transaction.atomic():
            AuditEvent.objects.update(verb="nothing")
    except IntegrityError:
        return True
    return False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_guards_stand_again_after_a_flush(round_: int) -> None:
    assert refuses_to_change_the_audit()


@pytest.mark.django_db
def test_guards_can_be_installed_twice() -> None:
    guards.install(connection)
    guards.install(connection)
    assert refuses_to_change_the_audit()


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite checks keys its own way")
def test_every_foreign_key_of_the_register_is_checked_at_once_and_never_cascades() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' "
            "AND (condeferrable OR confdeltype <> 'r') "
            "AND (conrelid::regclass::text LIKE 'register\\_%%' "
            "OR conrelid::regclass::text LIKE 'requests\\_app\\_%%')",
            [],
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_a_rebuilt_table_on_sqlite_gets_its_triggers_back() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps its triggers through an ALTER TABLE")
    with connection.cursor() as cursor:
        for name in guards.trigger_names():
            cursor.execute(f"DROP TRIGGER {name}")
    assert not refuses_to_change_the_audit()
    guards.install(connection)
    assert refuses_to_change_the_audit()
