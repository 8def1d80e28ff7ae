"""Fills an empty register with an invented season. For demonstrations and benches only."""

from argparse import ArgumentParser
from datetime import date, datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from register.demo import season, setting
from register.demo.diary import moment
from register.models import Craft, Customer, User
from requests_app import demo

CUSTOMERS, SEED = 600, 2026


class Command(BaseCommand):
    help = "Fill an empty register with an invented season (only where DEMO is on)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N")
        parser.add_argument("--seed", type=int, default=SEED, help="same seed, same season")
        parser.add_argument("--today", type=date.fromisoformat, metavar="DATE",
                            help="the day of the season, at noon (default: now)")  # fmt: skip
        parser.add_argument("--if-empty", action="store_true",
                            help="leave a register that holds anybody as it is")  # fmt: skip
        parser.add_argument("--sign-ins", action="store_true",
                            help="only print the demo's sign-ins")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            self._print_sign_ins()
            return
        _refuse_outside_demo()
        if options["customers"] < 1:
            raise CommandError("--customers wants a number from 1, such as --customers 600.")
        if Customer.objects.exists() or Craft.objects.exists():
            self._leave(quietly=options["if_empty"])
            return
        now = moment(options["today"], 12) if options["today"] else _this_minute()
        self._fill(customers=options["customers"], seed=options["seed"], now=now)

    def _leave(self, *, quietly: bool) -> None:
        if not quietly:
            raise CommandError(
                "The register is not empty: seed_demo fills only an empty one. "
                "Name an empty database in DATABASE_URL, or pass --if-empty."
            )
        self.stdout.write("The register is not empty: left as it is.")

    def _fill(self, *, customers: int, seed: int, now: datetime) -> None:
        began = monotonic()
        call_command("sync_roles", verbosity=0, stdout=self.stdout)
        played = season.play(customers=customers, seed=seed, now=now, told=self._tell)
        with transaction.atomic():
            demo.play(played.stage)
        rows = sum(played.counts.values())
        self.stdout.write(
            f"An invented season: {played.stage.people} people, {rows} records, "
            f"{monotonic() - began:.0f} s."
        )
        self._print_sign_ins()

    def _tell(self, people: int) -> None:
        self.stdout.write(f"  {people} people so far")
        self.stdout.flush()

    def _print_sign_ins(self) -> None:
        known = set(User.objects.values_list("username", flat=True))
        if not settings.DEMO or not known & {names[0] for names in setting.SIGN_INS.values()}:
            self.stdout.write("No demo sign-ins: the register is no demo, or it is empty.")
            return
        self.stdout.write("  Demo sign-ins (user name / password):")
        for role, (username, *_names) in setting.SIGN_INS.items():
            self.stdout.write(f"    {username:<8} / {setting.PASSWORD}    {role}")


def _refuse_outside_demo() -> None:
    if not settings.DEMO:
        raise CommandError(
            "This is no demo: invented people do not belong in a real register. "
            "Set DEMO=true, on a machine that only you reach, to see a demo season."
        )


def _this_minute() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)
