"""One field of one record put right (GDPR 16), wherever the policy holds it.

What may be put right is derived: every declared column of `policy.CORRECTED` that somebody types,
but for what `policy.NOT_CORRECTED` leaves to other ways.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber

from register import permissions, policy, validators
from register.declare import Sight
from register.models import Customer, User
from register.services import audit, customers, events
from register.services.refusals import Refused
from register.vault.fields import SealedField

Column = models.Field[Any, Any]

STRICTER: dict[str, Callable[[str], str]] = {
    "register.Identity.passport_number": validators.document_number,
    "register.Identity.driving_licence_number": validators.document_number,
    "register.Company.business_id": validators.business_id,
}
"""What the desk's own forms ask of a value beyond what its column does."""

STRUCTURED = ("einvoice_address", "business_id")
"""Columns whose own form is digits: a number in them is no hidden card."""


class NotCorrected(Refused):
    """The field is not written to by a request for rectification."""


class DoesNotFit(Refused):
    """The database refuses the value."""


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Table → its columns that can be put right, in the order of the policy."""
    found: dict[str, list[str]] = {}
    for label, declared in policy.FIELDS.items():
        name = label.rpartition(".")[2]
        if _is_correctable(label) and name not in found.setdefault(declared.table, []):
            found[declared.table].append(name)
    return {table: tuple(names) for table, names in found.items() if names}


def _is_correctable(label: str) -> bool:
    table, _dot, _name = label.rpartition(".")
    if table not in policy.CORRECTED or label in policy.NOT_CORRECTED:
        return False
    return _is_typed(column_of(label)) and bool(policy.access(label).roles)


def _is_typed(column: Column) -> bool:
    """Typed by somebody: no link, no file, no running number, nothing that the register counts."""
    numbered = column.unique and not isinstance(column, SealedField)
    linked = isinstance(column, models.ForeignKey)
    return column.editable and not (numbered or linked or getattr(column, "binary", False))


def column_of(label: str) -> Column:
    table, _dot, name = label.rpartition(".")
    column = apps.get_model(table)._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column


def may_correct(user: User, label: str) -> bool:
    """Whether the user sees the field at all, whole or masked."""
    table, _dot, name = label.rpartition(".")
    return permissions.sight(user, apps.get_model(table), name) is not Sight.ABSENT


def checked(label: str, value: Any, *, typed: bool = True) -> Any:
    """The value in its normal form. `typed`: by somebody at the desk, so that what its forms ask
    beyond the column is asked as well. Raises ValidationError with a sentence."""
    column = column_of(label)
    if isinstance(value, str):
        value = validators.straight(value).strip()
        if typed and value and label in STRICTER:
            value = STRICTER[label](value)
        if column.max_length and len(value) > column.max_length:
            raise ValidationError(_("This is longer than the field."), code="max_length")
        if not isinstance(column, SealedField) and column.name not in STRUCTURED:
            validators.refuse_card_numbers(value)
    if value in (None, ""):
        return _nothing(column)
    if isinstance(column, SealedField):
        return column.normal(value)
    return column.clean(value, None)


def _nothing(column: Column) -> Any:
    """What an emptied field holds. Raises ValidationError where it may not be empty."""
    if not (column.blank or column.null):
        raise ValidationError(column.error_messages["blank"], code="blank")
    return None if column.null else ""


def as_text(label: str, value: Any) -> str:
    """A value as it is kept in the file of a request: ISO dates, stored keys, E.164."""
    if value is None or value == "":
        return ""
    if isinstance(value, PhoneNumber):
        return str(value.as_e164 if value.is_valid() else value.raw_input)
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def of_text(label: str, text: str) -> Any:
    """The value that `as_text` wrote; None or "" for nothing."""
    column = column_of(label)
    if not text:
        return _nothing(column)
    return text if isinstance(column, SealedField) else column.to_python(text)


@transaction.atomic
def correct(
    *, customer: Customer, row: models.Model, name: str, value: Any, by: User, at: datetime
) -> None:
    """Write one field of a record of this person, with the audit line that names the field and
    never the value. Contact details count as checked (P21).

    Raises NotCorrected, ValidationError, DoesNotFit, or customers.Erased.
    """
    table = row._meta.label
    if name not in columns().get(table, ()) or not may_correct(by, f"{table}.{name}"):
        raise NotCorrected(_("This field is not corrected here."))
    customers.ensure_not_erased(customer)
    now: Any = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
    setattr(now, name, checked(f"{table}.{name}", value))
    now.saved_at, now.saved_by = at, by
    if isinstance(now, Customer):
        _note_contact(now, name, by, at)
    _save(now)
    audit.record(
        verb="rectify", by=by, at=at, object=now, customer_id=customer.pk, fields=[name],
        reason="request",
    )  # fmt: skip
    events.refresh([customer.pk])


def _note_contact(row: Customer, name: str, by: User, at: datetime) -> None:
    row.normalise()
    if name in customers.CONTACT:
        row.contact_checked_at, row.contact_checked_by = at, by


def _save(row: models.Model) -> None:
    """Its message may quote the row, so what the database says is not handed on."""
    try:
        with transaction.atomic():
            row.save()
    except (IntegrityError, DataError):
        raise DoesNotFit(
            _("The register refuses this value: it does not fit with what else it holds.")
        ) from None
