"""New keys for old, while the register runs: masters, data keys, the blind index.

Each pass goes through a table in small batches, each batch a transaction of its own, and does
only what is still to be done: kill it anywhere and run it again. Nothing is overwritten blindly:
bytes are swapped only if they are still those that were read, so an edit made meanwhile wins.

What is old goes by :mod:`register.vault.retiring`, apart from this and later.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from . import blind_index, keyring, keys, sealing
from .blind_index import Entry
from .checks import all_sealed
from .fields import SealedField
from .models import DataKey, IndexTag, Resealing
from .sealing import Place
from .swapping import Swap, swap
from .values import Sealed

BATCH = 1_000
LARGE_BATCH = 8  # rows of a column that holds whole files
LARGE = 64 * 1024

Progress = Callable[[int], None]
"""Told how many are done, after each batch."""


def _silent(done: int) -> None:
    """Nobody is watching."""


# -- Data keys under the current master ---------------------------------------------------------


def wrapped_by(number: int) -> Q:
    """Data keys wrapped by this master: its number stands in the first three bytes."""
    after = (int.from_bytes(sealing.header(number)) + 1).to_bytes(3)
    return Q(wrapped__gte=sealing.header(number), wrapped__lt=after)


def rewrap(progress: Progress = _silent) -> int:
    """Wrap every data key with the current master. Returns how many were wrapped anew.

    Raises KeyringError if a master that is still needed is missing.
    """
    done = 0
    waiting = DataKey.objects.exclude(wrapped_by(keyring.active().current)).order_by("pk")
    # From the front each time: whoever made a key under the old master meanwhile is seen too.
    while batch := list(waiting[: keys.ROWS_A_QUERY]):
        done += _rewrap_batch(batch)
        progress(done)
    return done


def _rewrap_batch(batch: Sequence[DataKey]) -> int:
    using = router.db_for_write(DataKey)
    with transaction.atomic(using=using):
        provider = keyring.hold_current()
        swaps: list[Swap] = []
        for row in batch:
            context, wrapped = (
                keyring.data_key_context(row.customer_id, row.generation),
                bytes(row.wrapped),
            )
            key = provider.unwrap(wrapped, context=context)
            swaps.append((row.pk, wrapped, provider.wrap(key, context=context)))
        return swap(DataKey._meta.get_field("wrapped"), swaps, using=using)


# -- The blind index in its newest version ------------------------------------------------------


def rekey(progress: Progress = _silent) -> int:
    """Give every row that can be found its tag of the newest version. Returns how many got one.

    Run it again until it returns 0 in a pass begun ``keyring.TRUST_SECONDS`` after the version
    was announced: until then some process may not have heard of it and writes older tags only.
    """
    done = 0
    for field in all_sealed():
        if field.indexed:
            done += _rekey_column(field, lambda n, before=done: progress(before + n))  # type: ignore[misc]
    return done


def without_tag(label: str, version: int) -> QuerySet[IndexTag]:
    """Older tags of rows that have none of this version, and all tags that are in doubt."""
    has = IndexTag.objects.filter(label=label, row_id=OuterRef("row_id"), key_version=version)
    old = IndexTag.objects.filter(label=label).exclude(key_version=version)
    return old.filter(Q(settled=False) | ~Exists(has))


def _rekey_column(field: SealedField, progress: Progress) -> int:
    done = last = 0
    version = keyring.index_versions()[0]
    waiting = without_tag(field.label, version).order_by("pk")
    while batch := list(waiting.filter(pk__gt=last)[:BATCH]):
        done += _rekey_batch(field, version, [tag.pk for tag in batch])
        last = batch[-1].pk
        progress(done)
    return done


def _rekey_batch(field: SealedField, version: int, tag_ids: Sequence[int]) -> int:
    """While the old tags are locked nobody can begin to change the rows' values.

    A tag that is in doubt already belongs to a change under way (or to one that died): its row's
    new tag is in doubt likewise, and look-ups open the row before they believe it.
    """
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        old = IndexTag.objects.select_for_update().filter(pk__in=tag_ids).order_by("pk")
        settled: dict[UUID, bool] = {}
        for tag in old:
            settled[tag.row_id] = settled.get(tag.row_id, True) and tag.settled
        column, values = field.column_of_index, entries(field, settled)
        tags = [tag for entry in values for tag in blind_index.rows_of(column, entry)]
        fresh = [t._replace(settled=settled[t.row_id]) for t in tags if t.key_version == version]
        holds = field.holder(router.db_for_write(field.model))
        return blind_index.insert_if_missing(column, values, fresh, holds=holds)


def entries(field: SealedField, row_ids: Iterable[UUID]) -> list[Entry]:
    """The values of these rows as they stand in the register, for the index."""
    keys.preload({owner for _row, owner, _sealed in _stored(field, pk__in=list(row_ids))})
    found = []
    for row, owner, sealed in _stored(field, pk__in=list(row_ids)):
        value = field.opened(sealed, Place(field.label, owner, row))
        if isinstance(value, str):
            found.append(Entry(row, owner, value))
    return found


# -- Values under new data keys -----------------------------------------------------------------


def resealing_under_way() -> Resealing | None:
    return Resealing.objects.filter(finished_at=None).order_by("pk").first()


def reseal(*, at: datetime, progress: Progress = _silent) -> int:
    """Give everybody a new data key and seal every value with it. Returns how many values.

    Takes up the one that was cut short, if there is one. The old data keys stay until they are
    retired: a copy of a row read before may still be written.
    """
    begun = resealing_under_way() or Resealing.objects.create(started_at=at)
    _new_generations(begun.started_at)
    done = 0
    for field in all_sealed():
        done += _reseal_column(field, lambda n, before=done: progress(before + n))  # type: ignore[misc]
    Resealing.objects.filter(pk=begun.pk).update(finished_at=at)
    return done


def _new_generations(before: datetime) -> None:
    people = DataKey.objects.values("customer_id").annotate(made=Max("created_at")).order_by()
    waiting = list(people.filter(made__lt=before).values_list("customer_id", flat=True))
    for some in keys.in_parts(waiting, BATCH):
        with transaction.atomic(using=router.db_for_write(DataKey)):
            provider = keyring.hold_current()
            held = DataKey.objects.select_for_update().filter(customer_id__in=some)
            newest: dict[UUID, int] = {}
            for owner, generation in held.order_by("pk").values_list("customer_id", "generation"):
                newest[owner] = max(generation, newest.get(owner, 0))
            fresh = [keys.new_key(provider, who, number + 1) for who, number in newest.items()]
            DataKey.objects.bulk_create(fresh, ignore_conflicts=True)


def _reseal_column(field: SealedField, progress: Progress) -> int:
    done = 0
    size = LARGE_BATCH if (field.max_length or 0) > LARGE else BATCH
    last: UUID | None = None
    while batch := list(_stored(field, size=size, **({"pk__gt": last} if last else {}))):
        done += _reseal_batch(field, batch)
        last = batch[-1][0]
        progress(done)
    return done


def _reseal_batch(field: SealedField, batch: Sequence[tuple[UUID, UUID, Sealed]]) -> int:
    newest = keys.newest(owner for _row, owner, _sealed in batch)
    swaps: list[Swap] = []
    for row, owner, sealed in batch:
        if owner not in newest:
            continue  # erased
        generation, cipher = newest[owner]
        old = keys.cipher(owner, sealing.read_header(sealed.raw))
        if sealing.read_header(sealed.raw) < generation and old is not None:
            place = Place(field.label, owner, row)
            plain = sealing.unseal(old, sealed.raw, place)
            swaps.append((row, sealed.raw, sealing.seal(cipher, generation, plain, place)))
    return swap(field, swaps, using=router.db_for_write(field.model))


def _stored(
    field: SealedField, *, size: int | None = None, **where: Any
) -> Iterator[tuple[UUID, UUID, Sealed]]:
    """(row, person, sealed value) of the rows that hold one, in the order of their ids."""
    rows = field.model._base_manager.using(router.db_for_write(field.model))
    filled = rows.filter(**{f"{field.name}__isnull": False}, **where).order_by("pk")
    named = filled.values_list("pk", F(field.customer_attr), field.attname)
    return iter(named[:size] if size else named)


def filled_rows(field: SealedField, *, after: UUID | None) -> list[UUID]:
    """Ids of the next rows that hold a value."""
    where = {"pk__gt": after} if after else {}
    return [row for row, _owner, _sealed in _stored(field, size=BATCH, **where)]
