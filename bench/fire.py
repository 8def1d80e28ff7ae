"""Fifty clerks book one slot of one craft at the same moment, two hundred rounds over: each round
has one winner. First it is shown that without the look and the constraint several win.

    .venv/bin/python -m bench.fire                                  # SQLite, in a folder of its own
    script/with-postgres .venv/bin/python -m bench.fire             # PostgreSQL
    … [--rounds 200] [--clerks 50] [--json]

Exits non-zero when a round has not exactly one winner, when anything else than a booking or a
refusal came back, or when the collision cannot be shown with the guard off.
"""

import argparse
import io
import json
import logging
import os
import sys
import tempfile
import time

import django


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--clerks", type=int, default=50)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="kesajetti-fire-") as folder:
        prepare(folder)
        told = measure(options.rounds, options.clerks)
    print(json.dumps(told) if options.json else words(told))
    sys.exit(0 if told["kept"] else 1)


def prepare(folder: str) -> None:
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/register.sqlite3")
    os.environ.setdefault("VAULT_DATABASE_URL", f"sqlite:///{folder}/vault.sqlite3")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable()
    from django.core.management import call_command

    for alias in ("default", "vault"):
        call_command("migrate", database=alias, verbosity=0)
    call_command("sync_roles", stdout=io.StringIO())


def measure(rounds: int, clerks: int) -> dict:
    from django.db import connection

    from tests.desk import fire

    with fire.guard_off(), fire.look_off():
        off = fire.rounds(count=5, clerks=clerks)
    begun = time.perf_counter()
    with fire.look_off():
        alone = fire.rounds(count=rounds, clerks=clerks, first=100)
    whole = fire.rounds(count=rounds, clerks=clerks, first=100 + rounds)
    return {
        "database": connection.vendor,
        "clerks": clerks,
        "rounds": rounds,
        "rows_a_slot_with_the_guard_off": dict(off.rows),
        "rows_a_slot_with_the_constraint_alone": dict(alone.rows),
        "rows_a_slot_with_everything_on": dict(whole.rows),
        "other_answers": dict(alone.other + whole.other),
        "seconds": round(time.perf_counter() - begun, 1),
        "kept": max(off.rows) > 1 and alone.one_each and whole.one_each,
    }


def words(told: dict) -> str:
    lines = [f"{told['clerks']} clerks, {told['rounds']} rounds, {told['database']}"]
    for name, value in told.items():
        if name.startswith("rows") or name in ("other_answers", "seconds"):
            lines.append(f"  {name.replace('_', ' ')}: {value}")
    return "\n".join([*lines, "one winner each" if told["kept"] else "NOT KEPT"])


if __name__ == "__main__":
    main()
