"""Faults on purpose: every SQL statement, commit, file operation, key operation and mail of a night
is an operation with a number, and any one of them can be made to fail: before it is done, after it
was done, or by killing the process there.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from register.models import Customer, ErasureReceipt, RetentionRun
from register.services import journal, nights
from register.vault import keys
from register.vault.models import DataKey
from tests import cast

BEFORE, AFTER, KILL, KILL_AFTER = "before", "after", "kill", "kill after"
MODES = (BEFORE, AFTER, KILL, KILL_AFTER)
DAY = timedelta(days=1)


class Operations:
    """Counts the operations of a night and makes one of them fail."""

    def __init__(self, at: int = -1, mode: str = BEFORE) -> None:
        self.at, self.mode = at, mode
        self.done = 0
        self.kinds: Counter[str] = Counter()
        self.struck = ""

    def run(self, kind: str, what: Callable[[], Any], error: Exception) -> Any:
        number, self.done = self.done, self.done + 1
        self.kinds[kind] += 1
        if number != self.at:
            return what()
        self.struck = kind
        if self.mode == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == BEFORE:
            raise error
        result = what()
        if self.mode == KILL_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == AFTER:
            raise error
        return result

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every operation goes through `run` while this stands."""
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(self._sql))
            for owner, name, kind, error in (
                (BaseDatabaseWrapper, "_commit", "commit", OperationalError("made up")),
                (os, "fsync", "file", OSError(5, "made up")),
                (Path, "replace", "file", OSError(5, "made up")),
                (keys, "destroy", "key", OperationalError("made up")),
                (EmailMessage, "send", "mail", OSError(5, "made up")),
            ):
                stack.enter_context(self._patched(owner, name, kind, error))
            yield

    def _sql(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("BEGIN"):  # SQLite's, which cannot fail once it was done
            return execute(sql, params, many, context)
        return self.run(
            "sql", lambda: execute(sql, params, many, context), OperationalError("made up")
        )

    def _patched(self, owner: Any, name: str, kind: str, error: Exception) -> Any:
        real = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            return self.run(kind, lambda: real(*args, **options), error)

        return mock.patch.object(owner, name, counted)


# -- One trial ----------------------------------------------------------------------------------


class Trial:
    """Two people who are due, one of them with a key; one who is held; one who is kept."""

    def __init__(self) -> None:
        old = timezone.now() - 4 * 366 * DAY
        people = [cast.customer(saved_at=old) for _ in range(3)]
        for person in people:
            cast.message(person, happened_at=old)
            cast.feedback(person, given_at=old)
        cast.identity(people[0], passport_number="XP1234567")
        cast.hold(people[2], reason="police")
        self.due = {people[0].pk, people[1].pk}
        self.stay = {people[2].pk, cast.customer(saved_at=timezone.now()).pk}
        self.earlier = set(RetentionRun.objects.values_list("pk", flat=True))

    def half_done(self) -> list[str]:
        """What is called complete and is not. Empty: no such thing."""
        found = []
        complete = set(
            ErasureReceipt.objects.filter(
                customer_id__in=self.due, state=ErasureReceipt.State.COMPLETE
            ).values_list("customer_id", flat=True)
        )
        if here := complete & _here(self.due):
            found.append(f"complete, and still here: {here}")
        if keyed := complete & _with_key(self.due):
            found.append(f"complete, and the key stands: {keyed}")
        if complete - _journaled():
            found.append("complete, and not in the journal")
        runs = RetentionRun.objects.exclude(pk__in=self.earlier)
        if runs.filter(state=RetentionRun.State.COMPLETE).exists() and _here(self.due):
            found.append("the night is called complete, and somebody who was due is here")
        return found

    def unfinished(self) -> list[str]:
        """What a rerun has not brought to its end."""
        found = self.half_done()
        receipts = ErasureReceipt.objects.filter(customer_id__in=self.due)
        if _here(self.due) or _with_key(self.due):
            found.append("somebody who was due is here, or her key")
        if _here(self.stay) != self.stay:
            found.append("somebody went who stays")
        states = Counter(receipts.values_list("customer_id", "state"))
        if states != Counter({(pk, ErasureReceipt.State.COMPLETE): 1 for pk in self.due}):
            found.append(f"receipts: {states}")
        counts = {tuple(sorted(one.items())) for one in receipts.values_list("counts", flat=True)}
        if len(counts) != 2:
            found.append("the receipts count otherwise than without a fault")
        if not self.due <= _journaled():
            found.append("not in the journal")
        last = RetentionRun.objects.first()
        if last is None or last.state != RetentionRun.State.COMPLETE:
            found.append("the rerun is not complete")
        return found


def _here(people: set[UUID]) -> set[UUID]:
    return set(Customer.objects.filter(pk__in=people).values_list("pk", flat=True))


def _with_key(people: set[UUID]) -> set[UUID]:
    rows = DataKey.objects.filter(customer_id__in=people)
    return set(rows.values_list("customer_id", flat=True))


def _journaled() -> set[UUID]:
    known = journal.mark()
    path = journal.path_of(known.register_id)
    entries = journal.read(path, known.register_id) if path.exists() else []
    return {entry.customer_id for entry in entries}


def night() -> None:
    """The command, as the timer runs it. Failing is its right; lying about it is not."""
    with suppress(CommandError, DatabaseError, OSError, nights.ClockRefused):
        call_command("apply_retention", stdout=StringIO(), stderr=StringIO())


def count() -> Counter[str]:
    """The operations of a night without faults, by kind."""
    Trial()
    operations = Operations()
    with operations.watching():
        night()
    return operations.kinds


def strike(at: int, mode: str) -> tuple[str, list[str]]:
    """One fault, one rerun. (what was struck, what is wrong: nothing)."""
    trial = Trial()
    operations = Operations(at, mode)
    if mode in (KILL, KILL_AFTER):
        operations.struck = _in_a_child(operations)
    else:
        with operations.watching():
            night()
    wrong = trial.half_done()
    night()
    return operations.struck, wrong + trial.unfinished()


def _in_a_child(operations: Operations) -> str:
    """The night in a process that is killed in it; the connections are its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with operations.watching():
                night()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    _wait_for_the_server()
    return "killed" if os.WIFSIGNALED(status) else ""


def _wait_for_the_server() -> None:
    """Until it has noticed that the killed process is gone: its locks go with it."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND backend_type = 'client backend' AND datname = current_database()"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
