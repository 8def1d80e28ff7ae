"""Numbered system checks: the policy and the database must tell the same story.

register.E001  a column holds data that the policy does not declare
register.E002  the policy names a column that does not exist
register.E003  a column declared as sealed is not a SealedField
register.E004  a SealedField is not declared as sealed
register.E005  a role is named that is not declared
register.E006  a retained item lacks reason, basis or period
register.E007  an event names a column that does not exist
register.E008  a purpose, source or recipient is used but not declared
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import Field as Column
from django.db.models import Model

from register import policy
from register.declare import Category, Retain
from register.vault.fields import SealedField

NEVER_CONTENT = (*policy.COLUMNS_OF_EVERY_RECORD, *policy.COLUMNS_WITHOUT_CONTENT)


def _is_not_personal(table: str) -> bool:
    app = table.partition(".")[0]
    return table in policy.NOT_PERSONAL or f"{app}.*" in policy.NOT_PERSONAL


def columns(model: type[Model]) -> Iterator[Column[Any, Any]]:
    """Every column of the model and every many-to-many it declares."""
    yield from (*model._meta.local_concrete_fields, *model._meta.local_many_to_many)


def unclassified() -> Iterator[str]:
    """Labels of columns that are neither declared nor said to be without personal data.

    Tables that Django makes by itself for many-to-many relations count as tables.
    """
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.label
        if model._meta.proxy or (_is_not_personal(table) and table not in policy.TABLES):
            continue
        for column in columns(model):
            label = f"{table}.{column.name}"
            excused = column.name in NEVER_CONTENT or table in policy.NOT_PERSONAL
            if label not in policy.FIELDS and not excused:
                yield label


def _column(label: str) -> Column[Any, Any] | None:
    table, _, name = label.rpartition(".")
    try:
        found = apps.get_model(table)._meta.get_field(name)
    except Exception:  # LookupError, FieldDoesNotExist, ValueError: all mean "no such column"
        return None
    return found if isinstance(found, Column) else None


def stale() -> Iterator[str]:
    """Labels that the policy names and the database does not have."""
    yield from (label for label in policy.FIELDS if _column(label) is None)
    for name in policy.NOT_PERSONAL:
        app, _, model = name.partition(".")
        known = {m._meta.label for m in apps.get_models(include_auto_created=True)}
        if not (name in known or (model == "*" and any(k.startswith(f"{app}.") for k in known))):
            yield name


def _errors(labels: Iterable[str], message: str, hint: str, number: str) -> list[CheckMessage]:
    return [Error(f"{label} {message}", hint=hint, id=f"register.{number}") for label in labels]


@register
def every_column_is_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return _errors(
        unclassified(),
        "is not declared in register/policy.py.",
        "Say why it is held, how long and who sees it, or list its table in NOT_PERSONAL.",
        "E001",
    )


@register
def every_label_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return _errors(
        stale(),
        "is declared in register/policy.py but does not exist.",
        "Take it out of the policy, or mend its name.",
        "E002",
    )


@register
def sealed_is_sealed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    declared = {label for label, field in policy.FIELDS.items() if field.sealed}
    unsealed = [
        label
        for label in declared
        if (column := _column(label)) is not None and not isinstance(column, SealedField)
    ]
    undeclared = [
        label
        for model in apps.get_models()
        for column in columns(model)
        if isinstance(column, SealedField)
        and (label := f"{model._meta.label}.{column.name}") not in declared
    ]
    return _errors(
        unsealed,
        "is declared as sealed but its column is plain.",
        "Use SealedField.",
        "E003",
    ) + _errors(
        undeclared,
        "is sealed but the policy does not say so.",
        "Declare it as sealed.",
        "E004",
    )


def _roles_named() -> Iterator[tuple[str, frozenset[str]]]:
    for category in policy.CATEGORIES:
        yield f"category {category.key}", category.access.roles
        for field in category.fields:
            if field.access:
                yield field.label, field.access.roles


@register
def every_role_is_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    strangers = (
        f"{where} names the role {role!r}, which"
        for where, roles in _roles_named()
        for role in sorted(roles - set(policy.ROLE_KEYS))
    )
    return _errors(strangers, "is not declared.", "Declare it in ROLES.", "E005")


def _says_why(kept: Retain) -> bool:
    return all(getattr(kept, name, None) for name in ("reason", "basis"))


@register
def everything_retained_says_why(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    lacking = (
        label
        for label in policy.FIELDS
        if isinstance(kept := policy.on_erasure(label), Retain)
        and not (_says_why(kept) and kept.period in policy.RETENTIONS)
    )
    return _errors(
        lacking,
        "is retained without a reason, a basis or a declared period.",
        "Give all three, or let it be erased.",
        "E006",
    )


@register
def every_event_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    named = (
        f"{event.table}.{name}" for event in policy.EVENTS for name in (event.when, *event.only)
    )
    return _errors(
        (label for label in named if _column(label) is None),
        "is named in EVENTS but does not exist.",
        "Mend its name: a lost event would end somebody's period early.",
        "E007",
    )


def _undeclared_terms(category: Category) -> Iterator[str]:
    terms = {
        "purpose": (category.purposes, policy.PURPOSES),
        "subject": (category.subjects, policy.SUBJECTS),
        "source": (category.sources, policy.SOURCES),
        "recipient": (category.recipients, policy.RECIPIENTS),
        "retention": (category.retention, policy.RETENTIONS),
    }
    for kind, (used, declared) in terms.items():
        for term in used:
            if term not in declared:
                yield f"category {category.key}: {kind} {term.key!r}"


@register
def every_term_is_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    strangers = (term for category in policy.CATEGORIES for term in _undeclared_terms(category))
    return _errors(strangers, "is not declared.", "List it among its kind.", "E008")
