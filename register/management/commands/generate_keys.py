"""Make the vault's key file, once, for a new register."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from register.vault.providers import new_keyring


class Command(BaseCommand):
    help = (
        "Makes the vault's key file (MASTER_KEY_FILE), readable by its owner only. "
        "Never overwrites one. Keep a copy of it apart from every backup: docs/keys.md."
    )
    requires_system_checks = ()  # the checks want the keys that are about to be made

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="write here instead of MASTER_KEY_FILE")
        parser.add_argument(
            "--if-missing",
            action="store_true",
            help="say nothing and succeed if there is one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"] or Path(settings.MASTER_KEY_FILE or "")
        if path == Path():
            raise CommandError("MASTER_KEY_FILE is not set: name the file, or give --file PATH.")
        if options["if_missing"] and path.exists():
            return
        self._write(path)
        self.stdout.write(f"Made the key file {path}. Keep a copy apart from every backup.")

    def _write(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(new_keyring())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if path.exists():
                raise CommandError(
                    f"{path} exists already. It is never overwritten: without it the vault is lost."
                ) from None
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
