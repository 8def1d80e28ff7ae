"""On PostgreSQL the server's role may add to the audit and nothing else (docs/deploy.md)."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "deploy.md"
EVENT = (
    "INSERT INTO register_auditevent (at, actor_roles, verb, object_label, object_id, fields, "
    "reason, outcome, query_tag) VALUES (now(), '', 'view', '', '', '[]', '', 'done', '')"
)


def grants(role: str) -> str:
    """The lines of the page, for that role."""
    [block] = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(block).replace("kesajetti_app", role)


def sign_in(**other: Any) -> psycopg.Connection[Any]:
    wrapper: Any = connection
    wanted = {**wrapper.get_connection_params(), **other}
    for ours in ("cursor_factory", "context", "prepare_threshold", "server_side_binding"):
        wanted.pop(ours, None)
    return psycopg.connect(**wanted, autocommit=True)


@pytest.fixture
def app() -> Iterator[psycopg.Connection[Any]]:
    """Signed in as the role of the server. The owner, who made the tables, gave it its rights."""
    role, password = f"app_{secrets.token_hex(4)}", secrets.token_hex(8)
    owner = sign_in()
    owner.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password)
    )
    owner.execute(grants(role).encode())
    server = sign_in(user=role, password=password)
    yield server
    server.close()
    owner.execute(f"DROP OWNED BY {role}".encode())
    owner.execute(f"DROP ROLE {role}".encode())
    owner.close()


REFUSED = (
    "UPDATE register_auditevent SET verb = 'x'",
    "DELETE FROM register_auditevent",
    "TRUNCATE register_auditevent",
    "UPDATE register_auditseal SET total = 0",
    "DELETE FROM register_auditseal",
    "TRUNCATE register_auditseal",
    "ALTER TABLE register_auditevent DISABLE TRIGGER USER",
    "DROP TRIGGER register_auditevent_append_only ON register_auditevent",
    "DROP TABLE register_auditseal",
    "UPDATE register_consent SET action = 'given'",
    "TRUNCATE register_customer CASCADE",
    "DELETE FROM django_migrations",
    "SET session_replication_role = replica",
    "CREATE TABLE elsewhere (id int)",
)


def test_the_server_adds_lines_and_may_do_nothing_else_to_them(app: Any) -> None:
    with app.transaction(force_rollback=True):
        app.execute(EVENT)
        app.execute("SELECT count(*) FROM register_auditevent").fetchone()
    for statement in REFUSED:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)


def test_the_server_still_does_its_work(app: Any) -> None:
    with app.transaction(force_rollback=True):
        app.execute("UPDATE register_customer SET first_name = first_name")
        app.execute("DELETE FROM register_consent")
        app.execute("DELETE FROM django_session")
        app.execute("SELECT pg_try_advisory_xact_lock(1)")
        app.execute("SELECT virtualtransaction FROM pg_locks").fetchall()


def test_the_owner_meets_the_triggers() -> None:
    owner = sign_in()
    try:
        with owner.transaction(force_rollback=True):
            owner.execute(EVENT)
            for statement in REFUSED[:3]:
                with pytest.raises(psycopg.errors.IntegrityError), owner.transaction():
                    owner.execute(statement)
    finally:
        owner.close()
