"""Two owners who take each other's role at the same moment. PostgreSQL only: SQLite lets one
writer in at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from register import permissions
from register.models import User
from register.services import staff
from register.services.refusals import Refused
from tests import cast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
assert connection  # named in the condition above


def take_each_other() -> list[User]:
    """The owners who are left."""
    both = [cast.leena(), cast.staff("owner")]

    def take(number: int) -> None:
        try:
            staff.take_role(grant=both[1 - number].grants.get(), by=both[number], at=timezone.now())
        except Refused:
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, range(2)))
    users = (User.objects.get(pk=user.pk) for user in both)
    return [user for user in users if permissions.may(user, "roles")]


def test_one_owner_is_left() -> None:
    assert len(take_each_other()) == 1


def test_without_the_lock_none_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, end = Barrier(2), staff._end

    def wait_for_the_other(*args: Any, **kwargs: Any) -> None:
        end(*args, **kwargs)
        try:
            gate.wait(timeout=5)
        except BrokenBarrierError:
            pass

    monkeypatch.setattr(staff, "_one_at_a_time", lambda: None)
    monkeypatch.setattr(staff, "_end", wait_for_the_other)
    assert take_each_other() == []
