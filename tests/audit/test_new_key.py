"""A new index root begins a new chain, and does not bless what was done to the old one."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from register.models import AuditSeal
from register.services import audit_chain, audit_heads
from register.vault import keyring
from tests import cast
from tests.audit.conftest import unguarded, write

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def rotate(settings: Any) -> Iterator[Callable[[], None]]:
    """Add a second index root to the key file and make it the current one."""

    def add_a_root() -> None:
        keys = json.loads(settings.MASTER_KEY)
        keys["index_root"]["keys"]["2"] = base64.b64encode(os.urandom(32)).decode()
        keys["index_root"]["current"] = 2
        settings.MASTER_KEY = json.dumps(keys)
        keyring.forget()

    yield add_a_root
    keyring.forget()


def versions() -> list[tuple[int, int]]:
    """Key version and events so far of each seal."""
    return list(AuditSeal.objects.values_list("key_version", "total"))


def test_the_new_chain_covers_every_line(rotate: Callable[[], None]) -> None:
    write(20)
    audit_chain.seal(at=cast.NOW)
    rotate()
    write(5, first=21)
    audit_chain.seal(at=cast.NOW)
    assert versions() == [(1, 20), (2, 25)]
    newest = audit_chain.check(audit_heads.chain_of(None))
    assert (newest.chain.version, newest.events, newest.count) == (2, 25, 0)


def test_a_broken_chain_stays_broken(rotate: Callable[[], None]) -> None:
    write(20)
    audit_chain.seal(at=cast.NOW)
    with unguarded() as cursor:
        cursor.execute("UPDATE register_auditevent SET verb = 'x' WHERE id = 7")
    rotate()
    write(5, first=21)
    audit_chain.seal(at=cast.NOW)
    assert versions() == [(1, 20), (1, 25)]
    found = audit_chain.check(audit_heads.chain_of(None))
    assert [finding.event_id for finding in found.findings] == [7]


def test_a_head_from_before_the_rotation_still_counts(rotate: Callable[[], None]) -> None:
    write(20)
    audit_chain.seal(at=cast.NOW)
    head = audit_heads.read(json.dumps(audit_heads.export(at=cast.NOW)))
    rotate()
    audit_chain.seal(at=cast.NOW)
    found = audit_chain.check(audit_heads.chain_of(head))
    audit_heads.compare(found, head)
    assert (found.chain.version, found.count) == (1, 0)
