"""What has no word of its own: numbers, days, choices, yes and no. A column that a role may not see
is given another value; every page that the role opens has to stay the same, letter by letter."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction

from register import policy
from register.declare import Sight
from tests.matrix import asking
from tests.matrix.asking import Address, Asker
from tests.matrix.stances import GET
from tests.matrix.world import OWN, World

CHANGES = re.compile(
    r"csrfmiddlewaretoken\" value=\"[^\"]+|nonce-[^'\" ]+|nonce=\"[^\"]+|csrf(token)?=[^;]+"
    r"|altcha[^>]*|challenge[^>]*|\d{1,2}[.:]\d{2}(:\d{2})?|sessionid=[^;]+|expires=[^;]+"
    r"|server-timing: .*"
)
"""What differs from answer to answer anyhow."""

CLUES: dict[str, str] = {
    "register.Customer.secrecy_order": "it hides contact details, which is what it is for",
}
"""Columns whose value a role may notice without seeing it, and why that is meant."""

ABOUT_CUSTOMERS = {
    declared.table for c in policy.CATEGORIES if c.of_customers for declared in c.fields
}
"""The staff's own rows are left out: everybody sees herself in the head of the page."""

LINKS = (models.ForeignKey, models.ManyToManyField)


def hidden(label: str, role: str, row: models.Model) -> Iterator[Any]:
    """The columns of the row that the role does not see at all, and that have no word."""
    for declared in policy.category_fields(label):
        if policy.sight(declared.label, (role,)) is not Sight.ABSENT or declared.label in CLUES:
            continue
        column = next(
            (c for c in row._meta.concrete_fields if c.name == declared.label.rpartition(".")[2]),
            None,
        )
        if column is not None and _another(column, getattr(row, column.attname)) is not None:
            yield column


def _another(column: Any, value: Any) -> Any:
    """Another value that the column takes; None where there is none to try."""
    if isinstance(column, LINKS) or column.primary_key or column.unique:
        return None
    if column.choices:
        return next((key for key, _name in column.flatchoices if key != value), None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + 3
    if hasattr(value, "isoformat"):
        return value + timedelta(days=17)
    return None


def pages(role: str, label: str) -> list[Address]:
    """The pages that the role opens about a row of the table, or that list such rows."""
    name = label.replace(".", "_").lower()
    about = {label, *(short for short, table in SHORT.items() if table == label), *AROUND}
    return [
        address
        for address in asking.addresses()
        if address.stance is not None
        and GET in address.stance.methods
        and address.stance.lets_in(asking.roles_of(role), GET)
        and not address.stance.only_looked_at
        and (address.stance.of in about or address.name == f"admin:{name}_changelist")
        and (address.stance.of in AROUND or address.stance.of in about or not address.stance.of)
    ]


SHORT = {
    "customer": "register.Customer", "booking": "register.Booking",
    "agreement": "register.Agreement", "attachment": "register.Attachment",
    "request": "requests_app.DataSubjectRequest",
}  # fmt: skip
AROUND = ("customer", "booking")
"""Pages that tell of many tables: the person's and the booking's own."""


@pytest.mark.parametrize("role", policy.ROLE_KEYS)
def test_what_a_role_may_not_see_changes_nothing_that_it_sees(
    world: World, ask: Asker, role: str
) -> None:
    told = []
    for label, rows in world.rows.items():
        row = rows.get(OWN)
        if row is None or label not in ABOUT_CUSTOMERS:
            continue
        columns = list(hidden(label, role, row))
        shown = pages(role, label) if columns else []
        if shown:
            told += [
                f"{label}: {page}" for page in _differing(ask, world, role, row, columns, shown)
            ]
    assert not told


def _differing(
    ask: Asker, world: World, role: str, row: models.Model, columns: list[Any], shown: list[Address]
) -> list[str]:
    before = {address.name: _answer(ask, world, role, address) for address in shown}
    with transaction.atomic():
        changed = [column.name for column in columns if _change(row, column)]
        after = {address.name: _answer(ask, world, role, address) for address in shown}
        transaction.set_rollback(True)
    return [f"{name} after {changed}" for name in before if before[name] != after[name]]


def _change(row: models.Model, column: Any) -> bool:
    """Whether the database takes another value there."""
    value = _another(column, getattr(row, column.attname))
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**{column.name: value})
    except DatabaseError:
        return False
    return True


def _answer(ask: Asker, world: World, role: str, address: Address) -> str:
    return CHANGES.sub("", ask.ask(role, address.path(world) or "/").text)


def test_the_pages_are_the_same_when_nothing_changes(world: World, ask: Asker) -> None:
    """Else the comparison above would mean nothing."""
    for address in pages("desk", "register.Customer"):
        assert _answer(ask, world, "desk", address) == _answer(ask, world, "desk", address)


def test_a_column_that_is_seen_does_change_its_page(world: World, ask: Asker) -> None:
    row: Any = world.rows["register.Payment"][OWN]
    (page,) = [p for p in pages("desk", "register.Payment") if p.name.endswith("payment_change")]
    before = _answer(ask, world, "desk", page)
    with transaction.atomic():
        assert _change(row, row._meta.get_field("amount_cents"))
        assert _answer(ask, world, "desk", page) != before
        transaction.set_rollback(True)
