"""What a sealed column does with the blind index: tags beside its rows, one row for one value."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import models, router, transaction

from . import blind_index
from .blind_index import Column, Entry, TagTakenError
from .errors import DuplicateSealedValue
from .locks import lock_values
from .values import Secret


class Indexed:
    """The part of a SealedField that finds rows. What it needs of the field is named here."""

    label: str
    exclusive: bool
    attname: str
    customer_attr: str
    model: type[models.Model]
    verbose_name: Any

    @property
    def column_of_index(self) -> Column:
        return Column(self.label, self.exclusive)

    def _index(self, entry: Entry, instance: models.Model, *, add: bool) -> None:
        using = router.db_for_write(type(instance), instance=instance)
        if self.exclusive:
            lock_values(using, self.label, [entry.value])
        try:
            if add:
                blind_index.add(self.column_of_index, [entry], holds=self.holder(using))
                return
            blind_index.change(self.column_of_index, entry, holds=self.holder(using))
        except TagTakenError:
            raise DuplicateSealedValue(self.verbose_name) from None
        self._settle_after_commit(using, entry.row_id, entry.value)

    def index_many(self, entries: Sequence[Entry], using: str) -> None:
        """Tags for many new rows at once. Raises DuplicateSealedValue."""
        if self.exclusive:
            lock_values(using, self.label, [entry.value for entry in entries])
            if len({entry.value for entry in entries}) < len(entries):
                raise DuplicateSealedValue(self.verbose_name)
        try:
            blind_index.add(self.column_of_index, entries, holds=self.holder(using))
        except TagTakenError:
            raise DuplicateSealedValue(self.verbose_name) from None

    def _forget_value(self, instance: models.Model) -> None:
        if not instance._state.__dict__.get("vault_emptied", {}).pop(self.attname, False):
            return
        blind_index.doubt(self.column_of_index, instance.pk)
        using = router.db_for_write(type(instance), instance=instance)
        self._settle_after_commit(using, instance.pk, None)

    def _settle_after_commit(self, using: str, row_id: UUID, value: str | None) -> None:
        column = self.column_of_index
        # Robust: should this fail, the tags stay in doubt and look-ups still answer rightly.
        transaction.on_commit(
            lambda: blind_index.settle(column, row_id, value), using=using, robust=True
        )

    def holder(self, using: str) -> blind_index.Holds:
        """Answers whether a row, opened, holds a normalised value."""

        def holds(row_id: UUID, value: str) -> bool:
            rows = self.model._base_manager.using(using).filter(pk=row_id)
            row = rows.only("pk", self.customer_attr, self.attname).first()
            if row is None:
                return False
            held = getattr(row, self.attname)
            return bool(held) and held == Secret(value)

        return holds

    def _must_be_free(self, value: str | bytes, instance: models.Model | None) -> None:
        if not self.exclusive or not isinstance(value, str):
            return
        holds = self.holder(router.db_for_read(self.model))
        rows = blind_index.find(self.column_of_index, [value], holds=holds)
        rows.discard(instance.pk if instance else None)
        if any(holds(row_id, value) for row_id in rows):
            raise DuplicateSealedValue(self.verbose_name)
