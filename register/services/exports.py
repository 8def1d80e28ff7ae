"""A whole list as a file (P18): what the role sees whole and nothing more, for a declared reason,
approved by a second person.

Sealed values and whatever is masked for the role are no columns. Whoever is restricted, or has
objected, for the purpose of the export is left out; a secrecy order empties contact details for
those who do not need them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from register import permissions, policy
from register.declare import Sight
from register.models import Approval, Customer, User
from register.services import approvals, audit, customers, restrictions
from register.services.refusals import Refused
from register.vault.fields import SealedField

VERB = "export"
NUMBERED = ("register.Customer", "register.Booking", "register.Company", "register.Case")
CONTACT = ("email", "phone")
PART = 2_000


class NotYours(Refused):
    """The role does not export this list."""


@dataclass(frozen=True, slots=True)
class Export:
    """A list as it leaves: `rows` are read while the file is written."""

    name: str
    header: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    count: int


def tables(user: User) -> list[type[models.Model]]:
    """The tables about people that the user may export, by name."""
    if not permissions.may(user, VERB):
        return []
    found = [
        apps.get_model(label)
        for label in policy.TABLES
        if label.startswith("register.") and _of_customers(label)
    ]
    shown = [model for model in found if permissions.may_see(user, model) and columns(user, model)]
    return sorted(shown, key=lambda model: str(model._meta.verbose_name_plural))


def _of_customers(label: str) -> bool:
    return any(
        category.of_customers and field.table == label
        for category in policy.CATEGORIES
        for field in category.fields
    )


def columns(user: User, model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that the user sees whole. Sealed ones, files and links to staff are none."""
    return [
        column
        for column in model._meta.concrete_fields
        if permissions.sight(user, model, column.name) is Sight.WHOLE
        and not isinstance(column, SealedField)
        and not getattr(column, "binary", False)
        and column.name not in ("id", "saved_by", "source")
    ]


@transaction.atomic
def make(*, model: type[models.Model], reason: str, form: str, by: User, at: datetime) -> Export:
    """The list, its second person's approval used up. `reason`: a key of policy.EXPORT_REASONS;
    `form`: "csv" or "xlsx".

    Raises NotYours, and NeedsAnother where nobody has approved exactly this yet (see `ask`).
    """
    if model not in tables(by) or reason not in policy.EXPORT_REASON_KEYS:
        raise NotYours(_("Your role does not export this list."))
    chosen = columns(by, model)
    what = _matter(model, chosen, reason, form)
    approvals.require(kind=policy.MASS_EXPORT.key, what=what, by=by, at=at)
    rows = _rows(model, reason=reason, by=by)
    count = rows.count()
    audit.record(verb="export", by=by, at=at, reason=reason, count=count,
                 fields=[column.name for column in chosen], object=model())  # fmt: skip
    return Export(
        name=f"{model._meta.model_name}-{timezone.localtime(at):%Y-%m-%d}",
        header=tuple(capfirst(str(column.verbose_name)) for column in chosen),
        rows=_cells(rows, chosen, by),
        count=count,
    )


def ask(*, model: type[models.Model], reason: str, form: str, by: User, at: datetime) -> Approval:
    """Ask for the second person's approval of exactly this export. Its reason is kept by key."""
    return approvals.ask(
        kind=policy.MASS_EXPORT.key,
        what=_matter(model, columns(by, model), reason, form),
        about=capfirst(str(model._meta.verbose_name_plural)),
        reason=reason,
        by=by,
        at=at,
    )


def _matter(
    model: type[models.Model], chosen: list[models.Field[Any, Any]], reason: str, form: str
) -> dict[str, Any]:
    return {
        "table": model._meta.label,
        "columns": [column.name for column in chosen],
        "reason": reason,
        "form": form,
    }


def _rows(model: type[models.Model], *, reason: str, by: User) -> models.QuerySet[Any]:
    purpose = {item.key: item.purpose for item in policy.EXPORT_REASONS}[reason]
    people = restrictions.unrestricted(customers.visible_to(by), purpose=purpose)
    rows = model._base_manager.order_by("pk")
    if model is Customer:
        return rows.filter(pk__in=people.values("pk"))
    names = {column.name for column in model._meta.concrete_fields}
    return rows.filter(customer__in=people.values("pk")) if "customer" in names else rows


def _cells(
    rows: models.QuerySet[Any], chosen: list[models.Field[Any, Any]], by: User
) -> Iterator[tuple[Any, ...]]:
    links = [c.name for c in chosen if isinstance(c, models.ForeignKey) and _is_numbered(c)]
    for row in rows.select_related(*links).iterator(chunk_size=PART):
        yield tuple(_cell(row, column, by) for column in chosen)


def _is_numbered(column: models.ForeignKey[Any, Any]) -> bool:
    return column.related_model._meta.label in NUMBERED


def _cell(row: Any, column: models.Field[Any, Any], by: User) -> Any:
    """The value as a person writes it: links by their number, choices by their name."""
    if isinstance(row, Customer) and column.name in CONTACT:
        if not customers.shows_contact(by, row):
            return ""
    value = getattr(row, column.attname)
    if value is None:
        return ""
    if isinstance(column, models.ForeignKey):
        return getattr(row, column.name).number if _is_numbered(column) else str(value)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    return _plain(value)


def _plain(value: Any) -> Any:
    """Numbers stay numbers; days and instants are written so that a spreadsheet sorts them."""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    if isinstance(value, date):
        return value.isoformat()
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return value if is_number else str(value)
