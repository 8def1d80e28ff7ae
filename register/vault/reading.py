"""Rows with sealed columns, read by the thousand.

Django builds a row field by field, through ``Model.__init__`` and two signals. Where a model asks
for none of that, its rows are built here from whole columns at once, in a third of the time; that
is what opening the sealed values is paid with. Everything else goes Django's way.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, repeat
from typing import Any
from uuid import UUID, SafeUUID

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from . import keys, raw
from .attribute import QuickAttribute, SealedAttribute
from .fields import SealedField
from .values import Sealed

Column = Sequence[Any]
HEX_DIGITS = 32  # of a UUID in SQLite
FEW = 4
_new = object.__new__
_set_number = vars(UUID)["int"].__set__
_set_safety = vars(UUID)["is_safe"].__set__
_PLAIN_SLOTS = (DeferredAttribute, ForeignKeyDeferredAttribute, SealedAttribute, QuickAttribute)


@lru_cache(maxsize=256)
def sealed_fields(model: type[Model]) -> tuple[SealedField, ...]:
    """The sealed columns of a model."""
    return tuple(f for f in model._meta.concrete_fields if isinstance(f, SealedField))


class SealedIterable(ModelIterable):  # type: ignore[type-arg]
    """Rows in groups of 2 000, each group knowing its people: one key query opens them all."""

    def __iter__(self) -> Iterator[Any]:
        return self._in_columns() if _is_plain(self.queryset) else self._by_django()

    def _by_django(self) -> Iterator[Any]:
        owners = _owners(self.queryset.model)
        rows = super().__iter__()
        while group := list(islice(rows, keys.ROWS_A_QUERY)):
            batch = keys.Batch([row.__dict__.get(owner) for owner in owners for row in group])
            for row in group:
                row._state.vault_batch = batch
            yield from group

    def _in_columns(self) -> Iterator[Any]:
        compiler = self.queryset.query.get_compiler(using=self.queryset.db)
        rows = self._asked(compiler)
        if rows is None:
            return
        names = [selected[0].target.attname for selected in compiler.select]
        converters = compiler.get_converters([selected[0] for selected in compiler.select])
        owners = [names.index(name) for name in _owners(self.queryset.model) if name in names]
        model = compiler.klass_info["model"]
        while group := list(islice(rows, keys.ROWS_A_QUERY)):
            columns: list[Column] = list(zip(*group, strict=True))
            for position, (steps, expression) in converters.items():
                columns[position] = _converted(
                    columns[position], steps, expression, compiler.connection
                )
            batch = keys.Batch([person for at in owners for person in columns[at]])
            yield from _built(model, names, columns, batch, self.queryset.db)

    def _asked(self, compiler: Any) -> Iterator[Any] | None:
        """The rows of the table; None where it need not be asked."""
        if self.chunked_fetch:
            found = compiler.execute_sql(chunked_fetch=True, chunk_size=self.chunk_size)
            return chain.from_iterable(found)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        return iter(_fetched(compiler, sql, params)) if sql else None


def _fetched(compiler: Any, sql: str, params: Sequence[Any]) -> list[Any]:
    """A question for a row or two by their ids is prepared; its parameters have but one meaning.
    That is what a look-up by a sealed value comes down to."""
    few = 0 < len(params) <= FEW and all(type(value) is UUID for value in params)
    if few and not compiler.has_extra_select:
        return raw.fetch(compiler.connection, sql, params, binary=False)
    with compiler.connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
    return [row[: compiler.col_count] for row in rows] if compiler.has_extra_select else rows


def _owners(model: type[Model]) -> set[str]:
    return {field.customer_attr for field in sealed_fields(model)}


def _is_plain(queryset: Any) -> bool:
    """Whether the rows are the model's own columns and nothing else, and nobody listens."""
    query = queryset.query
    more = query.select_related or query.annotation_select or query.extra_select
    if more or query.combinator or queryset._known_related_objects:
        return False
    listened_to = any(signal.has_listeners(queryset.model) for signal in (pre_init, post_init))
    return not listened_to and _is_built_plainly(queryset.model)


@lru_cache(maxsize=256)
def _is_built_plainly(model: type[Model]) -> bool:
    """Whether an instance is its ``__dict__``: no constructor of its own, and no column whose
    attribute does more with a value than to keep it."""
    own = model.__init__ is Model.__init__ and model.__new__ is object.__new__
    if not own or model.from_db.__func__ is not Model.from_db.__func__:  # type: ignore[attr-defined]
        return False
    columns = model._meta.concrete_fields
    return all(type(vars_of(model, column.attname)) in _PLAIN_SLOTS for column in columns)


def vars_of(model: type[Model], name: str) -> object:
    """The attribute as the class defines it, itself and not what it gives."""
    return next((vars(base)[name] for base in model.__mro__ if name in vars(base)), None)


def _converted(
    column: Column, steps: Sequence[Callable[..., Any]], expression: Any, connection: Any
) -> Column:
    for step in steps:
        if getattr(step, "__func__", None) is SealedField.from_db_value:
            column = _sealed(column)
        elif _reads_hex(step, connection):
            column = _uuids(column)
        else:
            column = [step(value, expression, connection) for value in column]
    return column


def _reads_hex(step: object, connection: BaseDatabaseWrapper) -> bool:
    """SQLite keeps a UUID as 32 hexadecimal digits."""
    return connection.vendor == "sqlite" and step == connection.ops.convert_uuidfield_value  # type: ignore[attr-defined]


def _sealed(column: Column) -> Column:
    made: list[Sealed | None] = []
    for value in column:
        if value is None:
            made.append(None)
            continue
        sealed = _new(Sealed)
        sealed.raw = value if type(value) is bytes else bytes(value)
        made.append(sealed)
    return made


def _uuids(column: Column) -> Column:
    """As ``UUID(text)`` makes them, without its tolerance for other notations and its cost."""
    try:
        if set(map(len, column)) != {HEX_DIGITS}:
            return [UUID(text) for text in column]
    except TypeError:  # some are empty
        return [None if text is None else UUID(text) for text in column]
    made: list[UUID] = list(map(_new, repeat(UUID, len(column))))
    _exhaust(map(_set_number, made, map(int.from_bytes, map(bytes.fromhex, column))))
    _exhaust(map(_set_safety, made, repeat(SafeUUID.unknown)))
    return made


def _exhaust(steps: Iterable[object]) -> None:
    deque(steps, maxlen=0)


def _built(
    model: type[Model], names: Sequence[str], columns: Sequence[Column], batch: keys.Batch, db: str
) -> list[Model]:
    """What ``Model.from_db`` gives: columns that were not asked for stay deferred.

    Filled column by column: a ``dict(zip(…))`` for each row takes twice as long.
    """
    slots: list[dict[str, Any]] = []
    for _ in columns[0]:
        state = ModelState()
        state.db, state.adding = db, False
        state.vault_batch = batch  # type: ignore[attr-defined]
        slots.append({"_state": state})
    for name, column in zip(names, columns, strict=True):
        for row, value in zip(slots, column):  # noqa: B905 - all columns are of one length
            row[name] = value
    made = []
    for row in slots:
        one = _new(model)
        one.__dict__ = row
        made.append(one)
    return made
