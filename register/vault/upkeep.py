"""Putting the vault's look-up tags in order: what a crash, a restore or a deletion left behind.

Nothing here is urgent. A tag without a row finds nothing, a tag in doubt is believed only after
the row was opened; but tags of people who are gone should not stand for long.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import router, transaction

from . import blind_index, keyring, keys, rotation
from .blind_index import Entry
from .checks import all_sealed
from .fields import SealedField
from .models import IndexTag


class Upkeep(NamedTuple):
    """Tags deleted because nothing stands behind them, in doubt no more, and made anew."""

    swept: int
    settled: int
    made: int


def sweep(*, before: datetime) -> Upkeep:
    """Tags saved before that instant, compared with the rows they belong to.

    Give a time that any transaction under way has begun after: the tag of a row that is being
    inserted right now is written before the row.
    """
    fields = {field.label: field for field in all_sealed() if field.indexed}
    swept = _of_no_column(set(fields), before)
    settled = 0
    for field in fields.values():
        for some in _rows_with_tags(field, before):
            more_swept, more_settled = _put_right(field, some, before)
            swept, settled = swept + more_swept, settled + more_settled
    return Upkeep(swept, settled, 0)


def rebuild(*, before: datetime) -> Upkeep:
    """Every findable value gets its tags, and :func:`sweep` takes those that are too many.

    For a vault restored from a backup, or a register restored beside a newer vault.
    """
    made = sum(_tag_column(field) for field in all_sealed() if field.indexed)
    return sweep(before=before)._replace(made=made)


def _of_no_column(labels: set[str], before: datetime) -> int:
    """Tags of a column or of a version of the index that is no more."""
    old = IndexTag.objects.filter(saved_at__lt=before)
    gone = old.exclude(label__in=labels) | old.exclude(key_version__in=keyring.index_versions())
    return gone.delete()[0]


def _rows_with_tags(field: SealedField, before: datetime) -> "list[list[UUID]]":
    tags = IndexTag.objects.filter(label=field.label, saved_at__lt=before).order_by()
    return list(keys.in_parts(tags.values_list("row_id", flat=True).distinct(), rotation.BATCH))


def _put_right(field: SealedField, rows: Sequence[UUID], before: datetime) -> tuple[int, int]:
    """(swept, settled). The tags are locked, so no row changes its value meanwhile."""
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        tags = list(
            IndexTag.objects.select_for_update()
            .filter(label=field.label, row_id__in=rows, saved_at__lt=before)
            .order_by("pk")
        )
        values = {entry.row_id: entry for entry in rotation.entries(field, rows)}
        right = {
            (entry.row_id, version, tag)
            for entry in values.values()
            for version, tag in blind_index.tags(field.label, entry.value).items()
        }
        wrong = [t.pk for t in tags if (t.row_id, t.key_version, bytes(t.tag)) not in right]
        kept = {t.pk for t in tags if not t.settled} - set(wrong)
        swept = IndexTag.objects.filter(pk__in=wrong).delete()[0]
        return swept, IndexTag.objects.filter(pk__in=kept).update(settled=True)


def _tag_column(field: SealedField) -> int:
    made, last = 0, None
    while batch := rotation.filled_rows(field, after=last):
        made += _tag_rows(field, rotation.entries(field, batch))
        last = batch[-1]
    return made


def _tag_rows(field: SealedField, entries: Sequence[Entry]) -> int:
    """In doubt, because the rows may be changing under our hands: sweep settles them later."""
    column = field.column_of_index
    tags = [tag for entry in entries for tag in blind_index.rows_of(column, entry)]
    tags = [tag._replace(settled=False) for tag in tags]
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        holds = field.holder(router.db_for_write(field.model))
        return blind_index.insert_if_missing(column, entries, tags, holds=holds)
