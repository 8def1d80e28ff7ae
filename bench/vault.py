"""What the vault costs, beside a plain column and beside its peers, on SQLite and PostgreSQL.

    .venv/bin/python bench/vault.py [--check] [--json] [--rows N] [--rounds N]

Each figure is the median of the rounds; within a round the things compared take turns, so that a
busy machine is busy for all of them. Goals are printed reached or not. `--check` exits with 1 if
one is not reached, `--json` prints one object for machines.
"""

import argparse
import gc
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

Task = Callable[[], object]
CODE = "131052-308T"
GOALS = {  # name → (limit, what it is a multiple of)
    "open, key cached": (1.6, "raw AES-GCM decrypt of the same bytes"),
    "read and open, warm": (2.0, "the same from a plain CharField"),
    "read, not opened": (1.3, "the same from a plain CharField"),
    "10 000 cold persons": (4.0, "the same from a plain CharField"),
    "bulk_create with index": (3.0, "bulk_create of a plain indexed column"),
    "exact look-up": (1.5, "an indexed plain column"),
    "10 000 keys re-wrapped": (1.0, "seconds"),
    "best peer, read warm": (2.5, "ours (at least)"),
}


def main() -> int:
    options = parse()
    if options.here:
        print(json.dumps(measure(options.rows, options.rounds)))
        return 0
    from bench import peers

    peers.fetch()
    results = {name: run(name, options) for name in ("sqlite", "postgresql")}
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        for name, result in results.items():
            show(name, result)
    missed = [
        f"{n}: {key}" for n, r in results.items() for key, ok in r["reached"].items() if not ok
    ]
    if not options.json:
        print(f"\nNot reached: {', '.join(missed)}" if missed else "\nEvery goal is reached.")
    return 1 if options.check and missed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(database: str, options: argparse.Namespace) -> dict[str, Any]:
    """One database, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--here", f"--rows={options.rows}"]
        command.append(f"--rounds={options.rounds}")
        environment = {**os.environ, "ENV_FILE": os.devnull, "PYTHONPATH": str(ROOT)}
        environment["BENCH_FOLDER"] = folder
        if database == "sqlite":
            environment["DATABASE_URL"] = f"sqlite:///{folder}/register.sqlite3"
            environment["VAULT_DATABASE_URL"] = f"sqlite:///{folder}/vault.sqlite3"
        else:
            command.insert(0, str(ROOT / "script" / "with-postgres"))
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])


# -- In the process of one database -------------------------------------------------------------


def measure(rows: int, rounds: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    settings.FIELD_ENCRYPTION_KEY = "x" * 43 + "="
    settings.FIELD_ENCRYPTION_KEYS = ["00" * 32]
    settings.SALT_KEY = "salt"
    import django

    django.setup()
    from django.core.management import call_command

    settings.MASTER_KEY_FILE = key_file()
    call_command("migrate", database="vault", verbosity=0)
    models = make_models()
    fill(models, rows)
    times = {
        **opening(models, rounds),
        **reading(models, rounds),
        **cold(models, rounds),
        **creating(models, rows, rounds),
        **looking_up(models, rounds),
        **rewrapping(rows, rounds),
    }
    return judged(times, models, rows)


def key_file() -> str:
    """A key file of the bench's own, beside its databases."""
    from register.vault import providers

    path = Path(os.environ["BENCH_FOLDER"]) / "keys.json"
    path.write_text(providers.new_keyring(), encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def make_models() -> dict[str, Any]:
    """Five tables of the same columns: an id, a person, a code."""
    from django.db import connection, models

    from bench import peers
    from register.vault.fields import SealedField
    from register.vault.querysets import SealedQuerySet

    def table(name: str, field: Any, **more: Any) -> Any:
        columns = {
            "id": models.UUIDField(primary_key=True, default=uuid4),
            "customer_id": models.UUIDField(),
            "code": field,
            "Meta": type("Meta", (), {"app_label": "bench"}),
            "__module__": __name__,
        }
        made = type(name, (models.Model,), {**columns, **more})
        with connection.schema_editor() as editor:
            editor.create_model(made)
        return made

    def sealed(label: str, *, indexed: bool) -> Any:
        return SealedField(label=label, max_length=11, indexed=indexed)

    made = {
        "plain": table("Plain", models.CharField(max_length=11, db_index=True)),
        "ours": table(
            "Ours", sealed("bench.code", indexed=True), objects=SealedQuerySet.as_manager()
        ),
    }
    for number, (name, field) in enumerate(peers.char_fields().items()):
        made[name] = table(f"Peer{number}", field())
    return made


def fill(models: dict[str, Any], rows: int) -> None:
    people = [uuid4() for _ in range(rows)]
    for model in models.values():
        model.objects.bulk_create(
            [model(customer_id=who, code=f"{n:011d}") for n, who in enumerate(people)],
            batch_size=2_000,
        )


def take_turns(
    tasks: dict[str, Task], rounds: int, *, before: Task = lambda: None
) -> dict[str, list[float]]:
    """Seconds of each task in each round, one unmeasured round before. `before` runs before each
    task and is not measured."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            before()
            gc.collect()
            gc.disable()
            began = perf_counter()
            task()
            took = perf_counter() - began
            gc.enable()
            if turn:
                times[name].append(took)
    return times


def opening(models: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    """The same bytes of the same rows: the cipher alone, and the vault with all its checks."""
    from register.vault import keys, sealing

    field = models["ours"]._meta.get_field("code")
    rows = list(models["ours"].objects.all())
    keys.preload(row.customer_id for row in rows)
    raws = [(row.__dict__["code"].raw, field.place(row), row) for row in rows]
    ready = [
        (keys.cipher(place.owner, 1), raw, place, sealing.additional_data(raw[:3], place))
        for raw, place, _row in raws
    ]

    def raw() -> None:
        for cipher, sealed, _place, known in ready:
            cipher.decrypt(sealed[3:15], sealed[15:], known)

    def ours() -> None:
        for cipher, sealed, place, _known in ready:
            sealing.unseal(cipher, sealed, place)

    def attribute() -> None:
        for row in rows:
            row.code  # noqa: B018

    return take_turns({"raw": raw, "unseal": ours, "attribute": attribute}, rounds)


def reading(models: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    def opened(model: Any) -> Task:
        return lambda: [row.code for row in model.objects.all()]

    tasks = {f"warm {name}": opened(model) for name, model in models.items()}
    tasks["unopened ours"] = lambda: list(models["ours"].objects.all())
    tasks["unopened plain"] = lambda: list(models["plain"].objects.all())
    from register.vault import keys

    people = list(models["plain"].objects.values_list("customer_id", flat=True))
    return take_turns(tasks, rounds, before=lambda: keys.preload(people))


def cold(models: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    from register.vault import keys

    def forgetful() -> None:
        keys.forget()
        for row in models["ours"].objects.all():
            row.code  # noqa: B018

    def plain() -> None:
        for row in models["plain"].objects.all():
            row.code  # noqa: B018

    return take_turns({"cold ours": forgetful, "cold plain": plain}, rounds)


def key_queries(model: Any) -> int:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from register.vault import keys

    keys.forget()
    with CaptureQueriesContext(connections["vault"]) as asked:
        for row in model.objects.all():
            row.code  # noqa: B018
    return len(asked)


def creating(models: dict[str, Any], rows: int, rounds: int) -> dict[str, list[float]]:
    """New rows of people who have a key, in a transaction that is rolled back."""
    from django.db import transaction

    people = list(models["plain"].objects.values_list("customer_id", flat=True))

    def create(model: Any) -> Task:
        def task() -> None:
            made = [model(customer_id=who, code=f"{n:011d}") for n, who in enumerate(people)]
            with transaction.atomic(using="vault"), transaction.atomic():
                model.objects.bulk_create(made, batch_size=2_000)
                transaction.set_rollback(True, using="vault")
                transaction.set_rollback(True)

        return task

    return take_turns(
        {f"create {name}": create(models[name]) for name in ("ours", "plain")}, rounds
    )


def looking_up(models: dict[str, Any], rounds: int) -> dict[str, list[float]]:
    def look(model: Any) -> Task:
        def task() -> None:
            for number in range(300):
                model.objects.filter(code=f"{number:011d}")[0]

        return task

    # Two servers take turns here, and what else the machine does lies between: more rounds.
    tasks = {f"look {name}": look(models[name]) for name in ("ours", "plain")}
    return take_turns(tasks, rounds * 3)


def rewrapping(rows: int, rounds: int) -> dict[str, list[float]]:
    """Every data key under a new master, as `rotate_keys` does it; each round a master more."""
    from register.vault import keyfile, keyring, rotation

    times = []
    for _ in range(max(3, rounds // 3)):
        keyfile.renew("master")
        keyring.forget()
        began = perf_counter()
        done = rotation.rewrap()
        times.append(perf_counter() - began)
        if done != rows:
            raise AssertionError(f"{done} of {rows} keys were re-wrapped")
    return {"rewrap": times}


def judged(times: dict[str, list[float]], models: dict[str, Any], rows: int) -> dict[str, Any]:
    mid = {name: median(values) for name, values in times.items()}
    field = models["ours"]._meta.get_field("code")
    peers = {name: mid[f"warm {name}"] for name in models if name not in ("ours", "plain")}
    ratios = {
        "open, key cached": mid["unseal"] / mid["raw"],
        "read and open, warm": mid["warm ours"] / mid["warm plain"],
        "read, not opened": mid["unopened ours"] / mid["unopened plain"],
        "10 000 cold persons": mid["cold ours"] / mid["cold plain"],
        "bulk_create with index": mid["create ours"] / mid["create plain"],
        "exact look-up": mid["look ours"] / mid["look plain"],
        "best peer, read warm": min(peers.values()) / mid["warm ours"],
        "10 000 keys re-wrapped": mid["rewrap"] / rows * 10_000,
    }
    reached = {
        name: value >= GOALS[name][0] if name.startswith("best") else value <= GOALS[name][0]
        for name, value in ratios.items()
    }
    asked, allowed = key_queries(models["ours"]), 1 + math.ceil(rows / 2000)
    bytes_ = len(models["ours"].objects.all()[0].__dict__["code"].raw)
    reached["key queries"], reached["bytes"] = asked <= allowed, bytes_ == 42
    return {
        "rows": rows,
        "microseconds": {name: value / per(name, rows) * 1e6 for name, value in mid.items()},
        "ratios": ratios,
        "peers": {name: value / mid["warm plain"] for name, value in peers.items()},
        "attribute": mid["attribute"] / mid["raw"],
        "key queries": [asked, allowed],
        "bytes": bytes_,
        "label": field.label,
        "reached": reached,
    }


def per(name: str, rows: int) -> int:
    return 300 if name.startswith("look") else rows


def show(name: str, result: dict[str, Any]) -> None:
    micro = result["microseconds"]
    print(f"\n== {name}, {result['rows']} rows")
    for key, value in result["ratios"].items():
        limit, of = GOALS[key]
        mark = "reached" if result["reached"][key] else "NOT REACHED"
        unit = " " if of == "seconds" else "×"
        print(f"  {key:<24} {value:5.2f} {unit}  {of} (goal {limit}): {mark}")
    asked, allowed = result["key queries"]
    print(f"  key queries, cold        {asked:5d}    at most {allowed}")
    print(f"  bytes of 11 characters   {result['bytes']:5d}    42")
    print(f"  attribute to Secret      {result['attribute']:5.2f} ×  raw AES-GCM decrypt (no goal)")
    for peer, value in result["peers"].items():
        print(f"  {peer:<36} {value:5.2f} ×  a plain CharField, read warm")
    print("  µs: " + ", ".join(f"{key} {value:.2f}" for key, value in micro.items()))


if __name__ == "__main__":
    sys.exit(main())
