"""Which tables hold a person's rows, and in which order they can go: read from the models, so that
a new table cannot be forgotten and no app above this one is imported.

- A row *belongs* to each person whom a foreign key that cannot be empty names.
- A row without such a key belongs to whom its parent row belongs, if that key cannot be empty.
- A foreign key that may be empty is emptied; the row stays with whom it belongs to.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from uuid import UUID

from django.apps import apps
from django.db.models import F, ForeignKey, Model, Q, QuerySet

from register.models import Customer
from register.models.lookups import Ids

Rows = QuerySet[Model]
Key = ForeignKey[Model, Model]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of which rows belong to people.

    `owners`: paths of look-ups from a row to the people it belongs to, such as "customer" or
    "request__customer". `links`: keys to a person that may be empty.
    """

    model: type[Model]
    owners: tuple[str, ...]
    links: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return self.model._meta.label

    def rows(self) -> Rows:
        return self.model._base_manager.order_by()

    def of(self, people: Collection[UUID]) -> Rows:
        """The rows that belong to any of these people."""
        return self.rows().filter(self.belongs(people))

    def belongs(self, people: Collection[UUID]) -> Q:
        wanted = Q(pk__in=[])
        for path in self.owners:
            wanted |= Q(**{f"{path}__among": people})
        return wanted

    def linked(self, people: Collection[UUID]) -> Iterator[tuple[str, Rows]]:
        """The rows that name any of these people in a key that may be empty, key by key."""
        for name in self.links:
            yield name, self.rows().filter(**{f"{name}__among": people})


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key from `child` to a table of people's rows."""

    child: type[Model]
    name: str
    parent: Table
    may_be_empty: bool

    def to_rows_of(self, people: Collection[UUID]) -> Rows:
        """Rows of the child that point at a row of these people."""
        wanted = Q(pk__in=[])
        for path in self.parent.owners:
            wanted |= Q(**{f"{self.name}__{path}__among": people})
        return self.child._base_manager.order_by().filter(wanted)

    def empty(self, people: Ids, *, beside: Table | None) -> None:
        """Empty the key of the rows that point at a row of these people, except of those rows
        that go with it because they belong to the same person, in a table that goes (`beside`).
        """
        owner, own = self.parent.owners, beside.owners if beside else ()
        rows = self.to_rows_of(people)
        if len(owner) == 1 and own == owner:
            rows = rows.exclude(**{own[0]: F(f"{self.name}__{owner[0]}")})
        rows.update(**{self.name: None})


@cache
def tables() -> tuple[Table, ...]:
    """Every table with rows of people, children before their parents; Customer is not among
    them: it goes last."""
    found = {model: _owned(model) for model in _models() if _keys_to(model, Customer)}
    while more := _dependents(found):
        found |= more
    order: TopologicalSorter[type[Model]] = TopologicalSorter()
    for model in found:
        order.add(model)
        for key in _keys(model):
            if key.related_model in found and key.related_model is not model:
                order.add(key.related_model, model)
    return tuple(found[model] for model in order.static_order())


@cache
def table(label: str) -> Table:
    """The table "app.Model"; KeyError when no rows of people are in it."""
    return {one.label: one for one in tables()}[label]


@cache
def references() -> tuple[Reference, ...]:
    """Every foreign key that points into the tables of people's rows."""
    parents = {one.model: one for one in tables()}
    return tuple(
        Reference(
            child=model,
            name=key.name,
            parent=parents[key.related_model],
            may_be_empty=key.null,
        )
        for model in _models()
        for key in _keys(model)
        if key.related_model in parents
    )


def _models() -> list[type[Model]]:
    """Every table of ours, those that Django makes for many-to-many relations included."""
    models = apps.get_models(include_auto_created=True)
    return [m for m in models if m._meta.managed and not m._meta.proxy and m is not Customer]


def _keys(model: type[Model]) -> list[Key]:
    return [column for column in model._meta.local_fields if isinstance(column, ForeignKey)]


def _keys_to(model: type[Model], target: type[Model]) -> list[Key]:
    return [key for key in _keys(model) if key.related_model is target]


def _owned(model: type[Model]) -> Table:
    keys = _keys_to(model, Customer)
    return Table(
        model=model,
        owners=tuple(key.name for key in keys if not key.null),
        links=tuple(key.name for key in keys if key.null),
    )


def _dependents(found: dict[type[Model], Table]) -> dict[type[Model], Table]:
    """Tables not yet found whose rows cannot be without a row that belongs to a person."""
    more = {}
    for model in _models():
        paths = tuple(
            f"{key.name}__{path}"
            for key in _keys(model)
            if not key.null and key.related_model in found
            for path in found[key.related_model].owners
        )
        if paths and model not in found:
            more[model] = Table(model=model, owners=paths)
    return more
