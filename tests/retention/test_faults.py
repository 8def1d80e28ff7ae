"""Whatever fails at whatever moment of a night: nothing half-done is called complete, and the next
night finishes it. Here one operation in seventeen is struck; bench/faults.py strikes them all."""

import pytest
from django.db import connection

from tests.retention import faults

pytestmark = pytest.mark.django_db(transaction=True)

EVERY = 17


@pytest.mark.parametrize("mode", faults.MODES)
def test_a_fault_leaves_nothing_half_done_that_is_called_complete(mode: str) -> None:
    if "kill" in mode and connection.vendor != "postgresql":
        pytest.skip("a database in memory dies with its process")
    kinds = faults.count()
    assert {"sql", "commit", "file", "key", "mail"} <= kinds.keys()
    struck = 0
    for at in range(faults.MODES.index(mode), kinds.total(), EVERY):
        what, wrong = faults.strike(at, mode)
        assert not wrong, (at, mode, what)
        struck += bool(what)
    assert struck >= kinds.total() // EVERY - 1
