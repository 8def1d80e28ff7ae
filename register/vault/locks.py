"""Locks on values that may stand in one row only, held until the register's transaction ends.

The tag stands in the vault and the row in the register: no constraint spans both. So the second
writer of a value waits for the first one's transaction, and then sees whether its row came to be.
SQLite has one writer at a time, and needs none of this.
"""

from collections.abc import Collection
from hashlib import sha256

from django.db import connections

MANY = 100  # beyond this, one lock on the whole column: the server's lock table is small


def lock_values(using: str, label: str, values: Collection[str]) -> None:
    """Wait for other writers of these values. Outside a transaction there is nothing to hold."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if len(values) > MANY:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(label)])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_number(label)])
        for number in sorted(_number(label, value) for value in values):  # one order: no deadlock
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(label: str, value: str = "") -> int:
    """A signed 64-bit number. Depends on the index key, so that the server's log tells nothing."""
    from . import blind_index

    tag = next(iter(blind_index.tags("lock " + label, value).values()))
    return int.from_bytes(sha256(tag).digest()[:8], signed=True)
