"""Makes an installation ready to serve: keys, both schemas, roles, static files. Idempotent."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from register import readiness
from register.vault import errors, keyring


class Command(BaseCommand):
    help = (
        "Makes the vault's keys if there is neither key file nor vault, brings both databases up "
        "to this program, makes the roles what the policy says and, outside a demo, collects "
        "the static files. What is already so is left alone."
    )
    requires_system_checks = ()  # migrate runs them itself, once there is something to ask

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed",
            action="store_true",
            help="in a demo (DEMO=on), fill an empty register with an invented season",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare()
        except (readiness.NotReady, errors.KeyringError) as problem:
            raise CommandError(str(problem)) from None
        if options["seed"] and settings.DEMO:
            call_command("seed_demo", if_empty=True, stdout=self.stdout)

    def _prepare(self) -> None:
        self._make_folders()
        readiness.require()
        self._make_keys()
        for alias in connections:
            self._migrate(alias)
        keyring.active()
        call_command("sync_roles", stdout=self.stdout)
        if not (settings.DEBUG or settings.DEMO):
            call_command("collectstatic", interactive=False, verbosity=0)

    def _make_folders(self) -> None:
        """SQLite makes its file but not the folder. Personal data: nobody else may look in."""
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        for alias in connections:
            name = str(connections[alias].settings_dict["NAME"])
            if connections[alias].vendor == "sqlite" and ":" not in name:
                Path(name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _make_keys(self) -> None:
        """Only for a new vault: fresh keys beside an old vault could open nothing in it."""
        if settings.MASTER_KEY_FILE and readiness.is_empty("vault"):
            call_command("generate_keys", if_missing=True, stdout=self.stdout)

    def _migrate(self, alias: str) -> None:
        if not readiness.waiting(alias):
            return
        self.stdout.write(f"Bringing the {readiness.NAME[alias]} up to this program")
        call_command("migrate", database=alias, interactive=False, verbosity=0)
