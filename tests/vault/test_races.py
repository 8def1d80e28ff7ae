"""Two at once, on PostgreSQL: SQLite has one writer at a time, so there is nothing to race."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from register.models import Identity
from register.vault import DuplicateSealedValue, indexing, keyring, keys, retiring
from tests import cast
from tests.vault.conftest import CODE
from tests.vault.driver import code

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "vault"]),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer"),
]


def together(*tasks: Callable[[], Any]) -> list[Any]:
    """Each task in a thread of its own; what each returned, or the exception it raised."""
    results: list[Any] = [None] * len(tasks)

    def run(number: int, task: Callable[[], object]) -> None:
        try:
            results[number] = task()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def two_save_one_code() -> list[Any]:
    """Aino's and Eero's clerks save the same code; neither commits before both have asked."""
    people = [cast.customer(), cast.customer()]
    meet = threading.Barrier(2)

    def save(who):
        with transaction.atomic():
            meet.wait(10)
            Identity.objects.create(customer=who, personal_identity_code=CODE)
            time.sleep(0.3)  # what else the clerk's request does before it commits

    return together(*(lambda who=who: save(who) for who in people))


def test_without_the_lock_two_writers_store_one_code_twice(monkeypatch):
    """The race is real: the second writer does not see the first one's row, which is not
    committed, takes its tag for one without right, and puts its own in its place."""
    monkeypatch.setattr(indexing, "lock_values", lambda *args: None)

    assert two_save_one_code() == [None, None]
    assert Identity.objects.count() == 2


def test_with_the_lock_the_second_writer_waits_and_is_refused():
    results = two_save_one_code()

    assert sorted(type(result).__name__ for result in results) == [
        "DuplicateSealedValue",
        "NoneType",
    ]
    assert any(isinstance(result, DuplicateSealedValue) for result in results)
    assert len(Identity.objects.filter(personal_identity_code=CODE)) == 1
    assert Identity.objects.count() == 1


def test_the_lock_holds_between_a_writer_who_knows_the_new_index_and_one_who_does_not(key_file):
    from register.vault import keyfile, locks

    before = set(locks._numbers("identity.personal_identity_code", [CODE]))
    keyfile.renew("index")
    keyring.forget()

    assert before < set(locks._numbers("identity.personal_identity_code", [CODE]))


def rotate_then(stop: threading.Event) -> str:
    said = StringIO()
    try:
        call_command("rotate_keys", "master", "index", "values", stdout=said)
        time.sleep(0.5)  # nobody holds a row from before any more
        call_command("rotate_keys", "--retire", "--grace=0", stdout=said)
        time.sleep(0.3)
    finally:
        stop.set()
    return said.getvalue()


def test_a_rotation_does_not_disturb_readers_and_writers(key_file, monkeypatch):
    """While keys of every kind change and the old ones go, three clerks read, find and edit."""
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 0.2)
    monkeypatch.setattr(keys, "TRUST_SECONDS", 0.2)
    rows = [
        Identity.objects.create(customer=cast.customer(), personal_identity_code=code(number))
        for number in range(40)
    ]
    stop, edited = threading.Event(), {}

    def edit() -> int:
        """Gives one row after the other a new code, and finds it by it at once."""
        number = 1_000
        while not stop.is_set():
            for row in rows[:20]:
                number += 1
                with transaction.atomic():
                    mine = Identity.objects.select_for_update().get(pk=row.pk)
                    mine.personal_identity_code = code(number)
                    mine.save()
                edited[row.pk] = code(number)
                assert Identity.objects.get(personal_identity_code=code(number)).pk == row.pk
        return number - 1_000

    def read() -> int:
        looks = 0
        while not stop.is_set():
            for number, row in list(enumerate(rows))[20:]:
                found = Identity.objects.get(personal_identity_code=code(number))
                assert found.pk == row.pk
                assert found.personal_identity_code.expose() == code(number)
                looks += 1
        return looks

    def write() -> int:
        number = 5_000
        while not stop.is_set():
            number += 1
            with transaction.atomic():
                Identity.objects.create(
                    customer=cast.customer(), personal_identity_code=code(number)
                )
            assert Identity.objects.filter(personal_identity_code=code(number)).count() == 1
        return number - 5_000

    results = together(edit, read, write, lambda: rotate_then(stop))

    assert all(not isinstance(result, Exception) for result in results), results
    edits, looks, written, said = results
    assert min(edits, looks, written) > 0
    assert "Master key 1 is retired" in said
    keys.forget()
    for row in Identity.objects.filter(pk__in=edited):
        assert row.personal_identity_code.expose() == edited[row.pk]
        assert list(Identity.objects.filter(personal_identity_code=edited[row.pk])) == [row]
    assert Identity.objects.count() == 40 + written
    assert retiring.retire_data_keys(before=timezone.now() - timedelta(hours=1)) == 0
    assert connection.vendor == "postgresql"
