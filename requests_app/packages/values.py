"""How one value of a record is told: to a person in her language, and to a machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Field, ForeignKey, Model
from django.utils import formats
from django.utils.text import capfirst, slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from register.models import Company, Craft, CraftClass, Customer, User
from register.vault import Erased, Secret

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
    "application/pdf": "pdf",
    "application/json": "json",
}

Json = str | int | bool | None
Column = Field[Any, Any]

KEYS: dict[type[Model], Callable[[Any], str]] = {
    Company: lambda company: company.name,
    Craft: lambda craft: craft.registration,
    CraftClass: lambda craft_class: craft_class.name,
}
"""How a row that is pointed at is named. Other rows of a person go by their number or id."""


@dataclass(frozen=True, slots=True)
class Value:
    """One column of one row. `sealed`: shown masked to people, whole to machines. `left_out`: why
    a part of it, or all, is not told (GDPR 15(4)). `is_file`: the text is the name of a file."""

    name: str
    title: str
    text: str
    machine: Json
    sealed: bool = False
    left_out: str = ""
    is_file: bool = False


def value_of(row: Model, name: str, *, of: Customer) -> Value | None:
    """The value of a column for the person `of`, or None where there is nothing in it."""
    column = row._meta.get_field(name)
    if not isinstance(column, Field):
        raise TypeError(f"{name} is not a column")
    held = getattr(row, name)
    if held is None or held in ("", []) or isinstance(held, Erased):
        return None
    if isinstance(held, Secret):
        return _sealed(row, column, held)
    if isinstance(held, Customer) and held.pk == of.pk:
        return Value(name, _title(column), _("you"), "you")
    machine = machine_value(held, column)
    listed = isinstance(held, list)  # the row itself knows the names of what its list holds
    text = getattr(row, f"tell_{name}")() if listed else _text(row, column, held, machine)
    reason = _("another person's data: GDPR 15(4)") if isinstance(held, Customer) else ""
    return Value(name, _title(column), text, machine, left_out=reason)


def _sealed(row: Model, column: Column, secret: Secret) -> Value:
    """Binary columns go as files of their own: the value is the file's name."""
    if getattr(column, "binary", False):
        name = file_name(row)
        return Value(column.name, _title(column), name, name, is_file=True)
    own_mask = getattr(row, "masked", None)
    shown = own_mask(column.name) if own_mask else secret.masked
    return Value(column.name, _title(column), shown, secret.expose(), sealed=True)


def file_name(row: Model) -> str:
    """What a sealed file is called in a package: its kind, its day, and its record's id."""
    named = getattr(row, "get_kind_display", None)
    kind = str(named() if named else row._meta.verbose_name)
    taken_at = getattr(row, "taken_at", None)
    day = [localtime(taken_at).date().isoformat()] if taken_at else []
    ending = EXTENSIONS.get(getattr(row, "media_type", ""), "bin")
    return f"{'-'.join([slugify(kind), *day, str(row.pk)])}.{ending}"


def machine_value(held: Any, column: Column) -> Json:
    """ISO 8601 for dates, cents for money, the stored key for a choice."""
    if isinstance(column, ForeignKey):
        return pointed_at(held)
    if isinstance(held, PhoneNumber):
        return str(held.as_e164 if held.is_valid() else held.raw_input)
    if isinstance(held, datetime):
        return localtime(held).isoformat()
    if isinstance(held, date):
        return held.isoformat()
    if isinstance(held, bool | int):
        return held
    if isinstance(held, list):
        return ", ".join(map(str, held))
    return str(held)


def pointed_at(row: Model) -> str:
    """A row that is pointed at: never another person's or an employee's name."""
    if isinstance(row, Customer):
        return "another person"
    if isinstance(row, User):
        return "staff"
    if key := KEYS.get(type(row)):
        return key(row)
    return reference(row)


def reference(row: Model) -> str:
    """The number by which people know a row of their own, or its opaque id."""
    number = getattr(row, "number", None)
    return str(number if number is not None else row.pk)


def _text(row: Model, column: Column, held: Any, machine: Json) -> str:
    if column.flatchoices:
        return str(dict(column.flatchoices).get(held, held))
    if isinstance(held, bool):
        return _("yes") if held else _("no")
    if column.name.endswith("_cents"):
        return euros(int(held))
    if isinstance(held, datetime):
        return formats.date_format(localtime(held), "j.n.Y G.i")
    if isinstance(held, date):
        return formats.date_format(held, "j.n.Y")
    if isinstance(held, Decimal):
        return formats.number_format(held.normalize() if held else Decimal(0))
    if isinstance(held, Customer):
        return _("another person (not shown)")
    if isinstance(held, User):
        return _("a member of staff")
    if isinstance(held, Model | UUID):
        return _pointed_at(held, machine)
    return str(held)


def _pointed_at(held: Model | UUID, machine: Json) -> str:
    return str(machine) if type(held) in KEYS else str(held)


def euros(cents: int) -> str:
    """`12 345,60 €`, the way money is written here."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", "\u00a0")
    return f"{'−' if cents < 0 else ''}{grouped},{rest:02d}\u00a0€"


def _title(column: Column) -> str:
    return capfirst(name_of(column))


def name_of(column: Column) -> str:
    """The column's name for people; amounts are told in euros, so "cents" is left out."""
    name = str(column.verbose_name)
    return (name.rpartition(",")[0] or name) if column.name.endswith("_cents") else name
