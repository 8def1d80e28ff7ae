"""The only questions a sealed column answers: exact, in, isnull.

The value never reaches the register's SQL: its tag is looked up in the vault, and the register
is asked for the rows by their primary keys.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db.models.lookups import IsNull, Lookup

from . import blind_index
from .errors import SealedLookupError

if TYPE_CHECKING:
    from .fields import SealedField

    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


def lookup_for(field: "SealedField", name: str) -> "type[Lookup[Any]]":
    """The look-up class. Raises SealedLookupError, with what to do instead, for all others."""
    if name == "isnull":
        return IsNull
    if name not in _ANSWERED:
        raise SealedLookupError(
            f"{field.label} is sealed: it answers exact, in and isnull, not {name}."
        )
    if not field.indexed:
        raise SealedLookupError(f"{field.label} has no index: it answers isnull only.")
    return _ANSWERED[name]


class SealedExact(_Lookup):
    """Holds the normalised values from the moment the query is built; prints none of them."""

    lookup_name = "exact"
    prepare_rhs = False

    def __init__(self, lhs: Any, rhs: Any) -> None:
        # None stays None: Django then asks isnull instead.
        super().__init__(lhs, None if rhs is None else self._normalised(lhs.output_field, rhs))

    def _normalised(self, field: "SealedField", rhs: Any) -> "_Values":
        return _Values(field, [rhs])

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        field: SealedField = self.lhs.output_field
        found = self.rhs.rows(connection.alias)
        if not found:
            raise EmptyResultSet
        key = field.model._meta.pk
        column = connection.ops.quote_name(key.column)
        table = connection.ops.quote_name(self.lhs.alias)
        sealed, _params = self.process_lhs(compiler, connection)
        params = tuple(key.get_db_prep_value(row, connection) for row in sorted(found))
        places = ", ".join(["%s"] * len(params))
        # A row whose value was emptied behind the model's back must not be found by its old one.
        return f"({table}.{column} IN ({places}) AND {sealed} IS NOT NULL)", params


class SealedIn(SealedExact):
    lookup_name = "in"

    def _normalised(self, field: "SealedField", rhs: Any) -> "_Values":
        if isinstance(rhs, (str, bytes)) or hasattr(rhs, "resolve_expression"):
            raise SealedLookupError(f"{field.label} is looked up by a list of texts.")
        return _Values(field, [value for value in rhs if value is not None])


class _Values:
    """Normalised values to look for, in an object that does not print them."""

    __slots__ = ("_field", "_values")

    def __init__(self, field: "SealedField", values: Sequence[Any]) -> None:
        self._field = field
        self._values: set[str] = set()
        for value in values:
            try:
                self._values.add(field.normal_text(value))
            except ValidationError:
                continue  # no value of this column: nobody has it

    def rows(self, using: str) -> set[Any]:
        holds = self._field.holder(using)
        return set(blind_index.find(self._field.column_of_index, self._values, holds=holds))

    def __repr__(self) -> str:
        return "<sealed values>"

    def __hash__(self) -> int:
        return hash((id(self._field), frozenset(self._values)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Values):
            return NotImplemented
        return (self._field, self._values) == (other._field, other._values)

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("A query for a sealed value cannot be pickled.")


_ANSWERED: "dict[str, type[Lookup[Any]]]" = {"exact": SealedExact, "in": SealedIn}
