"""`manage.py rebuild_index`: every sealed value can be found again, and nothing else can."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register.services import audit
from register.vault import VaultError, upkeep

QUIET = 3600


class Command(BaseCommand):
    help = (
        "Compares the look-up tags in the vault with the values in the register: makes those that "
        "are missing, takes away those of rows or values that are gone. Safe while the register "
        "runs; use it after either database was restored. docs/keys.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--quiet-for",
            type=int,
            metavar="SECONDS",
            default=QUIET,
            help="leave tags alone that are younger: their row may be on its way (usual: 3600)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began, now = time.monotonic(), timezone.now()
        try:
            done = upkeep.rebuild(before=now - timedelta(seconds=options["quiet_for"]))
        except VaultError as problem:
            raise CommandError(str(problem)) from None
        audit.record(verb="keys.rebuild", at=now, reason="index", count=done.made + done.swept)
        self.stdout.write(
            f"{done.made} look-up tags made, {done.swept} taken away, {done.settled} no longer in "
            f"doubt ({time.monotonic() - began:.1f} s)."
        )
