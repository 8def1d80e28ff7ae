"""What an erasure would do to each person, item by item: computed from the policy and the events,
changing nothing. `services.erasure` carries plans out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Coalesce

from register import clock, policy
from register.declare import Clock, Retain, Text
from register.models import Customer, ErasureReceipt
from register.services import events, holds
from register.services.events import History
from register.services.person_tables import Table, tables

Ground = ErasureReceipt.Ground
PERSON = "register.Customer"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an erasure does to one person. Two plans are equal when they would do the same."""

    customer_id: UUID
    ground: str
    on: date
    items: tuple[Item, ...]
    held: frozenset[str] = field(default_factory=frozenset)

    @property
    def erased(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.outcome is Outcome.ERASE)

    @property
    def kept(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.outcome is Outcome.KEEP)

    @property
    def erases_whole_person(self) -> bool:
        """The person's own row goes, and everything that belongs to her with it."""
        return any(i.table == PERSON and i.whole_row for i in self.erased)

    @property
    def kept_until(self) -> date | None:
        """Last day of the longest-kept part; None when nothing is kept."""
        return max((item.until for item in self.kept if item.until), default=None)

    def counts(self) -> dict[str, int]:
        """Rows that go or are emptied, per table."""
        return {item.table: item.count for item in self.erased}


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
    histories: dict[UUID, History] | None = None,
) -> dict[UUID, Plan]:
    """The plans of all these people who exist, with a fixed number of queries."""
    known = histories if histories is not None else events.histories(customer_ids)
    held = holds.reasons(customer_ids)
    counts = _counts(customer_ids)
    linked = _linked(customer_ids)
    return {
        pk: Plan(
            customer_id=pk,
            ground=ground,
            on=on,
            items=(*_items(counts[pk], _kept_part(history, on, ground)), *linked[pk]),
            held=_stopping(held.get(pk, frozenset()), ground),
        )
        for pk, history in known.items()
    }


def _stopping(reasons: frozenset[str], ground: str) -> frozenset[str]:
    """A request to be erased is not stopped by being open itself."""
    return reasons - {holds.OPEN_REQUEST} if ground == Ground.REQUEST else reasons


def _kept_part(history: History, on: date, ground: str) -> date | None:
    """Last day of the part that a statute keeps after a request; None when all may go."""
    if ground != Ground.REQUEST or not evidence_tables() & history.dates.keys():
        return None
    stays = [day for name, day in history.dates.items() if not treatment(name).rows_go]
    until = clock.accounts_kept_through(max(stays), settings.FINANCIAL_YEAR_END)
    return until if until >= on else None


def _items(counts: Counter[str], until: date | None) -> Iterator[Item]:
    for table in (*(one.label for one in tables()), PERSON):
        if count := counts[table]:
            yield from _whole(table, count) if until is None else _partial(table, count, until)


def _whole(table: str, count: int) -> Iterator[Item]:
    yield Item(table=table, count=count, outcome=Outcome.ERASE, fields=_labels(table))


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


def _counts(customer_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    """Rows per person and table; the person's own row included."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for table in tables():
        for path in table.owners:
            for pk, count in _count(table, path, customer_ids):
                found[pk][table.label] += count
    for pk in customer_ids:
        found[pk][PERSON] = 1
    return found


def _count(table: Table, path: str, customer_ids: Collection[UUID]) -> Iterator[tuple[UUID, int]]:
    rows = table.rows().filter(**{f"{path}__among": customer_ids})
    grouped: Any = rows.values_list(path).annotate(number=Count("pk"))
    yield from grouped.iterator()


def _linked(customer_ids: Collection[UUID]) -> dict[UUID, list[Item]]:
    """Files that have a clock of their own, such as a data-subject request: they outlive the
    person's rows until it ends, without the link to her."""
    found: dict[UUID, list[Item]] = defaultdict(list)
    for table in tables():
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
