"""Take a portability package of another register in (docs/portability.md)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from requests_app.services import importing


class Command(BaseCommand):
    help = "Read a portability package (JSON). Without --apply nothing is kept: a rehearsal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="keep it")
        parser.add_argument(
            "--anyway", action="store_true", help="though somebody alike is in the register"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = importing.read(_content(options["file"]))
            report = importing.take_in(
                data, at=timezone.now(), anyway=options["anyway"], rehearsal=not options["apply"]
            )
        except importing.ImportRefused as refused:
            raise CommandError(str(refused)) from None
        self._tell(report, applied=options["apply"])

    def _tell(self, report: importing.Report, *, applied: bool) -> None:
        if applied and report.customer is not None:
            self.stdout.write(f"Customer {report.customer.number} is in the register.")
        else:
            self.stdout.write("A rehearsal: nothing is kept. Run again with --apply to keep it.")
        for title, counted in (("Taken", report.taken), ("Left out", report.left_out)):
            lines = ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
            if lines:
                self.stdout.write(f"{title}: {lines}")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(importing.MOST_BYTES + 1)
    except OSError as problem:
        raise CommandError(f"The file cannot be read: {problem.strerror}.") from None
