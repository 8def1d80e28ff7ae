"""No sealed value is anywhere else: canaries in every sealed column, then a search through all
that the machine wrote while people worked and things failed."""

import io
import logging
import re
import sys
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter
from pypdf import PdfReader

from register.models import Attachment, CardOnFile, Customer, Identity
from register.vault import checks
from requests_app import tasks, tokens
from requests_app.models import DataSubjectRequest, Passage
from requests_app.packages import making
from requests_app.services import delivery, reading
from tests import cast
from tests.retention import traces
from tests.retention.test_holds import request_of
from tests.vault.conftest import CODE

PASSPORT, LICENCE, CARD = "KANARIA771", "KANARIB882", "4929000000006"
PHOTO = b"kanaria-photo-993"
EXPIRY = "09/87"
PASSAGE = "KANARIAP993"
JOURNAL = b"kanaria-journal-994"
WRONG, RIGHT = "KANARIAW995", "KANARIAR996"
CANARIES = [
    *(CODE, PASSPORT, LICENCE, CARD, PASSAGE, WRONG, RIGHT),
    *(PHOTO.decode(), JOURNAL.decode()),
]


@pytest.fixture
def canaries(db, aino) -> Customer:
    row = Identity.objects.create(
        customer=aino, personal_identity_code=CODE, passport_number=PASSPORT,
        driving_licence_number=LICENCE,
    )  # fmt: skip
    CardOnFile.objects.create(
        customer=aino, number=CARD, expiry=EXPIRY, last_four=CARD[-4:], brand="visa"
    )
    cast.attachment(aino, content=PHOTO)
    cast.merged(aino, journal=JOURNAL)
    cast.correction(
        request_of(aino, kind="rectification", state="closed", closed_at=cast.NOW), aino,
        table="register.Identity", column="passport_number", row_id=row.pk,
        old=WRONG, proposed=RIGHT, outcome="accepted",
        decided_by=cast.petra(), decided_at=cast.NOW,
    )  # fmt: skip
    Passage.objects.create(
        request=request_of(aino, state="closed", closed_at=cast.NOW), customer=aino,
        table="register.Case", row_id=uuid4(), seen="0" * 64, verdict="redact", words=PASSAGE,
        ground="others_rights",
        proposed_by=cast.petra(), proposed_at=cast.NOW,
    )  # fmt: skip
    return aino


def where(text: str) -> list[str]:
    """The canaries in a text, written plainly or in hexadecimal."""
    low = text.lower()
    return [c for c in CANARIES if c.lower() in low or c.encode().hex() in low]


def test_a_canary_stands_in_every_sealed_column(canaries):
    """A column that is added later needs its canary here."""
    planted = {
        "identity.personal_identity_code", "identity.passport_number",
        "identity.driving_licence_number", "card.number", "card.expiry",
        "attachment.content", "package.content", "passage.words", "merge.journal",
        "correction.old", "correction.proposed",
    }  # fmt: skip
    assert {field.label for field in checks.all_sealed()} == planted


def flows(aino: Customer) -> list[str]:
    """People work: they search, look, reveal, edit, and run into errors. What they were shown in
    traces of errors comes back; pages shown on purpose do not."""
    desk = Client()
    desk.force_login(cast.leena())
    row = Identity.objects.get(customer=aino)
    desk.get(reverse("admin:index"))
    desk.get(reverse("admin:desk-search"), {"q": CODE})
    desk.post(reverse("admin:desk-search"), {"q": CODE})
    desk.get(reverse("admin:desk-person", args=[aino.pk]))
    key = f"Identity.passport_number.{row.pk}"
    desk.post(reverse("admin:desk-reveal", args=[aino.pk]), {"key": key, "reason": "identify"})
    change = reverse("admin:register_identity_change", args=[row.pk])
    desk.get(change)
    desk.post(change, {"customer": aino.pk, "passport_number": "KANARIA771", "source": "person"})
    desk.post(change, {"customer": aino.pk, "personal_identity_code": CODE[:-1] + "U"})
    photo = Attachment.objects.get(customer=aino)
    desk.post(reverse("admin:desk-attachment", args=[photo.pk]), {"reason": "charge"})
    desk.get(reverse("admin:desk-attachment", args=[photo.pk]))
    part: dict[str, Any] = {"passport_number__contains": PASSPORT}
    two = [Identity(customer=aino, passport_number=PASSPORT)]
    failing: list[Callable[[], object]] = [
        lambda: Identity.objects.create(customer=aino, passport_number=PASSPORT),
        lambda: Identity.objects.update(passport_number=PASSPORT),
        lambda: Identity.objects.filter(**part).count(),
        lambda: CardOnFile.objects.create(customer=aino, number=CARD, last_four="none"),
        lambda: Identity.objects.bulk_create(two),
    ]
    return [trace_of(fail) for fail in failing]


def decided(aino: Customer) -> DataSubjectRequest:
    """Her request for a copy, waiting for its package."""
    pk = uuid4()
    return request_of(
        aino, id=pk, state="decided", decision="granted", identified_at=cast.NOW,
        identified_by=cast.petra(), received_at=cast.NOW, decided_at=cast.NOW,
        status_token_hash=tokens.digest(tokens.derive(tokens.STATUS, pk)),
    )  # fmt: skip


def fetched_package(aino: Customer) -> bytes:
    """The real way out: made by the worker, mailed as a link, handed over once."""
    request = decided(aino)
    for line in reading.lines(request):  # her photo is read by two first
        passage = reading.propose(
            request=request, one=line.found, verdict="release", by=cast.petra(), at=cast.NOW
        )
        reading.decide(passage=passage, approve=True, by=cast.leena(), at=cast.NOW)
    tasks.make_package_of.func(str(request.pk), None)
    tasks.try_mail.func(str(request.mails.get().pk))
    link = re.search(r"https?://[^\s/]+(/\S+)", str(mail.outbox[-1].body))
    assert link
    code = delivery.give_code(request=request, way="desk", by=cast.petra(), at=cast.NOW)
    return Client().post(link[1], {"code": code}).content


def came_out(zipped: bytes) -> None:
    """The control, and the one place where they belong: whole for machines and in the files. On
    the PDF's pages numbers are masked, and what a reader shows of the PDF itself has none."""
    archive = zipfile.ZipFile(io.BytesIO(zipped))
    data = archive.read("tiedot.json").decode()
    assert {CODE, PASSPORT, LICENCE} <= set(where(data))
    assert any(PHOTO in archive.read(name) for name in archive.namelist())
    assert where(" ".join(archive.namelist())) == []
    pdf = archive.read("tiedot.pdf")
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata
    assert where(repr(reader.metadata) + repr(reader.outline)) == []
    assert where("".join(page.extract_text() for page in reader.pages)) == []
    assert where(pdf.decode("latin-1")) == []  # XMP, names, attachments


def trace_of(fail) -> str:
    """The trace as the server's log has it: no local variables, the message of the error in it."""
    try:
        with transaction.atomic():
            fail()
    except (DatabaseError, TypeError, Exception) as error:
        told = traceback.TracebackException.from_exception(error)
        return "".join(line for line in told.format() if "test_canary" not in line)
    raise AssertionError("it was to fail")


def written_by_postgres() -> str:
    folder = Path(connections["default"].settings_dict["HOST"] or "/nowhere")
    log = folder / "server.log"
    return log.read_text(errors="replace") if log.exists() else ""


def told_all() -> None:
    """From now on PostgreSQL logs every statement with its parameters."""
    for alias in ("default", "vault"):
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute("SET log_statement = 'all'")
                cursor.execute("SET log_min_messages = 'debug1'")
                cursor.execute("SET log_parameter_max_length = -1")
                cursor.execute("SET log_min_error_statement = 'debug1'")


def test_no_sealed_value_is_anywhere_else(canaries, caplog, capsys, monkeypatch):
    statements: list[str] = []

    def watch(execute, sql, params, many, context):
        statements.append(f"{sql} {params!r}")
        return execute(sql, params, many, context)

    told_all()
    before = len(written_by_postgres())
    caplog.set_level(logging.DEBUG)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        shown = flows(canaries)  # the vault asks its own way while nobody watches
        with (
            connections["default"].execute_wrapper(watch),
            connections["vault"].execute_wrapper(watch),
        ):
            shown += flows(canaries)
            zipped = fetched_package(canaries)
    came_out(zipped)
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    call_command("dumpdata", database="vault", stdout=dump)
    console = capsys.readouterr()

    assert len(statements) > 100
    assert where("\n".join(statements)) == []
    assert where(caplog.text) == []
    assert where(console.out + console.err) == []
    assert where(dump.getvalue()) == []
    assert where(repr([session.get_decoded() for session in Session.objects.all()])) == []
    assert where(repr(list(LogEntry.objects.values()))) == []
    assert where(repr(getattr(cache, "_cache", {}))) == []
    assert where(repr([message.message().as_string() for message in mail.outbox])) == []
    for one in shown:
        leaks = [line for line in one.splitlines() if where(line)]
        assert leaks == []
    assert where(written_by_postgres()[before:]) == []
    for canary in CANARIES:
        assert traces.places(canary, canary.encode().hex()) == set(), canary


def test_the_search_would_find_a_canary(canaries, caplog):
    """The control: what is written on purpose is found by the same search."""
    logging.getLogger("desk").warning("a leak: %s", PASSPORT)
    canaries.last_name = PASSPORT
    canaries.save()

    assert where(caplog.text) == [PASSPORT]
    assert traces.places(PASSPORT)
    told_all()
    if connections["default"].vendor == "postgresql":
        before = len(written_by_postgres())
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT %s::text", [LICENCE])
        assert where(written_by_postgres()[before:]) == [LICENCE]
    assert timezone.now()


def test_a_page_of_an_error_in_debug_shows_no_sealed_value(canaries, monkeypatch):
    """Django's technical page prints every local variable of every frame."""
    from register.desk import people

    def fail(*args, **kwargs):
        held = Identity.objects.get(customer=canaries)
        value, opened = held.passport_number, held.personal_identity_code
        raise RuntimeError(f"{value} {opened!r}")

    monkeypatch.setattr(people, "_sealed", fail)
    desk = Client(raise_request_exception=False)
    desk.force_login(cast.leena())
    with override_settings(DEBUG=True):
        page = desk.get(reverse("admin:desk-person", args=[canaries.pk]))

    assert page.status_code == 500
    assert "Secret" in page.content.decode()
    assert where(page.content.decode()) == []


def test_a_fault_in_the_middle_of_a_package_tells_nothing(canaries, monkeypatch, caplog):
    """The worst moment: everything of hers lies opened in the variables of the frames."""

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(making, "_json", fail)
    request = decided(canaries)
    try:
        making.make(request_id=request.pk, by_id=None, at=cast.NOW)
    except RuntimeError:
        logging.getLogger("worker").exception("the package failed")
        told = [
            ExceptionReporter(None, *sys.exc_info()).get_traceback_html(),
            ExceptionReporter(None, *sys.exc_info()).get_traceback_text(),
        ]
        with override_settings(DEBUG=True):
            told.append(ExceptionReporter(None, *sys.exc_info()).get_traceback_html())

    assert len(told) == 3
    assert "moved" in told[0]  # the variable is named …
    assert where("".join(told)) == []  # … and not shown
    assert where(caplog.text) == []


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_while_a_value_is_revealed_tells_nothing(canaries, monkeypatch, debug, capsys):
    """What was posted and what was opened are both at hand when the page fails."""
    from register.desk import people

    def fail(*args, **kwargs):
        opened = kwargs["revealed"]
        raise RuntimeError(type(opened))

    monkeypatch.setattr(people, "_context", fail)
    desk = Client(raise_request_exception=False)
    desk.force_login(cast.leena())
    key = f"Identity.passport_number.{canaries.identity.pk}"
    address = reverse("admin:desk-reveal", args=[canaries.pk])
    with override_settings(DEBUG=debug):
        page = desk.post(address, {"key": key, "reason": "identify", "note": LICENCE})

    assert page.status_code == 500
    assert not debug or "opened" in page.content.decode()
    assert where(page.content.decode()) == []
    assert where("".join(capsys.readouterr())) == []
