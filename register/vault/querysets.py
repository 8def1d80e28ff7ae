"""Many rows at once: keys fetched together, values sealed together."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import models, router

from . import keys, sealing
from .blind_index import Entry
from .errors import PlainValueError, SealedLookupError
from .fields import SealedField
from .reading import SealedIterable, sealed_fields
from .values import Sealed, Secret

_Row = TypeVar("_Row", bound=models.Model)


class SealedQuerySet(models.QuerySet[_Row]):
    """For models with sealed columns: ``objects = SealedQuerySet.as_manager()``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class: Any = SealedIterable

    def order_by(self, *field_names: Any) -> Any:
        sealed = {field.name for field in sealed_fields(self.model)}
        if asked := {str(name).lstrip("-+") for name in field_names} & sealed:
            raise SealedLookupError(f"{asked.pop()} is sealed: it has no order.")
        return super().order_by(*field_names)

    def update(self, **kwargs: Any) -> int:
        for field in sealed_fields(self.model):
            value = kwargs.get(field.name)
            if isinstance(value, (models.F, models.Subquery)):
                raise PlainValueError(f"{field.label} is sealed to its row: it cannot be copied.")
        return super().update(**kwargs)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        try:
            seal_new(rows, self.model, using=vars(self)["_db"] or router.db_for_write(self.model))
            return super().bulk_create(rows, *args, **kwargs)
        finally:
            for row in rows:  # what was not inserted is sealed anew at the next attempt
                row._state.__dict__.pop("vault_ready", None)


def seal_new(rows: Sequence[Any], model: type[models.Model], *, using: str) -> None:
    """Seal the plain values of many new rows: one key query per 2 000 people, tags in bulk."""
    for field in sealed_fields(model):
        waiting = [row for row in rows if isinstance(row.__dict__.get(field.attname), Secret)]
        if waiting:
            _seal_column(field, waiting, using)


def _seal_column(field: SealedField, rows: Sequence[Any], using: str) -> None:
    places = [field.place(row) for row in rows]
    values = [
        field.ready(row.__dict__[field.attname], place)
        for row, place in zip(rows, places, strict=True)
    ]
    owners = [place.owner.bytes for place in places]
    current = keys.current_of(owners)
    if field.indexed:
        entries = [
            Entry(place.row, place.owner, value)
            for place, value in zip(places, values, strict=True)
            if isinstance(value, str) and value
        ]
        field.index_many(entries, using)
    waiting = [
        (cipher, head, field.padded(value), owner, place.row.bytes)
        for value, owner, place in zip(values, owners, places, strict=True)
        for head, cipher in [current[owner]]
    ]
    sealed = sealing.seal_many(field.label, waiting)
    for row, value, raw in zip(rows, values, sealed, strict=True):
        if value or field.binary:
            row._state.__dict__.setdefault("vault_ready", {})[field.attname] = Sealed(raw)
