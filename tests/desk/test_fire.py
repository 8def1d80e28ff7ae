"""A dozen clerks after one slot. The long version, fifty clerks and two hundred rounds on both
databases, is bench/fire.py."""

import pytest

from tests.desk import fire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]
from django.db import connection  # noqa: E402

assert connection  # named in the condition above


def test_one_wins_each_round_and_without_look_and_constraint_several_do() -> None:
    with fire.guard_off(), fire.look_off():
        collided = fire.rounds(count=2, clerks=12)
    assert max(collided.rows) > 1
    with fire.look_off():
        assert fire.rounds(count=4, clerks=12, first=10).one_each
    assert fire.rounds(count=4, clerks=12, first=20).one_each
