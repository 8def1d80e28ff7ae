"""The nightly job: everything whose time has come goes, and the run says what it did.

People are found by an index (Customer.kept_through), then decided one by one from their events
inside the transaction that erases them. A dry run is the real run, rolled back.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from register.models import Customer, RetentionRun
from register.services import audit, erasure, events, short_clocks
from register.services.erasure import Ground, Plan
from register.vault.models import DataKey

logger = logging.getLogger(__name__)

BATCH = 1_000
STILL_NEEDED = "still_needed"
Place = tuple[date | None, UUID]


class InTheFuture(ValueError):
    """A day that has not come can only be tried out."""


@dataclass(slots=True)
class Report:
    """What a run did, or would do. Counts and opaque ids only."""

    on: date
    dry_run: bool
    people: int = 0
    held: int = 0
    cards: int = 0
    keys: int = 0
    index_mended: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    held_because: Counter[str] = field(default_factory=Counter)
    paper: list[str] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """For machines. `rows`: rows deleted or emptied, per table."""
        return {
            "on": self.on.isoformat(),
            "dry_run": self.dry_run,
            "complete": self.complete,
            "people": self.people,
            "held": self.held,
            "held_because": dict(sorted(self.held_because.items())),
            "cards": self.cards,
            "keys": self.keys,
            "index_mended": self.index_mended,
            "rows": dict(sorted(self.rows.items())),
            "paper": self.paper,
            "problems": self.problems,
        }


def apply(
    *,
    on: date,
    at: datetime,
    today: date,
    dry_run: bool = False,
    by: Any = None,
    batch: int = BATCH,
) -> Report:
    """Erase what was kept through the day before `on` or earlier.

    `at` is the instant written on receipts; `today` its local date: a later `on` is refused
    (InTheFuture) unless it is a dry run, which looks ahead.
    """
    if on > today and not dry_run:
        raise InTheFuture(on.isoformat())
    report = Report(on=on, dry_run=dry_run)
    moment = max(at, short_clocks.midnight(on)) if dry_run else at
    with _rolled_back(dry_run):
        _give_up_on_old_runs(at)
        run = RetentionRun.objects.create(for_day=on, started_at=at)
        _everything(report, moment, by, batch)
        _close(run, report, moment)
    return report


def _everything(report: Report, at: datetime, by: Any, batch: int) -> None:
    on = report.on
    with _step("reconcile", report):
        report.keys += erasure.reconcile(at=at)
    with _step("index", report):
        report.index_mended = events.refresh_all()
    with _step("requests", report), transaction.atomic():
        report.rows += short_clocks.purge_requests(on=on, at=at)
    for part in _due_parts(on, batch):
        _people(part, report, at, by)
    with _step("cards", report), transaction.atomic():
        report.cards = short_clocks.destroy_cards(on=on, at=at)
    with _step("leftovers", report), transaction.atomic():
        report.rows += short_clocks.sweep(on=on, at=at)
    report.paper = [folder.label for folder in short_clocks.paper_to_destroy(on=on)]


@contextmanager
def _step(name: str, report: Report) -> Iterator[None]:
    """A step that fails is told of and does not keep the others from running."""
    try:
        yield
    except Exception as error:  # reported by kind: its text may hold values
        _trouble(report, name, type(error).__name__)


def _give_up_on_old_runs(at: datetime) -> None:
    """A run that never ended was killed: what it left, this one does."""
    left = RetentionRun.objects.filter(
        state=RetentionRun.State.RUNNING, started_at__lt=at - timedelta(days=1)
    )
    left.update(state=RetentionRun.State.INCOMPLETE)


def _close(run: RetentionRun, report: Report, at: datetime) -> None:
    state = RetentionRun.State
    run.state = state.COMPLETE if report.complete else state.INCOMPLETE
    run.finished_at = at
    run.people, run.held = report.people, report.held
    run.counts, run.problems = dict(report.rows), report.problems
    run.save()
    audit.record(verb="retention.run", at=at, object=run, count=report.people, reason="retention")


# -- People -------------------------------------------------------------------------------------


def _due_parts(on: date, size: int) -> Iterator[list[UUID]]:
    """Candidates in parts, oldest first. Those who stay are passed, not met again."""
    after: Place | None = None
    while True:
        people = Customer.objects.past_retention(on=on).order_by("kept_through", "pk")
        if after:
            day, pk = after
            people = people.filter(Q(kept_through__gt=day) | Q(kept_through=day, pk__gt=pk))
        part = list(people.values_list("kept_through", "pk")[:size])
        if not part:
            return
        yield [pk for _day, pk in part]
        after = part[-1]


def _people(part: Collection[UUID], report: Report, at: datetime, by: Any) -> None:
    """One part in one transaction; if that fails, person by person, so that one person's trouble
    keeps nobody else."""
    try:
        _erase(part, report, at, by)
    except Exception as error:  # reported below, person by person
        if len(part) > 1:
            for pk in part:
                _people([pk], report, at, by)
            return
        [pk] = part
        _trouble(report, pk, type(error).__name__)


def _erase(part: Collection[UUID], report: Report, at: datetime, by: Any) -> None:
    with transaction.atomic():
        decided, waiting = _decide(_lock_free(part), report.on)
        rows = erasure.carry_out(decided, by=by, at=at)
    report.rows += rows
    report.people += len(decided)
    for pk, why in waiting.items():
        _stays(report, pk, why)
    try:
        report.keys += erasure.finish([plan.customer_id for plan in decided])
    except Exception as error:  # the rows are gone; the next run finishes
        for plan in decided:
            _trouble(report, plan.customer_id, f"key: {type(error).__name__}")


def _lock_free(part: Collection[UUID]) -> list[UUID]:
    """Lock those of the people whom no other worker has: it is erasing them."""
    rows = Customer.objects.filter(pk__among=part).order_by("pk")
    return list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))


def _decide(people: list[UUID], on: date) -> tuple[list[Plan], dict[UUID, frozenset[str]]]:
    """Plans of those who go, and why the others stay. Decided from the events, not the index."""
    histories = events.histories(people)
    due = {pk: found for pk, found in histories.items() if found.kept_through < on}
    events.refresh(histories.keys() - due.keys())
    made = erasure.plans(list(due), on=on, ground=Ground.RETENTION, histories=due)
    waiting = {pk: plan.held for pk, plan in made.items() if plan.held}
    free = [plan for pk, plan in made.items() if pk not in waiting]
    while needed := erasure.needed_by_others(free):
        waiting |= {pk: frozenset([STILL_NEEDED]) for pk in needed}
        free = [plan for plan in free if plan.customer_id not in needed]
    return free, waiting


def _stays(report: Report, pk: UUID, why: frozenset[str]) -> None:
    report.held += 1
    report.held_because.update(why)
    if STILL_NEEDED in why:
        _trouble(report, pk, STILL_NEEDED)


def _trouble(report: Report, where: UUID | str, what: str) -> None:
    """By opaque id, or step, and kind of error: an error's text may hold values."""
    logger.error("Retention: %s is left undone (%s).", where, what)
    report.problems.append({"where": str(where), "problem": what})


@contextmanager
def _rolled_back(dry_run: bool) -> Iterator[None]:
    """Undo everything in both databases at the end of a dry run."""
    if not dry_run:
        yield
        return
    vault = DataKey.objects.db
    with transaction.atomic(), transaction.atomic(using=vault):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=vault)
