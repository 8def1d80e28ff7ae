"""What every test may count on: both databases, and Chromium's own event loop left in peace."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.sqlite3.base import DatabaseOperations
from django.utils import translation

from tests import snapshots

# Playwright's synchronous API keeps an event loop in the test's thread, where Django's ORM would
# refuse to work. No test here runs Django inside a coroutine.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

snapshots.use()

# Between transactional tests Django empties every table: on SQLite with DELETE, on PostgreSQL with
# TRUNCATE. The append-only tables refuse both: the triggers step aside, and post_migrate puts them
# back.
_sql_flush = DatabaseOperations.sql_flush
_postgresql_flush = PostgresOperations.sql_flush


def _sql_flush_without_guards(self: Any, *args: Any, **kwargs: Any) -> list[str]:
    from register.models import guards

    away = [f"DROP TRIGGER IF EXISTS {name}" for name in guards.trigger_names()]
    return away + _sql_flush(self, *args, **kwargs)


def _postgresql_flush_without_guards(self: Any, *args: Any, **kwargs: Any) -> list[str]:
    from register.models import guards

    emptied = _postgresql_flush(self, *args, **kwargs)
    if not any("register_auditevent" in statement for statement in emptied):
        return emptied  # the vault's database
    away = [
        f"DROP TRIGGER IF EXISTS {table}_never_emptied ON {table}"
        for table in guards.never_emptied()
    ]
    return away + emptied


DatabaseOperations.sql_flush = _sql_flush_without_guards  # type: ignore[method-assign]
PostgresOperations.sql_flush = _postgresql_flush_without_guards  # type: ignore[method-assign]

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_serialized_rollback"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that may use the database may use both: a person's keys live in the second."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is None and DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            continue
        options = {**(marker.kwargs if marker else {}), "databases": "__all__"}
        item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture
def unset_type(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A paper is read before it is set: the same words, a hundred times faster. A test marked
    `set_type` gets the PDF all the same. Views that keep a paper forget it, before and after."""
    _forget_papers()
    if "set_type" not in request.keywords:
        from register import pdf

        monkeypatch.setattr(pdf, "render", _unset)
    yield
    _forget_papers()


def _forget_papers() -> None:
    from requests_app.views import notice, paper

    for module in (notice, paper):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _unset(template_name: str, context: Any, *, language: str, title: str, **more: Any) -> bytes:
    from register import pdf

    return pdf._html(template_name, context, language=language, title=title).encode()


@pytest.fixture(autouse=True)
def nobodys_language() -> Iterator[None]:
    """A page that was asked for in Swedish leaves no Swedish behind for the next test."""
    yield
    translation.deactivate()
