"""A portability package comes into another register: whole, checked, nothing of anybody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from register.models import AuditEvent, Booking, Consent, Craft, Customer, Identity
from register.services import consents
from register.vault import Secret
from requests_app.packages import portability
from requests_app.services import importing
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def package() -> dict[str, Any]:
    """Aino's, as the other register gave it out; nobody is in this one any more."""
    told = cast.story()
    made = portability.portable(told.aino, at=cast.NOW)
    _empty()
    return json.loads(json.dumps(made))


def _empty() -> None:
    """Another register has none of these rows; nothing of it stays."""
    from register.services import erasure, events, journal  # noqa: F401
    from register.services.short_clocks import delete_with_children

    Booking.objects.update(quote=None)
    for person in Customer.objects.all():
        delete_with_children(Customer.objects.filter(pk=person.pk))
    Craft.objects.all().delete()


def plain(package: dict[str, Any]) -> Any:
    """The records with their ids as ordinals: another register numbers its own."""
    known: dict[str, str] = {}
    for rows in package["records"].values():
        for row in rows:
            known.setdefault(row["id"], f"#{len(known)}")
    return {
        name: sorted(
            (
                {
                    key: known.get(value, value) if key in ("id", "booking", "quote") else value
                    for key, value in row.items()
                }
                for row in rows
            ),
            key=lambda row: json.dumps({k: v for k, v in row.items() if k != "id"}, sort_keys=True),
        )
        for name, rows in package["records"].items()
        if name != "case"
    }


def test_what_was_given_out_comes_in_and_is_given_out_the_same(package) -> None:
    report = importing.take_in(importing.read(json.dumps(package).encode()), at=cast.NOW)
    again = portability.portable(report.customer, at=cast.NOW)
    before, after = plain(package), plain(again)
    for name, rows in before.items():
        without_ids = [[{k: v for k, v in r.items() if k != "id"} for r in rr]
                       for rr in (rows, after.get(name, []))]  # fmt: skip
        assert without_ids[0] == without_ids[1], name
    assert set(before) == set(after)
    assert len(before) > 12
    assert (
        report.left_out == {"case": len(package["records"]["case"])}
        if ("case" in package["records"])
        else not report.left_out
    )


def test_sealed_values_are_sealed_under_a_key_of_their_own(package) -> None:
    report = importing.take_in(package, at=cast.NOW)
    row = Identity.objects.get(customer=report.customer)
    assert isinstance(row.personal_identity_code, Secret)
    assert row.personal_identity_code.expose() == cast.AINOS_CODE
    assert Identity.objects.get(personal_identity_code=cast.AINOS_CODE) == row
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT personal_identity_code FROM register_identity")
        assert cast.AINOS_CODE.encode() not in bytes(cursor.fetchone()[0])


def test_every_record_says_that_the_person_brought_it(package) -> None:
    report = importing.take_in(package, at=cast.NOW)
    person = report.customer
    assert (person.source, person.contact_checked_at) == ("person", None)
    assert {b.source for b in person.bookings.all()} == {"person"}
    line = AuditEvent.objects.get(verb="package.imported")
    assert line.customer_id == person.pk
    assert person.last_event_on is not None
    assert consents.stands(customer=person, purpose="marketing", channel="email")


def test_of_another_firms_package_only_the_person_is_taken(package) -> None:
    package["controller"] = "Toinen Vuokraamo Oy"
    report = importing.take_in(package, at=cast.NOW)
    assert set(report.taken) <= {
        "customer", "identity", "company_contact", "choice", "processing_restriction"
    }  # fmt: skip
    assert report.left_out["booking"] == 1
    assert not Booking.objects.exists()
    assert not Consent.objects.exists()


def test_a_rehearsal_keeps_nothing_and_the_same_person_is_not_taken_twice(
    package, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "siirto.json"
    file.write_text(json.dumps(package))
    call_command("import_package", file)
    assert "rehearsal" in capsys.readouterr().out
    assert not Customer.objects.filter(last_name="Aallokko").exists()
    call_command("import_package", file, "--apply")
    said = capsys.readouterr().out
    assert "Aallokko" not in said
    assert cast.AINOS_CODE not in said
    [person] = Customer.objects.filter(last_name="Aallokko")
    with pytest.raises(CommandError, match=str(person.number)):
        call_command("import_package", file, "--apply")
    with pytest.raises(CommandError):  # the identity code is somebody's already
        call_command("import_package", file, "--apply", "--anyway")
    assert Customer.objects.filter(last_name="Aallokko").count() == 1


def test_what_hangs_on_somebody_elses_booking_is_left_out(package) -> None:
    driver = package["records"]["driver"][0]
    package["records"]["driver"] = [{**driver, "booking": "99999"}]
    report = importing.take_in(package, at=cast.NOW)
    assert report.left_out["driver"] == 1


def changed(package: dict[str, Any], table: str, **values: Any) -> bytes:
    package["records"][table][0].update(values)
    return json.dumps(package).encode()


BAD = {
    "not JSON": lambda p: b"PK\x03\x04",
    "not UTF-8": lambda p: json.dumps(p).encode("utf-16"),
    "a list": lambda p: b"[]",
    "NaN": lambda p: b'{"version": NaN}',
    "deep": lambda p: b"[" * 200_000,
    "too large": lambda p: b" " * (importing.MOST_BYTES + 1),
    "another version": lambda p: json.dumps({**p, "version": "1999-01"}).encode(),
    "no version": lambda p: b"{}",
    "an unknown table": lambda p: json.dumps({**p, "records": {"spy": []}}).encode(),
    "nobody": lambda p: json.dumps({**p, "records": {}}).encode(),
    "two people": lambda p: json.dumps(
        {**p, "records": {**p["records"], "customer": p["records"]["customer"] * 2}}
    ).encode(),
    "an unknown column": lambda p: changed(p, "customer", password="x"),
    "a number for a name": lambda p: changed(p, "customer", last_name=7),
    "a bad date": lambda p: changed(p, "booking", starts_at="tomorrow"),
    "a bad code": lambda p: changed(p, "identity", personal_identity_code="131052-3080"),
    "a card in a text": lambda p: changed(p, "customer", wishes=f"Kortti {cast.AINOS_CARD}"),
    "a name too long": lambda p: changed(p, "customer", last_name="A" * 5_000),
    "a text too long": lambda p: changed(p, "customer", wishes="A" * 500_000),
    "half a character": lambda p: changed(p, "customer", wishes="\ud800"),
    "no craft": lambda p: changed(p, "booking", craft="'; DROP TABLE x"),
    "ends before it starts": lambda p: changed(p, "booking", ends_at="2020-01-01T00:00:00+00:00"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_package_is_refused_in_one_line_that_quotes_nothing(
    package, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "siirto.json"
    file.write_bytes(BAD[name](package))
    with pytest.raises(CommandError) as refused:
        call_command("import_package", file, "--apply")
    said = str(refused.value)
    assert "\n" not in said
    assert len(said) < 200
    for secret in ("Aallokko", cast.AINOS_CARD, "131052", "DROP", "tomorrow"):
        assert secret not in said
    assert not Customer.objects.exists()


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_package", tmp_path / "nothing.json")


def test_marks_that_turn_the_reading_order_do_not_come_in(package) -> None:
    content = changed(
        package, "customer", last_name="Aal\u202elokko", wishes="=cmd()|' /C calc'!A1"
    )
    report = importing.take_in(importing.read(content), at=cast.NOW)
    assert report.customer.last_name == "Aallokko"
    assert report.customer.wishes.startswith("=")  # plain text; files made of it quote it
