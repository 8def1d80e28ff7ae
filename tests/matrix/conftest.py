"""One world for the whole matrix: built once, and put back after every question."""

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.matrix import asking
from tests.matrix.world import World, build


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """Nothing of it is left in the databases afterwards."""
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        transaction.atomic(using="vault"),
    ):
        yield build()
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="vault")


@pytest.fixture(autouse=True, scope="package")
def unlogged() -> Iterator[None]:
    """Thousands of refusals, each with its traceback, would take longer than asking."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def nothing_counted_before(db: None) -> None:
    """No throttle remembers the questions of another test."""
    cache.clear()


@pytest.fixture(autouse=True)
def unset(unset_type: None) -> None:
    """The whole matrix reads papers before they are set."""


@pytest.fixture
def ask(world: World) -> asking.Asker:
    return asking.Asker(world)
