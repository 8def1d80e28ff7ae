"""A process of its own that works on a vault: `python -m tests.vault.driver TASK [ARGUMENT]`.

Tests start it, let it run, kill it, and look at what is left. It takes its databases and key file
from the environment. The passes go in batches of ten here, and each says so on a line of its own.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
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


# -- The drill of test_shredding ------------------------------------------------------------------

AINOS, EEROS = 120, 220  # their codes' numbers
PHOTO = b"a photo of the hull"


def seed_two() -> None:
    from django.utils import timezone

    from register.models import Attachment, Customer, Identity

    for number in (AINOS, EEROS):
        who = Customer.objects.create(
            number=number, first_name="Meri", last_name="Ulappa", search_text=""
        )
        Identity.objects.create(customer=who, personal_identity_code=code(number))
        Attachment.objects.create(
            customer=who, kind="photo", media_type="image/jpeg", taken_at=timezone.now(),
            content=PHOTO,
        )  # fmt: skip


def look() -> None:
    said = {name: _seen(number) for name, number in (("aino", AINOS), ("eero", EEROS))}
    sys.stdout.write(json.dumps(said) + "\n")


def _seen(number: int) -> dict[str, Any]:
    from register.models import Attachment, Identity

    row = Identity.objects.get(customer__number=number)
    photo = Attachment.objects.get(customer__number=number)
    return {
        "code": _read(lambda: row.personal_identity_code.expose() == code(number)),
        "photo": _read(lambda: photo.content.expose_bytes() == PHOTO),
        "found": _read(Identity.objects.filter(personal_identity_code=code(number)).exists)
        == "read",
        "tags": _brute_force(number),
    }


def _read(opened: Callable[[], bool]) -> str:
    from register.vault import ErasedError, VaultError

    try:
        return "read" if opened() else "something else"
    except ErasedError:
        return "erased"
    except VaultError as error:
        return type(error).__name__


def _brute_force(number: int) -> int:
    """How many tags in the vault belong to some code of two days, hers among them: every code that
    the days can have (signs and individual numbers), by each index key in the key file."""
    from register.vault import blind_index, providers
    from register.vault.models import IndexTag

    ring = providers.from_file()
    label = "identity.personal_identity_code"
    stored = {
        (version, bytes(tag))
        for version, tag in IndexTag.objects.filter(label=label).values_list("key_version", "tag")
    }
    hits = 0
    for version in ring.index_versions:
        key = blind_index._key(ring.index_root(version), label, version)
        hits += sum((version, blind_index._tag(key, one)) in stored for one in _codes(number))
    return hits


def _codes(number: int) -> Iterator[str]:
    from register.demo.invented import CONTROL

    first = date(1950, 1, 1) + timedelta(days=number // 100 - 1)
    for day in (first + timedelta(days=n) for n in range(2)):
        for sign in "-YXWVU":
            for individual in range(2, 1000):
                digits = f"{day:%d%m%y}{individual:03d}"
                yield f"{day:%d%m%y}{sign}{individual:03d}{CONTROL[int(digits) % 31]}"


def erase_aino() -> None:
    """The key goes; on SQLite the log beside the file is emptied, as the nightly run does."""
    from django.db import connections

    from register.models import Customer
    from register.vault import keys

    keys.destroy(Customer.objects.get(number=AINOS).pk)
    if connections["vault"].vendor == "sqlite":
        with connections["vault"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def turn_the_epoch() -> None:
    from register.vault import keyring

    keyring.TRUST_SECONDS = 0.2
    call("rotate_keys")
    call("rotate_keys", "--retire")


def bytes_of_aino() -> None:
    from register.models import Customer
    from register.vault.models import DataKey, IndexTag

    who = Customer.objects.get(number=AINOS).pk
    kept = [bytes(DataKey.objects.get(customer_id=who).wrapped)]
    kept += [
        bytes(tag) for tag in IndexTag.objects.filter(customer_id=who).values_list("tag", flat=True)
    ]
    sys.stdout.write(json.dumps([value.hex() for value in kept]) + "\n")


TASKS = {
    task.__name__: task for task in (seed_two, look, erase_aino, turn_the_epoch, bytes_of_aino)
} | {"seed": seed, "rotate": rotate, "finish": finish}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kesajetti.settings")
    django.setup()
    TASKS[sys.argv[1]](*sys.argv[2:])
