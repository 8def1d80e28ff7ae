"""Imports: a file is received, its columns are matched, it is tried without saving anything, and
then brought in part by part. Each part is a transaction of its own that notes how far it came, so
that what was interrupted goes on there. A second import of the same people updates them.

Bans, consents, restrictions and cards are never imported: they need their own proof.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from register import clock, permissions, sheets
from register.models import ImportRun
from register.services import audit, import_files, import_rows, import_writing
from register.services.refusals import Refused

PART = 500
STALLED = timedelta(minutes=3)
MOST_ERRORS = 2_000

_workers: list[Callable[[str], object]] = []


class NotTaken(Refused):
    """The file is hostile, broken or empty; the sentence says what to do."""

    field = "file"


class NotMapped(Refused):
    """Without a name there are no people."""


class NotNow(Refused):
    """The import is in a state in which this cannot be done."""


def work_with(worker: Callable[[str], object]) -> None:
    """Name what is called with the id of an import that waits for work: the worker's task."""
    if worker not in _workers:
        _workers.append(worker)


def _require(by: Any) -> None:
    if not permissions.may_write(by, ImportRun):
        raise PermissionDenied


@transaction.atomic
def receive(*, content: bytes, by: Any, at: datetime) -> ImportRun:
    """Take a file in and seal its rows. Columns are matched as the last file of the same headings
    was, else by their names. Raises NotTaken, PermissionDenied."""
    _require(by)
    headings, rows = _read(content)
    shape = sha256("\x1f".join(heading.lower() for heading in headings).encode()).hexdigest()
    before = ImportRun.objects.filter(shape=shape).exclude(mapping={}).first()
    run = ImportRun(
        shape=shape, headings=headings, rows=len(rows), touched_at=at, saved_at=at, saved_by=by,
        mapping=before.mapping if before else import_rows.guess(headings),
    )  # fmt: skip
    run.key = import_files.keep(run.pk, rows)
    run.save()
    audit.record(verb="import.received", by=by, at=at, object=run, count=run.rows)
    return run


def _read(content: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        found = [row for row in sheets.read(content) if any(row)]
    except sheets.Unreadable as problem:
        raise NotTaken(str(problem)) from None
    if len(found) < 2:
        raise NotTaken(_("The file has no rows under its headings."))
    return [heading[:80] for heading in found[0]], found[1:]


@transaction.atomic
def check(*, run: ImportRun, mapping: dict[str, str], source: str, by: Any, at: datetime) -> None:
    """Match the columns and let the worker try the file. Raises NotMapped, NotNow."""
    _require(by)
    row = _locked(run, ImportRun.State.NEW, ImportRun.State.CHECKED)
    chosen = [name for name in mapping.values() if name]
    if not {"name", "last_name"} & set(chosen):
        raise NotMapped(_("Say which column holds the name."))
    if len(chosen) != len(set(chosen)):
        raise NotMapped(_("Two columns cannot be the same thing."))
    row.mapping = {place: name for place, name in mapping.items() if name}
    row.source, row.state = source, ImportRun.State.CHECKING
    _begin(row, at)
    audit.record(verb="import.checked", by=by, at=at, object=row, fields=row.mapping.values())


@transaction.atomic
def bring_in(*, run: ImportRun, by: Any, at: datetime) -> None:
    """Save what was tried. Rows with errors are left out. Raises NotNow."""
    _require(by)
    row = _locked(run, ImportRun.State.CHECKED)
    row.state, row.saved_by = ImportRun.State.RUNNING, by
    _begin(row, at)
    audit.record(verb="import.begun", by=by, at=at, object=row, count=row.rows)


def _begin(row: ImportRun, at: datetime) -> None:
    row.done, row.counts, row.errors, row.touched_at = 0, {}, [], at
    row.save()
    _wake(row)


def _wake(row: ImportRun) -> None:
    for worker in _workers:
        transaction.on_commit(partial(worker, str(row.pk)))


@transaction.atomic
def go_on(*, run: ImportRun, by: Any, at: datetime) -> None:
    """Wake an import that nobody works on any more: a worker was stopped in the middle."""
    _require(by)
    row = _locked(run, ImportRun.State.CHECKING, ImportRun.State.RUNNING)
    if at - row.touched_at >= STALLED:
        _wake(row)


@transaction.atomic
def drop(*, run: ImportRun, by: Any, at: datetime) -> None:
    """Throw the file away. What was saved stays. Raises NotNow."""
    _require(by)
    row = _locked(run, *ImportRun.OPEN)
    _end(row, ImportRun.State.DROPPED, at)
    audit.record(verb="import.dropped", by=by, at=at, object=row)


def forget_old(*, at: datetime, after: timedelta = timedelta(days=2)) -> int:
    """Files that somebody left lying are destroyed. Returns how many."""
    rows = ImportRun.objects.filter(state__in=ImportRun.OPEN, touched_at__lt=at - after)
    for row in rows:
        with transaction.atomic():
            _end(row, ImportRun.State.DROPPED, at)
            audit.record(verb="import.dropped", at=at, object=row)
    return len(rows)


def _end(row: ImportRun, state: str, at: datetime) -> None:
    row.state, row.key, row.ended_at, row.touched_at = state, None, at, at
    row.save()
    transaction.on_commit(partial(import_files.destroy, row.pk))


def _locked(run: ImportRun, *states: str) -> ImportRun:
    row = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.state not in states:
        raise NotNow(
            _("The import is now “%(state)s”: this cannot be done any more.")
            % {"state": row.get_state_display()}
        )
    return row


# -- The work -------------------------------------------------------------------------------------


def work(*, run_id: UUID, now: Callable[[], datetime]) -> None:
    """Try, or bring in, what is left of the import. May be called again at any time: two at once
    share the parts, and each part is done once."""
    run = ImportRun.objects.filter(
        pk=run_id, state__in=(ImportRun.State.CHECKING, ImportRun.State.RUNNING)
    ).first()
    if run is None or run.key is None:
        return
    rows = import_files.read(run.pk, bytes(run.key))
    seen = import_writing.keys_of(rows[: run.done], run.mapping)
    while _part(run_id, rows, seen, now()):
        pass


@transaction.atomic
def _part(run_id: UUID, rows: list[list[str]], seen: set[str], at: datetime) -> bool:
    """One part. False when nothing is left."""
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state not in (ImportRun.State.CHECKING, ImportRun.State.RUNNING):
        return False
    part = rows[run.done : run.done + PART]
    today = clock.local_date(at)
    entries = [
        import_rows.understand(run.done + place, cells, run.mapping, today=today)
        for place, cells in enumerate(part, start=2)  # the headings are row 1
    ]
    saves = run.state == ImportRun.State.RUNNING
    counts = import_writing.part(entries, run=run, seen=seen, saves=saves, at=at)
    run.counts = {name: run.counts.get(name, 0) + count for name, count in counts.items()}
    run.errors = [*run.errors, *_told(entries)][:MOST_ERRORS]
    run.done += len(part)
    run.touched_at = at
    run.save()
    if run.done >= len(rows):
        _finish(run, at)
    return run.state in (ImportRun.State.CHECKING, ImportRun.State.RUNNING)


def _told(entries: Iterable[import_rows.Entry]) -> list[list[Any]]:
    return [[entry.number, name, key] for entry in entries for name, key in entry.problems]


def _finish(run: ImportRun, at: datetime) -> None:
    if run.state == ImportRun.State.CHECKING:
        run.state = ImportRun.State.CHECKED
        run.save()
        return
    _end(run, ImportRun.State.DONE, at)
    audit.record(
        verb="import.done", by=run.saved_by, at=at, object=run,
        count=run.counts.get("new", 0) + run.counts.get("updated", 0),
    )  # fmt: skip


def runs() -> QuerySet[ImportRun]:
    return ImportRun.objects.select_related("saved_by")
