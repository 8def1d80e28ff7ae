"""`manage.py backup`: both databases and the sealed files, sealed, read back, old ones deleted."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register.services import archives, audit, backups
from register.services.archives import ArchiveRefused
from register.services.backups import BackupRefused
from register.services.dumps import DumpRefused
from register.services.journal import JournalRefused
from register.vault.errors import KeyringError


class Command(BaseCommand):
    help = (
        "Backs up both databases and the sealed files into BACKUP_DIR, sealed with age to "
        "BACKUP_RECIPIENTS or BACKUP_PASSPHRASE, reads them back, and deletes backups older than "
        "the policy allows. With --verify, only checks a backup."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, help="another folder than BACKUP_DIR")
        parser.add_argument("--verify", type=Path, metavar="FOLDER", help="check this backup")
        parser.add_argument("--identity", type=Path, help="file with the age identity (--verify)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = self.check_one(**options) if options["verify"] else self.make(**options)
        except (
            ArchiveRefused, BackupRefused, DumpRefused, JournalRefused, KeyringError,
        ) as refused:  # fmt: skip
            raise CommandError(str(refused)) from None
        except OSError as error:
            raise CommandError(
                f"The backup could not be written ({error.strerror}): make room and rights for "
                "BACKUP_DIR. Nothing of it was kept."
            ) from None
        if options["json"]:
            self.stdout.write(json.dumps(told))

    def make(self, *, into: Path | None, **options: Any) -> dict[str, Any]:
        where, at = into or settings.BACKUP_DIR, timezone.now()
        how = archives.lock(
            recipients=settings.BACKUP_RECIPIENTS, passphrase=settings.BACKUP_PASSPHRASE
        )
        made = backups.make(into=where, at=at, how=how)
        gone = backups.prune(where=where, at=at)
        if not options["json"]:
            for one in made:
                self.stdout.write(f"{one.folder}: {one.size} bytes, read back.")
            for name in gone:
                self.stdout.write(f"{name}: deleted, too old by the policy.")
        return {
            "made": [{"folder": str(one.folder), "bytes": one.size} for one in made],
            "deleted": gone,
        }

    def check_one(self, *, verify: Path, identity: Path | None, **options: Any) -> dict[str, Any]:
        key = None
        if identity or settings.BACKUP_PASSPHRASE:
            key = archives.opened(
                verify,
                identity=identity.read_text() if identity else "",
                passphrase=settings.BACKUP_PASSPHRASE,
            )
        size = backups.verify(verify, key)
        if key is not None:  # read through: the owner's page tells when that was last done
            audit.record(verb="backup.opened", at=timezone.now())
        if not options["json"]:
            how = f"opened and read through, {size} bytes" if key else "not opened: no key given"
            self.stdout.write(f"{verify.name}: as it was written; {how}.")
        return {"folder": str(verify), "bytes": size, "opened": key is not None}
