"""What an erasure leaves beside a person's rows, and takes as well: lines of the admin's log, and
companies for which nobody speaks any more."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, QuerySet

from register.models import Company
from register.services.facts import PERSON
from register.services.person_tables import tables

IDS_A_QUERY = 1_000


def raw_delete(rows: QuerySet[Any]) -> int:
    """One statement. Django's own delete() would first read every row and its children."""
    return int(rows._raw_delete(rows.db) or 0)


def logged_types() -> set[str]:
    """Tables that the admin's log speaks of."""
    types = LogEntry.objects.order_by().values_list("content_type_id", flat=True).distinct()
    found = ContentType.objects.filter(pk__in=[pk for pk in types if pk]).values_list(
        "app_label", "model"
    )
    names = {label.lower(): label for label in (*(table.label for table in tables()), PERSON)}
    return {names[f"{app}.{model}"] for app, model in found if f"{app}.{model}" in names}


def forget_log(model: type[Model], rows: QuerySet[Any]) -> None:
    """Delete the lines of the admin's log about these rows."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
    for start in range(0, len(ids), IDS_A_QUERY):
        raw_delete(about.filter(object_id__in=ids[start : start + IDS_A_QUERY]).order_by())


@cache
def of_companies() -> tuple[type[Model], ...]:
    """Tables whose rows are a person's and name a company: read from the models, so that a new one
    is not forgotten."""
    naming = [key.related_model for key in Company._meta.related_objects]
    return tuple(
        model for model in dict.fromkeys(naming)
        if {"customer", "company"} <= {column.name for column in model._meta.fields}
    )  # fmt: skip


def companies_of(people: Collection[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for model in of_companies():
        rows = model._base_manager.filter(customer__among=people, company__isnull=False)
        found.update(rows.order_by().values_list("company", flat=True))
    return found


def forsaken_companies(companies: Collection[UUID]) -> int:
    """Delete those of the companies for which nobody speaks, rents or got an invoice any more."""
    rows = Company.objects.filter(pk__among=companies).order_by()
    for model in of_companies() if companies else ():
        rows = rows.exclude(Exists(model._base_manager.filter(company=OuterRef("pk"))))
    return raw_delete(rows) if companies else 0
