"""Erasure: a plan carried out, for one person or for many at once.

The retention job, a request under art. 17 and the automatic end of a kept part all run this.
Rows go first, in one transaction with the receipt and the audit line; after its commit the journal
is written and the person's key goes. What a crash leaves between the two, `reconcile` finishes.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q

from register import clock, permissions, policy
from register.models import AuditEvent, Customer, ErasureReceipt
from register.models.lookups import Ids
from register.services import events, journal
from register.services.erasure_plans import (
    PERSON,
    Ground,
    Item,
    Outcome,
    Plan,
    plan,
    plans,
    treatment,
)
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
        carry_out([plan], by=by, at=at)
        receipt = ErasureReceipt.objects.filter(customer_id=plan.customer_id).latest("executed_at")
        transaction.on_commit(lambda: _finish_or_leave(plan.customer_id))
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
    are left to `finish`.
    """
    whole = [one for one in decided if one.erases_whole_person]
    part = [one for one in decided if not one.erases_whole_person]
    done = _erase_people(_ids(whole), _present(whole)) if whole else Counter[str]()
    for on in {one.on for one in part}:
        now = [one for one in part if one.on == on]
        done += _erase_part(_ids(now), _present(now), on=on)
    ErasureReceipt.objects.bulk_create(_receipt(one, by, at) for one in decided)
    roles = ",".join(permissions.roles_of(by))
    AuditEvent.objects.bulk_create(_audit_line(one, by, roles, at) for one in decided)
    return done


def _ids(decided: Sequence[Plan]) -> Ids:
    return Ids(one.customer_id for one in decided)


def _present(decided: Sequence[Plan]) -> frozenset[str]:
    """Tables in which these people have rows. The plans were made under the lock that keeps new
    rows out, so no other table is asked."""
    return frozenset(item.table for one in decided for item in one.items)


def finish(customer_ids: Collection[UUID], *, rehearsal: bool = False) -> int:
    """Write the erasures into the journal, destroy the keys of these people whose rows are gone,
    and call their receipts complete. Returns how many had a key.

    Runs after the commit of the rows, never before; a rehearsal, which is rolled back, leaves the
    journal alone. Raises JournalRefused, and then the keys stand and the receipts stay open.
    """
    head = None if rehearsal else journal.append(_for_the_journal(customer_ids))
    destroyed = keys.destroy(customer_ids)
    open_receipts = ErasureReceipt.objects.filter(state=ErasureReceipt.State.ROWS_GONE)
    with transaction.atomic():
        open_receipts.filter(customer_id__among=customer_ids).update(
            state=ErasureReceipt.State.COMPLETE
        )
        if head:
            journal.note(head)
    return destroyed


def _for_the_journal(customer_ids: Collection[UUID]) -> list[journal.Entry]:
    """What the journal has to say of erasures whose rows are gone and that are not complete."""
    open_ones = ErasureReceipt.objects.filter(
        customer_id__among=customer_ids, state=ErasureReceipt.State.ROWS_GONE
    ).order_by("customer_id")
    people = Customer.objects.filter(pk__among=customer_ids).order_by()
    stay = dict(people.values_list("pk", "erased_on"))
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


def _finish_or_leave(customer_id: UUID) -> None:
    """The rows are gone and stay gone: a failure here leaves the receipt open for `reconcile`."""
    try:
        finish([customer_id])
    except Exception as error:  # its text may hold values: only its kind is logged
        logger.error("The key of %s is not destroyed yet (%s).", customer_id, type(error).__name__)


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
    owned = {table.model: table for table in going}
    parents = {table.model for table in going if table.label in present}
    for reference in references():
        if reference.parent.model not in parents or not reference.may_be_empty:
            continue
        rows = reference.to_rows_of(people)
        if reference.child in owned:
            rows = rows.exclude(owned[reference.child].belongs(people))
        rows.update(**{reference.name: None})


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


# -- Evidence -----------------------------------------------------------------------------------


def _receipt(done: Plan, by: Any, at: datetime) -> ErasureReceipt:
    return ErasureReceipt(
        customer_id=done.customer_id,
        ground=done.ground,
        executed_at=at,
        executed_by=getattr(by, "pk", None),
        counts=done.counts(),
        kept=[
            {
                "table": item.table,
                "rows": item.count,
                "columns": [label.rpartition(".")[2] for label in item.fields],
                "until": item.until.isoformat() if item.until else None,
                "basis": item.basis,
            }
            for item in done.kept
        ],
    )


def _audit_line(done: Plan, by: Any, roles: str, at: datetime) -> AuditEvent:
    return AuditEvent(
        at=at,
        actor_id=getattr(by, "pk", None),
        actor_roles=roles,
        verb="erase" if done.erases_whole_person else "erase.part",
        object_label=PERSON,
        object_id=str(done.customer_id),
        customer_id=done.customer_id,
        reason=done.ground,
        count=sum(done.counts().values()),
    )


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
        for part in _people_of(table):
            orphans = _gone(part) - _just_made(part, since=at - ORPHAN_AFTER)
            finished += keys.destroy(orphans) if orphans else 0
    return finished


def _people_of(table: type[DataKey] | type[IndexTag]) -> Iterator[list[UUID]]:
    """Whom the vault's table is about, in parts of flat size."""
    after: UUID | None = None
    while True:
        rest = table.objects.filter(customer_id__gt=after) if after else table.objects.all()
        ids = rest.order_by("customer_id").values_list("customer_id", flat=True).distinct()
        part = list(ids[: events.BATCH])
        if not part:
            return
        yield part
        after = part[-1]


def _just_made(people: Collection[UUID], *, since: datetime) -> set[UUID]:
    young = DataKey.objects.filter(customer_id__among=people, created_at__gte=since)
    return set(young.order_by().values_list("customer_id", flat=True))


def _gone(people: Collection[UUID]) -> set[UUID]:
    alive = Customer.objects.filter(pk__among=people).order_by().values_list("pk", flat=True)
    return set(people) - set(alive)


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
