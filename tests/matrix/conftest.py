"""One world for the whole matrix: built once, and put back after every question."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from register import pdf
from requests_app.views import notice, paper
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
def unset_type(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A paper is read before it is set: the same words, a hundred times faster. Tests marked
    `set_type` get the PDF. Views that keep a paper forget it, before and after."""
    _forget_papers()
    if "set_type" not in request.keywords:
        monkeypatch.setattr(pdf, "render", _unset)
    yield
    _forget_papers()


def _forget_papers() -> None:
    for module in (notice, paper):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _unset(template_name: str, context: Any, *, language: str, title: str, **more: Any) -> bytes:
    return pdf._html(template_name, context, language=language, title=title).encode()


@pytest.fixture
def ask(world: World) -> asking.Asker:
    return asking.Asker(world)
