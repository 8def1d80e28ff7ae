"""A process of its own that works on a vault: `python -m tests.vault.driver TASK [ARGUMENT]`.

Tests start it, let it run, kill it, and look at what is left. It takes its databases and key file
from the environment. The passes go in batches of ten here, and each says so on a line of its own.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django

PEOPLE = 60
PAUSE = 0.01  # seconds after each batch, so that there is a half-way to be killed at


def code(number: int) -> str:
    from register.demo import invented

    return invented.identity_code(date(1950, 1, 1) + timedelta(days=number // 100), number % 100)


def passport(number: int) -> str:
    return f"XP{number:06d}"


def seed() -> None:
    from register.models import Customer, Identity

    people = [
        Customer(number=number, first_name="Meri", last_name="Ulappa", search_text="")
        for number in range(1, PEOPLE + 1)
    ]
    Customer.objects.bulk_create(people)
    Identity.objects.bulk_create(
        Identity(
            customer=who,
            personal_identity_code=code(who.number),
            passport_number=passport(who.number),
        )
        for who in people
    )


def rotate(*arguments: str) -> None:
    """Look whether all is well, then `rotate_keys` in small batches, each told."""
    verify()
    slowly()
    call("rotate_keys", *arguments)


def finish() -> None:
    """What was cut short is finished, and the old keys go."""
    verify()
    slowly()
    call("rotate_keys", "master", "index", "values", "--resume")
    verify()
    call("rotate_keys", "--retire", "--grace=0")
    verify()


def call(*command: str) -> None:
    from django.core.management import call_command

    call_command(*command)


def slowly() -> None:

    from register.vault import blind_index, keyring, keys, rotation

    keyring.TRUST_SECONDS = 0.2
    rotation.BATCH = keys.ROWS_A_QUERY = 10
    rotation.swap = _told(rotation.swap)
    blind_index.insert_if_missing = _told(blind_index.insert_if_missing)


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    def telling(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        sys.stdout.write("batch\n")
        sys.stdout.flush()
        time.sleep(PAUSE)
        return result

    return telling


def verify() -> None:
    """Every value reads, and is found by its value and no other; nothing is remembered."""
    from register.models import Identity
    from register.vault import keyring, keys

    keys.forget()
    keyring.forget()
    rows = Identity.objects.select_related("customer")
    read = {row.customer.number: row for row in rows}
    assert len(read) == PEOPLE
    for number, row in read.items():
        assert row.personal_identity_code.expose() == code(number)
        assert row.passport_number.expose() == passport(number)
        assert list(Identity.objects.filter(personal_identity_code=code(number))) == [row]
        assert list(Identity.objects.filter(passport_number=passport(number))) == [row]
    assert not Identity.objects.filter(personal_identity_code=code(PEOPLE + 1))


TASKS = {"seed": seed, "rotate": rotate, "finish": finish}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kesajetti.settings")
    django.setup()
    TASKS[sys.argv[1]](*sys.argv[2:])
