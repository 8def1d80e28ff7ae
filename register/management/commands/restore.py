"""`manage.py restore`: two backups and the journal of erasures into two empty databases."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register.services import archives, backups, restoring
from register.services.archives import ArchiveRefused
from register.services.backups import BackupRefused
from register.services.dumps import DumpRefused
from register.services.journal import JournalRefused
from register.vault.errors import KeyringError


class Command(BaseCommand):
    help = (
        "Restores the newest backups of BACKUP_DIR, or those named, into empty databases, and "
        "erases again whoever was erased since, before anybody is served."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", type=Path, dest="where", help="another folder of backups")
        parser.add_argument("--register", type=Path, help="this backup of the register")
        parser.add_argument("--vault", type=Path, help="this backup of the vault")
        parser.add_argument("--journal", type=Path, help="the journal, if it is not in its place")
        parser.add_argument(
            "--journal-is-lost",
            action="store_true",
            help="go on without it: whoever was erased since the backup comes back",
        )
        parser.add_argument("--identity", type=Path, help="file with the age identity")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        say = (lambda text: None) if options["json"] else self.stdout.write
        try:
            done = restoring.restore(given=given(options), at=timezone.now(), say=say)
        except (
            ArchiveRefused, BackupRefused, DumpRefused, JournalRefused, KeyringError,
        ) as refused:  # fmt: skip
            raise CommandError(str(refused)) from None
        except OSError as error:
            raise CommandError(
                f"The restore stopped ({error.strerror}): make room and rights. Both databases "
                "are as empty as before."
            ) from None
        if options["json"]:
            self.stdout.write(json.dumps(done.as_json()))
        else:
            self.tell(done)
        if done.problems:
            raise CommandError("Restored, but: " + "; ".join(done.problems))

    def tell(self, done: restoring.Restored) -> None:
        self.stdout.write(f"Restored {done.register} and {done.vault}: {done.rows} rows.")
        self.stdout.write(f"  sealed files: {done.files}")
        self.stdout.write(f"  journal: {done.journal_lines} erasures read")
        self.stdout.write(f"  erased again: {done.erased_again} people")
        self.stdout.write(f"  erased again in part: {done.erased_in_part_again} people")
        self.stdout.write(f"  keys destroyed again: {done.keys_destroyed}")
        self.stdout.write(f"  card numbers destroyed: {done.cards}")
        self.stdout.write(f"  audit chain: {done.chain or 'not verified'}")
        self.stdout.write(
            "What was recorded after the backup is not here: consents withdrawn, objections and "
            "restrictions of that time have to be entered again from the letters and mails."
        )


def given(options: dict[str, Any]) -> restoring.Given:
    where: Path = options["where"] or settings.BACKUP_DIR
    identity: Path | None = options["identity"]
    secret = identity.read_text() if identity else ""
    opened: dict[bytes, Any] = {}

    def key_of(folder: Path) -> Any:
        """Both archives of one passphrase share a key: it is slow to open by design."""
        stored = folder / archives.KEY
        name = stored.read_bytes() if stored.exists() and not secret else b""
        if name not in opened:
            opened[name] = archives.opened(
                folder, identity=secret, passphrase=settings.BACKUP_PASSPHRASE
            )
        return opened[name]

    return restoring.Given(
        register=options["register"] or backups.newest("register", where),
        vault=options["vault"] or backups.newest("vault", where),
        key_of=key_of,
        journal=options["journal"],
        journal_is_lost=options["journal_is_lost"],
    )
