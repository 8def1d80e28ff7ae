"""Imports: in any habit of Finland, tried first, resumable, and hostile files kept out."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from register import sheets
from register.models import AuditEvent, Company, Customer, Identity, ImportRun, Message
from register.services import events, import_files, imports
from tests import cast

HEADINGS = "Asiakasnumero;Nimi;Puhelin;Sähköposti;Kieli;Henkilötunnus;Yritys;Viimeisin asiointi"
AINO = f"1001,0;Aallokko, Aino;040 123 4567;AINO@posti.example;suomi;{cast.AINOS_CODE};;1.7.2026"
EERO = "1002;Eero Eteläranta;00358 40-7654321;;ruotsi;;Meri Oy;31.12.2025"
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


def received(*lines: str, encoding: str = "utf-8") -> ImportRun:
    content = "\r\n".join(lines).encode(encoding)
    return imports.receive(content=content, by=cast.leena(), at=cast.NOW)


def checked(run: ImportRun, **mapping: str) -> ImportRun:
    imports.check(
        run=run, mapping=run.mapping | mapping, source="dealings", by=cast.leena(), at=cast.NOW
    )
    return worked(run)


def worked(run: ImportRun) -> ImportRun:
    imports.work(run_id=run.pk, now=lambda: cast.NOW)
    run.refresh_from_db()
    return run


def brought_in(*lines: str, **more) -> ImportRun:
    run = checked(received(*lines, **more))
    imports.bring_in(run=run, by=cast.leena(), at=cast.NOW)
    return worked(run)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_in_any_encoding_brings_people_in_with_everything_in_its_form(encoding) -> None:
    run = brought_in(HEADINGS, AINO, EERO, encoding=encoding)
    assert (run.state, run.counts["new"], run.errors) == ("done", 2, [])
    aino = Customer.objects.get(last_name="Aallokko")
    assert (aino.first_name, aino.phone.as_e164, aino.email, aino.language, aino.source) == (
        "Aino", "+358401234567", "aino@posti.example", "fi", "dealings",
    )  # fmt: skip
    assert aino.importkeys.get().key == "1001"
    assert aino.identity.personal_identity_code.expose() == cast.AINOS_CODE
    eero = Customer.objects.get(last_name="Eteläranta")
    assert (eero.language, eero.kind) == ("sv", "company_contact")
    assert eero.companycontacts.get().company.name == "Meri Oy"
    assert AuditEvent.objects.filter(verb="create", reason="import").count() == 3
    assert events.history(eero).kept_through.isoformat() == "2028-12-31"


def test_the_trial_saves_nothing_and_tells_what_is_wrong_without_repeating_it() -> None:
    bad = "1003;Mäkinen Matti;12;ei@;klingon;010101-0000;;31.2.2026"
    card = "1004;Virtanen Ville;0401112222;;;;4111 1111 1111 1111;"
    formula = "1005;=HYPERLINK(1);0401112223;;;;;"
    run = checked(received(HEADINGS, AINO, bad, card, formula, AINO))
    assert run.state == "checked"
    assert run.counts == {"new": 1, "updated": 0, "same": 0, "wrong": 4}
    assert not Customer.objects.exists()
    found = {(row, key) for row, _field, key in run.errors}
    assert {(3, "phone"), (3, "email"), (3, "language"), (3, "date"), (4, "card"),
            (5, "formula"), (6, "twice")} <= found  # fmt: skip
    assert "Mäkinen" not in str(run.errors) + str(run.counts) + str(run.headings)


def test_a_second_import_updates_instead_of_doubling() -> None:
    brought_in(HEADINGS, AINO)
    run = brought_in(HEADINGS, AINO.replace("040 123 4567", "040 123 9999"), EERO)
    assert (run.counts["updated"], run.counts["new"]) == (1, 1)
    assert Customer.objects.count() == 2
    assert Customer.objects.get(last_name="Aallokko").phone.as_e164 == "+358401239999"
    again = brought_in(HEADINGS, AINO.replace("040 123 4567", "040 123 9999"), EERO)
    assert (again.counts["same"], again.counts["new"]) == (2, 0)
    assert Company.objects.count() == 1
    assert Identity.objects.count() == 1


def test_who_is_in_the_register_is_known_by_phone_or_mail_with_the_name() -> None:
    there = cast.customer(first_name="Eero", last_name="Eteläranta", phone="+358407654321")
    other = cast.customer(first_name="Erkki", last_name="Eteläranta", phone="+358401234567")
    run = brought_in(HEADINGS, EERO, AINO)
    assert (run.counts["updated"], run.counts["new"]) == (1, 1)
    there.refresh_from_db()
    other.refresh_from_db()
    assert there.importkeys.get().key == "1002"
    assert other.last_name == "Eteläranta"


def test_what_stands_against_it_is_not_changed_in_silence() -> None:
    brought_in(HEADINGS, AINO)
    aino = Customer.objects.get()
    aino.secrecy_order = True
    aino.save()
    cast.restriction(aino, purpose="service")
    thief = f"1009;Eteläranta Eino;0409998877;;;{cast.AINOS_CODE};;"
    old = "1010;Vanha Ville;0409998876;;;;;1.1.2020"
    run = brought_in(HEADINGS, AINO.replace("040 123 4567", "0401230000"), thief, old)
    assert {key for _row, _field, key in run.errors} == {"restricted", "code_of_another", "too_old"}
    aino.refresh_from_db()
    assert (aino.phone.as_e164, aino.secrecy_order) == ("+358401234567", True)
    assert Customer.objects.count() == 1


def test_an_interrupted_import_goes_on_where_it_was_and_its_file_is_gone_at_the_end(
    monkeypatch,
) -> None:
    monkeypatch.setattr(imports, "PART", 2)
    lines = [f"{n};Testi Nimi{n};04011100{n:02d};;;;;" for n in range(1, 8)]
    run = checked(received(HEADINGS, *lines))
    imports.bring_in(run=run, by=cast.leena(), at=cast.NOW)
    run.refresh_from_db()
    rows = import_files.read(run.pk, run.key)
    imports._part(run.pk, rows, set(), cast.NOW)  # and then the machine stops
    run.refresh_from_db()
    assert (run.done, Customer.objects.count()) == (2, 2)
    path = Path(settings.IMPORT_DIR) / run.pk.hex
    assert b"Testi" not in path.read_bytes()
    done = worked(run)
    assert (done.state, done.done, done.counts["new"]) == ("done", 7, 7)
    assert Customer.objects.count() == 7
    assert done.key is None
    worked(run)
    assert Customer.objects.count() == 7


def test_columns_are_remembered_by_the_headings_of_the_file() -> None:
    odd = "Kuka;Luuri"
    run = received(odd, "Aino Aallokko;0401234567")
    assert run.mapping == {}
    with pytest.raises(imports.NotMapped):
        imports.check(run=run, mapping={}, source="dealings", by=cast.leena(), at=cast.NOW)
    checked(run, **{"0": "name", "1": "phone"})
    assert received(odd, "Eero Eteläranta;0407654321").mapping == {"0": "name", "1": "phone"}


def test_files_that_nobody_finished_are_destroyed_and_only_the_owner_imports() -> None:
    run = received(HEADINGS, AINO)
    assert imports.forget_old(at=cast.NOW + DAY) == 0
    assert imports.forget_old(at=cast.NOW + 3 * DAY) == 1
    run.refresh_from_db()
    assert (run.state, run.key) == ("dropped", None)
    with pytest.raises(PermissionDenied):
        imports.receive(content=b"a;b\n1;2", by=cast.kaisa(), at=cast.NOW)


# -- Spreadsheets ----------------------------------------------------------------------------------


def xlsx(*rows: list, **parts: bytes) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_a_workbook_gives_its_days_and_numbers_as_the_list_writes_them() -> None:
    content = xlsx(["Nro", "Nimi", "Viimeksi"], [1001.0, "Aino\xa0Aallokko", date(2026, 7, 1)])
    assert list(sheets.read(content)) == [
        ["Nro", "Nimi", "Viimeksi"], ["1001", "Aino Aallokko", "2026-07-01"],
    ]  # fmt: skip


HOSTILE = {
    "formula": lambda: xlsx(["Nimi"], ["=1+1"]),
    "macros": lambda: xlsx(["Nimi"], ["Aino"], **{"xl/vbaProject.bin": b"x"}),
    "bomb": lambda: xlsx(["Nimi"], ["Aino"], **{"xl/media/a": b"\0" * 40_000_000}),
    "pdf called csv": lambda: b"%PDF-1.7",
    "old xls": lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    "zip, no sheet": lambda: b"PK\x05\x06" + b"\0" * 18,
    "cut xlsx": lambda: xlsx(["Nimi"], ["Aino"])[:900],
    "binary": lambda: b"a;b\n\x00\x01;2",
    "empty": lambda: b"  \n",
    "only headings": lambda: HEADINGS.encode(),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(kind) -> None:
    with pytest.raises(imports.NotTaken) as refused:
        imports.receive(content=HOSTILE[kind](), by=cast.leena(), at=cast.NOW)
    assert str(refused.value).endswith(".")
    assert not ImportRun.objects.exists()


def test_ten_million_empty_rows_are_not_walked(monkeypatch) -> None:
    content = b"Nimi;Puhelin\nAino Aallokko;0401234567\n" + b";\n" * 2_000_000
    assert sum(1 for _row in sheets.read(content)) < 2_000


def test_the_owner_sends_a_file_and_reads_what_was_wrong(signed_in) -> None:
    client = signed_in(cast.leena())
    start = reverse("admin:desk-imports")
    bad = SimpleUploadedFile("lista.xlsx", b"%PDF-1.7 oho")
    assert "xlsx" in client.post(start, {"file": bad}).content.decode()
    lines = [HEADINGS, AINO, "1003;Mäkinen Matti;12;;;;;"]
    file = SimpleUploadedFile("lista.csv", "\n".join(lines).encode())
    page = client.post(start, {"file": file}).url
    assert client.get(page).status_code == 200
    run = ImportRun.objects.get()
    columns = {f"column-{place}": name for place, name in run.mapping.items()}
    client.post(page, columns | {"source": "dealings"})
    worked(run)
    shown = client.get(page).content.decode()
    assert "Mäkinen" not in shown
    listed = client.get(reverse("admin:desk-import-errors", args=[run.pk])).content.decode()
    assert "3;" in listed
    client.post(reverse("admin:desk-import-act", args=[run.pk, "tuo"]))
    worked(run)
    assert Customer.objects.get().last_name == "Aallokko"
    assert Message.objects.get().direction == "in"
    assert client.get(reverse("admin:records")).status_code == 200
