"""Aino and Eero with sealed identity numbers, and an empty memory of keys before every test."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from register.models import Customer, Identity
from register.vault import audit, keyring, keys
from tests import cast

CODE = "131052-308T"
ANOTHER_CODE = "010203A1230"
PASSPORT = "XP9876501"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    keys.forget()
    keyring.forget()
    yield
    keys.forget()
    keyring.forget()


@pytest.fixture
def key_file(tmp_path: Path, settings) -> Path:
    """A key file of its own, named in the settings."""
    path = tmp_path / "keys" / "master.json"
    settings.MASTER_KEY_FILE = str(path)
    call_command("generate_keys", stdout=StringIO())
    return path


@pytest.fixture
def reveals() -> Iterator[list[audit.Reveal]]:
    """What the audit would have written; the register's own sink is put back afterwards."""
    written: list[audit.Reveal] = []
    before = audit._sink
    audit.set_sink(written.append)
    yield written
    audit.set_sink(before)


@pytest.fixture
def aino(db: None) -> Customer:
    return cast.customer(first_name="Aino", last_name="Aallokko")


@pytest.fixture
def eero(db: None) -> Customer:
    return cast.customer(first_name="Eero", last_name="Eskola")


@pytest.fixture
def ainos(aino: Customer) -> Identity:
    """Aino's identity numbers, as read back from the database."""
    stored = Identity.objects.create(
        customer=aino, personal_identity_code=CODE, passport_number=PASSPORT
    )
    return Identity.objects.get(pk=stored.pk)
