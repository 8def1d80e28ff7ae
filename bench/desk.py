"""How fast the desk's one box answers, each kind of question beside the bare indexed query:

    script/with-postgres .venv/bin/python -m bench.desk --people 1000000
    .venv/bin/python -m bench.desk --sqlite --people 100000
    --check  exits with 1 where a goal is not reached; --json prints one object

Three times for each kind, in milliseconds, over questions that differ each time:

- bare: the shortest statement that finds the same people by the same index, written by hand, sent
  by a plain cursor, its rows fetched. For the identity code: its row of the vault's index, the row
  that it names, and the person.
- look-up: what the search sends for it, replayed likewise. `ratio` is between these two medians:
  what the register's own rules (who may be found, in which order, how many) cost the database.
- answer: the posted form to the finished part of the page, in the process of the server: sign-in,
  permission, look-up, flags, audit line, template. Its 95th percentile has a goal of its own.
"""

import argparse
import json
import logging
import os
import statistics
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import django

RATIO, P95_MS = 1.5, 100.0
ROUNDS = 25
PEOPLE_A_COMPANY, CODES = 50, 2_000


def words(text: str) -> list[str]:
    return text.split()


HEADS = words("""
    virta salmi koski niemi ranta lahti saari mäki kallio honka kivi lehto korpi suo
    aalto ulappa meri järvi joki harju hieta kaski leppä kuusi koivu haapa paju pihlaja
    tuomi raita halla routa talvi kesä syys kevät tuuli myrsky pilvi sade lumi jää
    aurinko kuu tähti yö aamu ilta päivä
""")
TAILS = words("""
    nen la lä sto maa vuori tie pää kangas neva pelto luoma vaara oja suu lampi kylä
    koski saari niemi ranta metsä talo aho halme mäki viita torppa kari luoto selkä
    virta lähde korpi salo
""")
FIRST = words("""
    Aava Eerik Merja Kaisla Olavi Petra Leena Birgit Mauri Anna Juhani Johannes Matti
    Liisa Kalle Ville Sanna Tiina Markku Timo Elina Maria Helena Johanna Kaarina Antero
    Tapani Mikael Sofia
""")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int)
    for flag in ("--sqlite", "--json", "--check"):
        arguments.add_argument(flag, action="store_true")
    options = arguments.parse_args()
    people = options.people or (100_000 if options.sqlite else 1_000_000)
    with TemporaryDirectory() as folder:
        if options.sqlite:
            for name in ("DATABASE_URL", "VAULT_DATABASE_URL"):
                os.environ[name] = f"sqlite:///{Path(folder) / name}"
        told = measure(people)
    missed = [kind for kind, found in told["kinds"].items() if not reached(found)]
    if options.json:
        print(json.dumps(told | {"missed": missed}))
    else:
        table(told, missed)
    sys.exit(1 if options.check and missed else 0)


def reached(found: dict[str, float]) -> bool:
    return found["ratio"] <= RATIO and found["answer p95"] < P95_MS


def table(told: dict[str, Any], missed: list[str]) -> None:
    print(f"{told['engine']}, {told['people']:,} people, seeded in {told['seeding, s']} s")
    names = ("bare", "look-up", "ratio", "answer", "answer p95")
    print(f"{'':12}" + "".join(f"{name:>12}" for name in names))
    for kind, found in told["kinds"].items():
        line = "".join(f"{found[name]:12.2f}" for name in names)
        print(f"{kind:12}{line}{'  MISSED' * (kind in missed)}")
    print(f"goals: ratio <= {RATIO}, answer p95 < {P95_MS:.0f} ms")


def measure(people: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    logging.disable()
    from django.core.management import call_command
    from django.db import connection

    for alias in ("default", "vault"):
        call_command("migrate", database=alias, verbosity=0)
    began = perf_counter()
    seed(people)
    took = round(perf_counter() - began, 1)
    kinds = {
        kind: times(question, bare, people) for kind, (question, bare) in questions(people).items()
    }
    return {"engine": connection.vendor, "people": people, "seeding, s": took, "kinds": kinds}


# -- The register -------------------------------------------------------------------------------


def seed(people: int) -> None:
    """Set by set, as bench.retention does. Names are as uneven as names are: a few are common."""
    from bench.retention import analyse, insert, literal, uid
    from register import models
    from tests import cast

    last = f"{pick(HEADS, 'n / 7')} || {pick(TAILS, 'n / 331')}"
    first = pick(FIRST, "n / 3")
    text = f"lower({last} || ' ' || {first} || ' ' || {last})"
    insert(models.Customer, range(people), id=uid("c", "n"), number="n + 1000000", first_name=first,
           last_name=last, search_text=text, language="'fi'",
           email=f"lower({first}) || n || '@posti.example'",
           phone=f"'+35840' || {padded('n', 7)}")  # fmt: skip
    whose = {"customer_id": uid("c", "n")}
    crafts = [cast.craft(registration=f"T{number}") for number in range(20000, 20040)]
    craft = ", ".join(f"({number}, {literal(row.pk)})" for number, row in enumerate(crafts))
    chosen = f"(SELECT column2 FROM (VALUES {craft}) AS crafts WHERE column1 = n % {len(crafts)})"
    past = "'2026-06-15 12:00:00+00'", "'2026-06-15 16:00:00+00'"
    insert(models.Booking, range(people // 2), id=uid("b", "n"), number="n + 1000000",
           craft_id=chosen, booked_at=past[0], starts_at=past[0], ends_at=past[1],
           state="'returned'", **whose)  # fmt: skip
    insert(models.Agreement, range(people // 2), id=uid("a", "n"), booking_id=uid("b", "n"),
           number="'V-2026-' || (n + 100000)", state="'signed'", made_at=past[0],
           signed_at=past[0], **whose)  # fmt: skip
    companies = people // PEOPLE_A_COMPANY
    insert(models.Company, range(companies), id=uid("y", "n"), number="n + 1000000",
           name=f"{pick(HEADS, 'n')} || {pick(TAILS, 'n / 11')} || 'matkat ' || n || ' Oy'",
           country="'FI'")  # fmt: skip
    insert(models.CompanyContact, range(companies), id=uid("d", "n"), company_id=uid("y", "n"),
           customer_id=uid("c", f"n * {PEOPLE_A_COMPANY}"))  # fmt: skip
    codes(min(CODES, people))
    analyse()


def codes(count: int) -> None:
    """Some hold an identity code; the index finds one among all of them."""
    from register.models import Identity

    Identity.objects.bulk_create(
        [Identity(customer_id=pk(number), personal_identity_code=code(number))
         for number in range(count)]
    )  # fmt: skip


def code(number: int) -> str:
    from datetime import date, timedelta

    from register.demo import invented

    return invented.identity_code(date(1940, 1, 1) + timedelta(days=number), number % 90)


def pk(number: int) -> Any:
    from uuid import UUID

    return UUID(hex="63" + f"{number:030x}")


def pick(words: list[str], n: str) -> str:
    """One of the words by the row's number, the first of them far more often than the last."""
    from bench.retention import is_sqlite

    spread = f"(({n}) * 7919 % 10007)"
    place = f"({spread} * {spread} / 10007 * {len(words)} / 10007)"
    if is_sqlite():
        listed = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
        return f"(CASE {place} {listed} ELSE '{words[0]}' END)"
    return f"(ARRAY[{', '.join(repr(word) for word in words)}])[1 + {place}]"


def padded(n: str, digits: int) -> str:
    from bench.retention import is_sqlite

    return f"printf('%0{digits}d', {n})" if is_sqlite() else f"lpad(({n})::text, {digits}, '0')"


# -- The questions ------------------------------------------------------------------------------

Bare = tuple[str, Callable[[str], list[Any]]]
PERSON = "SELECT * FROM register_customer WHERE "
BY_NAME = " ORDER BY erased_on NULLS FIRST, last_name, first_name, number LIMIT 21"


def questions(people: int) -> dict[str, tuple[Callable[[int], str], Callable[[str], None]]]:
    """Kind → the n-th question of it, and its bare query."""
    from bench.retention import is_sqlite
    from register.models import Customer

    step = max(1, people // ROUNDS // 2)

    def person(n: int) -> Any:
        return Customer.objects.get(pk=pk(n * step))

    def begins(column: str) -> str:
        return f"{column} >= %s AND {column} < %s" if is_sqlite() else f"{column} LIKE %s"

    def start(text: str) -> list[str]:
        return [text, text + "\U0010ffff"] if is_sqlite() else [text.replace("_", r"\_") + "%"]

    def ask(sql: str, given: Callable[[str], list[Any]]) -> Callable[[str], None]:
        return lambda text: fetch(sql, given(text))

    inner = "id IN (SELECT id FROM register_customer WHERE {} LIMIT 500)"

    def name(text: str) -> None:
        parts = text.lower().split()
        fetch(by_name(len(parts)), [*[given(part) for part in parts], f"%{text.strip()}%"])

    hers = "id IN (SELECT customer_id FROM {})"
    phone = "".join
    return {
        "phone": (lambda n: f"040 {n * step:07d}",
                  ask(PERSON + begins("phone"),
                      lambda text: start("+35840" + phone(text.split()[1:])))),
        "phone part": (lambda n: f"040{n * step:07d}"[:8],
                       ask(PERSON + inner.format(begins("phone")) + BY_NAME,
                           lambda text: start("+358" + text[1:]))),
        "e-mail": (lambda n: person(n).email, ask(PERSON + begins("email"), start)),
        "name": (lambda n: person(n).last_name, name),
        "names": (lambda n: person(n).full_name, name),
        "part": (lambda n: person(n).last_name[1:5], name),
        "misspelt": (lambda n: slip(longer(n * step)), misspelt),
        "company": (lambda n: f"matkat {n * step // PEOPLE_A_COMPANY} ", name),
        "booking": (lambda n: str(n * step // 2 + 1_000_000),
                    ask(PERSON + hers.format("register_booking WHERE number = %s")
                        + " UNION ALL " + PERSON + "number = %s",
                        lambda text: [int(text), int(text)])),
        "agreement": (lambda n: f"V-2026-{n * step // 2 + 100_000}",
                      ask(PERSON + hers.format("register_agreement WHERE number = %s"),
                          lambda text: [text])),
        "craft": (lambda n: f"T{20_000 + n % 40}",
                  ask("SELECT c.* FROM register_customer c JOIN (SELECT customer_id, b.state, "
                      "starts_at FROM register_booking b JOIN register_craft f ON f.id = "
                      "b.craft_id WHERE f.registration = %s AND b.state <> 'cancelled' ORDER BY "
                      "b.state = 'out' DESC, starts_at DESC LIMIT 20) AS b ON b.customer_id = c.id",
                      lambda text: [text])),
        "code": (lambda n: code(n), by_code),
    }  # fmt: skip


def longer(n: int) -> str:
    """The last name of the next person with one of seven letters or more: a slip in a shorter one
    leaves no likeness to find."""
    from register.models import Customer

    while len(last := str(Customer.objects.get(pk=pk(n)).last_name)) < 7:
        n += 1
    return last


def slip(last: str) -> str:
    """The name with a wrong letter in its middle."""
    half = len(last) // 2
    return f"{last[:half]}q{last[half + 1 :]}"


def misspelt(text: str) -> None:
    """Both questions that have to be asked: is anybody called so, and who almost so."""
    from bench.retention import is_sqlite
    from register.services import likeness

    parts = text.lower().split()
    fetch(by_name(len(parts)), [*[given(part) for part in parts], f"%{text}%"])
    if is_sqlite():
        halves = [
            half for part in parts for half in (part[: len(part) // 2], part[-(len(part) // 2) :])
        ]
        where = " AND ".join([f"({HOLDS[True]} OR {HOLDS[True]})"] * len(parts))
        fetch(f"SELECT id, search_text FROM register_customer WHERE {where}", halves)
        return
    where = " AND ".join(["%s <%% search_text"] * len(parts))
    fetch(f"SET pg_trgm.word_similarity_threshold = {likeness.INDEX_LIKE_ENOUGH}", [])
    score = " + ".join(["word_similarity(%s, search_text)"] * len(parts))
    fetch(
        f"SELECT * FROM register_customer WHERE {where} ORDER BY {score} DESC LIMIT 21",
        [*parts, *parts],
    )


HOLDS = {True: "instr(search_text, %s) > 0", False: "search_text LIKE %s"}


def by_name(parts: int) -> str:
    """People whose name holds all the parts, or who speak for a company of that name: nobody can
    tell from the text which of the two it is."""
    from bench.retention import is_sqlite

    where = " AND ".join([HOLDS[is_sqlite()]] * parts)
    cut = "" if is_sqlite() else " LIMIT 500"
    named = f"SELECT id FROM register_customer WHERE {where}{cut}"
    speaking = (
        "SELECT customer_id FROM register_companycontact WHERE ended_on IS NULL AND company_id IN "
        f"(SELECT id FROM register_company WHERE upper(name) LIKE upper(%s)){cut}"
    )
    both = f"{named} UNION ALL {speaking}" if is_sqlite() else f"({named}) UNION ALL ({speaking})"
    return f"{PERSON}id IN ({both}){BY_NAME}"


def given(part: str) -> str:
    from bench.retention import is_sqlite

    return part if is_sqlite() else f"%{part}%"


def by_code(text: str) -> None:
    from django.db import connections

    from register.vault import blind_index

    for version, tag in blind_index.tags("identity.personal_identity_code", text).items():
        with connections["vault"].cursor() as cursor:
            cursor.execute(
                "SELECT row_id FROM vault_indextag WHERE tag = %s AND label = %s AND "
                "key_version = %s AND exclusive",
                [tag, "identity.personal_identity_code", version],
            )
            for (row,) in cursor.fetchall():
                given = [row]
                fetch("SELECT * FROM register_identity WHERE id = %s", given)
                fetch(PERSON + "id IN (SELECT customer_id FROM register_identity WHERE id = %s)",
                      given)  # fmt: skip


def fetch(sql: str, given: list[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        if cursor.description:
            cursor.fetchall()


# -- The times ----------------------------------------------------------------------------------


def times(
    question: Callable[[int], str], bare: Callable[[str], None], people: int
) -> dict[str, float]:
    """Median milliseconds of the three, and the answer's 95th percentile. Each question is asked
    once unmeasured, so that all three find the same pages in memory."""
    asked = [question(n) for n in range(1, ROUNDS + 1)]
    by, client = clerk()
    found: dict[str, list[float]] = {"bare": [], "look-up": [], "answer": []}
    for text in asked:
        sent = statements(text, by)
        ask(client, text)
        for _again in range(2):
            bare(text)
            replay(sent)
        found["bare"].append(timed(lambda text=text: bare(text)))
        found["look-up"].append(timed(lambda sent=sent: replay(sent)))
        found["answer"].append(timed(lambda text=text: ask(client, text)))
    middle = {name: statistics.median(many) for name, many in found.items()}
    return {
        **{name: round(value, 3) for name, value in middle.items()},
        "ratio": round(middle["look-up"] / middle["bare"], 2),
        "answer p95": round(statistics.quantiles(found["answer"], n=20)[-1], 2),
    }


def clerk() -> tuple[Any, Any]:
    from django.test import Client

    from tests import cast

    client = Client()
    client.force_login(cast.kaisa())
    return cast.kaisa(), client


def ask(client: Any, text: str) -> None:
    answer = client.post("/hallinta/haku/", {"q": text}, headers={"HX-Request": "true"})
    if answer.status_code != 200 or b'class="row__main hit"' not in answer.content:
        raise SystemExit(f"Nobody found by {text!r}: {answer.status_code}")


Statement = tuple[str, str, Any]


def statements(text: str, by: Any) -> list[Statement]:
    """What the search sends to find the people, database by database."""
    from django.db import connections, transaction
    from django.utils import timezone

    from register.services import search

    sent: list[Statement] = []
    with transaction.atomic(), listened(sent):
        people, _how = search.look_up(text, user=by, at=timezone.now())
    if not people:
        raise SystemExit(f"Nobody found by {text!r}")
    assert connections
    return [(alias, sql.replace("SET LOCAL", "SET"), given) for alias, sql, given in sent]


@contextmanager
def listened(sent: list[Statement]) -> Any:
    from contextlib import ExitStack

    from django.db import connections

    def listen(alias: str) -> Any:
        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            sent.append((alias, sql, params))
            return execute(sql, params, many, context)

        return note

    with ExitStack() as stack:
        for alias in ("default", "vault"):
            stack.enter_context(connections[alias].execute_wrapper(listen(alias)))
        yield


def replay(sent: list[Statement]) -> None:
    from django.db import connections

    for alias, sql, given in sent:
        with connections[alias].cursor() as cursor:
            cursor.execute(sql, given)
            if cursor.description:
                cursor.fetchall()


def timed(work: Callable[[], Any]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
