"""What every test may count on: both databases, and Chromium's own event loop left in peace."""

import os

import pytest

# Playwright's synchronous API keeps an event loop in the test's thread, where Django's ORM would
# refuse to work. No test here runs Django inside a coroutine.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

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
