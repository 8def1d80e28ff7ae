"""Old keys go: each only once nothing needs it, and nobody can begin to.

A master key or an index root leaves first the vault's list of keys in use, under a lock, and then
the key file. From then on an older backup of the vault does not open, whoever has it, unless they
kept an old copy of the key file as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import Max

from . import keyfile, keyring, keys, rotation
from .checks import all_sealed
from .errors import VaultError
from .models import DataKey, IndexTag, KeyCheck

GRACE = timedelta(hours=1)
"""How long a row read before may still be saved with the value as it was sealed then."""


class StillInUse(VaultError):
    """Something is still sealed, wrapped or found by the old key."""


class Retired(NamedTuple):
    """What went: numbers of masters and of index versions, and how many data keys."""

    masters: list[int]
    index_versions: list[int]
    data_keys: int


def retire(*, at: datetime, grace: timedelta = GRACE) -> Retired:
    """Retire every master, index version and data key that newer ones have replaced.

    Data keys whose successor is younger than ``grace`` stay for the next time. Raises StillInUse
    if a rotation has not been finished.
    """
    masters = [number for number in _in_use(KeyCheck.Kind.MASTER) if number != _current_master()]
    index = [number for number in _in_use(KeyCheck.Kind.INDEX) if number != _current_index()]
    for number in masters:
        _retire_master(number)
    for number in index:
        _retire_index(number)
    _drop_from_file()
    keyring.forget()
    return Retired(masters, index, retire_data_keys(before=at - grace))


def _current_master() -> int:
    return keyring.active().current


def _current_index() -> int:
    return keyring.index_versions()[0]


def _in_use(kind: str) -> list[int]:
    rows = KeyCheck.objects.filter(kind=kind, retired_at=None).order_by("number")
    return list(rows.values_list("number", flat=True))


def _drop_from_file() -> None:
    """Also what a crash between vault and file left there."""
    if settings.VAULT_KEY_PROVIDER or not settings.MASTER_KEY_FILE:
        return  # kept elsewhere: whoever keeps them takes them out
    gone = KeyCheck.objects.exclude(retired_at=None).values_list("kind", "number")
    for part in ("master", "index"):
        numbers = [number for kind, number in gone if kind == part]
        held = keyring.active().masters if part == "master" else keyring.active().index_versions
        if set(numbers) & set(held):
            keyfile.drop(part, numbers)


def _retire_master(number: int) -> None:
    with transaction.atomic(using=router.db_for_write(KeyCheck)):
        # Waits for those who are storing a data key under it; the next ones see it retired.
        keyring.retire(KeyCheck.Kind.MASTER, number)
        left = DataKey.objects.filter(rotation.wrapped_by(number)).count()
        if left:
            raise StillInUse(
                f"{left} data keys are still wrapped by master key {number}: "
                "run `manage.py rotate_keys --resume` first."
            )


def _retire_index(number: int) -> None:
    newest = _current_index()
    with _nobody_writes_tags():
        for label in (
            IndexTag.objects.filter(key_version=number).values_list("label", flat=True).distinct()
        ):
            old = rotation.without_tag(label, newest).filter(key_version=number, settled=True)
            if left := _of_live_rows(label, list(old.values_list("row_id", flat=True))):
                raise StillInUse(
                    f"{left} rows are found only by version {number} of the index: "
                    "run `manage.py rotate_keys --resume` first."
                )
        IndexTag.objects.filter(key_version=number).delete()
        keyring.retire(KeyCheck.Kind.INDEX, number)


def _of_live_rows(label: str, row_ids: list[UUID]) -> int:
    """How many of these rows stand in the register with a value; others' tags mean nothing."""
    field = next((field for field in all_sealed() if field.label == label), None)
    if field is None:
        return 0
    return sum(len(rotation.entries(field, some)) for some in keys.in_parts(row_ids))


@contextmanager
def _nobody_writes_tags() -> Iterator[None]:
    """For the moment that the last look and the deletion take. SQLite has one writer anyway.

    EXCLUSIVE, because a weaker lock lets a writer lock rows that the deletion then waits for.
    """
    using = router.db_for_write(IndexTag)
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            with connections[using].cursor() as cursor:
                cursor.execute("LOCK TABLE vault_indextag IN EXCLUSIVE MODE")
        yield


def retire_data_keys(*, before: datetime) -> int:
    """Delete data keys that have a successor made before that instant and seal nothing any more.

    Returns how many. Does nothing while values are being sealed anew.
    """
    if rotation.resealing_under_way():
        return 0
    old = replaced_data_keys(before=before)
    if not old:
        return 0
    unused = old - _sealing_something()
    done = 0
    for some in keys.in_parts(person for person, _generation in unused):
        mine = {pair for pair in unused if pair[0] in set(some)}
        rows = DataKey.objects.filter(customer_id__in=some)
        ids = [row.pk for row in rows if (row.customer_id, row.generation) in mine]
        done += DataKey.objects.filter(pk__in=ids).delete()[0]
    keys.forget()
    return done


def replaced_data_keys(*, before: datetime) -> set[tuple[UUID, int]]:
    """(person, generation) of data keys that have a successor made before that instant."""
    people = DataKey.objects.values("customer_id").order_by()
    newest = dict(
        people.annotate(newest=Max("generation"))
        .filter(newest__gt=1)
        .values_list("customer_id", "newest")
    )
    replaced = DataKey.objects.filter(generation__gt=1, created_at__lt=before)
    ready = {row.customer_id for row in replaced if newest.get(row.customer_id) == row.generation}
    rows = DataKey.objects.filter(customer_id__in=ready).values_list("customer_id", "generation")
    return {(who, number) for who, number in rows if number < newest[who]}


def _sealing_something() -> set[tuple[UUID, int]]:
    """(person, generation) of every data key that some value was sealed with."""
    found: set[tuple[UUID, int]] = set()
    for field in all_sealed():
        meta: Any = field.model._meta
        owner, sealed = (
            meta.get_field(field.customer_attr.removesuffix("_id")),
            meta.get_field(field.name),
        )
        using = router.db_for_write(field.model)
        quote = connections[using].ops.quote_name
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT {quote(owner.column)}, substr({quote(sealed.column)}, 2, 2) "  # noqa: S608
                f"FROM {quote(meta.db_table)} WHERE {quote(sealed.column)} IS NOT NULL"
            )
            found |= {
                (who if isinstance(who, UUID) else UUID(str(who)), int.from_bytes(bytes(number)))
                for who, number in cursor
            }
    return found
