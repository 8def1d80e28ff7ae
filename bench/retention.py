"""How fast people go, beside a hand-written floor and Django's own delete(), in one run:

    script/with-postgres .venv/bin/python -m bench.retention --people 1000000 --due 100000
    .venv/bin/python -m bench.retention --sqlite --people 100000 --due 10000
    --check  exits with 1 where a goal is not reached; --json prints one object

Everybody has three bookings, an agreement, a payment, two consents, two messages and a data key.

- The night: `retention.apply` itself, with all its locks, plans from the events, rows, receipts,
  audit lines, journal and keys. "people/s" is the time from the first person to the last; what a
  night does once, however few are due, is measured beside it: the comparison of the whole index
  with the events, and of the vault's keys with the people.
- As shipped, two workers share the people on PostgreSQL; the night of one worker is told too.
- The floor: one DELETE per table in the order of the foreign keys, in one transaction, for as many
  people, in the faster of two ways to write it.
- Flat: as many are due in a register of 10 000 (or a tenth) as later in the whole one.
"""

import argparse
import gc
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import django

GOALS = {
    "against the floor": (">=", 0.8),
    "against delete()": (">=", 3.0),
    "candidates, s": ("<=", 1.0),
    "memory, large due against small": ("<=", 1.2),
    "cost per person, large register against small": ("<=", 1.2),
}
ON = date(2026, 11, 1)
RECENT = "2026-06-15"
NEVER = "2020-06-15"


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
    shares = divided(people, due)
    told: dict[str, Any] = {"engine": connection.vendor, "people": people, "due": due}
    first = shares["few in a small register"]
    small = max(min(10_000, people // 10), 2 * len(first))
    seeding = seconds(lambda: seed(range(small), shares))
    night("to begin with")
    little = night("few in a small register")
    seeding += seconds(lambda: seed(range(small, people), shares))
    told["seeding, s"] = round(seeding, 1)
    told |= candidates()
    large = night("few in the whole register")
    before = memory()
    tenth = night("a tenth")
    peak = memory()
    floors = [deleted("floor, one way", floor_of_joins)]
    shipped = night("as shipped", workers=settings.RETENTION_WORKERS)
    told["peak memory, MB"] = round(memory() / 1024)
    floors.append(deleted("floor, the other", floor_of_arrays))
    alone = night("by one worker")
    by_delete = deleted("delete()", by_django)
    rates = {
        "night, people/s": shipped.rate,
        "night of one worker, people/s": alone.rate,
        f"night of {tenth.people}, one worker, people/s": tenth.rate,
        "floor, people/s": max(floors),
        "the other floor, people/s": min(floors),
        "delete(), people/s": by_delete,
    }
    told |= {name: round(rate) for name, rate in rates.items()}
    told["against the floor"] = round(shipped.rate / max(floors), 2)
    told["one worker against the floor"] = round(alone.rate / max(floors), 2)
    told["against delete()"] = round(shipped.rate / by_delete, 2)
    told["one worker against delete()"] = round(alone.rate / by_delete, 2)
    told["memory, large due against small"] = round(memory() / max(before, peak), 2)
    told["cost per person, large register against small"] = round(little.rate / large.rate, 2)
    told["the whole night, s"] = round(shipped.whole, 1)
    told |= {f"once a night: {name}, s": round(took, 1) for name, took in shipped.once.items()}
    return told


def divided(people: int, due: int) -> dict[str, range]:
    """Who is due when, by number: each share in a night or a comparison of its own."""
    few = max(1_000, min(5_000, people // 50))
    sizes = {
        "to begin with": 200,
        "few in a small register": few,
        "few in the whole register": few,
        "a tenth": max(1_000, due // 10),
        "as shipped": due,
        "by one worker": due,
        "floor, one way": due,
        "floor, the other": due,
        "delete()": max(1_000, min(5_000, due // 10)),
    }
    if sum(sizes.values()) > people:
        raise SystemExit(f"Too many due: {sum(sizes.values())} people are needed.")
    shares, start = {}, 0
    for name, size in sizes.items():
        shares[name] = range(start, start + size)
        start += size
    SHARES.update(shares)
    return shares


SHARES: dict[str, range] = {}


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def memory() -> int:
    """The most this process ever held, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# -- The register -------------------------------------------------------------------------------


def year_of(name: str) -> int | None:
    """When the last event of a share was: each night is a year later than the one before. None for
    those who are compared, and stay until they are deleted."""
    nights = [one for one in SHARES if not one.startswith(("floor", "delete"))]
    return 2008 + nights.index(name) if name in nights else None


def seed(numbers: range, shares: dict[str, range]) -> None:
    """Set by set: person n has an id made from n, and so have her rows."""
    from register import models
    from register.policy import MARKETING
    from register.vault.models import DataKey
    from tests import cast

    craft = cast.craft()
    last = day("n", shares, "06-15", RECENT)
    at = f"({last} || ' 12:00:00+00')"
    whose = {"customer_id": uid("c", "n")}
    insert(models.Customer, numbers, id=uid("c", "n"), number="n + 1000000", first_name="'Meri'",
           last_name="'Ulappa'", language="'fi'", has_contract="'1'", last_event_on=last,
           last_transaction_on=last, saved_at=at,
           kept_through=day("n", shares, "12-31", "2032-12-31", later=6))  # fmt: skip
    for j in range(3):
        insert(models.Booking, numbers, id=uid(f"b{j}", "n"), number=f"n * 3 + {j} + 1000000",
               craft_id=literal(craft.pk), booked_at=at, starts_at=at,
               ends_at=f"({last} || ' 16:00:00+00')", state="'returned'", **whose)  # fmt: skip
    booking = {"booking_id": uid("b0", "n")}
    insert(models.Agreement, numbers, id=uid("a", "n"), number="'V-' || n", made_at=at,
           state="'signed'", signed_at=at, **whose, **booking)  # fmt: skip
    insert(models.Payment, numbers, id=uid("p", "n"), kind="'payment'", method="'card'",
           amount_cents="5000", paid_at=at, **whose, **booking)  # fmt: skip
    for j in range(2):
        insert(models.Consent, numbers, id=uid(f"d{j}", "n"), acted_at=at, action="'given'",
               purpose=f"'{MARKETING.key}'", channel="'email'",
               notice_version="'1'", words_shown="'Saatte lähettää.'", **whose)  # fmt: skip
        insert(models.Message, numbers, id=uid(f"e{j}", "n"), happened_at=at, direction="'in'",
               **whose)  # fmt: skip
    insert(DataKey, numbers, id="n + 1", generation="1", created_at=at, **whose)
    analyse()


def day(n: str, shares: dict[str, range], on: str, recent: str, later: int = 0) -> str:
    """SQL: a day of the year of the share that person n is in, so many years later."""
    cases = [
        f"WHEN {n} >= {some.start} AND {n} < {some.stop} THEN '{year + later}-{on}'"
        if (year := year_of(name))
        else f"WHEN {n} >= {some.start} AND {n} < {some.stop} THEN '{int(NEVER[:4]) + later}-{on}'"
        for name, some in shares.items()
    ]
    return f"(CASE {' '.join(cases)} ELSE '{recent}' END)"


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


def insert(model: Any, numbers: range, **known: str) -> None:
    from django.db import connections, router

    connection = connections[router.db_for_write(model)]
    given = {column.column: known.get(column.column, blank(column)) for column in columns(model)}
    series = (
        f"(WITH RECURSIVE s(n) AS (SELECT {numbers.start} UNION ALL SELECT n + 1 FROM s "
        f"WHERE n < {numbers.stop - 1}) SELECT n FROM s)"
        if connection.vendor == "sqlite"
        else f"(SELECT generate_series({numbers.start}, {numbers.stop - 1}) AS n)"
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
    """The tables by name: a bare ANALYZE takes the catalogues that both databases of one server
    share, and in a test, whose transactions stay open, the second would wait for the first."""
    from django.db import connections

    for alias in ("default", "vault"):
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def ids(share: str) -> list[Any]:
    from uuid import UUID

    return [UUID(hex="63" + f"{n:030x}") for n in SHARES[share]]


# -- What is compared ---------------------------------------------------------------------------


class Night(NamedTuple):
    """`rate`: people a second, from the first to the last; `once`: seconds of what is done once."""

    people: int
    rate: float
    whole: float
    once: dict[str, float]


def night(share: str, workers: int = 1) -> Night:
    """The night in which this share of the people is due."""
    from register.services import erasure, events, retention

    year = year_of(share)
    assert year is not None
    on = date(year + 7, 1, 1)
    at = datetime.fromisoformat(f"{ON}T03:30:00+02:00")
    due = len(SHARES[share])
    with (
        timed(retention, "_everybody") as people,
        timed(events, "refresh_all") as index,
        timed(erasure, "reconcile") as keys,
    ):
        started = time.perf_counter()
        report = retention.apply(on=on, at=at, today=ON, let_through=due, workers=workers)
        whole = time.perf_counter() - started
    if report.people != due or not report.complete:
        raise SystemExit(f"{report.people} of {due}: {report.as_json()}")
    once = {"the index with the events": index[0], "keys with the people": keys[0]}
    once["the rest"] = whole - sum(once.values()) - people[0]
    return Night(due, due / people[0], whole, once)


@contextmanager
def timed(owner: Any, name: str) -> Any:
    took: list[float] = []
    real = getattr(owner, name)

    def measured(*args: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return real(*args, **options)
        finally:
            took.append(time.perf_counter() - started)

    setattr(owner, name, measured)
    try:
        yield took
    finally:
        setattr(owner, name, real)


def candidates() -> dict[str, float]:
    """As the next night asks: how many are due, and who is first."""
    from register.models import Customer

    due = Customer.objects.past_retention(on=date(2016, 1, 1))
    count = seconds(due.count)
    batch = seconds(lambda: list(due.order_by("kept_through", "pk").values_list("pk")[:5_000]))
    return {"candidates, s": round(count + batch, 3)}


def deleted(share: str, how: Callable[[list[Any]], None]) -> float:
    """People a second."""
    from register.models import Customer

    people = ids(share)
    rate = len(people) / seconds(lambda: how(people))
    assert not Customer.objects.filter(pk__in=people[:1_000]).exists()
    return rate


def floor_of_joins(people: list[Any]) -> None:
    """The people stand in a table of their own, and each DELETE joins it."""
    from django.db import connections

    def listed(alias: str) -> None:
        with connections[alias].cursor() as cursor:
            kind = "text" if is_sqlite() else "uuid"
            cursor.execute(f"CREATE TEMPORARY TABLE going (id {kind} PRIMARY KEY)")
            cursor.execute(f"INSERT INTO going {some()}", [given(people)])
            cursor.execute("ANALYZE going")

    floor(listed, lambda: ("IN (SELECT id FROM going)", []))


def floor_of_arrays(people: list[Any]) -> None:
    """Each DELETE has the people in one parameter."""
    floor(lambda alias: None, lambda: (f"IN ({some()})", [given(people)])
          if is_sqlite() else (f"= ANY(ARRAY({some()}))", [given(people)]))  # fmt: skip


def some() -> str:
    return "SELECT value FROM json_each(%s)" if is_sqlite() else "SELECT unnest(%s::uuid[])"


def given(people: list[Any]) -> str:
    hexes = [pk.hex for pk in people]
    return json.dumps(hexes) if is_sqlite() else "{" + ",".join(hexes) + "}"


def floor(begin: Callable[[str], None], wanted: Callable[[], tuple[str, list[Any]]]) -> None:
    """What the database alone needs: the tables that hold something, and the keys."""
    from django.db import connections, transaction

    from register import models
    from register.vault.models import DataKey

    order = (models.Message, models.Consent, models.Payment, models.Agreement, models.Booking)
    with transaction.atomic(), transaction.atomic(using="vault"):
        for alias in ("default", "vault"):
            begin(alias)
        for model in (*order, models.Customer, DataKey):
            name = "id" if model is models.Customer else "customer_id"
            condition, params = wanted()
            with connections["vault" if model is DataKey else "default"].cursor() as cursor:
                cursor.execute(
                    f'DELETE FROM "{model._meta.db_table}" WHERE {name} {condition}', params
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


if __name__ == "__main__":
    main()
