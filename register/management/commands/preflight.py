"""Whether the program may start: keys, databases and schema fit. One line and non-zero if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from register import readiness
from register.services import journal
from register.vault import errors, keyring


class Command(BaseCommand):
    help = (
        "Says whether the program may start here: both databases answer, neither is older or "
        "newer than the program, the vault's keys belong to this vault, and nobody stands in the "
        "register whom the journal of erasures names. Changes nothing."
    )
    requires_system_checks = ()  # they would ask the databases before we can say it plainly

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            readiness.require()
            readiness.require_migrated()
            keyring.active()
            journal.require_replayed()
        except (readiness.NotReady, errors.KeyringError, journal.JournalRefused) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("Ready: keys, databases and schema fit this program.")
