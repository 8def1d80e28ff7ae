"""`manage.py apply_retention`: erase everything whose time has come."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register import clock
from register.services import retention


def a_day(text: str) -> date:
    """YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--on {text!r} is not a day: write it as 2026-12-31.") from None


class Command(BaseCommand):
    help = (
        "Erases the people, card numbers, request files and leftovers whose time has come, in "
        "both databases. Exit code 0: all done; 1: refused or something is left undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="do everything, say so, and roll it back"
        )
        parser.add_argument(
            "--on", metavar="DATE", help="the day to decide for (default today); YYYY-MM-DD"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        today = clock.local_date(now)
        on = a_day(options["on"]) if options["on"] else today
        try:
            report = retention.apply(on=on, at=now, today=today, dry_run=options["dry_run"])
        except retention.InTheFuture:
            raise CommandError(
                f"{on} has not come yet: nothing is erased early. Add --dry-run to look ahead."
            ) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.say(report)
        if not report.complete:
            raise CommandError(
                f"{len(report.problems)} left undone; the next run tries again. "
                "The run's page in the admin names them."
            )

    def say(self, report: retention.Report) -> None:
        """The report for people."""
        would = "would be erased (dry run: nothing has changed)" if report.dry_run else "erased"
        self.stdout.write(f"{report.on}: {report.people} people {would}, {report.held} held.")
        for why, count in sorted(report.held_because.items()):
            self.stdout.write(f"  held, {why}: {count}")
        self.stdout.write(f"  card numbers destroyed: {report.cards}")
        self.stdout.write(f"  keys destroyed: {report.keys}")
        for table, count in sorted(report.rows.items()):
            self.stdout.write(f"  {table}: {count} rows")
        for folder in report.paper:
            self.stdout.write(f"  paper folder to destroy: {folder}")
        for problem in report.problems:
            self.stderr.write(f"  not done: {problem['where']} ({problem['problem']})")
