"""What rested on a consent alone goes when the consent has ended (GDPR 7(3), 17(1)(b)).

Which columns that is says the policy: those whose every purpose is a purpose by consent. They go
the night after the last of those consents was withdrawn. Whoever was never asked keeps them by the
ordinary clock; while a hold stands, nothing goes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from register import policy
from register.models import AuditEvent, Consent, Customer, ErasureReceipt
from register.services import erasure, events, holds
from register.services.erasure_plans import Ground, Item, Outcome, Plan
from register.services.facts import PERSON
from register.services.leftovers import forget_log, raw_delete


@dataclass(frozen=True, slots=True)
class Resting:
    """Columns of one table that the same consents allow. `whole_row`: they are all that the row
    holds, so it goes; else they are emptied."""

    table: str
    columns: tuple[str, ...]
    purposes: tuple[str, ...]
    whole_row: bool

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"{self.table}.{name}" for name in self.columns)

    @property
    def model(self) -> Any:
        return apps.get_model(self.table)

    def rows(self, people: Any = None) -> QuerySet[Any]:
        """The rows in which something rests; of these people, or of the one asked about."""
        key = "pk" if self.table == PERSON else "customer"
        of = {key: OuterRef("pk")} if people is None else {f"{key}__among": people}
        found: QuerySet[Any] = self.model._base_manager.filter(**of).order_by()
        return found if self.whole_row else found.exclude(**self.blank())

    def blank(self) -> dict[str, Any]:
        """Empty values of the columns."""
        columns = (self.model._meta.get_field(name) for name in self.columns)
        return {column.name: None if column.null else column.get_default() for column in columns}


@cache
def resting() -> tuple[Resting, ...]:
    """From the policy."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for label, purposes in policy.on_consent_alone().items():
        table, _dot, name = label.rpartition(".")
        found[table, purposes].append(name)
    return tuple(
        Resting(table, tuple(names), purposes, len(names) == len(policy.category_fields(table)))
        for (table, purposes), names in found.items()
    )


def due(what: Resting, *, before: datetime | None = None) -> QuerySet[Customer]:
    """People of whom something is held that no consent allows any more. `before`: only where the
    last word was said before that instant."""
    people = Customer.objects.filter(Exists(what.rows()), ended(what.purposes)).order_by("pk")
    for purpose in what.purposes:
        people = people.filter(~stands(purpose))
    if before is not None:
        lately = Consent.objects.filter(
            customer=OuterRef("pk"), purpose__in=what.purposes, acted_at__gte=before
        )
        people = people.filter(~Exists(lately))
    return people


def ended(purposes: Collection[str]) -> Q:
    """A consent to one of the purposes was withdrawn at some time."""
    acts = Consent.objects.filter(customer=OuterRef("pk"), purpose__in=purposes)
    return Q(Exists(acts.filter(action=Consent.Action.WITHDRAWN)))


def stands(purpose: str) -> Exists:
    """A consent to the purpose stands, in whatever channel."""
    later = Consent.objects.filter(
        customer=OuterRef("customer"), purpose=OuterRef("purpose"), channel=OuterRef("channel"),
        acted_at__gt=OuterRef("acted_at"),
    )  # fmt: skip
    given = Consent.objects.filter(
        customer=OuterRef("pk"), purpose=purpose, action=Consent.Action.GIVEN
    )
    return Exists(given.filter(~Exists(later)))


def left_over(*, before: datetime) -> int:
    """How many people's data is still held though its consent ended before that instant, and no
    hold says why."""
    people = {pk for what in resting() for pk in due(what, before=before).values_list("pk")}
    ids = [pk for (pk,) in people]
    return len(ids) - len(holds.reasons(ids)) if ids else 0


def plans(people: Collection[UUID], *, on: date) -> dict[UUID, Plan]:
    """What would go of each of these people. Changes nothing."""
    items: dict[UUID, list[Item]] = defaultdict(list)
    for what in resting():
        of = list(due(what).filter(pk__among=people).values_list("pk", flat=True))
        key = "pk" if what.table == PERSON else "customer_id"
        counts = Counter(what.rows(of).values_list(key, flat=True)) if of else Counter[UUID]()
        for pk, count in counts.items():
            items[pk].append(
                Item(
                    table=what.table, count=count, outcome=Outcome.ERASE, fields=what.labels,
                    whole_row=what.whole_row and what.table != PERSON,
                )
            )  # fmt: skip
    held = holds.reasons(list(items)) if items else {}
    return {
        pk: Plan(
            customer_id=pk, ground=Ground.CONSENT, on=on, items=tuple(found),
            held=held.get(pk, frozenset()),
        )
        for pk, found in items.items()
    }  # fmt: skip


def apply(*, on: date, at: datetime) -> Counter[str]:
    """Erase what has no consent left, in parts; returns how many rows went or were emptied per
    table. Decided again under each person's lock."""
    done: Counter[str] = Counter()
    everybody = {pk for what in resting() for pk in due(what).values_list("pk", flat=True)}
    for part in events.in_parts(everybody):
        done += _part(part, on, at)
    return done


@transaction.atomic
def _part(part: list[UUID], on: date, at: datetime) -> Counter[str]:
    decided = [plan for plan in plans(erasure.lock(part), on=on).values() if not plan.held]
    done: Counter[str] = Counter()
    for what in resting():
        of = [plan.customer_id for plan in decided if what.table in plan.counts()]
        if of:
            done[what.table] += _end(what, of)
    ErasureReceipt.objects.bulk_create(_receipts(decided, at))
    AuditEvent.objects.bulk_create(_audit_lines(decided, at))
    events.refresh([plan.customer_id for plan in decided])
    return done


def _end(what: Resting, of: list[UUID]) -> int:
    rows = what.rows(of)
    if not what.whole_row:
        return rows.update(**what.blank())
    forget_log(what.model, rows)
    return raw_delete(rows)


def _receipts(decided: list[Plan], at: datetime) -> Iterator[ErasureReceipt]:
    for plan in decided:
        yield ErasureReceipt(
            customer_id=plan.customer_id, ground=plan.ground, executed_at=at,
            state=ErasureReceipt.State.COMPLETE, counts=plan.counts(),
        )  # fmt: skip


def _audit_lines(decided: list[Plan], at: datetime) -> Iterator[AuditEvent]:
    for plan in decided:
        yield AuditEvent(
            at=at, verb="erase.consent", object_label=PERSON, object_id=str(plan.customer_id),
            customer_id=plan.customer_id, reason=plan.ground,
            fields=sorted(label for item in plan.items for label in item.fields),
            count=sum(plan.counts().values()),
        )  # fmt: skip
