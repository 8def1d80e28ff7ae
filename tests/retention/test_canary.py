"""A canary in every table, column and file of a person; after the night a dump of both databases
and every file on the machine is searched for it."""

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connections, models, transaction
from django.utils import timezone

from register.models import (
    Booking,
    Case,
    Company,
    Customer,
    Hold,
    ProcessingRestriction,
)
from register.services import dumps, events, journal, person_tables, retention
from register.vault.models import SealedFile
from requests_app.models import AccessPackage, DataSubjectRequest, Passage
from tests import cast
from tests.retention import traces
from tests.retention.test_holds import request_of

CANARY = "kanarialintu"
ON = date(2033, 1, 2)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)


def everything_of(aino: Customer, told: cast.Story) -> None:
    """Rows in the tables that Aino's story leaves out. A table that is new here gets an invented
    row; one that takes none fails until it has a maker."""
    makers: dict[str, Any] = {
        "register.QuoteRequest": lambda: cast.quote(aino),
        "register.Feedback": lambda: cast.feedback(aino),
        "register.Disclosure": lambda: cast.disclosure(aino),
        "register.Choice": lambda: cast.choice(aino),
        "register.Ban": lambda: cast.ban(aino, ends_on=cast.TODAY),
        "register.LoyaltyMembership": lambda: cast.loyalty(aino),
        "register.Hold": lambda: cast.hold(aino, released_at=cast.NOW),
        "register.IdentityCheck": lambda: cast.identity_check(aino),
        "register.ProcessingRestriction": lambda: cast.restriction(aino, lifted_at=cast.NOW),
        "register.Attachment": lambda: cast.attachment(aino),
        "register.Mandate": lambda: cast.mandate(aino, told.eero),
        "register.Delivery": lambda: cast.delivery(aino),
        "register.BanOverride": lambda: cast.override(aino, told.booking),
        "register.Merge": lambda: cast.merged(aino),
        "register.CompanyContact": lambda: cast.contact(aino),
        "requests_app.DataSubjectRequest": lambda: request_of(
            aino, state="closed", closed_at=cast.NOW
        ),
        "requests_app.AccessPackage": lambda: package_of(aino),
        "requests_app.Passage": lambda: passage_of(aino),
        "requests_app.Correction": lambda: cast.correction(package_of(aino).request, aino),
    }
    cast.invoice(told.booking, recipient=CANARY, content=[CANARY])
    Case.objects.update(state="settled", settled_at=cast.NOW)
    for table in person_tables.tables():
        if not any(rows.exists() for rows in rows_of(table, aino)):
            makers.get(table.label, lambda model=table.model: invented(model, aino))()
    for model in with_a_request():
        invented(model, aino)
    Hold.objects.update(released_at=cast.NOW)
    ProcessingRestriction.objects.update(lifted_at=cast.NOW)
    DataSubjectRequest.objects.update(
        state="closed", closed_at=cast.NOW,
        code_way="desk", code_given_at=cast.NOW, code_given_by=cast.petra(),
    )  # fmt: skip


def with_a_request() -> set[type[models.Model]]:
    """Tables whose rows belong to a data-subject request and to nobody beside it."""
    walked = {table.model for table in person_tables.tables()}
    pointing = {one.child for one in person_tables.references() if not one.may_be_empty}
    return pointing - walked


def invented(model: type[models.Model], aino: Customer) -> Any:
    """A row of a table that this test has never heard of, the canary in every text of it."""
    canaries = {column.name for column in texts(model)}
    values = {
        column.name: written(column) if column.name in canaries else some(column, aino)
        for column in model._meta.concrete_fields
        if column.name in canaries or not (column.null or column.has_default())
    }
    return model._base_manager.create(**values)


def some(column: Any, aino: Customer) -> Any:
    """A value for a column that must not be empty."""
    if column.is_relation:
        kind = column.related_model
        return aino if kind is Customer else kind._base_manager.first() or invented(kind, aino)
    if column.choices:
        return column.flatchoices[0][0]
    plain: dict[str, Any] = {
        "DateTimeField": cast.NOW, "DateField": cast.TODAY, "UUIDField": uuid4(), "JSONField": [],
        "GenericIPAddressField": "192.0.2.1",
    }  # fmt: skip
    if column.get_internal_type() in ("CharField", "TextField"):
        return uuid4().hex[: column.max_length]
    return plain.get(column.get_internal_type(), 1)


def package_of(aino: Customer) -> AccessPackage:
    request = DataSubjectRequest.objects.filter(customer=aino).first()
    request = request or request_of(aino, state="closed", closed_at=cast.NOW)
    return AccessPackage.objects.create(
        request=request,
        customer=aino,
        made_at=cast.NOW,
        expires_at=cast.NOW + DAY,
        link_hash=str(uuid4()),
        content=CANARY.encode(),
    )


def passage_of(aino: Customer) -> Passage:
    return Passage.objects.create(
        request=package_of(aino).request, customer=aino, table="register.Case", row_id=uuid4(),
        seen="x", verdict="withhold", ground="others_rights", proposed_by=cast.petra(),
        proposed_at=cast.NOW,
    )  # fmt: skip


def rows_of(table: person_tables.Table, aino: Customer) -> list[Any]:
    return [table.of([aino.pk]), *(rows for _name, rows in table.linked([aino.pk]))]


def texts(model: type[models.Model]) -> Iterator[Any]:
    """Columns into which somebody can write."""
    for column in model._meta.concrete_fields:
        wide = isinstance(column, models.TextField) or (column.max_length or 0) >= len(CANARY)
        free = not (column.choices or column.unique or column.primary_key)
        text = isinstance(column, models.CharField | models.TextField) and wide and free
        if text or isinstance(column, models.JSONField):
            yield column


def written(column: Any) -> Any:
    return [CANARY] if isinstance(column, models.JSONField) else CANARY


def fill(rows: models.QuerySet[Any]) -> set[str]:
    """Write the canary into every text column; returns those that refused it."""
    refused = set()
    for column in texts(rows.model):
        try:
            with transaction.atomic():
                rows.update(**{column.name: written(column)})
        except (IntegrityError, ValueError, TypeError):
            refused.add(f"{rows.model._meta.label}.{column.name}")
    return refused


def beside_the_rows(aino: Customer) -> None:
    """The admin's log, a session with its browser, a finished job and what became of it."""
    LogEntry.objects.create(
        user=cast.kaisa(),
        content_type=ContentType.objects.get_for_model(Customer),
        object_id=str(aino.pk),
        object_repr=CANARY,
        action_flag=CHANGE,
        change_message=CANARY,
    )
    session = SessionStore()
    session["draft"] = CANARY
    session.save()
    Session.objects.update(expire_date=timezone.now() - DAY)
    for label in ("usersessions.UserSession", "django_tasks_database.DBTaskResult"):
        invented(apps.get_model(label), aino)
    apps.get_model("django_tasks_database.DBTaskResult")._base_manager.update(
        finished_at=cast.NOW, status="SUCCESSFUL"
    )


def tables_with_texts() -> set[str]:
    """Every table of a person's rows into which somebody can write, and those beside them."""
    tables = {table.model for table in person_tables.tables()} | with_a_request()
    tables |= {Customer, Company, LogEntry}
    return {f"default.{model._meta.db_table}" for model in tables if list(texts(model))}


def dump() -> bytes:
    """Both databases, as their own tools write them out."""
    found = b""
    for alias in ("default", "vault"):
        connection: Any = connections[alias]
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            found += connection.connection.serialize()
        else:
            command = [dumps._tool("pg_dump"), "--inserts"]
            done = subprocess.run(
                command, env=dumps._environment(alias), capture_output=True, check=True
            )
            found += done.stdout
    return found


def files() -> bytes:
    """Everything that the register keeps outside its databases."""
    folders = [Path(settings.ERASURE_JOURNAL_DIR), Path(settings.SEALED_FILES_DIR)]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in paths)


def test_nothing_of_a_person_is_left_in_any_dump_or_file() -> None:
    told = cast.story()
    aino = told.aino
    everything_of(aino, told)
    refused = set()
    for table in person_tables.tables():
        for rows in rows_of(table, aino):
            refused |= fill(rows)
    refused |= fill(Customer.objects.filter(pk=aino.pk))
    for model in with_a_request():
        refused |= fill(model._base_manager.all())
    refused -= {"requests_app.DataSubjectRequest.code_hash"}  # has to say who gave it
    assert {one.rpartition(".")[0] for one in refused} <= {
        "register.Consent",
        "register.Invoice",
    }  # never changed, and written with the canary where they are made
    cast.consent(aino, words_shown=CANARY, acted_at=cast.NOW)
    refused |= fill(Company.objects.filter(contacts__customer=aino))
    beside_the_rows(aino)
    events.refresh([aino.pk])

    before = dump()
    assert before.count(CANARY.encode()) > 30
    assert tables_with_texts() - traces.places(CANARY) == set()
    assert aino.pk.hex.encode() in before or str(aino.pk).encode() in before
    report = retention.apply(on=ON, at=cast.moment(ON), today=ON)
    assert report.problems == []
    assert not Customer.objects.filter(pk=aino.pk).exists()

    after = dump()
    assert traces.places(CANARY) == set()
    assert CANARY.encode() not in after
    assert CANARY.encode().hex().encode() not in after
    for text in (cast.AINOS_CODE, cast.AINOS_PASSPORT, cast.AINOS_CARD, "allokko"):
        assert text.encode() not in after
    assert CANARY.encode() not in files()
    assert not list(Path(settings.SEALED_FILES_DIR).rglob("*.part"))
    assert SealedFile.objects.filter(customer_id=aino.pk).count() == 0
    assert str(aino.pk).encode() in journal.path_of(journal.mark().register_id).read_bytes()
    assert not Booking.objects.filter(customer=aino.pk).exists()
