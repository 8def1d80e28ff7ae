"""What the audit costs: a line beside an act, sealing, and checking the whole chain.

    .venv/bin/python bench/audit.py [--rows N] [--check] [--json]
    script/with-postgres .venv/bin/python bench/audit.py

Makes databases of its own, as the tests do, and takes them down again. `--check` exits with 1 when
a million rows would take longer than 20 s to check.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
GOAL = 20.0
NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--check", action="store_true")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()

    import django
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        figures = measure(options.rows)
    finally:
        teardown_databases(made, verbosity=0)
    report(figures, as_json=options.json)
    return int(options.check and figures["seconds to check a million"] > GOAL)


def measure(rows: int) -> dict[str, Any]:
    from django.db import connection

    from register.services import audit, audit_chain

    single = min(rows, 2_000)
    lines = timed(
        lambda: [audit.record(verb="list", at=NOW, reason="bench", count=3) for _ in range(single)]
    )
    filling = timed(lambda: fill(rows))
    sealing = timed(lambda: audit_chain.seal(at=NOW))
    chain = audit_chain.chain(1)
    assert chain is not None
    found: list[Any] = []
    cpu = process_time()
    checking = timed(lambda: found.append(audit_chain.check(chain)))
    cpu = process_time() - cpu
    assert not found[0].count
    assert found[0].events == rows + single
    return {
        "database": connection.vendor,
        "rows": rows,
        "lines a second, one by one": round(single / lines),
        "lines a second, in bulk": round(rows / filling),
        "sealed a second": round((rows + single) / sealing),
        "checked a second": round((rows + single) / checking),
        "seconds to check a million": round(checking / (rows + single) * 1e6, 1),
        "of them our own processor time": round(cpu / (rows + single) * 1e6, 1),
    }


def timed(act: Any) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def fill(rows: int) -> None:
    from register.models import AuditEvent

    for first in range(0, rows, 10_000):
        AuditEvent.objects.bulk_create(
            [
                AuditEvent(
                    at=NOW + timedelta(seconds=number),
                    actor_id=number % 7,
                    actor_roles="desk",
                    verb="view",
                    object_label="register.Customer",
                    object_id=str(UUID(int=number)),
                    customer_id=UUID(int=number),
                    fields=["email", "phone"],
                    reason="identify",
                )
                for number in range(first, min(first + 10_000, rows))
            ],
            batch_size=1_000,
        )


def report(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:32} {value:>12,}" if isinstance(value, int) else f"{name:32} {value:>12}")


if __name__ == "__main__":
    sys.exit(main())
