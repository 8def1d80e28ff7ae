"""The package: everything of hers by the policy, nothing of anybody else's, once."""

import json
import threading
import zipfile
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, connections
from django.db.models import Q
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from register import clock, policy
from register.models import AuditEvent, Identity, Message
from register.services import short_clocks
from register.vault import Secret
from requests_app.models import AccessPackage, DataSubjectRequest, Passage
from requests_app.packages import collecting, making, portability
from requests_app.services import delivery, errors, reading, steps
from tests import cast
from tests.requests.conftest import last_link

pytestmark = pytest.mark.usefixtures("unset_type")


@pytest.fixture
def told(db):
    """Aino with a row in every table, an earlier request's file among them; Eero shared her
    booking."""
    told = cast.story()
    cast.invoice(cast.booking(told.aino, company=cast.company()))
    file_of(told.aino)
    return told


def file_of(person) -> DataSubjectRequest:
    """A request of hers that ended, with an answer of each kind in its file."""
    day = clock.local_date(cast.NOW)
    past = DataSubjectRequest.objects.create(
        reference=f"TP-2025-{person.number}", kind="rectification", state="closed", language="fi",
        name=person.full_name, notice_version="2025-1", customer=person, decision="granted",
        received_at=cast.NOW, closed_at=cast.NOW, target_on=day, due_on=day,
        status_token_hash=f"past-{person.number}",
    )  # fmt: skip
    cast.correction(past, person, outcome="accepted", decided_by=cast.petra(), decided_at=cast.NOW)
    cast.recipient(past, outcome="told", done_on=day, done_by=cast.petra())
    Passage.objects.create(
        request=past, customer=person, table="register.Case", row_id=uuid4(), seen="x",
        verdict="withhold", ground="others_rights", proposed_by=cast.petra(), proposed_at=cast.NOW,
    )  # fmt: skip
    return past


@pytest.fixture
def package(told, identified, django_capture_on_commit_callbacks):
    """The ZIP that Aino fetches, opened."""
    request, _aino = identified(told.aino)
    read_by_two(request)
    with django_capture_on_commit_callbacks(execute=True):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    content = AccessPackage.objects.get().content
    assert isinstance(content, Secret)
    return zipfile.ZipFile(BytesIO(content.expose_bytes()))


def read_by_two(request, verdict: str = "release", **choice: object) -> None:
    """Petra proposes the same for every row that may tell of others, and Leena approves it."""
    for line in reading.lines(request):
        row = reading.propose(
            request=request, one=line.found, verdict=verdict, by=cast.petra(), at=cast.NOW, **choice
        )
        reading.decide(passage=row, approve=True, by=cast.leena(), at=cast.NOW)


def text_of(archive: zipfile.ZipFile) -> str:
    """What the paper says, before or after it is set."""
    paper = archive.read("tiedot.pdf")
    if not paper.startswith(b"%PDF"):
        return paper.decode()
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)


def values_in(data: object) -> set[tuple[str, str]]:
    """Every (column, value) of every row in the machine-readable part."""
    found = set()
    for category in data["categories"]:
        for rows in category["tables"].values():
            for row in rows:
                found |= {(name, str(value)) for name, value in row.items()}
    return found


def test_every_filled_column_that_the_policy_declares_is_in_ainos_package(package, told) -> None:
    data = json.loads(package.read("tiedot.json"))
    told_of = {
        (table, row["id"], name)
        for category in data["categories"]
        for table, rows in category["tables"].items()
        for row in rows
        for name in row
    }
    files = " ".join(package.namelist())
    missing, seen = [], 0
    empty = {
        table
        for table in policy.TABLES
        if policy.CATEGORY_OF[policy.category_fields(table)[0].label].of_customers
        and not rows_of_the_database(table, told.aino)
    }
    for label, field in policy.FIELDS.items():
        if not policy.CATEGORY_OF[label].of_customers or not policy.access(label).roles:
            continue
        name = label.rpartition(".")[2]
        for row in rows_of_the_database(field.table, told.aino):
            if getattr(row, name) in (None, "", []) or is_the_mail_about_it(row):
                continue
            seen += 1
            if (field.table, str(row.pk), name) not in told_of and str(row.pk) not in files:
                missing.append(label)
    assert not missing
    assert seen > 100
    assert empty == {"requests_app.AccessPackage"}  # this one, made after its own content


def is_the_mail_about_it(row) -> bool:
    """The log line of the mail that tells of the package is younger than the package."""
    return isinstance(row, Message) and row.subject == mail.outbox[-1].subject


def rows_of_the_database(table: str, customer) -> list:
    """Found in another way than the package does: by column names."""
    model = apps.get_model(table)
    names = {field.name for field in model._meta.get_fields()}
    if table == "register.Customer":
        return [customer]
    if table == "requests_app.AccessPackage":
        return []  # the very package: it is made after its content
    if "on_behalf_of" in names:
        return list(model._base_manager.filter(Q(customer=customer) | Q(on_behalf_of=customer)))
    if "customer" in names:
        return list(model._base_manager.filter(customer=customer))
    if "request" in names:
        return list(model._base_manager.filter(request__customer=customer))
    assert table == "register.Company", f"{table}: how does it belong to a person?"
    return list(model._base_manager.filter(contacts__customer=customer))


@pytest.mark.set_type
def test_nothing_of_eeros_is_in_ainos_package(package, told) -> None:
    eero = told.eero
    canaries = [str(eero.pk), eero.last_name, eero.email, str(eero.phone), str(eero.number)]
    everything = "".join(
        package.read(name).decode(errors="ignore")
        for name in package.namelist()
        if "pdf" not in name
    ) + text_of(package)
    assert told.aino.last_name in everything  # the search itself works
    assert not [canary for canary in canaries if canary and canary in everything]


def test_no_employee_is_named_in_the_package(package, told) -> None:
    everything = package.read("tiedot.json").decode() + text_of(package)
    for user in cast.everybody_at_work().values():
        assert user.username not in everything
        assert user.last_name not in everything


def test_eeros_package_does_not_show_that_aino_was_the_renter(told) -> None:
    data = json.dumps(_collected(told.eero), ensure_ascii=False)
    assert told.aino.last_name not in data
    assert told.aino.email not in data
    assert '"on_behalf_of": "you"' in data  # somebody acts for him; not told who
    assert str(told.booking.number) in data  # his own drive is told


def test_the_whole_package_of_a_co_driver_has_all_of_his_and_nothing_of_the_renters(
    told, identified, django_capture_on_commit_callbacks
) -> None:
    eero, aino = told.eero, told.aino
    request, _eero = identified(eero, name=eero.full_name, email=eero.email)
    read_by_two(request)
    with django_capture_on_commit_callbacks(execute=True):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    archive = zipfile.ZipFile(BytesIO(AccessPackage.objects.get().content.expose_bytes()))
    everything = "".join(archive.read(name).decode(errors="ignore") for name in archive.namelist())
    his = (eero.last_name, eero.email, str(eero.phone), str(eero.number), str(told.booking.number))
    hers = (
        str(aino.pk), aino.last_name, aino.email, str(aino.phone), str(aino.number), aino.wishes,
        told.booking.wishes, told.case.description, cast.AINOS_CODE,
    )  # fmt: skip
    assert all(hers)
    assert [canary for canary in his if canary not in everything] == []
    assert [canary for canary in hers if canary in everything] == []
    assert {name for name in archive.namelist() if name.startswith("liitteet")} == set()


def _collected(customer) -> dict:
    request = DataSubjectRequest(reference="TP-2026-0009", kind="access", language="fi")
    everything = collecting.collect(customer, language="fi")
    return making.as_data(everything, request, cast.NOW)


def test_the_identity_code_is_whole_for_machines_and_masked_on_paper(package) -> None:
    assert ("personal_identity_code", cast.AINOS_CODE) in values_in(
        json.loads(package.read("tiedot.json"))
    )
    paper = text_of(package)
    assert cast.AINOS_CODE not in paper
    assert cast.AINOS_CODE[:7] in paper
    assert cast.AINOS_CARD not in paper
    assert cast.AINOS_PASSPORT not in paper


def test_the_package_says_who_looked_by_role_and_purpose(package, told) -> None:
    looks = json.loads(package.read("tiedot.json"))["use_of_your_data"]
    assert len(looks) == AuditEvent.objects.filter(customer_id=told.aino.pk).count() - 1
    assert {"at", "role", "what", "purpose"} == set(looks[0])
    assert any("Tietosuoja" in look["role"] for look in looks)


def test_the_package_tells_what_article_15_asks(package, told) -> None:
    data = json.loads(package.read("tiedot.json"))
    for section in data["categories"]:
        assert section["purposes"]
        assert section["sources"]
        assert section["retention"]
    told.aino.refresh_from_db()
    assert "tietosuoja@om.fi" in text_of(package)
    assert data["automated_decisions"] is False


@pytest.mark.set_type
def test_the_pdf_of_the_package_is_tagged_and_names_nobody_in_its_title(package) -> None:
    reader = PdfReader(BytesIO(package.read("tiedot.pdf")))
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "Aallokko" not in str(reader.metadata)


def test_what_can_be_moved_follows_the_published_schema(package) -> None:
    moved = json.loads(package.read("siirto.json"))
    Draft202012Validator.check_schema(portability.schema())
    Draft202012Validator(portability.schema()).validate(moved)
    assert moved["records"]["customer"][0]["first_name"] == "Aino"
    assert moved["$schema"] == portability.schema()["$id"]


def test_what_the_firm_derived_is_never_portable(package) -> None:
    moved = json.loads(package.read("siirto.json"))["records"]
    assert "ban" not in moved
    assert "hold" not in moved
    assert "card_on_file" not in moved
    assert "description" not in str(moved["case"]) if "case" in moved else True
    scope = {f"{t}.{n}" for t, names in portability.in_scope().items() for n in names}
    assert scope
    assert all(policy.FIELDS[label].origin.value != "derived" for label in scope)


def test_a_request_to_move_data_gets_only_that(
    identified, told, django_capture_on_commit_callbacks
):
    request, _aino = identified(told.aino, kind="portability")
    with django_capture_on_commit_callbacks(execute=True):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    content = AccessPackage.objects.get().content
    archive = zipfile.ZipFile(BytesIO(content.expose_bytes()))
    assert sorted(archive.namelist()) == ["LUE-MINUT.txt", "siirto.json"]


def test_a_package_leaves_once_and_our_copy_is_destroyed(package) -> None:
    request = DataSubjectRequest.objects.get(kind="access")
    key = last_link().strip("/").rpartition("/")[2]
    code = delivery.give_code(request=request, way="desk", by=cast.petra(), at=cast.NOW)
    made_at = AccessPackage.objects.get().made_at
    got = delivery.fetch(request=request, token=key, code=code, at=made_at)
    assert zipfile.ZipFile(BytesIO(got.content)).namelist()
    row = AccessPackage.objects.get()
    assert row.content is None
    assert row.fetched_at
    request.refresh_from_db()
    assert request.state == "delivered"
    with pytest.raises(errors.PackageGone):
        delivery.fetch(request=request, token=key, code=code, at=row.made_at)


def test_an_expired_package_is_destroyed_unread(package) -> None:
    request, row = DataSubjectRequest.objects.get(kind="access"), AccessPackage.objects.get()
    key = last_link().strip("/").rpartition("/")[2]
    after = row.expires_at + timedelta(seconds=1)
    with pytest.raises(errors.PackageGone):
        delivery.fetch(request=request, token=key, code="1", at=after)
    for moment, is_there in ((row.expires_at - timedelta(seconds=1), True), (after, False)):
        short_clocks.purge_requests(on=clock.local_date(moment), at=moment)
        row.refresh_from_db()
        assert (row.content is not None) is is_there


def test_a_new_package_ends_the_old_link(package, django_capture_on_commit_callbacks) -> None:
    request = DataSubjectRequest.objects.get(kind="access")
    old = last_link().strip("/").rpartition("/")[2]
    with django_capture_on_commit_callbacks(execute=True):
        steps.renew_package(request=request, by=cast.petra(), at=cast.NOW)
    with pytest.raises(errors.PackageGone):
        delivery.fetch(request=request, token=old, code="1", at=cast.NOW)
    assert AccessPackage.objects.filter(content__isnull=False).count() == 1


def test_the_mail_with_the_package_link_holds_none_of_the_data(package) -> None:
    sent = mail.outbox[-1]
    assert "Aallokko" not in sent.subject + sent.body
    assert cast.AINOS_CODE not in sent.body


def test_a_person_without_identity_numbers_gets_a_package_too(identified) -> None:
    request, customer = identified(cast.eero())
    assert not Identity.objects.filter(customer=customer).exists()
    files = making.parts(request, customer, at=cast.NOW).files
    assert b"Eero" in files["tiedot.json"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one at a time anyway")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locked", "packages"), [(False, 2), (True, 1)])
def test_two_openings_of_the_link_at_once_give_one_package(
    identified, monkeypatch, locked: bool, packages: int
) -> None:
    request, _aino = identified()
    steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    key = last_link().strip("/").rpartition("/")[2]
    code = delivery.give_code(request=request, way="desk", by=cast.petra(), at=cast.NOW)
    at = AccessPackage.objects.get().made_at
    both_have_looked, got = threading.Barrier(2), []
    look = delivery.waiting

    def look_together(**question: object) -> AccessPackage:
        found = look(**question)
        with suppress(threading.BrokenBarrierError):
            both_have_looked.wait(timeout=2)
        return found

    def open_link() -> None:
        try:
            got.append(delivery.fetch(request=request, token=key, code=code, at=at))
        except errors.StepRefused:
            pass
        finally:
            connections.close_all()

    monkeypatch.setattr(delivery, "waiting", look_together)
    monkeypatch.setattr(steps, "delivered", lambda **step: None)
    if not locked:
        monkeypatch.setattr(delivery, "lock", lambda token: None)
    threads = [threading.Thread(target=open_link) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == packages
