"""Erasure: a plan carried out, for one person or for many at once.

The retention job, a request under art. 17 and the automatic end of a kept part all run this.
Rows go first, in one transaction with the receipt and the audit line; after its commit the journal
is written and the person's key goes. What a crash leaves between the two, `reconcile` finishes.
"""

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q

from register import clock, policy
from register.models import Customer, ErasureReceipt, Merge
from register.models.lookups import Ids
from register.services import events, evidence, former, journal, orphans
from register.services.erasure_plans import (
    COMPANY,
    Ground,
    Item,
    Outcome,
    Plan,
    plan,
    plans,
    treatment,
)
from register.services.facts import PERSON
from register.services.leftovers import (
    companies_of,
    forget_log,
    forsaken_companies,
    logged_types,
    raw_delete,
)
from register.services.person_tables import Table, references, tables
from register.vault import keys
from register.vault.models import DataKey, IndexTag

__all__ = [
    "Ground",
    "Item",
    "Outcome",
    "Plan",
    "execute",
    "plan",
    "plans",
    "reconcile",
]

logger = logging.getLogger(__name__)

ORPHAN_AFTER = timedelta(days=1)


class ErasureRefused(Exception):
    """The erasure was not carried out; nothing has changed."""


class PlanChanged(ErasureRefused):
    """Something happened since the plan was made: look at a new plan first."""


class Held(ErasureRefused):
    """A hold stands, or could not be read."""


class StillNeeded(ErasureRefused):
    """A record of somebody else cannot be without a record of this person."""


def execute(*, plan: Plan, by: Any, at: datetime) -> ErasureReceipt:
    """Carry a plan out, if it is still what would be done, and write its receipt.

    The receipt is complete once the person's key is destroyed, which follows the commit; until
    then, and after a crash, it says "rows_gone". Raises PlanChanged, Held or StillNeeded.
    """
    with transaction.atomic():
        lock([plan.customer_id])
        if plans([plan.customer_id], on=plan.on, ground=plan.ground).get(plan.customer_id) != plan:
            raise PlanChanged
        if plan.held:
            raise Held(", ".join(sorted(plan.held)))
        if needed_by_others([plan]):
            raise StillNeeded
        known = former.ids([plan.customer_id])
        carry_out([plan], by=by, at=at)
        receipt = ErasureReceipt.objects.filter(customer_id=plan.customer_id).latest("executed_at")
        gone = [plan.customer_id, *known.get(plan.customer_id, ())]
        transaction.on_commit(lambda: _finish_or_leave(gone))
    receipt.refresh_from_db()
    return receipt


def lock(customer_ids: Collection[UUID]) -> list[UUID]:
    """Lock the people who are still there and nobody else's; no record of theirs can be added
    until the transaction ends."""
    rows = Customer.objects.filter(pk__among=customer_ids).order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True))


def carry_out(decided: Sequence[Plan], *, by: Any, at: datetime) -> Counter[str]:
    """Erase the rows of these plans; returns how many rows went or were emptied per table.

    The caller holds the locks, has just made the plans and has left out who is held. The keys
    are left to `finish`. Raises PlanChanged where other rows went than the plans had said.
    """
    whole = [one for one in decided if one.erases_whole_person]
    part = [one for one in decided if not one.erases_whole_person]
    evidence.write(decided, by=by, at=at)
    former.write(decided, former.ids(one.customer_id for one in decided), at=at)
    done = _erase_people(_ids(whole), _present(whole)) if whole else Counter[str]()
    _require_as_planned(whole, done)
    for on in {one.on for one in part}:
        now = [one for one in part if one.on == on]
        done += _erase_part(_ids(now), _present(now), on=on)
    return done


def _require_as_planned(whole: Sequence[Plan], done: Counter[str]) -> None:
    """The receipts are written from the plans, under the lock that keeps new rows out: what went
    has to be just that. Companies are not behind that lock."""
    planned: Counter[str] = Counter()
    for items, people in Counter(one.items for one in whole).items():
        for item in items:
            planned[item.table] += item.count * people * (item.outcome is Outcome.ERASE)
    del planned[COMPANY]
    if any(done[table] != count for table, count in planned.items()):
        raise PlanChanged


def _ids(decided: Sequence[Plan]) -> Ids:
    return Ids(one.customer_id for one in decided)


def _present(decided: Sequence[Plan]) -> frozenset[str]:
    """Tables in which these people have rows. The plans were made under the lock that keeps new
    rows out, so no other table is asked."""
    return frozenset(item.table for one in decided for item in one.items)


def finish(
    customer_ids: Collection[UUID],
    *,
    entries: Sequence[journal.Entry] | None = None,
    rehearsal: bool = False,
) -> int:
    """Write the erasures into the journal, destroy the keys of these people whose rows are gone,
    and call their receipts complete. Returns how many had a key.

    Runs after the commit of the rows, never before; a rehearsal, which is rolled back, leaves the
    journal alone. `entries`: what the journal has to say of them, where the caller has just done
    it. Raises JournalRefused, and then the keys stand and the receipts stay open.
    """
    people = Ids.of(customer_ids)
    told = _for_the_journal(people) if entries is None else entries
    head = None if rehearsal else journal.append(told)
    destroyed = keys.destroy(people)
    open_receipts = ErasureReceipt.objects.filter(state=ErasureReceipt.State.ROWS_GONE)
    with transaction.atomic():
        open_receipts.filter(customer_id__among=people).update(state=ErasureReceipt.State.COMPLETE)
        if head:
            journal.note(head)
    return destroyed


def entries_of(decided: Sequence[Plan], *, at: datetime) -> list[journal.Entry]:
    """What the journal has to say of plans that were carried out just now."""
    day = clock.local_date(at)
    return [
        journal.Entry(one.customer_id, journal.WHOLE, one.ground, day, at)
        if one.erases_whole_person
        else journal.Entry(one.customer_id, journal.PART, one.ground, one.on, at)
        for one in decided
    ]


def _for_the_journal(customer_ids: Collection[UUID]) -> list[journal.Entry]:
    """What the journal has to say of erasures whose rows are gone and that are not complete."""
    open_ones = ErasureReceipt.objects.filter(
        customer_id__among=customer_ids, state=ErasureReceipt.State.ROWS_GONE
    ).order_by("customer_id")
    people = Customer.objects.filter(pk__among=customer_ids).order_by()
    stay = dict(people.values_list("pk", "erased_on"))
    merged = Merge.objects.filter(former_id__in=list(customer_ids)).order_by()
    stay |= dict(merged.values_list("former_id", "customer__erased_on"))
    return [
        journal.Entry(
            customer_id=pk,
            what=journal.PART if pk in stay else journal.WHOLE,
            ground=ground,
            on=stay.get(pk) or clock.local_date(at),
            at=at,
        )
        for pk, ground, at in open_ones.values_list("customer_id", "ground", "executed_at")
    ]


def _finish_or_leave(customer_ids: Sequence[UUID]) -> None:
    """The rows are gone and stay gone: a failure here leaves the receipt open for `reconcile`."""
    try:
        finish(customer_ids)
    except Exception as error:  # its text may hold values: only its kind is logged
        who, what = customer_ids[0], type(error).__name__
        logger.error("The key of %s is not destroyed yet (%s).", who, what)


def needed_by_others(decided: Sequence[Plan]) -> set[UUID]:
    """People of whom a row would go that somebody else's row cannot be without."""
    whole = [one for one in decided if one.erases_whole_person]
    part = [one for one in decided if not one.erases_whole_person]
    return _needed(_ids(whole), set(tables()), _present(whole)) | _needed(
        _ids(part), _going_in_part(), _present(part)
    )


# -- Rows ---------------------------------------------------------------------------------------


def _erase_people(people: Ids, present: frozenset[str]) -> Counter[str]:
    companies = companies_of(people)
    done = _delete(people, set(tables()), present)
    for table in tables():
        for name, rows in table.linked(people) if table.label in present else ():
            rows.update(**{name: None})
    if PERSON in logged_types():
        forget_log(Customer, Customer.objects.filter(pk__among=people))
    done[PERSON] = raw_delete(Customer.objects.filter(pk__among=people).order_by())
    done["register.Company"] = forsaken_companies(companies)
    return +done


def _erase_part(people: Ids, present: frozenset[str], *, on: date) -> Counter[str]:
    """What no statute keeps goes; what remains is emptied of the rest and marked."""
    done = _delete(people, _going_in_part(), present)
    for table in tables():
        if table.label in present and (blanks := _blanks(table.model)):
            done[table.label] = table.of(people).update(**blanks)
    remaining = Customer.objects.filter(pk__among=people)
    done[PERSON] = remaining.update(**_blanks(Customer), erased_on=on)
    events.refresh(people)
    return +done


def _going_in_part() -> set[Table]:
    return {table for table in tables() if table.owners and treatment(table.label).rows_go}


def _delete(people: Ids, going: set[Table], present: frozenset[str]) -> Counter[str]:
    """One DELETE per table, children before parents."""
    _unlink(people, going, present)
    done: Counter[str] = Counter()
    logged = logged_types()
    for table in tables():
        if table not in going or not table.owners or table.label not in present:
            continue
        if table.label in logged:
            forget_log(table.model, table.of(people))
        done[table.label] = raw_delete(table.of(people))
    return done


def _unlink(people: Ids, going: set[Table], present: frozenset[str]) -> None:
    """Empty the keys of rows that stay and point at rows that go."""
    parents = {table.model for table in going if table.label in present}
    owned = {table.model: table for table in going}
    for reference in references():
        if reference.may_be_empty and reference.parent.model in parents:
            reference.empty(people, beside=owned.get(reference.child))


def _needed(people: Ids, going: set[Table], present: frozenset[str]) -> set[UUID]:
    found: set[UUID] = set()
    owned = {table.model: table for table in going}
    for reference in references() if people else ():
        if reference.parent not in going or reference.may_be_empty:
            continue
        if reference.parent.label not in present:
            continue
        rows = reference.to_rows_of(people)
        if reference.child in owned:
            rows = rows.exclude(owned[reference.child].belongs(people))
        for path in reference.parent.owners:
            found.update(rows.values_list(f"{reference.name}__{path}", flat=True))
    return found & people.known


def _blanks(model: type[Model]) -> Mapping[str, Any]:
    """Empty values for the columns that go while their row stays. None for a row that goes."""
    what = treatment(model._meta.label)
    if what.rows_go or what.rows_stay_whole:
        return {}
    names = [label.rpartition(".")[2] for label in what.goes]
    return {name: _empty(model, name) for name in names}


def _empty(model: type[Model], name: str) -> Any:
    column: Any = model._meta.get_field(name)
    if column.null:
        return None
    return column.get_default() if column.has_default() else ""


# -- After a crash ------------------------------------------------------------------------------


def reconcile(*, at: datetime, rehearsal: bool = False) -> int:
    """Finish what a crash left: journal the erasures, destroy keys and tags of people whose rows
    are gone.

    A key is written before the first row that needs it, so a young key without a person may
    belong to somebody who is being saved right now: it is left alone for a day. Returns how many
    people's keys were destroyed.
    """
    left = ErasureReceipt.objects.filter(state=ErasureReceipt.State.ROWS_GONE)
    begun = set(left.order_by().values_list("customer_id", flat=True))
    ready = begun - _with_sealed_rows(begun)
    finished = sum(finish(part, rehearsal=rehearsal) for part in events.in_parts(ready))
    for table in (DataKey, IndexTag):
        for gone in orphans.orphans(table):
            left_behind = gone - _just_made(gone, since=at - ORPHAN_AFTER)
            finished += keys.destroy(left_behind) if left_behind else 0
    return finished


def _just_made(people: Collection[UUID], *, since: datetime) -> set[UUID]:
    young = DataKey.objects.filter(customer_id__among=people, created_at__gte=since)
    return set(young.order_by().values_list("customer_id", flat=True))


def _with_sealed_rows(people: Collection[UUID]) -> set[UUID]:
    """Those of the people who hold something sealed again, saved since the erasure."""
    sealed = {column.table for column in policy.FIELDS.values() if column.sealed}
    found: set[UUID] = set()
    for table in tables():
        if table.label in sealed:
            for path in table.owners:
                rows = table.rows().filter(Q(**{f"{path}__among": people}))
                found.update(rows.values_list(path, flat=True))
    return found
