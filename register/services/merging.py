"""Two records of one person are made one: previewed, logged, undone for a while.

The kept record gets every row of the other; sealed values are sealed anew under its key, and the
other record's key is destroyed. Where the two differ, the stricter wins: a consent that one of
them withdrew does not stand, restrictions, bans and holds of both do, a secrecy order of one is
one. The other's number still finds the person. What an undo needs is kept sealed for
policy.MERGE_UNDO_DAYS days.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from register import clock, permissions, policy
from register.models import Channel, Consent, Customer, Merge, User
from register.services import audit, consents, customers, events, merge_rows
from register.services.leftovers import forget_log, raw_delete
from register.services.refusals import ChangedMeanwhile, Refused
from register.vault import keys as data_keys

CHOSEN = ("first_name", "last_name", "phone", "email", "language", "kind", "wishes")
"""Columns of which the clerk chooses whose stays."""
REMEMBERED = (*CHOSEN, "secrecy_order", "contact_checked_at", "contact_checked_by_id")


class AlreadyMerged(Refused):
    """One of the records is not there any more."""


class NotUndone(Refused):
    """The merge cannot be undone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One column of both records. `takes`: whose stays unless the clerk chooses otherwise."""

    name: str
    label: Any
    kept: Any
    other: Any
    takes: str

    @property
    def differs(self) -> bool:
        return bool(self.kept != self.other)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do. `moves`: table's name → rows; `notes`: what else changes; `refusal`:
    why it is not done, or empty."""

    lines: tuple[Line, ...]
    moves: tuple[tuple[Any, int], ...]
    notes: tuple[Any, ...] = field(default=())
    refusal: str = ""


def preview(*, kept: Customer, other: Customer, user: User) -> Preview:
    """Changes nothing. Tables that the user does not see are not told."""
    counted = merge_rows.counts(other.pk)
    seen = [(m._meta.verbose_name_plural, n) for m, n in counted.items()
            if permissions.may_see(user, m)]  # fmt: skip
    return Preview(
        lines=tuple(_line(kept, other, name) for name in CHOSEN),
        moves=tuple(sorted(seen, key=lambda one: -one[1])),
        notes=tuple(_notes(kept, other)),
        refusal=_refusal(kept, other),
    )


def _line(kept: Customer, other: Customer, name: str) -> Line:
    mine, theirs = _shown(kept, name), _shown(other, name)
    column: Any = Customer._meta.get_field(name)
    takes = "other" if theirs and not mine else "kept"
    return Line(name=name, label=column.verbose_name, kept=mine, other=theirs, takes=takes)


def _shown(person: Customer, name: str) -> str:
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else getattr(person, name))


def _notes(kept: Customer, other: Customer) -> list[Any]:
    notes = []
    if kept.secrecy_order != other.secrecy_order:
        notes.append(_("The secrecy order stands for the kept record."))
    if _withdrawn_by_one(kept, other):
        notes.append(_("A consent that one of them withdrew does not stand any more."))
    return notes


def _refusal(kept: Customer, other: Customer) -> str:
    try:
        _ensure_mergeable(kept, other)
    except Refused as refused:
        return str(refused)
    return ""


def _ensure_mergeable(kept: Customer, other: Customer) -> None:
    if kept.pk == other.pk:
        raise Refused(_("This is one and the same record."))
    for person in (kept, other):
        customers.ensure_not_erased(person)
    merge_rows.ensure_one_person(kept, other)


@transaction.atomic
def merge(
    *,
    kept: Customer,
    other: Customer,
    take: Mapping[str, str],
    seen: Mapping[UUID, datetime],
    by: User,
    at: datetime,
) -> Merge:
    """Make the two records one.

    `take`: column of CHOSEN → "kept" or "other". `seen`: each record's `saved_at` when the preview
    was shown. Raises AlreadyMerged, ChangedMeanwhile, Erased, TwoPeople, Refused.
    """
    kept, other = _locked(kept.pk, other.pk)
    if any(person.saved_at != seen.get(person.pk) for person in (kept, other)):
        raise ChangedMeanwhile
    _ensure_mergeable(kept, other)
    rows = sum(merge_rows.counts(other.pk).values())
    try:
        with transaction.atomic():
            journal = _make_one(kept, other, take, by=by, at=at)
    except IntegrityError:  # its text would print values
        raise Refused(
            _("The two records hold something that cannot stand side by side: ask for help.")
        ) from None
    made = Merge.objects.create(
        customer=kept, former_id=other.pk, former_number=other.number, merged_at=at,
        undo_through=clock.local_date(at) + timedelta(days=policy.MERGE_UNDO_DAYS),
        journal=merge_rows.as_json(journal), saved_at=at, saved_by=by, source=policy.FIRM.key,
    )  # fmt: skip
    events.refresh([kept.pk])
    taken = [name for name in CHOSEN if take.get(name) == "other"]
    audit.record(verb="merge", by=by, at=at, object=kept, fields=taken, count=rows)
    audit.record(verb="merged", by=by, at=at, object=made, customer_id=other.pk)
    transaction.on_commit(partial(data_keys.destroy, other.pk), robust=True)
    return made


def _locked(*ids: UUID) -> list[Customer]:
    """Both rows, locked in one order whoever asks, and given back in the asked order."""
    rows = Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows}
    if set(ids) - found.keys():
        raise AlreadyMerged(
            _("One of the records is gone: somebody has merged them already. Search again.")
        )
    return [found[pk] for pk in ids]


def _make_one(
    kept: Customer, other: Customer, take: Mapping[str, str], *, by: User, at: datetime
) -> dict[str, Any]:
    """Carry it out; returns the journal of the undo."""
    withdrawn = _withdrawn_by_one(kept, other)
    journal: dict[str, Any] = {
        "kept": str(kept.pk),
        "before": {name: _stored(kept, name) for name in REMEMBERED},
        "identity": merge_rows.settle_identity(kept, other),
    }
    gone, before = merge_rows.settle_contacts(kept, other)
    journal["gone"] = [*gone, *merge_rows.settle_deliveries(kept, other)]
    journal["changed"] = [*before, *merge_rows.settle_loyalty(kept, other)]
    journal["former"] = merge_rows.written(other)
    journal["moved"] = merge_rows.move_all(old=other.pk, new=kept.pk)
    journal["made"] = [str(act.pk) for act in _withdraw(kept, withdrawn, by=by, at=at)]
    former = Customer.objects.filter(pk=other.pk).order_by()
    forget_log(Customer, former)
    raw_delete(former)
    _take(kept, other, take)
    kept.saved_at, kept.saved_by = at, by
    kept.normalise()
    kept.save()
    journal["after"] = {name: _stored(kept, name) for name in REMEMBERED}
    return journal


def _take(kept: Customer, other: Customer, take: Mapping[str, str]) -> None:
    for name in CHOSEN:
        if take.get(name) == "other":
            setattr(kept, name, getattr(other, name))
    kept.secrecy_order = kept.secrecy_order or other.secrecy_order
    if "other" in (take.get("phone"), take.get("email")):
        kept.contact_checked_at = other.contact_checked_at
        kept.contact_checked_by_id = other.contact_checked_by_id


def _stored(person: Customer, name: str) -> str | int | bool | None:
    value = getattr(person, name)
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


# -- Consents: the stricter wins ----------------------------------------------------------------


def _standing(person: Customer) -> dict[tuple[str, str], Consent]:
    acts = Consent.objects.filter(customer=person).order_by("acted_at", "saved_at")
    return {(act.purpose, act.channel): act for act in acts}


def _withdrawn_by_one(kept: Customer, other: Customer) -> list[tuple[str, str]]:
    """Purposes and channels in which one has withdrawn what the other's newer act would give."""
    one, two = _standing(kept), _standing(other)
    given = Consent.Action.GIVEN
    return [
        what
        for what in sorted(one.keys() & two.keys())
        if one[what].action != two[what].action
        and max(one[what], two[what], key=lambda act: (act.acted_at, act.saved_at)).action == given
    ]


def _withdraw(
    kept: Customer, what: list[tuple[str, str]], *, by: User, at: datetime
) -> list[Consent]:
    return [
        consents.withdraw(
            customer=kept, purpose=purpose, channel=channel, language=kept.language,
            taken_through=Channel.DESK, at=at, by=by,
        )
        for purpose, channel in what
    ]  # fmt: skip


# -- Undone -------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, merge: Merge, by: User, at: datetime) -> Customer:
    """Make them two again; returns the other record, as it was. What was added since stays with
    the kept one. Raises NotUndone."""
    whose = Merge.objects.filter(pk=merge.pk).values_list("customer_id", flat=True).first()
    [kept] = _locked(whose or merge.customer_id)  # people first, as a merge locks them
    row = Merge.objects.select_for_update().filter(pk=merge.pk, customer=kept).first()
    journal = _journal(row, kept, on=clock.local_date(at))
    assert row is not None
    former: Any = merge_rows.made_again(journal["former"])
    try:
        with transaction.atomic():
            _make_two(journal, kept, former)
    except IntegrityError:
        raise NotUndone(
            _("Something has been added since that stands in the way: correct by hand.")
        ) from None
    _give_back_words(journal, kept, by=by, at=at)
    raw_delete(Merge.objects.filter(pk=row.pk).order_by())
    events.refresh([kept.pk, former.pk])
    audit.record(verb="unmerge", by=by, at=at, object=kept)
    audit.record(verb="unmerge", by=by, at=at, object=former)
    return former  # type: ignore[no-any-return]


def _journal(row: Merge | None, kept: Customer, *, on: date) -> dict[str, Any]:
    if row is None:
        raise NotUndone(_("The merge has been undone already."))
    journal: Any = row.journal
    if kept.erased_on or not _opens(journal) or on > row.undo_through:
        raise NotUndone(_("The time in which this merge could be undone is over."))
    found: dict[str, Any] = json.loads(journal.expose_bytes())
    if found["kept"] != str(kept.pk):
        raise NotUndone(_("The record has been merged further: undo the later merge first."))
    return found


def _make_two(journal: dict[str, Any], kept: Customer, former: Customer) -> None:
    raw_delete(Consent.objects.filter(pk__in=journal["made"], customer=kept).order_by())
    for label, ids in journal["moved"].items():
        ids = [UUID(pk) if "-" in pk else pk for pk in ids]
        merge_rows.move(merge_rows.Key.named(label), ids, old=kept.pk, new=former.pk)
    merge_rows.restore(journal["changed"])
    for text in journal["gone"]:
        merge_rows.made_again(text)
    if journal["identity"]:
        merge_rows.part_identity(journal["identity"], former)


def _give_back_words(journal: dict[str, Any], kept: Customer, *, by: User, at: datetime) -> None:
    """The kept record's own columns, where nobody has changed them since."""
    for name, was in journal["before"].items():
        if _stored(kept, name) == journal["after"][name] != was:
            column: Any = Customer._meta.get_field(name.removesuffix("_id"))
            setattr(kept, name, was if name.endswith("_id") else column.to_python(was))
    kept.saved_at, kept.saved_by = at, by
    kept.normalise()
    kept.save()


# -- Afterwards ---------------------------------------------------------------------------------


def survivor_of(former_id: UUID) -> Customer | None:
    """Who bears on the record that had this id."""
    row = Merge.objects.filter(former_id=former_id).select_related("customer").first()
    return row.customer if row else None


def undoable(customer: Customer, *, on: date) -> list[Merge]:
    """Merges into this record that can be undone now, the newest first."""
    rows = Merge.objects.filter(customer=customer, undo_through__gte=on, journal__isnull=False)
    return [row for row in rows if _kept_in(row.journal) == str(customer.pk)]


def _kept_in(journal: Any) -> str:
    """The id of the record that was kept; a merge that was merged further is another's."""
    return str(json.loads(journal.expose_bytes()).get("kept")) if _opens(journal) else ""


def _opens(journal: Any) -> bool:
    """Not emptied, and not erased with its key."""
    return journal is not None and bool(journal)


def forget_journals(*, on: date) -> int:
    """Empty the journals of merges that cannot be undone any more; returns how many."""
    return Merge.objects.filter(undo_through__lt=on, journal__isnull=False).update(journal=None)
