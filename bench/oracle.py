"""Random lives at the edges of the clock, by the hundred thousand: the night must erase exactly
those whom a second reckoning, from the notice's own words, names (tests/retention/test_oracle.py).

    script/with-postgres .venv/bin/python -m bench.oracle [--lives 100000] [--json]
    .venv/bin/python -m bench.oracle --sqlite

Exits non-zero on any disagreement, or when too few lives were lived.
"""

import argparse
import json
import logging
import os
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import date, datetime
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import django

NIGHTS = (date(2026, 7, 15), date(2027, 1, 1), date(2027, 2, 28), date(2027, 3, 1))
YEAR_ENDS = ((12, 31), (4, 30))
GOAL = 100_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lives", type=int, default=GOAL)
    arguments.add_argument("--sqlite", action="store_true")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    with TemporaryDirectory() as folder:
        if options.sqlite:
            for name in ("DATABASE_URL", "VAULT_DATABASE_URL"):
                os.environ[name] = f"sqlite:///{Path(folder) / name}"
        told = measure(options.lives)
    if options.json:
        print(json.dumps(told))
    else:
        for line in told["nights"]:
            print(
                "  {on} books to {year_end}: {lives} lives, {gone} gone, {kept} kept".format(**line)
            )
        print(
            f"{told['engine']}: {told['lives']} lives (goal {GOAL}), {told['wrong']} disagreements"
        )
    sys.exit(0 if not told["wrong"] and told["lives"] >= min(GOAL, options.lives) else 1)


def measure(lives: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    for alias in ("default", "vault"):
        call_command("migrate", database=alias, verbosity=0)
    settings.RETENTION_BRAKE_PERCENT = 100
    parts = [(on, end) for on in NIGHTS for end in YEAR_ENDS]
    each = -(-lives // len(parts))
    nights = [one_night(on, end, each, settings) for on, end in parts]
    return {
        "engine": connection.vendor,
        "lives": sum(one["lives"] for one in nights),
        "wrong": sum(one["wrong"] for one in nights),
        "nights": nights,
    }


def one_night(on: date, year_end: tuple[int, int], lives: int, settings: Any) -> dict[str, Any]:
    from django.db import transaction

    settings.FINANCIAL_YEAR_END = year_end
    with transaction.atomic(), transaction.atomic(using="vault"):
        told = _live_and_judge(on, year_end, lives)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="vault")
    return told


def _live_and_judge(on: date, year_end: tuple[int, int], number: int) -> dict[str, Any]:
    from register.models import Customer
    from register.services import retention
    from tests.retention import test_oracle as oracle

    started = time.monotonic()
    rng = Random(f"{on}{year_end}")
    lives = _in_bulk(lambda: [oracle.live(rng, on, year_end) for _ in range(number)])
    due = {one.person.pk for one in lives if one.kept_through(year_end) < on and not one.held}
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=oracle.HELSINKI)
    report = retention.apply(on=on, at=noon, today=on)
    left = set(Customer.objects.values_list("pk", flat=True))
    gone = {one.person.pk for one in lives} - left
    return {
        "on": on.isoformat(),
        "year_end": f"{year_end[1]}.{year_end[0]}.",
        "lives": number,
        "gone": len(gone),
        "kept": number - len(gone),
        "wrong": len(gone ^ due) + len(report.problems),
        "seconds": round(time.monotonic() - started, 1),
    }


def _in_bulk(work: Any) -> Any:
    """Run `work`, whose rows are saved one by one in tests, and save them table by table."""
    from django.db.models import QuerySet

    from register.models import Craft, Customer
    from register.services import numbers
    from tests import cast
    from tests.retention import test_oracle as oracle

    craft = Craft.objects.first() or cast.craft()
    cast.everybody_at_work()
    rows: dict[type, list[Any]] = defaultdict(list)

    def keep(query: Any, **fields: Any) -> Any:
        row = query.model(**fields)
        rows[query.model].append(row)
        return row

    def save(person: Any, **_options: Any) -> None:
        if person not in known:
            known.add(person)
            rows[Customer].append(person)

    known: set[Any] = set()
    series = count(1_000_000)
    with ExitStack() as stack:
        for patch in (
            mock.patch.object(QuerySet, "create", keep),
            mock.patch.object(Customer, "save", save),
            mock.patch.object(numbers, "reserve", side_effect=lambda *_, **__: next(series)),
            mock.patch.object(oracle, "_craft", return_value=craft),
        ):
            stack.enter_context(patch)
        result = work()
    for model in sorted(rows, key=_depth):
        model._base_manager.bulk_create(rows[model], batch_size=500)
    return result


def _depth(model: Any) -> int:
    """Parents before children."""
    order = ("Customer", "Booking", "Case")
    return order.index(model.__name__) if model.__name__ in order else len(order)


if __name__ == "__main__":
    main()
