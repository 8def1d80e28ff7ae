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
            for number in _numbers(label, [""]):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            return
        for number in _numbers(label, [""]):
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [number])
        for number in _numbers(label, values):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _numbers(label: str, values: Collection[str]) -> list[int]:
    """Signed 64-bit numbers, in one order so that no two writers wait for each other.

    They depend on the index key, so that the server's log tells nothing; one per version of the
    index, so that a process which has not heard of the newest version still shares a lock.
    """
    from . import blind_index

    found = {tag for v in values for tag in blind_index.tags("lock " + label, v).values()}
    return sorted(int.from_bytes(sha256(tag).digest()[:8], signed=True) for tag in found)
