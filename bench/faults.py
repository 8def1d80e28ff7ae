"""Every operation of a night is made to fail in turn: before it, after it, and by kill -9 on both
sides of it. Run on PostgreSQL:

    script/with-postgres .venv/bin/python -m bench.faults [--json] [--every N]

Exits non-zero when a fault left something half-done that was called complete, when a rerun did not
finish, or when fewer than 150 faults were struck.
"""

import argparse
import json
import logging
import os
import sys
from collections import Counter

import django

LEAST = 150


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--every", type=int, default=1)
    options = arguments.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable()
    from django.conf import settings
    from django.core.management import call_command

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.RETENTION_BRAKE_PERCENT = 100  # people held by the faults pile up: no brake here
    for alias in ("default", "vault"):
        call_command("migrate", database=alias, verbosity=0)
    told = measure(options.every)
    if options.json:
        print(json.dumps(told))
    else:
        print(f"operations of a night: {told['operations']} {told['kinds']}")
        for mode, struck in told["struck"].items():
            print(f"  {mode}: {struck} faults")
        print(f"faults: {told['faults']} (goal {LEAST}); wrong afterwards: {len(told['wrong'])}")
        for line in told["wrong"][:20]:
            print(f"  {line}")
    sys.exit(0 if told["faults"] >= LEAST and not told["wrong"] else 1)


def measure(every: int) -> dict:
    from tests.retention import faults

    kinds = faults.count()
    struck: Counter[str] = Counter()
    wrong = []
    for mode in faults.MODES:
        for at in range(0, kinds.total(), every):
            what, found = faults.strike(at, mode)
            struck[mode] += bool(what)
            wrong += [f"{mode} {at} ({what}): {one}" for one in found]
    return {
        "operations": kinds.total(),
        "kinds": dict(kinds),
        "struck": dict(struck),
        "faults": struck.total(),
        "wrong": wrong,
    }


if __name__ == "__main__":
    main()
