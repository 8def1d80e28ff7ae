"""The record of processing says what art. 30 asks, and every declared column is in it."""

import csv
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.urls import reverse
from pypdf import PdfReader

from register import policy
from requests_app import record
from tests import cast


def test_every_declared_column_stands_in_some_activity() -> None:
    told = {
        column
        for activity in record.build(language="fi").activities
        for held in activity.categories
        for column in held.columns
    }
    assert told == set(policy.FIELDS)


def test_each_activity_tells_what_article_30_asks() -> None:
    for activity in record.build(language="sv").activities:
        assert activity.basis
        assert activity.subjects
        assert activity.sources
        assert all(held.periods for held in activity.categories)


@pytest.mark.parametrize("who", ["petra", "leena"])
def test_petra_and_leena_read_the_record_and_take_it_as_pdf(client, db, who: str) -> None:
    client.force_login(getattr(cast, who)())
    page = client.get(reverse("admin:requests-record")).content.decode()
    assert "register.Customer.email" in page
    answer = client.get(reverse("admin:requests-record-pdf"))
    assert "/StructTreeRoot" in PdfReader(BytesIO(answer.content)).trailer["/Root"]


def test_the_record_is_had_as_a_spreadsheet_and_for_machines(client, db) -> None:
    client.force_login(cast.petra())
    sheet = client.get(reverse("admin:requests-record-csv")).content.decode("utf-8-sig")
    lines = list(csv.reader(sheet.splitlines(), delimiter=";"))
    data = client.get(reverse("admin:requests-record-json")).json()
    assert data["controller"]["business_id"] == settings.CONTROLLER["business_id"]
    keys = [activity["key"] for activity in data["activities"]]
    assert keys == [purpose.key for purpose in policy.PURPOSES]
    held = sum(max(1, len(activity["categories"])) for activity in data["activities"])
    assert len(lines) == 1 + held
    assert {len(line) for line in lines} == {len(record.header())}
    told = {column for line in lines[1:] for column in line[-1].split("; ") if column}
    assert told == set(policy.FIELDS)


def test_the_record_names_the_processors_with_their_agreements_and_counts_disclosures(
    client, db
) -> None:
    """30(1)(d)–(e): recipients, transfers and their safeguards; nobody whose data was given."""
    cast.processor(name="Kuvitteellinen Pilvi Oy", recipient=policy.ACCOUNTANT.key)
    away = {"country": "US", "safeguard": "clauses", "signed_on": None, "valid_through": None}
    cast.processor(name="Invented Mail Inc", **away)
    cast.processor(name="Entinen Oy", ended_on=cast.TODAY - timedelta(days=900))
    aino = cast.aino()
    cast.disclosure(aino, recipient=policy.POLICE.key, legal_ground="Poliisilaki 872/2011, 4:3")
    client.force_login(cast.petra())
    page = client.get(reverse("admin:requests-record")).content.decode()
    data = client.get(reverse("admin:requests-record-json")).json()
    sheet = client.get(reverse("admin:requests-record-csv")).content.decode()
    for told in ("Kuvitteellinen Pilvi Oy", "Invented Mail Inc", "Poliisilaki 872/2011, 4:3"):
        assert told in page
    assert "Entinen Oy" not in page
    assert aino.last_name not in page
    assert data["transfers"] == ["Invented Mail Inc (US)"]
    assert [row["lacking"] for row in data["outside"]] == [True, False]
    assert [row["times"] for row in data["given"]] == [1]
    assert "Kuvitteellinen Pilvi Oy (" in sheet


@pytest.mark.parametrize("who", ["kaisa", "olli", "birgit", "mauri"])
def test_others_do_not_open_the_record(client, db, who: str) -> None:
    client.force_login(getattr(cast, who)())
    assert client.get(reverse("admin:requests-record")).status_code == 403
    for kind in ("pdf", "csv", "json"):
        assert client.get(reverse(f"admin:requests-record-{kind}")).status_code == 403
