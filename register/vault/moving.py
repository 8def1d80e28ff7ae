"""Rows with sealed columns given to another person: every value is sealed anew under her key.

The row keeps its id; look-up tags and the list of sealed files follow it.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import models, router, transaction

from . import keys
from .errors import ErasedError
from .models import IndexTag, SealedFile
from .reading import sealed_fields
from .sealing import Place
from .values import Sealed


def give(model: type[models.Model], ids: Collection[UUID], *, old: UUID, new: UUID) -> int:
    """Rows of `old` become rows of `new`; returns how many. In the caller's transaction.

    The vault has a transaction of its own, which ends first: should the caller's then fail, tags
    and files are listed under `new` while the rows are still `old`'s, and are found all the same.
    Raises ErasedError for a value whose key is gone.
    """
    fields = sealed_fields(model)
    [owner] = {field.customer_attr for field in fields}
    rows = model._base_manager.filter(pk__among=ids, **{owner: old}).order_by("pk")
    stored = list(rows.select_for_update().values_list("pk", *(f.attname for f in fields)))
    if not stored:
        return 0
    generation, cipher = keys.current([new])[new]
    for pk, *values in stored:
        anew: dict[str, Any] = {
            field.attname: field.sealed(_opened(field, value, old, pk), Place(field.label, new, pk),
                                        generation, cipher)
            for field, value in zip(fields, values, strict=True)
            if value is not None
        }  # fmt: skip
        model._base_manager.filter(pk=pk).update(**{owner: new}, **anew)
    _list_under(new, [pk for pk, *_values in stored])
    return len(stored)


def _opened(field: Any, value: Sealed, owner: UUID, pk: UUID) -> str | bytes:
    plain: str | bytes | None = field.opened(value, Place(field.label, owner, pk))
    if plain is None:
        raise ErasedError("This value has been erased.")
    return plain


def _list_under(owner: UUID, rows: Collection[UUID]) -> None:
    with transaction.atomic(using=router.db_for_write(IndexTag)):
        for some in keys.in_parts(rows):
            IndexTag.objects.filter(row_id__in=some).update(customer_id=owner)
            SealedFile.objects.filter(row_id__in=some).update(customer_id=owner)
