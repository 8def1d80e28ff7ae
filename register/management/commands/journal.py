"""`manage.py journal verify|replay`: the journal of erasures against this register."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register.services import journal, restoring


class Command(BaseCommand):
    help = (
        "verify: reads the journal through and says how many people it names who stand in this "
        "register. replay: erases them again, as after a restore by other means than ours."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "replay"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        known = journal.mark()
        try:
            path = journal.path_of(known.register_id)
            if not known.lines and not path.exists():
                self.stdout.write("Nobody was erased yet: there is no journal.")
                return
            entries = journal.read(path, known.register_id, knows=known)
            if what == "replay":
                people, part, keys = restoring.replay(entries, at=timezone.now())
                self.stdout.write(f"Erased again: {people} people, {part} in part, {keys} keys.")
        except journal.JournalRefused as refused:
            raise CommandError(str(refused)) from None
        here = journal.still_here(entries)
        self.stdout.write(f"{path}: {len(entries)} erasures, whole and unaltered.")
        if here:
            raise CommandError(
                f"{here} people who were erased stand in this register: run "
                "`manage.py journal replay` before anybody is served."
            )
