"""The portability part (GDPR 20) and the JSON Schema that says what it looks like.

In scope is what the policy marks portable, in a category with a purpose that rests on consent or
contract. Both the file and the schema are made from the same walk, so that they cannot differ.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import translation
from jsonschema import Draft202012Validator

from register import controller, policy
from register.declare import Category
from register.models import Customer
from requests_app.packages.rows import rows_of
from requests_app.packages.values import Column, Json, reference, value_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_id() -> str:
    """The schema's public address; a new version of the policy is a new schema."""
    with translation.override("fi"):
        path = reverse("schema")
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}?version={policy.VERSION}"


def in_scope() -> dict[str, tuple[str, ...]]:
    """Table → its portable columns."""
    found: dict[str, list[str]] = {}
    for category in policy.CATEGORIES:
        if category.of_customers and _rests_on_consent_or_contract(category):
            for field in category.fields:
                if field.portable:
                    found.setdefault(field.table, []).append(field.label.rpartition(".")[2])
    return {table: tuple(names) for table, names in found.items()}


def _rests_on_consent_or_contract(category: Category) -> bool:
    return any(purpose.basis.makes_portable for purpose in category.purposes)


def portable(customer: Customer, *, at: datetime) -> dict[str, Any]:
    """What the person may take along, valid against `schema()`."""
    data = {
        "$schema": schema_id(),
        "version": policy.VERSION,
        "made_at": at.isoformat(),
        "controller": controller.details()["name"],
        "records": dict(_records(customer)),
    }
    Draft202012Validator(schema(), format_checker=None).validate(data)
    return data


def _records(customer: Customer) -> Iterator[tuple[str, list[dict[str, Json]]]]:
    for table, names in in_scope().items():
        rows = ((row, _record(row, names, customer)) for row in rows_of(table, customer))
        if filled := [{"id": reference(row), **values} for row, values in rows if values]:
            yield record_name(table), filled


def _record(row: models.Model, names: tuple[str, ...], of: Customer) -> dict[str, Json]:
    values = (value_of(row, name, of=of) for name in names)
    return {value.name: value.machine for value in values if value is not None}


def record_name(table: str) -> str:
    """ "register.QuoteRequest" → "quote_request"."""
    name = table.rpartition(".")[2]
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the portability part, in English."""
    with translation.override("en"):
        records = {record_name(table): _rows_schema(table, names) for table, names in _scope()}
    return {
        "$schema": DIALECT,
        "$id": schema_id(),
        "title": "Portable personal data (GDPR 20)",
        "description": "What the person gave, and what was observed of her own doing, processed on "
        "consent or contract. Money is in euro cents, times are ISO 8601.",
        "type": "object",
        "required": ["$schema", "version", "made_at", "controller", "records"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"const": schema_id()},
            "version": {"const": policy.VERSION},
            "made_at": {"type": "string", "format": "date-time"},
            "controller": {"type": "string"},
            "records": {
                "type": "object",
                "additionalProperties": False,
                "properties": records,
            },
        },
    }


def _scope() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from in_scope().items()


def _rows_schema(table: str, names: tuple[str, ...]) -> dict[str, Any]:
    model = apps.get_model(table)
    return {
        "type": "array",
        "title": str(model._meta.verbose_name_plural),
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["id"],
            "properties": {
                "id": {"type": "string", "title": "Number or id that other records refer to"},
                **{name: _column_schema(model._meta.get_field(name)) for name in names},
            },
        },
    }


def _column_schema(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"title": str(column.verbose_name), **_type_of(column)}
    if column.flatchoices:
        described["oneOf"] = [
            {"const": key, "title": str(name)} for key, name in column.flatchoices
        ]
    return described


def _type_of(column: Column) -> dict[str, Any]:
    if isinstance(column, models.BooleanField):
        return {"type": "boolean"}
    if isinstance(column, models.DateTimeField):
        return {"type": "string", "format": "date-time"}
    if isinstance(column, models.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(column, models.IntegerField):
        return {"type": "integer"}
    if isinstance(column, models.EmailField):
        return {"type": "string", "format": "email"}
    return {"type": "string"}
