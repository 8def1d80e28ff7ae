"""How fast people go, beside a hand-written floor and Django's own delete(), in one run:

    script/with-postgres .venv/bin/python -m bench.retention --people 1000000 --due 100000
    .venv/bin/python -m bench.retention --sqlite --people 100000 --due 10000
    --check  exits with 1 where a goal is not reached; --json prints one object

Everybody has three bookings, an agreement, a payment, two consents, two messages and a data key.
The night: plans from the events, rows, receipts, audit lines, journal, keys. The floor: one DELETE
per table in the order of the foreign keys, in one transaction, for as many people. The comparison
of the whole index with the events, which the night does once, is measured by itself.
"""

import argparse
import json
import logging
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

GOALS = {
    "against the floor": (">=", 0.8),
    "against delete()": (">=", 3.0),
    "candidates, s": ("<=", 1.0),
    "memory, large due against small": ("<=", 1.2),
}
ON = date(2026, 11, 1)
RECENT, OLD = "2026-06-15", "2018-06-15"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--due", type=int, default=100_000)
    for flag in ("--sqlite", "--json", "--check"):
        arguments.add_argument(flag, action="store_true")
    options = arguments.parse_args()
    with TemporaryDirectory() as folder:
        if options.sqlite:
            for name in ("DATABASE_URL", "VAULT_DATABASE_URL"):
                os.environ[name] = f"sqlite:///{Path(folder) / name}"
        told = measure(options.people, options.due)
    missed = [name for name, (sign, goal) in GOALS.items() if not reached(told[name], sign, goal)]
    if options.json:
        print(json.dumps(told | {"missed": missed}))
    else:
        for name, value in told.items():
            goal = f" (goal {' '.join(map(str, GOALS[name]))})" if name in GOALS else ""
            print(f"  {name}: {value}{goal}{' MISSED' * (name in missed)}")
    sys.exit(1 if options.check and missed else 0)


def reached(value: float, sign: str, goal: float) -> bool:
    return value >= goal if sign == ">=" else value <= goal


def measure(people: int, due: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.RETENTION_BRAKE_PERCENT = 100
    for alias in ("default", "vault"):
        call_command("migrate", database=alias, verbosity=0)
    small = max(1_000, due // 10)
    groups = {"small": small, "night": due, "floor": due, "delete": min(small, 5_000)}
    took, told = seconds(lambda: seed(people, groups)), {"engine": connection.vendor}
    told |= {"people": people, "due": due, "seeding, s": round(took, 1)}
    told |= candidates()
    first = night("small")
    peak = memory()
    second = night("night")
    told["memory, large due against small"] = round(memory() / peak, 2)
    told["peak memory, MB"] = round(memory() / 1024)
    rates = {
        f"night of {small}, people/s": small / first,
        "night, people/s": due / second,
        "floor, people/s": due / seconds(lambda: floor(ids("floor"))),
        "delete(), people/s": groups["delete"] / seconds(lambda: by_django(ids("delete"))),
    }
    told |= {name: round(rate) for name, rate in rates.items()}
    told["against the floor"] = round(rates["night, people/s"] / rates["floor, people/s"], 2)
    told["against delete()"] = round(rates["night, people/s"] / rates["delete(), people/s"], 2)
    told["comparing the whole index, s"] = round(seconds(compare), 1)
    return told


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def memory() -> int:
    """The most this process ever held, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# -- The register -------------------------------------------------------------------------------

GROUPS: dict[str, range] = {}


def seed(people: int, groups: dict[str, int]) -> None:
    """Set by set: person n has an id made from n, and so have her rows."""
    from register import models
    from register.vault.models import DataKey
    from tests import cast

    start = 0
    for name, size in groups.items():
        GROUPS[name] = range(start, start + size)
        start += size
    craft = cast.craft()
    old = f"CASE WHEN n < {start} THEN '{OLD}' ELSE '{RECENT}' END"
    at = f"CASE WHEN n < {start} THEN '{OLD} 12:00:00+00' ELSE '{RECENT} 12:00:00+00' END"
    whose = {"customer_id": uid("c", "n")}
    insert(models.Customer, people, id=uid("c", "n"), number="n + 1000000", first_name="'Meri'",
           last_name="'Ulappa'", language="'fi'", has_contract="'1'", last_event_on=old,
           last_transaction_on=old, saved_at=at,
           kept_through=old.replace(OLD, "2024-12-31").replace(RECENT, "2032-12-31"))  # fmt: skip
    for j in range(3):
        insert(models.Booking, people, id=uid(f"b{j}", "n"), number=f"n * 3 + {j} + 1000000",
               craft_id=literal(craft.pk), booked_at=at, starts_at=at,
               ends_at=at.replace("12:00", "16:00"), state="'returned'", **whose)  # fmt: skip
    booking = {"booking_id": uid("b0", "n")}
    insert(models.Agreement, people, id=uid("a", "n"), number="'V-' || n", made_at=at,
           state="'signed'", signed_at=at, **whose, **booking)  # fmt: skip
    insert(models.Payment, people, id=uid("p", "n"), kind="'payment'", method="'card'",
           amount_cents="5000", paid_at=at, **whose, **booking)  # fmt: skip
    for j in range(2):
        insert(models.Consent, people, id=uid(f"d{j}", "n"), acted_at=at, action="'given'",
               notice_version="'1'", words_shown="'Saatte lähettää.'", **whose)  # fmt: skip
        insert(models.Message, people, id=uid(f"e{j}", "n"), happened_at=at, direction="'in'",
               **whose)  # fmt: skip
    insert(DataKey, people, id="n + 1", generation="1", created_at=at, **whose)
    analyse()


def uid(kind: str, n: str) -> str:
    """A uuid from a short name and a number: no join is needed to find a parent."""
    prefix = "".join(f"{ord(letter):02x}" for letter in kind)
    if is_sqlite():
        return f"printf('{prefix}%0{32 - len(prefix)}x', {n})"
    return f"('{prefix}' || lpad(to_hex({n}), {32 - len(prefix)}, '0'))::uuid"


def literal(pk: Any) -> str:
    return f"'{pk.hex}'" if is_sqlite() else f"'{pk}'::uuid"


def is_sqlite() -> bool:
    from django.db import connection

    return connection.vendor == "sqlite"


def insert(model: Any, people: int, **known: str) -> None:
    from django.db import connections, router

    connection = connections[router.db_for_write(model)]
    given = {column.column: known.get(column.column, blank(column)) for column in columns(model)}
    series = (
        f"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {people - 1})"
        " SELECT n FROM s)"
        if connection.vendor == "sqlite"
        else f"(SELECT generate_series(0, {people - 1}) AS n)"
    )
    kinds = {c.column: c.db_type(connection) for c in columns(model)}
    values = ", ".join(
        value if connection.vendor == "sqlite" else f"({value})::{kinds[name].split(' GEN')[0]}"
        for name, value in given.items()
    )
    names = ", ".join(f'"{name}"' for name in given)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM {series} AS s'
        )


def columns(model: Any) -> list[Any]:
    return [column for column in model._meta.concrete_fields if not column.generated]


def blank(column: Any) -> str:
    """A value that every constraint of a plain row accepts."""
    if column.null:
        return "NULL"
    if column.choices and not column.has_default():
        return f"'{column.flatchoices[0][0]}'"
    value = column.get_default() if column.has_default() else ""
    kind = column.get_internal_type()
    if kind == "DateTimeField":
        return f"'{RECENT} 12:00:00+00'"
    if kind == "JSONField":
        return "'" + json.dumps(value or {}) + "'"
    if kind == "BinaryField":
        return "zeroblob(63)" if is_sqlite() else "decode(repeat('00', 63), 'hex')"
    if "Integer" in kind:
        return str(value or 0)
    if kind == "BooleanField":
        return f"'{int(bool(value))}'"
    return f"'{value}'"


def analyse() -> None:
    from django.db import connections

    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            cursor.execute("ANALYZE")


def ids(group: str) -> list[Any]:
    from uuid import UUID

    return [UUID(hex="63" + f"{n:030x}") for n in GROUPS[group]]


# -- What is compared ---------------------------------------------------------------------------


def candidates() -> dict[str, float]:
    from register.models import Customer

    due = Customer.objects.past_retention(on=ON)
    count = seconds(due.count)
    batch = seconds(lambda: list(due.order_by("kept_through", "pk").values_list("pk")[:1_000]))
    return {"candidates, s": round(count + batch, 3)}


def night(group: str) -> float:
    """The people of one group, as the night takes them: by index, part by part, all included."""
    from register.services import retention

    report = retention.Report(on=ON, dry_run=False)
    at = datetime.fromisoformat(f"{ON}T03:30:00+02:00")
    people = ids(group)
    parts = [people[n : n + retention.BATCH] for n in range(0, len(people), retention.BATCH)]
    took = seconds(lambda: [retention._people(part, report, at, None) for part in parts])
    if report.people != len(people) or report.problems:
        raise SystemExit(f"{report.people} of {len(people)}: {Counter(report.held_because)}")
    return took


def floor(people: list[Any]) -> None:
    """What the database alone needs: the tables that hold something, and the keys."""
    from django.db import connections, transaction

    from register import models
    from register.vault.models import DataKey

    order = (models.Message, models.Consent, models.Payment, models.Agreement, models.Booking)
    with transaction.atomic(), transaction.atomic(using="vault"):
        for model in (*order, models.Customer, DataKey):
            alias = "vault" if model is DataKey else "default"
            name = "id" if model is models.Customer else "customer_id"
            with connections[alias].cursor() as cursor:
                wanted = (
                    "IN (SELECT value FROM json_each(%s))" if is_sqlite() else "= ANY(%s::uuid[])"
                )
                given = json.dumps([pk.hex for pk in people]) if is_sqlite() else people
                cursor.execute(
                    f'DELETE FROM "{model._meta.db_table}" WHERE {name} {wanted}', [given]
                )


def by_django(people: list[Any]) -> None:
    """queryset.delete() in batches of 1 000, table by table, since PROTECT forbids the cascade."""
    from django.db import transaction

    from register import models
    from register.vault.models import DataKey

    order = (models.Message, models.Consent, models.Payment, models.Agreement, models.Booking)
    for start in range(0, len(people), 1_000):
        part = people[start : start + 1_000]
        with transaction.atomic():
            for model in order:
                model._base_manager.filter(customer__in=part).delete()
            models.Customer.objects.filter(pk__in=part).delete()
        DataKey.objects.filter(customer_id__in=part).delete()


def compare() -> None:
    from register.services import events

    events.refresh_all()


if __name__ == "__main__":
    main()
