"""The record of processing says what art. 30 asks, and every declared column is in it."""

from io import BytesIO

import pytest
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


@pytest.mark.parametrize("who", ["kaisa", "olli", "birgit", "mauri"])
def test_others_do_not_open_the_record(client, db, who: str) -> None:
    client.force_login(getattr(cast, who)())
    assert client.get(reverse("admin:requests-record")).status_code == 403
    assert client.get(reverse("admin:requests-record-pdf")).status_code == 403
