"""Numbered system checks of the vault.

vault.E001  the master keys cannot be read
vault.E002  the master keys are not those of this vault database
vault.E003  two sealed columns share a label
vault.E004  a sealed column on a model whose primary key is no UUID made in Python
vault.E005  a sealed column whose person cannot be found
vault.E006  a sealed column in an index, an ordering or a constraint on values
vault.E007  unique without indexed, or an index on bytes
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, models

from . import keyring
from .errors import KeyringError
from .providers import provider

if TYPE_CHECKING:
    from .fields import SealedField


@register(Tags.security)
def keys_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        provider()
    except KeyringError as error:
        return [Error(str(error), id="vault.E001")]
    return []


@register(Tags.database)
def keys_belong_to_the_vault(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Runs with ``check --database vault`` and before ``migrate``."""
    if "vault" not in (kwargs.get("databases") or ()):
        return []
    try:
        keyring.prove(provider())
    except KeyringError as error:
        return [Error(str(error), id="vault.E002")]
    except DatabaseError:
        return []  # not migrated yet, or not there: migrate and the first query say so better
    return []


@register(Tags.models)
def labels_are_distinct(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    labels = Counter(field.label for field in all_sealed())
    return [
        Error(f"Two sealed columns are labelled {label}.", id="vault.E003")
        for label, times in labels.items()
        if times > 1
    ]


def all_sealed() -> Iterator["SealedField"]:
    """Every sealed column of every model."""
    from .fields import SealedField

    for model in apps.get_models():
        yield from (f for f in model._meta.local_concrete_fields if isinstance(f, SealedField))


def of_field(field: "SealedField") -> Iterator[CheckMessage]:
    """What is wrong with one sealed column."""
    meta = field.model._meta
    if not isinstance(meta.pk, models.UUIDField) or not meta.pk.has_default():
        message = f"{field.label} needs a UUID primary key with a default: it is sealed to it."
        yield Error(message, obj=field, id="vault.E004")
    if not _has_attribute(field):
        message = f"{field.label} finds no person: {meta.label} has no {field.customer_attr}."
        yield Error(message, obj=field, id="vault.E005")
    if field.name in _ordered_or_indexed(meta):
        message = f"{field.label} is sealed: it has no order and no plain index."
        yield Error(message, obj=field, id="vault.E006")
    if (field.exclusive and not field.indexed) or (field.binary and field.indexed):
        message = f"{field.label}: unique needs indexed, and indexed needs text."
        yield Error(message, obj=field, id="vault.E007")


def _has_attribute(field: "SealedField") -> bool:
    model = field.model
    try:
        model._meta.get_field(field.customer_attr.removesuffix("_id"))
    except FieldDoesNotExist:
        return hasattr(model, field.customer_attr)
    return True


def _ordered_or_indexed(meta: Any) -> set[str]:
    named = {str(name).lstrip("-") for name in meta.ordering}
    named |= {name.lstrip("-") for index in meta.indexes for name in index.fields}
    for constraint in meta.constraints:
        named |= set(getattr(constraint, "fields", ()))
    return named
