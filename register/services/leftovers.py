"""What an erasure leaves beside a person's rows, and takes as well: lines of the admin's log, and
companies for which nobody speaks any more."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, QuerySet

from register.models import Booking, Company, CompanyContact
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


def companies_of(people: Collection[UUID]) -> set[UUID]:
    contacts = CompanyContact.objects.filter(customer__among=people).values_list(
        "company", flat=True
    )
    bookings = Booking.objects.filter(customer__among=people, company__isnull=False)
    return {*contacts.order_by(), *bookings.order_by().values_list("company", flat=True)}


def forsaken_companies(companies: Iterable[UUID]) -> int:
    """Delete those of the companies for which nobody speaks and nobody rents any more."""
    rows = Company.objects.filter(pk__among=list(companies)).order_by()
    rows = rows.exclude(Exists(CompanyContact.objects.filter(company=OuterRef("pk"))))
    return raw_delete(rows.exclude(Exists(Booking.objects.filter(company=OuterRef("pk")))))
