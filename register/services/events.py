"""What happened between a person and the firm, and until when she is kept because of it.

The events themselves decide (policy.EVENTS). The columns on Customer (last_event_on,
last_transaction_on, has_contract, kept_through) are an index of them, to find candidates fast;
whoever records an event calls `refresh` beside it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import QuerySet

from register import clock, policy
from register.declare import Event
from register.models import Customer
from register.models.lookups import Ids
from register.services import facts, staleness
from register.services.facts import Latest, Standing

BATCH = 2_000
INDEX = ("last_event_on", "last_transaction_on", "has_contract", "kept_through")


@dataclass(slots=True)
class History:
    """The last dates of one person's events, local to Helsinki.

    `dates`: table → its latest event. `saved_on` stands in where there is no event at all: data
    that nothing happened to is not kept for ever.
    """

    saved_on: date
    erased_on: date | None = None
    dates: dict[str, date] = field(default_factory=dict)
    has_contract: bool = False
    last_transaction: date | None = None

    @property
    def last_event(self) -> date:
        return max(self.dates.values(), default=self.saved_on)

    @property
    def kept_through(self) -> date:
        """Last day on which the person may be kept (DOMAIN: the retention clock).

        After an erasure on request only what the accounts need is left, so only their clock
        runs; a new event since then starts the ordinary clock again.
        """
        return _kept_through(
            self.last_event,
            self.has_contract,
            self.last_transaction,
            self.erased_on,
            tuple(settings.FINANCIAL_YEAR_END),
        )

    def note(self, event: Event, on: date) -> None:
        """Take one table's latest event into account."""
        self.dates[event.table] = max(on, self.dates.get(event.table, on))
        self.has_contract = self.has_contract or event.makes_contract
        if event.is_transaction:
            self.last_transaction = max(on, self.last_transaction or on)


@lru_cache(maxsize=65_536)
def _kept_through(
    last_event: date,
    has_contract: bool,
    last_transaction: date | None,
    erased_on: date | None,
    year_end: tuple[int, int],
) -> date:
    """Many people share their dates: the clock is asked once for all of them."""
    if erased_on and last_event <= erased_on:
        return clock.accounts_kept_through(last_event, year_end)
    return clock.kept_through(
        last_event=last_event,
        has_contract=has_contract,
        last_transaction=last_transaction,
        financial_year_end=year_end,
    )


def histories(customer_ids: Iterable[UUID]) -> dict[UUID, History]:
    """The history of each of these people who exists, from the events, in one query."""
    people = facts.read(Ids.of(customer_ids))
    return {found.customer_id: history_of(found) for found in people}


def kept_through(found: Standing) -> date:
    """Last day on which somebody who stands so may be kept; the same as of her history."""
    return _kept_through(
        found.last_event,
        found.has_contract,
        found.last_transaction,
        found.erased_on,
        tuple(settings.FINANCIAL_YEAR_END),
    )


def history_of(found: Latest) -> History:
    """A person's history, as the facts have it."""
    known = History(saved_on=clock.local_date(found.saved_at), erased_on=found.erased_on)
    for event, latest in zip(policy.EVENTS, found.latest, strict=True):
        if latest is not None:
            known.note(event, local(latest))
    return known


def history(customer: Customer) -> History:
    """One person's history. KeyError when the person does not exist (any more)."""
    return histories([customer.pk])[customer.pk]


def refresh(customer_ids: Iterable[UUID]) -> int:
    """Bring the index columns of these people up to date; returns how many were behind."""
    changed = 0
    for part in in_parts(customer_ids):
        with transaction.atomic():
            found = histories(part)
            people = Customer.objects.filter(pk__among=found).only("pk", *INDEX).order_by()
            behind = [person for person in people if _set_index(person, found[person.pk])]
            _write_index(behind)
        changed += len(behind)
    return changed


def _write_index(people: Collection[Customer]) -> None:
    """One prepared statement for everybody: bulk_update's CASE over many people takes ten times
    as long to build."""
    columns: list[Any] = [Customer._meta.get_field(name) for name in (*INDEX, "id")]
    connection = connections[router.db_for_write(Customer)]
    *sets, key = (f"{connection.ops.quote_name(column.column)} = %s" for column in columns)
    values = [
        [column.get_db_prep_save(getattr(person, column.attname), connection) for column in columns]
        for person in people
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {Customer._meta.db_table} SET {', '.join(sets)} WHERE {key}",  # noqa: S608
            values,
        )


def refresh_all(*, batch: int = staleness.RANGE) -> int:
    """Compare the whole index with the events, range by range of people in the database; returns
    how many were behind. The nightly job does this, so that a forgotten `refresh` keeps nobody
    for ever."""
    behind = sum(refresh(part) for part in staleness.behind_their_events(batch))
    year_end = tuple(settings.FINANCIAL_YEAR_END)
    for (last, contract, money, erased_on), kept_through in staleness.kept_alike():
        if kept_through != _kept_through(last, contract, money, erased_on, year_end):
            alike = (last, contract, money, erased_on)
            behind += refresh(staleness.people_kept_alike(alike, kept_through))
    return behind


def all_ids(people: QuerySet[Customer], *, batch: int = BATCH) -> Iterator[list[UUID]]:
    """The ids of all these people in parts, in the order of the primary key."""
    after: UUID | None = None
    while True:
        rest = people.filter(pk__gt=after) if after else people
        part = list(rest.order_by("pk").values_list("pk", flat=True)[:batch])
        if not part:
            return
        yield part
        after = part[-1]


def in_parts(ids: Iterable[UUID], size: int = BATCH) -> Iterator[list[UUID]]:
    """The ids in lists of at most `size`, each id once."""
    rest = list(dict.fromkeys(ids))
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def local(value: date | datetime) -> date:
    """A date as it stands; an instant as the day on the wall in Helsinki."""
    return clock.local_date(value) if isinstance(value, datetime) else value


def _set_index(person: Customer, found: History) -> bool:
    """Set the columns in memory; says whether anything changed."""
    before = tuple(getattr(person, name) for name in INDEX)
    person.last_event_on = found.last_event
    person.last_transaction_on = found.last_transaction
    person.has_contract = found.has_contract
    person.kept_through = found.kept_through
    return before != tuple(getattr(person, name) for name in INDEX)
