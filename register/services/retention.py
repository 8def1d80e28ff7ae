"""The nightly job: everything whose time has come goes, and the run says what it did.

People are found by an index (Customer.kept_through), then decided one by one from their events
inside the transaction that erases them. A dry run is the real run, rolled back.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connections, router, transaction
from django.db.models import Q, QuerySet

from register.models import Customer, RetentionRun
from register.models.lookups import Ids
from register.services import (
    audit,
    ended_consents,
    erasure,
    events,
    facts,
    former,
    holds,
    journal,
    short_clocks,
    troubles,
)
from register.services.erasure import Ground, Plan
from register.services.night_report import Report as Report
from register.vault import files, upkeep
from register.vault.models import DataKey

BATCH = 5_000
"""People a transaction: large enough that a statement's own cost does not count, small enough that
it lasts a second or two."""
SHARES = 8
"""Into how many a part is divided in which somebody's erasure fails."""
STILL_NEEDED = "still_needed"
SOON_DAYS = 30
LET_THROUGH_DAYS = 7
Place = tuple[date | None, UUID]
Progress = Callable[[int, int], None]
"""Told how many of the due were looked at, and how many are due."""


def silent(done: int, due: int) -> None:
    """Nobody is watching."""


class InTheFuture(ValueError):
    """A day that has not come can only be tried out."""


def apply(
    *,
    on: date,
    at: datetime,
    today: date,
    dry_run: bool = False,
    by: Any = None,
    batch: int = BATCH,
    workers: int = 1,
    let_through: int = 0,
    progress: Progress = silent,
) -> Report:
    """Erase what was kept through the day before `on` or earlier.

    `at` is the instant written on receipts; `today` its local date: a later `on` is refused
    (InTheFuture) unless it is a dry run, which looks ahead. With more people due than usual the
    brake stops their erasure, unless as many are let through. `workers` share the people, where
    the database lets them. Raises JournalRefused, before anything is done, where erasures could
    not be written down.
    """
    if on > today and not dry_run:
        raise InTheFuture(on.isoformat())
    report = Report(on=on, dry_run=dry_run)
    moment = max(at, short_clocks.midnight(on)) if dry_run else at
    if not dry_run:
        journal.require_writable()
    with _rolled_back(dry_run):
        _give_up_on_old_runs(at)
        run = RetentionRun.objects.create(for_day=on, started_at=at)
        people = partial(_everybody, batch=batch, workers=workers, progress=progress)
        _everything(report, moment, by, max(let_through, _let_through(at)), people)
        _close(run, report, moment)
    if not dry_run:
        journal.reseal()
    return report


def _everything(
    report: Report, at: datetime, by: Any, let_through: int, everybody: Callable[..., None]
) -> None:
    on = report.on
    with report.step("reconcile"):
        report.keys += erasure.reconcile(at=at, rehearsal=report.dry_run)
    with report.step("index"):
        report.index_mended = events.refresh_all()
    with report.step("requests"), transaction.atomic():
        report.rows += short_clocks.purge_requests(on=on, at=at)
    with report.step("consents"), transaction.atomic():
        report.rows += ended_consents.apply(on=on, at=at)
    _brake(report, let_through)
    if report.dry_run or not report.stopped:
        everybody(report, at, by)
    with report.step("cards"), transaction.atomic():
        report.cards = short_clocks.destroy_cards(on=on, at=at)
    with report.step("leftovers"), transaction.atomic():
        report.rows += short_clocks.sweep(on=on, at=at)
    if not report.dry_run:  # files do not roll back
        with report.step("sealed files and look-up tags"):
            files.sweep(before=at - erasure.ORPHAN_AFTER)
            upkeep.sweep(before=at - erasure.ORPHAN_AFTER)
    report.paper = [folder.label for folder in short_clocks.paper_to_destroy(on=on)]
    report.soon = due_soon(on=on).count()


def _everybody(
    report: Report, at: datetime, by: Any, *, batch: int, workers: int, progress: Progress
) -> None:
    given_up = list(troubles.given_up())
    _in_parts(report, at, by, batch, _workers(report, batch, workers), progress)
    for one in given_up:
        report.trouble(one.customer_id, f"given up after {one.tries} tries: {one.problem}")


def _in_parts(
    report: Report, at: datetime, by: Any, batch: int, workers: int, progress: Progress
) -> None:
    """Workers take one part after the other, each on connections of its own."""
    parts, lock, seen = _due_parts(report.on, batch), Lock(), Counter[str]()

    def work() -> None:
        while True:
            with lock:
                part = next(parts, None)
            if part is None:
                return
            done = Report(on=report.on, dry_run=report.dry_run)
            _people(part, done, at, by)
            with lock:
                report.absorb(done)
                seen["people"] += len(part)
                progress(seen["people"], report.due)

    def apart() -> None:
        try:
            work()
        finally:
            connections.close_all()

    if workers == 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        for one in [pool.submit(apart) for _ in range(workers)]:
            one.result()


def _workers(report: Report, batch: int, wanted: int) -> int:
    """One, where another could not see what this one does, would only wait for it, or would have
    nothing to do."""
    database = connections[router.db_for_write(Customer)]
    alone = report.dry_run or database.in_atomic_block
    if alone or not database.features.has_select_for_update_skip_locked:
        return 1
    return max(1, min(wanted, -(-report.due // batch)))


def due_soon(*, on: date) -> QuerySet[Customer]:
    """The warning list: people who are due within 30 days and not due yet. By the index; the
    night decides from the events."""
    people = Customer.objects.past_retention(on=on + timedelta(days=SOON_DAYS))
    return people.filter(kept_through__gte=on).order_by("kept_through", "pk")


# -- The brake ----------------------------------------------------------------------------------


def most_a_night() -> int:
    """More people due than this is not usual: a wrong clock or setting may be behind it."""
    percent, least = settings.RETENTION_BRAKE_PERCENT, settings.RETENTION_BRAKE_PEOPLE
    return max(int(least), Customer.objects.count() * int(percent) // 100)


def _brake(report: Report, let_through: int) -> None:
    """A brake that cannot be read is on."""
    report.stopped = True
    with report.step("brake"):
        report.due = Customer.objects.past_retention(on=report.on).count()
        most = max(most_a_night(), let_through)
        report.stopped = report.due > most and report.due - _held(report.on) > most


def _held(on: date) -> int:
    """How many of the due stay anyway. Asked only where it decides: a firm in a long dispute has
    many who are due every night and go on none."""
    return sum(len(holds.reasons(part)) for part in _due_parts(on, BATCH))


def _let_through(at: datetime) -> int:
    """How many people somebody has let through after the last stop, if that was lately."""
    since = at - timedelta(days=LET_THROUGH_DAYS)
    runs = RetentionRun.objects.exclude(state=RetentionRun.State.RUNNING)
    last = runs.filter(started_at__gte=since).first()
    return (last.let_through or 0) if last else 0


@transaction.atomic
def let_through(*, run: RetentionRun, by: Any, at: datetime) -> None:
    """Answer the brake: the next night may erase as many as were due when this one stopped."""
    run.let_through, run.let_through_by = run.due, by.pk
    run.save(update_fields=["let_through", "let_through_by"])
    audit.record(verb="retention.let_through", by=by, at=at, object=run, count=run.due)


def _give_up_on_old_runs(at: datetime) -> None:
    """A run that never ended was killed: what it left, this one does."""
    left = RetentionRun.objects.filter(
        state=RetentionRun.State.RUNNING, started_at__lt=at - timedelta(days=1)
    )
    left.update(state=RetentionRun.State.INCOMPLETE)


def _close(run: RetentionRun, report: Report, at: datetime) -> None:
    state = RetentionRun.State
    run.state = state.STOPPED if report.stopped else state.INCOMPLETE
    run.state = state.COMPLETE if report.complete else run.state
    run.finished_at, run.due, run.report = at, report.due, report.as_json()
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
        people = people.exclude(pk__in=troubles.given_up().values("pk"))
        if after:
            day, pk = after
            people = people.filter(Q(kept_through__gt=day) | Q(kept_through=day, pk__gt=pk))
        part = list(people.values_list("kept_through", "pk")[:size])
        if not part:
            return
        yield [pk for _day, pk in part]
        after = part[-1]


def _people(part: Sequence[UUID], report: Report, at: datetime, by: Any) -> None:
    """One part in one transaction; if that fails, in smaller ones down to the person whose trouble
    it is, so that she keeps nobody else."""
    try:
        _erase(part, report, at, by)
    except Exception as error:  # reported below, person by person
        if len(part) > 1:
            for share in events.in_parts(part, -(-len(part) // SHARES)):
                _people(share, report, at, by)
            return
        [pk] = part
        report.trouble(pk, type(error).__name__)
        with report.step("troubles"):
            troubles.note(customer_id=pk, problem=type(error).__name__, at=at)


def _erase(part: Collection[UUID], report: Report, at: datetime, by: Any) -> None:
    """Where the database checks a foreign key at once, it is tried first: whether a record of
    somebody else needs one that goes is asked only where the database says so."""
    try:
        decided, waiting, rows, known = _rows_gone(
            part, report.on, at, by, ask=not checks_at_once()
        )
    except IntegrityError:
        decided, waiting, rows, known = _rows_gone(part, report.on, at, by, ask=True)
    report.rows += rows
    report.people += len(decided)
    for pk, why in waiting.items():
        _stays(report, pk, why)
    try:
        entries = erasure.entries_of(decided, at=at)
        entries += former.entries(entries, known)
        gone = Ids(entry.customer_id for entry in entries)
        report.keys += erasure.finish(gone, entries=entries, rehearsal=report.dry_run)
    except Exception as error:  # the rows are gone; the next run finishes
        for plan in decided:
            report.trouble(plan.customer_id, f"key: {type(error).__name__}")


def _rows_gone(
    part: Collection[UUID], on: date, at: datetime, by: Any, *, ask: bool
) -> tuple[list[Plan], dict[UUID, frozenset[str]], Counter[str], former.Former]:
    with transaction.atomic():
        decided, waiting = _decide(_lock_free(part), on, ask=ask)
        known = former.ids(plan.customer_id for plan in decided) if decided else {}
        rows = erasure.carry_out(decided, by=by, at=at) if decided else Counter[str]()
        troubles.forget([plan.customer_id for plan in decided])
    return decided, waiting, rows, known


def checks_at_once() -> bool:
    """PostgreSQL, since models.guards made its foreign keys so; SQLite waits for the commit."""
    return connections[router.db_for_write(Customer)].vendor == "postgresql"


def _lock_free(part: Collection[UUID]) -> list[UUID]:
    """Lock those of the people whom no other worker has: it is erasing them."""
    rows = Customer.objects.filter(pk__among=Ids.of(part)).order_by("pk")
    return list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))


def _decide(
    people: list[UUID], on: date, *, ask: bool
) -> tuple[list[Plan], dict[UUID, frozenset[str]]]:
    """Plans of those who go, and why the others stay. Decided from the events, not the index.
    `ask`: also whether somebody else's record needs one of theirs."""
    known = {found.customer_id: found for found in facts.standing(Ids(people))}
    due = {pk: found for pk, found in known.items() if events.kept_through(found) < on}
    if len(due) < len(known):
        events.refresh(known.keys() - due.keys())
    made = erasure.plans(due, on=on, ground=Ground.RETENTION, known=due)
    waiting = {pk: plan.held for pk, plan in made.items() if plan.held}
    free = [plan for pk, plan in made.items() if pk not in waiting]
    while ask and (needed := erasure.needed_by_others(free)):
        waiting |= {pk: frozenset([STILL_NEEDED]) for pk in needed}
        free = [plan for plan in free if plan.customer_id not in needed]
    return free, waiting


def _stays(report: Report, pk: UUID, why: frozenset[str]) -> None:
    report.held += 1
    report.held_because.update(why)
    if STILL_NEEDED in why:
        report.trouble(pk, STILL_NEEDED)
    if holds.UNREADABLE in why:
        report.trouble(pk, holds.UNREADABLE)


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
