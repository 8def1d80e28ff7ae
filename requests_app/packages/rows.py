"""The rows of a person in a declared table. Rows of other people are never reached: a row is taken
when it belongs to the person or to a file of hers, or when a row of hers names it as her company.
"""

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet

from register.models import Customer
from register.services import person_tables


def rows_of(label: str, customer: Customer) -> list[Model]:
    """The person's own rows of a declared table, oldest first where they tell their time."""
    model: type[Model] = apps.get_model(label)
    if model is Customer:
        return [customer]
    try:
        table = person_tables.table(label)
    except KeyError:
        return list(_named_by_her_rows(model, customer) | _of_her_files(model, customer))
    rows = model._base_manager.filter(_hers(table, customer))
    return list(rows.order_by("saved_at", "pk") if _has(model, "saved_at") else rows)


def _hers(table: person_tables.Table, customer: Customer) -> Q:
    """Rows that belong to her, alone or with somebody else, and files linked to her."""
    wanted = table.belongs([customer.pk])
    for link in table.links:
        wanted |= Q(**{link: customer})
    return wanted


def _named_by_her_rows(model: type[Model], customer: Customer) -> QuerySet[Model]:
    """Rows without a person of their own, such as a company, that a row of hers points at."""
    wanted = Q(pk__in=[])
    for table in person_tables.tables():
        for key in table.model._meta.local_fields:
            if isinstance(key, ForeignKey) and key.related_model is model:
                hers = table.model._base_manager.filter(_hers(table, customer))
                wanted |= Q(pk__in=hers.values(key.attname))
    return model._base_manager.filter(wanted)


def _of_her_files(model: type[Model], customer: Customer) -> QuerySet[Model]:
    """Rows that cannot be without a file of hers, such as a request, which outlives her rows."""
    wanted = Q(pk__in=[])
    for key in model._meta.local_fields:
        if not isinstance(key, ForeignKey) or key.null:
            continue
        for table in person_tables.tables():
            if table.model is key.related_model and table.links:
                wanted |= Q(
                    **{
                        f"{key.name}__in": table.model._base_manager.filter(
                            _hers(table, customer)
                        ).values("pk")
                    }
                )
    return model._base_manager.filter(wanted)


def _has(model: type[Model], name: str) -> bool:
    return any(column.name == name for column in model._meta.concrete_fields)
