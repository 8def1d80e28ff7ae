"""The chain finds whatever was done to the audit behind the register's back, and says where."""

import json
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from register.models import AuditEvent, AuditSeal
from register.services import audit, audit_chain, audit_heads
from tests import cast
from tests.audit.conftest import Findings, found, unguarded, write

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

MANY = 10_000
FREE = 3  # ids apart, so that something can be inserted between


def sealed(number: int) -> None:
    write(number, step=FREE)
    assert audit_chain.seal(at=cast.NOW) == number


def an_id(place: int) -> int:
    return 1 + FREE * place


# -- Nothing was done -----------------------------------------------------------------------------


def test_an_audit_that_nobody_touched_fits(findings: Findings) -> None:
    sealed(2_500)
    write(5, first=an_id(2_500))
    checked = found()
    assert (checked.count, checked.events, checked.seals, checked.unsealed) == (0, 2_500, 3, 5)


def test_sealing_goes_on_where_it_stopped(findings: Findings) -> None:
    sealed(1_200)
    write(700, first=an_id(1_200))
    assert audit_chain.seal(at=cast.NOW) == 700
    assert audit_chain.seal(at=cast.NOW) == 0
    assert findings() == []
    assert found().events == 1_900


def test_the_lines_of_a_day_at_work_fit_as_the_database_gives_them_back(findings: Findings) -> None:
    aino, kaisa = cast.aino(), cast.kaisa()
    audit.record(verb="view", by=kaisa, at=cast.NOW, object=aino, fields=["phone", "email"])
    audit.record(verb="search", by=kaisa, at=cast.NOW, query="Åsa Öö", count=0)
    aino.identity.personal_identity_code.reveal(reason="identify", by=kaisa, at=cast.NOW)
    audit_chain.seal(at=cast.NOW)
    assert findings() == []
    assert found().events == AuditEvent.objects.count()


# -- Every event of ten thousand -------------------------------------------------------------------

LAST = "SELECT max(at) FROM register_auditevent"
FLIPS = (
    f"at = ({LAST}) WHERE at < ({LAST})",
    "actor_id = actor_id + 1",
    "actor_id = NULL",
    "actor_roles = 'owner'",
    "verb = 'glance'",
    "object_label = 'register.Craft'",
    "object_id = '0'",
    "customer_id = '00000000000000000000000000000001'",
    "fields = '[\"iban\"]'",
    "reason = 'authority'",
    "outcome = 'denied'",
    "count = 12",
    "query_tag = 'a'",
)


@pytest.mark.parametrize("flip", FLIPS)
def test_a_flip_of_any_column_in_any_line_is_found(findings: Findings, flip: str) -> None:
    """Every second line of 400; the next test takes all of ten thousand."""
    sealed(400)
    what, _where, more = flip.partition(" WHERE ")
    which = f"id % 2 = 0 AND {more}" if more else "id % 2 = 0"
    with unguarded() as cursor:
        cursor.execute(f"UPDATE register_auditevent SET {what} WHERE {which}")
        changed = cursor.rowcount
    assert changed >= 199
    assert findings() == [
        ("changed", an_id(p)) for p in range(400) if an_id(p) % 2 == 0 and p < 2 * changed
    ]


def test_each_of_ten_thousand_flips_is_found(findings: Findings) -> None:
    sealed(MANY)
    with unguarded() as cursor:
        cursor.execute("UPDATE register_auditevent SET actor_id = actor_id + 1")
    assert findings() == [("changed", an_id(place)) for place in range(MANY)]


def test_each_of_ten_thousand_insertions_is_found(findings: Findings) -> None:
    sealed(MANY)
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO register_auditevent (id, at, actor_id, actor_roles, verb, object_label, "
            "object_id, customer_id, fields, reason, outcome, count, query_tag) "
            "SELECT id - 1, at, actor_id, actor_roles, verb, object_label, object_id, "
            "customer_id, fields, reason, outcome, count, query_tag FROM register_auditevent"
        )
    assert findings() == [("inserted", an_id(place) - 1) for place in range(MANY)]


def test_each_deletion_is_found(findings: Findings) -> None:
    sealed(MANY)
    gone = [place for place in range(MANY) if place % 4 == 1]
    with unguarded() as cursor:
        cursor.execute(f"DELETE FROM register_auditevent WHERE (id - 1) / {FREE} % 4 = 1")
    assert findings() == [("deleted", an_id(place)) for place in gone]


def test_lines_that_changed_places_are_found(findings: Findings) -> None:
    """Neighbours swap everything but their ids."""
    sealed(MANY)
    with unguarded() as cursor:
        shift = FREE * MANY * 2
        cursor.execute(f"UPDATE register_auditevent SET id = id + {shift}")
        cursor.execute(
            f"UPDATE register_auditevent SET id = id - {shift} + "
            f"CASE WHEN (id - 1 - {shift}) / {FREE} % 2 = 0 THEN {FREE} ELSE -{FREE} END"
        )
    assert findings() == [("changed", an_id(place)) for place in range(MANY)]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_bad_line_is_named_wherever_it_is(findings: Findings, seed: int) -> None:
    place = random.Random(seed).randrange(1_500)
    sealed(1_500)
    with unguarded() as cursor:
        cursor.execute("UPDATE register_auditevent SET reason = 'x' WHERE id >= %s", [an_id(place)])
    assert found().findings[0].event_id == an_id(place)


# -- The end, and the seals ------------------------------------------------------------------------


def cut_off(lines: int) -> None:
    """Remove the last lines, and every seal that speaks of them."""
    with unguarded() as cursor:
        first = an_id(MANY - lines)
        cursor.execute("DELETE FROM register_auditevent WHERE id >= %s", [first])
        cursor.execute("DELETE FROM register_auditseal WHERE last_id >= %s", [first])


@pytest.mark.parametrize("lines", [1, 1_000, 1_001, MANY])
def test_a_cut_off_end_is_found_by_an_exported_head(findings: Findings, lines: int) -> None:
    sealed(MANY)
    head = audit_heads.export(at=cast.NOW)
    cut_off(lines)
    assert findings() == []  # the chain alone cannot know
    audit_chain.seal(at=cast.NOW)
    checked = found()
    audit_heads.compare(checked, head)
    assert checked.count == 1
    assert checked.findings[0].kind in ("truncated", "head")


def test_a_cut_off_end_without_its_seals_is_found_line_by_line(findings: Findings) -> None:
    sealed(MANY)
    with unguarded() as cursor:
        cursor.execute("DELETE FROM register_auditevent WHERE id >= %s", [an_id(MANY - 5)])
    assert findings() == [("deleted", an_id(place)) for place in range(MANY - 5, MANY)]


def test_an_end_that_was_cut_off_and_grew_again_is_found(findings: Findings) -> None:
    sealed(MANY)
    head = audit_heads.export(at=cast.NOW)
    cut_off(1_500)
    write(4_000, first=an_id(MANY) + 1)
    audit_chain.seal(at=cast.NOW)
    checked = found()
    audit_heads.compare(checked, head)
    assert [finding.kind for finding in checked.findings] == ["head"]


SEAL_CHANGES = {
    "tags": "UPDATE register_auditseal SET tags = (SELECT tags FROM register_auditseal "
    "WHERE number = 1) WHERE number = 2",
    "total": "UPDATE register_auditseal SET total = total + 1 WHERE number = 2",
    "time": "UPDATE register_auditseal SET sealed_at = (SELECT max(at) FROM register_auditevent) "
    "WHERE number = 2",
    "gone": "DELETE FROM register_auditseal WHERE number = 2",
    "gone from the start": "DELETE FROM register_auditseal WHERE number <= 2",
}


@pytest.mark.parametrize("how", SEAL_CHANGES)
def test_a_seal_that_was_changed_or_removed_is_found(findings: Findings, how: str) -> None:
    sealed(3_000)
    with unguarded() as cursor:
        cursor.execute(SEAL_CHANGES[how])
    assert found().findings[0].kind == "seal"


def test_nobody_seals_anew_without_the_key(findings: Findings) -> None:
    """The database and SECRET_KEY without the vault's keys make no seal that fits."""
    write(10)
    forged = audit_chain.Chain(1, b"not the key of this register....")
    rows = list(audit_chain.lines())
    forged.seal(rows, after=None, at=cast.NOW).save()
    assert {kind for kind, _event in findings()} == {"seal", "changed"}


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_seal_can_be_neither_changed_nor_removed(act: str) -> None:
    sealed(3)
    rows = AuditSeal.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(total=1) if act == "update" else rows.delete()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no TRUNCATE")
@pytest.mark.parametrize("table", ["register_auditevent", "register_auditseal"])
def test_the_tables_cannot_be_emptied(table: str) -> None:
    write(3)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
    assert AuditEvent.objects.count() == 3


# -- The commands ----------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_verify_seals_what_waits_and_says_how_much_it_checked() -> None:
    write(30)
    assert "30 events under 1 seals checked" in run("verify")


def test_verify_fails_and_names_the_first_bad_line() -> None:
    sealed(50)
    with unguarded() as cursor:
        cursor.execute("UPDATE register_auditevent SET verb = 'x' WHERE id = %s", [an_id(7)])
    with pytest.raises(CommandError, match=f"the first at event {an_id(7)}"):
        run("verify")


def test_the_head_goes_to_a_file_and_comes_back(tmp_path: Path) -> None:
    sealed(20)
    head = tmp_path / "head.json"
    run("head", "--out", str(head))
    write(20, first=an_id(20))
    assert "40 events" in run("verify", "--head", str(head))


def test_a_head_of_an_empty_audit_is_refused_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="Nothing is sealed yet"):
        run("head")


BAD_HEADS: dict[str, Any] = {
    "no JSON": lambda text: text[:-5],
    "not a head": lambda text: "[1]",
    "another number": lambda text: text.replace('"events": 20', '"events": 21'),
    "another signature": lambda text: json.dumps({**json.loads(text), "signature": "00" * 64}),
    "another register's": lambda text: json.dumps({**json.loads(text), "public_key": "00" * 32}),
    "a key that is gone": lambda text: json.dumps({**json.loads(text), "key": 9}),
    "a word for a key": lambda text: json.dumps({**json.loads(text), "key": "one"}),
}


@pytest.mark.parametrize("how", BAD_HEADS)
def test_a_head_that_is_not_ours_is_refused_in_a_sentence(how: str, tmp_path: Path) -> None:
    sealed(20)
    head = tmp_path / "head.json"
    head.write_text(BAD_HEADS[how](run("head")))
    with pytest.raises(CommandError, match=r"^This (file|head) "):
        run("verify", "--head", str(head))


def test_a_head_that_is_not_there_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("verify", "--head", str(tmp_path / "nowhere.json"))
