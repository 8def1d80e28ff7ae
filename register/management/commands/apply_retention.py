"""`manage.py apply_retention`: erase everything whose time has come."""

import json
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from register import clock
from register.services import nights, retention
from register.services.journal import JournalRefused

REFUSED, UNDONE, STOPPED = 1, 3, 4
BAR = 40


def a_day(text: str) -> date:
    """YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--on {text!r} is not a day: write it as 2026-12-31.") from None


class Command(BaseCommand):
    help = (
        "Erases the people, card numbers, request files and leftovers whose time has come, in "
        "both databases. Exit code 0: all done; 1: refused, nothing changed; 3: something is "
        "left undone; 4: stopped, because more people are due than usual."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, say so, and roll it back"
        )
        parser.add_argument(
            "--on", metavar="DATE", help="the day to decide for (default today); YYYY-MM-DD"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--let-through",
            type=int,
            default=0,
            metavar="PEOPLE",
            help="so many due people are right, though they are more than usual",
        )
        parser.add_argument(
            "--clock-is-right", action="store_true", help="believe the clock after a long silence"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        report = self.apply(now, options)
        if not report.dry_run:
            self.mail(report)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.say(report)
        if report.stopped and not report.dry_run:
            raise CommandError(
                f"{report.due} people are due, more than usual: nobody was erased. See who with "
                f"--dry-run; if it is right, add --let-through {report.due} or answer on the "
                "run's page.",
                returncode=STOPPED,
            )
        if report.problems:
            raise CommandError(
                f"{len(report.problems)} left undone; the next run tries again. "
                "The run's page in the admin names them.",
                returncode=UNDONE,
            )

    def apply(self, now: datetime, options: dict[str, Any]) -> retention.Report:
        on = a_day(options["on"]) if options["on"] else clock.local_date(now)
        try:
            if not (options["dry_run"] or options["clock_is_right"]):
                nights.require_sane_clock(at=now)
            return retention.apply(
                on=on,
                at=now,
                today=clock.local_date(now),
                dry_run=options["dry_run"],
                let_through=options["let_through"],
                workers=settings.RETENTION_WORKERS,
                progress=self.bar if sys.stderr.isatty() else retention.silent,
            )
        except retention.InTheFuture:
            raise CommandError(
                f"{on} has not come yet: nothing is erased early. Add --dry-run to look ahead.",
                returncode=REFUSED,
            ) from None
        except (nights.ClockRefused, JournalRefused) as refused:
            raise CommandError(str(refused), returncode=REFUSED) from None
        except DatabaseError as error:  # its text may hold values
            raise CommandError(
                f"The database failed ({type(error).__name__}): make room and see that it runs, "
                "then run this again. Nothing half-done is called done.",
                returncode=UNDONE,
            ) from None

    def mail(self, report: retention.Report) -> None:
        """A mail that does not go leaves a problem behind and undoes nothing."""
        try:
            nights.tell(report)
        except Exception as error:  # a mail server's words may hold addresses
            nights.note_failed_mail(error)
            report.problems.append({"where": "mail", "problem": type(error).__name__})

    def bar(self, done: int, due: int) -> None:
        """One line that fills up, for whoever is watching."""
        full = BAR if not due else min(BAR, BAR * done // due)
        line = f"\r[{'#' * full}{' ' * (BAR - full)}] {done} / {due}"
        self.stderr.write(line, ending="" if done < due else "\n")
        self.stderr.flush()

    def say(self, report: retention.Report) -> None:
        """The report for people."""
        would = "would be erased (dry run: nothing has changed)" if report.dry_run else "erased"
        self.stdout.write(f"{report.on}: {report.people} people {would}, {report.held} held.")
        for why, count in sorted(report.held_because.items()):
            self.stdout.write(f"  held, {why}: {count}")
        self.stdout.write(f"  due: {report.due}; within 30 days: {report.soon}")
        self.stdout.write(f"  card numbers destroyed: {report.cards}")
        self.stdout.write(f"  keys destroyed: {report.keys}")
        for table, count in sorted(report.rows.items()):
            self.stdout.write(f"  {table}: {count} rows")
        for folder in report.paper:
            self.stdout.write(f"  paper folder to destroy: {folder}")
        if report.stopped and report.dry_run:
            self.stdout.write("  more people than usual: a real run would stop and ask")
        for problem in report.problems:
            self.stderr.write(f"  not done: {problem['where']} ({problem['problem']})")
