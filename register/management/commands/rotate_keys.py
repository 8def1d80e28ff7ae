"""`manage.py rotate_keys`: new keys for old, while the register runs."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from register.services import audit, audit_chain
from register.vault import VaultError, keyfile, keyring, retiring, rotation
from register.vault.keyfile import Part
from register.vault.models import DataKey, IndexTag, KeyCheck

PARTS = ("master", "index", "values")
EPOCH = ("master", "index")
TELL_EVERY = 1.0  # seconds


class Command(BaseCommand):
    help = (
        "Makes new keys and goes over to them while the register runs: `master` wraps all data "
        "keys anew, `index` gives every look-up tag anew, `values` seals every value with a new "
        "data key. Without a name: master and index, an epoch. Killed half-way, run it again: it "
        "takes up what was begun. Old keys stay until `--retire`. docs/keys.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="*", help=f"what to renew: {', '.join(PARTS)}")
        parser.add_argument("--resume", action="store_true", help="finish only; make no new key")
        parser.add_argument("--retire", action="store_true", help="then take the old keys away")
        parser.add_argument(
            "--grace",
            type=int,
            metavar="SECONDS",
            default=int(retiring.GRACE.total_seconds()),
            help="data keys replaced less than this ago stay (default: an hour)",
        )
        parser.add_argument("--status", action="store_true", help="say which keys are in use")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if unknown := set(options["part"]) - set(PARTS):
                raise CommandError(f"{unknown.pop()!r} is none of {', '.join(PARTS)}.")
            if options["status"]:
                self.status()
                return
            parts = options["part"] or (
                [] if options["retire"] and not options["resume"] else EPOCH
            )
            for part in PARTS:
                if part in parts:
                    self.rotate(part, resume=options["resume"])
            if options["retire"]:
                self.retire(timedelta(seconds=options["grace"]))
        except VaultError as problem:
            raise CommandError(str(problem)) from None

    def rotate(self, part: str, *, resume: bool) -> None:
        if part == "values":
            self.values(resume=resume)
            return
        named: Part = "master" if part == "master" else "index"
        if not resume and not self.unfinished(named):
            number = self.renew(named)
            self.stdout.write(
                f"New {named} key {number}. Copy the key file to where its copies are kept."
            )
        (self.master if named == "master" else self.index)()

    def unfinished(self, part: Part) -> bool:
        if part == "master":
            return DataKey.objects.exclude(rotation.wrapped_by(keyring.active().current)).exists()
        newest = keyring.index_versions()[0]
        tags = IndexTag.objects.exclude(key_version=newest)
        have = IndexTag.objects.filter(key_version=newest).values("row_id")
        return tags.exclude(row_id__in=have).exists()

    def renew(self, part: Part) -> int:
        if settings.VAULT_KEY_PROVIDER or not settings.MASTER_KEY_FILE:
            raise CommandError(
                f"This register's keys are not in a file: add a new {part} key where they are "
                "kept, make it the current one, and run `rotate_keys --resume` (docs/keys.md)."
            )
        keyring.active()  # the present keys are this vault's, or nothing is changed
        number = keyfile.renew(part)
        keyring.forget()
        keyring.active()
        audit.record(verb="keys.renew", at=timezone.now(), reason=part, count=number)
        return number

    def master(self) -> None:
        began = time.monotonic()
        done = rotation.rewrap(self.teller("data keys wrapped"))
        number = keyring.active().current
        self.say(f"{done} data keys wrapped anew, all by master key {number}", began)
        audit.record(verb="keys.rewrap", at=timezone.now(), reason="master", count=done)

    def index(self) -> None:
        """A pass that finds nothing to do counts only if everybody knew of the version by then."""
        began = time.monotonic()
        version = keyring.index_versions()[0]
        made = KeyCheck.objects.get(kind=KeyCheck.Kind.INDEX, number=version).announced_at
        known_by = made + timedelta(seconds=keyring.TRUST_SECONDS)
        done, tell = 0, self.teller("rows tagged")
        while True:
            ready = timezone.now() >= known_by
            if (found := rotation.rekey(lambda n: tell(done + n))) == 0 and ready:  # noqa: B023
                break
            done += found
            self.wait_until(known_by)
        self.say(f"{done} look-up tags made, all rows are in version {version} of the index", began)
        audit.record(verb="keys.rekey", at=timezone.now(), reason="index", count=done)

    def wait_until(self, moment: Any) -> None:
        left = (moment - timezone.now()).total_seconds()
        if left > 0:
            self.stdout.write(f"Waiting {left:.0f} s, until every process knows the new key.")
            time.sleep(left)

    def values(self, *, resume: bool) -> None:
        if resume and rotation.resealing_under_way() is None:
            return
        began = time.monotonic()
        done = rotation.reseal(at=timezone.now(), progress=self.teller("values sealed"))
        self.say(f"{done} values sealed anew with new data keys", began)
        audit.record(verb="keys.reseal", at=timezone.now(), reason="values", count=done)

    def retire(self, grace: timedelta) -> None:
        audit_chain.seal(at=timezone.now())  # under the new key, while the old can still be checked
        gone = retiring.retire(at=timezone.now(), grace=grace)
        for kind, numbers in (("Master key", gone.masters), ("Index key", gone.index_versions)):
            for number in numbers:
                self.stdout.write(f"{kind} {number} is retired: destroy every copy of it.")
        self.stdout.write(f"{gone.data_keys} replaced data keys deleted.")
        if retiring.replaced_data_keys(before=timezone.now()):
            self.stdout.write("Some stay for now: a row read earlier may still be saved with them.")
        audit.record(verb="keys.retire", at=timezone.now(), count=gone.data_keys)

    def status(self) -> None:
        total = DataKey.objects.count()
        for row in KeyCheck.objects.order_by("kind", "number"):
            state = "retired" if row.retired_at else "in use"
            of = ""
            if row.kind == KeyCheck.Kind.MASTER:
                of = (
                    f", {DataKey.objects.filter(rotation.wrapped_by(row.number)).count()} data keys"
                )
            self.stdout.write(f"{row.get_kind_display()} key {row.number}: {state}{of}")
        begun = rotation.resealing_under_way()
        self.stdout.write(
            f"{total} data keys; values are {'being' if begun else 'not being'} resealed"
        )

    def say(self, what: str, began: float) -> None:
        self.stdout.write(f"{what} ({time.monotonic() - began:.1f} s).")

    def teller(self, what: str) -> Callable[[int], None]:
        """Says how far it is, once a second at most."""
        last = time.monotonic()

        def tell(done: int) -> None:
            nonlocal last
            if time.monotonic() - last >= TELL_EVERY:
                last = time.monotonic()
                self.stdout.write(f"  {done} {what} so far")
                self.stdout.flush()

        return tell
