"""What each role may see and do, in plain words, from the policy: no list of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import get_language

from register import policy
from register.declare import Category, Role, Sight


@dataclass(frozen=True, slots=True)
class Told:
    """A role as the owner reads it. `whole`, `partly`, `masked`: names of categories of data;
    `opened`: names of sealed columns; `writes`: kinds of records."""

    key: str
    name: str
    task: str
    does: list[str]
    whole: list[str]
    partly: list[str]
    masked: list[str]
    nothing_of: list[str]
    opened: list[str]
    writes: list[str]
    writes_all: bool


def told() -> list[Told]:
    return [_told(role) for role in policy.ROLES]


def _told(role: Role) -> Told:
    language = get_language()
    seen = {category.key: _seen(category, role) for category in policy.CATEGORIES}

    def names(kind: str) -> list[str]:
        return [c.name.to(language) for c in policy.CATEGORIES if seen[c.key] == kind]

    return Told(
        key=role.key,
        name=role.name.to(language),
        task=role.task.to(language),
        does=[policy.VERBS[verb].to(language) for verb in role.verbs if verb in policy.VERBS],
        whole=names("whole"),
        partly=names("partly"),
        masked=names("masked"),
        nothing_of=names("nothing"),
        opened=list(dict.fromkeys(_opened(role))),
        writes=sorted({_kind(table) for table in role.writes if table != "*"}),
        writes_all="*" in role.writes,
    )


def _seen(category: Category, role: Role) -> str:
    """ "whole", "partly", "masked" or "nothing": how much of the category the role sees."""
    sights = {policy.access(field.label).sight((role.key,)) for field in category.fields}
    if sights == {Sight.WHOLE}:
        return "whole"
    if Sight.WHOLE in sights:
        return "partly"
    return "masked" if Sight.MASKED in sights else "nothing"


def _opened(role: Role) -> Iterator[str]:
    for label in _sealed():
        if role.key in policy.access(label).reveal:
            table, _dot, column = label.rpartition(".")
            model = apps.get_model(table)
            name = getattr(model._meta.get_field(column), "verbose_name", column)
            yield f"{model._meta.verbose_name}: {name}"


def _sealed() -> Iterable[str]:
    return (label for label, field in policy.FIELDS.items() if field.sealed)


def _kind(table: str) -> str:
    return str(apps.get_model(table)._meta.verbose_name_plural)
