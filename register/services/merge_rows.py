"""The rows of two records of one person: what stands in the way of making them one, and how rows
change hands. `services.merging` decides; here is how."""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.core import serializers
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from register.models import (
    CompanyContact,
    Customer,
    Delivery,
    Driver,
    Identity,
    LoyaltyMembership,
    Mandate,
    guards,
)
from register.services.leftovers import raw_delete
from register.services.person_tables import tables
from register.services.refusals import Refused
from register.vault import blind_index, moving
from register.vault.reading import sealed_fields

NUMBERS = ("personal_identity_code", "passport_number", "driving_licence_number")


class TwoPeople(Refused):
    """The records show that these are two people."""


class Key(NamedTuple):
    """A foreign key of a table to a person."""

    model: type[Model]
    name: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    @classmethod
    def named(cls, label: str) -> "Key":
        table, _dot, name = label.rpartition(".")
        return cls(apps.get_model(table), name)

    def rows_of(self, person: UUID) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.name: person}).order_by()


def keys() -> Iterator[Key]:
    """Every key to a person in every table. Parents come first, so that nothing is ever older
    than what it belongs to."""
    for table in reversed(tables()):
        for path in (*table.owners, *table.links):
            if "__" not in path:
                yield Key(table.model, path)


def counts(person: UUID) -> dict[type[Model], int]:
    """How many rows of the person there are, per table that has any."""
    found: dict[type[Model], int] = {}
    for key in keys():
        if number := key.rows_of(person).count():
            found[key.model] = found.get(key.model, 0) + number
    return found


# -- Two people, not one ------------------------------------------------------------------------


def ensure_one_person(one: Customer, other: Customer) -> None:
    """Raises TwoPeople where the register itself says that they are not the same."""
    both = (one.pk, other.pk)
    shared = Driver.objects.filter(customer=one, booking__isnull=False).order_by()
    if booking := shared.filter(booking__drivers__customer=other).values("booking__number").first():
        raise TwoPeople(
            _("Both drive in booking %(number)s: they are two people.")
            % {"number": booking["booking__number"]}
        )
    if Mandate.objects.filter(customer__in=both, on_behalf_of__in=both).exists():
        raise TwoPeople(_("One of them acts for the other: they are two people."))
    codes = {str(row.personal_identity_code.expose()) for row in _identities(both)
             if row.personal_identity_code}  # fmt: skip
    if len(codes) > 1:
        raise TwoPeople(_("They have different identity codes: they are two people."))


def _identities(people: Collection[UUID]) -> list[Identity]:
    return list(Identity.objects.filter(customer__in=people))


# -- Rows that cannot both stand ----------------------------------------------------------------


def settle_contacts(one: Customer, other: Customer) -> tuple[list[str], list[dict[str, Any]]]:
    """One role in a company stays, the open one's words in it. Returns the rows that went, and
    what stood in the ones that stay."""
    gone, before = [], []
    theirs = {row.company_id: row for row in CompanyContact.objects.filter(customer=one)}
    for row in CompanyContact.objects.filter(customer=other, company__in=theirs.keys()):
        stays = theirs[row.company_id]
        gone.append(written(row))
        before.append(_before(stays, "role_title", "ended_on"))
        stays.role_title = stays.role_title or row.role_title
        stays.ended_on = stays.ended_on and row.ended_on and max(stays.ended_on, row.ended_on)
        stays.save(update_fields=["role_title", "ended_on"])
        raw_delete(CompanyContact.objects.filter(pk=row.pk).order_by())
    return gone, before


def settle_deliveries(one: Customer, other: Customer) -> list[str]:
    """Of a mailing that goes to both, or went, one delivery stays. Returns the rows that went."""
    theirs = Delivery.objects.filter(customer=one).values("mailing")
    rows = Delivery.objects.filter(customer=other, mailing__in=theirs).order_by()
    gone = [written(row) for row in rows]
    raw_delete(Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by())
    return gone


def settle_loyalty(one: Customer, other: Customer) -> list[dict[str, Any]]:
    """Of two open memberships the older stays; the other ends on the day it began."""
    people = (one.pk, other.pk)
    open_ones = LoyaltyMembership.objects.filter(customer__in=people, left_on__isnull=True)
    rows = list(open_ones.order_by("joined_on", "saved_at"))[1:]
    before = [_before(row, "left_on") for row in rows]
    LoyaltyMembership.objects.filter(pk__in=[row.pk for row in rows]).update(left_on=F("joined_on"))
    return before


def settle_identity(one: Customer, other: Customer) -> dict[str, Any] | None:
    """Where both have identity numbers, the kept record's stay and its empty ones are filled.

    Returns the other's numbers and which were filled, for the sealed journal, or None.
    """
    rows = {row.customer_id: row for row in _identities([one.pk, other.pk])}
    if len(rows) < 2:
        return None
    mine, theirs = rows[one.pk], rows[other.pk]
    numbers = {name: value.expose() for name in NUMBERS if (value := getattr(theirs, name))}
    raw_delete(Identity.objects.filter(pk=theirs.pk).order_by())
    blind_index.forget(theirs.pk)
    filled = [name for name in numbers if not getattr(mine, name)]
    for name in filled:
        setattr(mine, name, numbers[name])
    mine.save()
    return {"pk": str(theirs.pk), "numbers": numbers, "filled": filled, "mine": str(mine.pk),
            "saved_at": theirs.saved_at.isoformat(), "source": theirs.source}  # fmt: skip


def part_identity(kept: dict[str, Any], former: Customer) -> None:
    """The reverse: the numbers that were filled go, and the other's row comes again."""
    mine = Identity.objects.filter(pk=kept["mine"]).first()
    if mine is not None:
        for name in kept["filled"]:
            held = getattr(mine, name)
            if held and held.expose() == kept["numbers"][name]:
                setattr(mine, name, None)
        mine.save()
    Identity.objects.create(
        pk=UUID(kept["pk"]), customer=former, saved_at=kept["saved_at"], source=kept["source"],
        **kept["numbers"],
    )  # fmt: skip


def _before(row: Model, *names: str) -> dict[str, Any]:
    columns: dict[str, Any] = {name: row._meta.get_field(name) for name in names}
    values = {name: column.value_to_string(row) for name, column in columns.items()}
    empty = [name for name in names if getattr(row, name) is None]
    return {"table": row._meta.label, "pk": str(row.pk), "values": values, "empty": empty}


def restore(before: Iterable[dict[str, Any]]) -> None:
    """Put back what stood in rows that were changed."""
    for was in before:
        model = apps.get_model(was["table"])
        values = {
            name: None if name in was["empty"] else model._meta.get_field(name).to_python(text)
            for name, text in was["values"].items()
        }
        model._base_manager.filter(pk=was["pk"]).update(**values)


# -- Changing hands -----------------------------------------------------------------------------


def move_all(*, old: UUID, new: UUID) -> dict[str, list[str]]:
    """Every row of `old` becomes `new`'s; returns the ids by key."""
    moved = {}
    for key in keys():
        ids = list(key.rows_of(old).values_list("pk", flat=True))
        if ids:
            move(key, ids, old=old, new=new)
            moved[key.label] = [str(pk) for pk in ids]
    return moved


def move(key: Key, ids: Collection[Any], *, old: UUID, new: UUID) -> None:
    """Those of the rows that are still `old`'s become `new`'s."""
    rows = key.rows_of(old).filter(pk__in=ids)
    if key.name == "customer" and sealed_fields(key.model):
        moving.give(key.model, ids, old=old, new=new)
    elif "UPDATE" in guards.APPEND_ONLY.get(key.model._meta.db_table, ()):
        _write_anew(key, rows, new)
    else:
        rows.update(**{key.name: new})


def _write_anew(key: Key, rows: QuerySet[Any], new: UUID) -> None:
    """An act of consent is never changed: the same act is written again as hers."""
    acts = list(rows)
    raw_delete(rows)
    for act in acts:
        setattr(act, f"{key.name}_id", new)
    key.model._base_manager.bulk_create(acts)


def written(row: Model) -> str:
    """A row as text, to be made again by `made_again`."""
    return str(serializers.serialize("json", [row]))


def made_again(text: str) -> Model:
    """The row as it was, in the database. Raises IntegrityError where it does not fit any more."""
    [found] = serializers.deserialize("json", text)
    found.object.save_base(raw=True, force_insert=True)
    return found.object


def as_json(kept: dict[str, Any]) -> bytes:
    return json.dumps(kept, separators=(",", ":")).encode()
