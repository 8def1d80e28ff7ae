"""What an erasure would do to each person, item by item: computed from the policy and the events,
changing nothing. `services.erasure` carries plans out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Coalesce

from register import clock, policy
from register.declare import Clock, Retain, Text
from register.models import CompanyContact, Customer, ErasureReceipt
from register.models.lookups import Ids
from register.services import events, facts, holds, leftovers
from register.services.facts import NAMED, PERSON, Standing
from register.services.person_tables import tables

Ground = ErasureReceipt.Ground
COMPANY, CONTACT = "register.Company", "register.CompanyContact"


class Outcome(Enum):
    ERASE = "erase"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What happens to one table's rows of one person, or to some of their columns.

    `fields`: labels of the columns it concerns (policy.CATEGORY_OF gives their category).
    `whole_row`: the row itself goes or stays whole. `until`: last day of what is kept, with the
    reason and the statute.
    """

    table: str
    count: int
    outcome: Outcome
    fields: tuple[str, ...] = ()
    whole_row: bool = True
    until: date | None = None
    reason: Text | None = None
    basis: str = ""


class Plan(NamedTuple):
    """What an erasure does to one person. Two plans are equal when they would do the same."""

    customer_id: UUID
    ground: str
    on: date
    items: tuple[Item, ...]
    held: frozenset[str] = frozenset()

    @property
    def erased(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.outcome is Outcome.ERASE)

    @property
    def kept(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.outcome is Outcome.KEEP)

    @property
    def erases_whole_person(self) -> bool:
        """The person's own row goes, and everything that belongs to her with it."""
        return _are_whole(self.items)

    @property
    def kept_until(self) -> date | None:
        """Last day of the longest-kept part; None when nothing is kept."""
        return max((item.until for item in self.kept if item.until), default=None)

    def counts(self) -> dict[str, int]:
        """Rows that go or are emptied, per table."""
        return {i.table: i.count for i in self.items if i.outcome is Outcome.ERASE}


def _are_whole(items: tuple[Item, ...]) -> bool:
    return any(
        i.table == PERSON and i.whole_row and i.outcome is Outcome.ERASE for i in reversed(items)
    )


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a request under art. 17 does to one table while the accounts need the person:
    columns that go, and columns that stay with their reason."""

    goes: tuple[str, ...]
    stays: tuple[tuple[str, Retain], ...]

    @property
    def rows_go(self) -> bool:
        return not self.stays

    @property
    def rows_stay_whole(self) -> bool:
        return not self.goes


@cache
def treatment(table: str) -> Treatment:
    """From the policy. A table that the policy does not name is erased."""
    labels = [column.label for column in policy.category_fields(table)]
    outcomes = {label: policy.on_erasure(label) for label in labels}
    return Treatment(
        goes=tuple(label for label in labels if not isinstance(outcomes[label], Retain)),
        stays=tuple((label, why) for label, why in outcomes.items() if isinstance(why, Retain)),
    )


@cache
def evidence_tables() -> frozenset[str]:
    """Tables of events that stay whole: agreements, order lines, payments, cases. While a person
    has a row in one of them, an erasure on request is partial."""
    return frozenset(
        event.table for event in policy.EVENTS if treatment(event.table).rows_stay_whole
    )


def plan(*, customer: Customer, on: date, ground: str) -> Plan:
    """What erasing this person on that day would do. Customer.DoesNotExist when she is gone."""
    found = plans([customer.pk], on=on, ground=ground)
    if customer.pk not in found:
        raise Customer.DoesNotExist
    return found[customer.pk]


def plans(
    customer_ids: Collection[UUID],
    *,
    on: date,
    ground: str,
    known: Mapping[UUID, Standing] | None = None,
) -> dict[UUID, Plan]:
    """The plans of all these people who exist, with a fixed number of queries. `known`: how they
    stand, where the caller has just read it."""
    people = Ids.of(customer_ids)
    if known is None:
        known = {found.customer_id: found for found in facts.standing(people)}
    held = holds.reasons(people)
    shapes = {found.rows: facts.counts_of(found.rows) for found in known.values()}
    linked = _linked(people, set().union(*shapes.values()))
    alone = _alone_in(Ids(pk for pk, found in known.items() if CONTACT in shapes[found.rows]))
    kept = _kept_parts(known, on) if ground == Ground.REQUEST else {}
    made = {}
    for pk, found in known.items():
        until = kept.get(pk)
        items = _everything(found.rows) if until is None else tuple(_items(found.rows, until))
        if pk in alone and until is None:
            items = (*items, _whole(COMPANY, alone[pk]))
        if pk in linked:
            items = (*items, *linked[pk])
        why = _stopping(held[pk], ground) if pk in held else NOTHING
        made[pk] = Plan(pk, ground, on, items, why)
    return made


NOTHING: frozenset[str] = frozenset()


def _stopping(reasons: frozenset[str], ground: str) -> frozenset[str]:
    """A request to be erased is not stopped by being open itself."""
    return reasons - {holds.OPEN_REQUEST} if ground == Ground.REQUEST else reasons


def _kept_parts(known: Collection[UUID], on: date) -> dict[UUID, date]:
    """Last day of the part that a statute keeps after a request; who is not there goes whole."""
    found = {}
    for pk, history in events.histories(known).items():
        if evidence_tables() & history.dates.keys():
            stays = [day for name, day in history.dates.items() if not treatment(name).rows_go]
            until = clock.accounts_kept_through(max(stays), settings.FINANCIAL_YEAR_END)
            if until >= on:
                found[pk] = until
    return found


@lru_cache(maxsize=16_384)
def _everything(rows: str) -> tuple[Item, ...]:
    """Thousands of people have as many rows as each other."""
    return tuple(_items(rows, None))


def _items(rows: str, until: date | None) -> Iterator[Item]:
    order, counts = _order(), facts.counts_of(rows)
    for table in sorted(counts.keys() & order.keys(), key=order.__getitem__):
        if until is None:
            yield _whole(table, counts[table])
        else:
            yield from _partial(table, counts[table], until)


@cache
def _order() -> dict[str, int]:
    """Tables in the order in which their rows go."""
    return {label: n for n, label in enumerate((*(one.label for one in tables()), PERSON))}


@lru_cache(maxsize=4_096)
def _whole(table: str, count: int) -> Item:
    return Item(table=table, count=count, outcome=Outcome.ERASE, fields=_labels(table))


@cache
def _labels(table: str) -> tuple[str, ...]:
    return tuple(column.label for column in policy.category_fields(table))


def _partial(table: str, count: int, until: date) -> Iterator[Item]:
    what = treatment(table)
    if what.goes or what.rows_go:
        yield Item(
            table=table,
            count=count,
            outcome=Outcome.ERASE,
            fields=what.goes,
            whole_row=what.rows_go,
        )
    for why in dict.fromkeys(why for _label, why in what.stays):
        yield Item(
            table=table,
            count=count,
            outcome=Outcome.KEEP,
            fields=tuple(label for label, kept in what.stays if kept == why),
            whole_row=what.rows_stay_whole,
            until=until,
            reason=why.reason,
            basis=why.basis,
        )


def _alone_in(people: Ids) -> dict[UUID, int]:
    """Of how many companies each of these people is the only one who speaks or has rented for it:
    nobody is left of such a company when she goes."""
    found: dict[UUID, int] = defaultdict(int)
    contacts = CompanyContact.objects.filter(customer__among=people).order_by()
    companies = Ids(contacts.values_list("company", flat=True)) if people else Ids(())
    around: dict[UUID, set[UUID]] = defaultdict(set)
    for model in leftovers.of_companies() if companies else ():
        pairs = model._base_manager.filter(company__among=companies).order_by()
        for company, person in pairs.values_list("company", "customer"):
            around[company].add(person)
    for persons in around.values():
        if len(persons) == 1:
            found[next(iter(persons))] += 1
    return found


def _linked(customer_ids: Ids, counted: set[str]) -> dict[UUID, list[Item]]:
    """Files that have a clock of their own, such as a data-subject request: they outlive the
    person's rows until it ends, without the link to her."""
    found: dict[UUID, list[Item]] = defaultdict(list)
    for table in tables():
        if NAMED + table.label not in counted:
            continue
        why = _own_clock(table.label)
        for name, rows in table.linked(customer_ids):
            latest: dict[UUID, list[date | None]] = defaultdict(list)
            ended: Any = rows.values_list(name, ended_at() if why else name)
            for pk, moment in ended:
                latest[pk].append(clock.local_date(moment) if why else None)
            for pk, closed in latest.items():
                found[pk].append(_linked_item(table.label, closed, why))
    return found


def ended_at() -> Coalesce:
    """When a data-subject request ended; its last known step where nobody noted the end."""
    return Coalesce("closed_at", "delivered_at", "decided_at", "received_at")


def _own_clock(table: str) -> Retain | None:
    """The reason for which the table is kept by a clock of its own, from the policy."""
    stays = (why for _label, why in treatment(table).stays)
    return next((why for why in stays if why.period.clock is Clock.REQUEST), None)


def _linked_item(table: str, closed: list[date | None], why: Retain | None) -> Item:
    until = [clock.request_file_kept_through(day) for day in closed if day]
    return Item(
        table=table,
        count=len(closed),
        outcome=Outcome.KEEP,
        fields=_labels(table),
        until=max(until, default=None),
        reason=why.reason if why else None,
        basis=why.basis if why else "",
    )
