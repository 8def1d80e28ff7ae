"""`manage.py audit seal | verify | head`: the chain over the audit."""

import json
import logging
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections
from django.utils import timezone

from register.services import audit, audit_chain, audit_heads
from register.vault.errors import VaultError

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Seals the audit, checks it against its seals, and exports the signed head of the chain. "
        "Exit code 1: something does not fit (docs/audit.md)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        seal = acts.add_parser("seal", help="seal what has come since")
        seal.add_argument(
            "--every", type=float, metavar="SECONDS", help="go on until stopped, so often"
        )
        verify = acts.add_parser("verify", help="check every event against its seal")
        verify.add_argument("--head", metavar="FILE", help="and against a head exported before")
        head = acts.add_parser("head", help="print the signed head of the chain")
        head.add_argument("--out", metavar="FILE", help="write it there instead")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            getattr(self, act)(**options)
        except (audit_heads.BadHead, VaultError) as problem:
            raise CommandError(str(problem)) from None

    # -- seal -----------------------------------------------------------------------------------

    def seal(self, *, every: float | None, **options: Any) -> None:
        if every is None:
            self.stdout.write(f"{audit_chain.seal(at=timezone.now())} events sealed.")
            return
        while True:
            self._seal_once()
            time.sleep(max(every, 0.1))

    def _seal_once(self) -> None:
        """A database that is away for a moment is asked again the next time."""
        close_old_connections()
        try:
            audit_chain.seal(at=timezone.now())
        except (Error, VaultError) as problem:
            logger.error("The audit is not sealed (%s).", type(problem).__name__)

    # -- verify ---------------------------------------------------------------------------------

    def verify(self, *, head: str | None, **options: Any) -> None:
        began = time.monotonic()
        given = audit_heads.read(_read(head)) if head else None
        audit_chain.seal(at=timezone.now())
        found = audit_chain.check(audit_heads.chain_of(given))
        if given:
            audit_heads.compare(found, given)
        audit.record(verb="audit.verified", at=timezone.now(), count=found.count)
        self._say(found, time.monotonic() - began)
        if found.count:
            first = found.findings[0]
            raise CommandError(
                f"The audit has been tampered with: {found.count} findings, the first at event "
                f"{first.event_id}."
            )

    def _say(self, found: audit_chain.Check, seconds: float) -> None:
        for finding in found.findings:
            self.stderr.write(f"event {finding.event_id}: {finding.kind}, {finding.what}")
        if found.count > len(found.findings):
            self.stderr.write(f"… and {found.count - len(found.findings)} more")
        self.stdout.write(
            f"{found.events} events under {found.seals} seals checked in {seconds:.1f} s; "
            f"{found.unsealed} wait for their seal."
        )

    # -- head -----------------------------------------------------------------------------------

    def head(self, *, out: str | None, **options: Any) -> None:
        now = timezone.now()
        audit_chain.seal(at=now)
        try:
            text = json.dumps(audit_heads.export(at=now), indent=2)
        except audit_heads.NothingSealed:
            raise CommandError("Nothing is sealed yet: the audit is empty.") from None
        if out is None:
            self.stdout.write(text)
            return
        try:
            Path(out).write_text(f"{text}\n", encoding="utf-8")
        except OSError as problem:
            raise CommandError(f"{out} cannot be written: {problem.strerror}.") from None


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"The head {path} cannot be read.") from None
