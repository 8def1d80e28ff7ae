"""Who looked at whom: the page, the file, and what the person herself gets to read."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register import spreadsheets
from register.models import AuditEvent, User
from register.services import audit, audit_log
from requests_app.packages import collecting
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(reader: User, /, **asked: Any) -> str:
    response = browser(reader).get(reverse("admin:desk-audit"), asked)
    assert response.status_code == 200
    return response.content.decode()


def table(reader: User, /, **asked: Any) -> list[dict[str, str]]:
    response = browser(reader).post(reverse("admin:desk-audit-export"), asked)
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def kaisas_day() -> Any:
    """Kaisa opens Aino's page and her code, and Eero's page the day after."""
    aino, eero, kaisa = cast.aino(), cast.eero(), cast.kaisa()
    audit.record(verb="view", by=kaisa, at=cast.NOW, object=aino)
    aino.identity.personal_identity_code.reveal(reason="identify", by=kaisa, at=cast.NOW)
    audit.record(verb="view", by=kaisa, at=cast.NOW + timedelta(days=1), object=eero)
    return aino, eero, kaisa


@pytest.mark.parametrize("who", [cast.petra, cast.leena])
def test_privacy_and_owner_read_who_looked_at_aino_and_why(kaisas_day: Any, who: Any) -> None:
    html = page(who())
    assert "Kaisa Kaislikko" in html
    assert "Aino Aallokko" in html
    assert "Henkilön erottaminen samannimisistä" in html
    assert cast.AINOS_CODE not in html


@pytest.mark.parametrize("who", [cast.kaisa, cast.olli, cast.birgit, cast.mauri])
def test_nobody_else_reads_it(who: Any) -> None:
    client = browser(who())
    assert client.get(reverse("admin:desk-audit")).status_code == 403
    assert client.post(reverse("admin:desk-audit-export")).status_code == 403


def test_a_person_is_asked_for_by_number(kaisas_day: Any) -> None:
    aino, _eero, _kaisa = kaisas_day
    html = page(cast.petra(), person=aino.number)
    assert "Aino Aallokko" in html
    assert "Eero Eteläranta" not in html


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ({"verb": "reveal"}, 1),
        ({"verb": "view"}, 2),
        ({"since": cast.TODAY + timedelta(days=1)}, 1),
        ({"until": cast.TODAY, "verb": "view"}, 1),
        ({"since": cast.TODAY, "until": cast.TODAY}, 2),
        ({"outcome": "denied"}, 0),
    ],
)
def test_lines_are_chosen_by_day_verb_and_outcome(
    kaisas_day: Any, asked: dict[str, Any], lines: int
) -> None:
    *_people, kaisa = kaisas_day
    asked = {name: str(value) for name, value in asked.items()}
    assert len(table(cast.petra(), user=kaisa.pk, **asked)) == lines


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"person": "999999"}, "Tällä numerolla ei ole ketään."),
        ({"since": "2026-07-02", "until": "2026-07-01"}, "Viimeinen päivä on ennen ensimmäistä."),
        ({"since": "yesterday"}, "päivämäärä"),
        ({"user": "0"}, "summary"),
        ({"before": "-1"}, "summary"),
        ({"person": "9" * 30}, "summary"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_words(asked: dict[str, str], words: str) -> None:
    assert words in page(cast.petra(), **asked)


def test_reading_the_audit_is_a_line_of_the_audit(kaisas_day: Any) -> None:
    aino, *_others = kaisas_day
    petra = cast.petra()
    page(petra, person=aino.number)
    line = AuditEvent.objects.filter(verb="list", reason=audit_log.SUBJECT).get()
    assert (line.actor_id, line.customer_id, line.count) == (petra.pk, aino.pk, 2)


def test_the_download_is_a_line_of_the_audit(kaisas_day: Any) -> None:
    petra = cast.petra()
    rows = table(petra, verb="view")
    line = AuditEvent.objects.get(verb="export")
    assert (line.actor_id, line.reason, line.count) == (petra.pk, audit_log.SUBJECT, len(rows))


def test_the_file_names_no_customer(kaisas_day: Any) -> None:
    aino, *_others = kaisas_day
    rows = table(cast.petra())
    assert "Aallokko" not in str(rows)
    assert str(aino.number) in {row["person_number"] for row in rows}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    cast.kaisa()
    evil = cast.staff("desk", username=f"{start.strip() or 'x'}cmd")
    audit.record(verb="view", by=evil, at=cast.NOW, reason=text[:60])
    cells = [cell for row in table(cast.petra(), verb="view") for cell in row.values()]
    assert f"'{text}" in cells
    assert not [cell for cell in cells if cell.startswith(spreadsheets.FORMULA)]


def test_older_lines_are_a_page_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from register.desk import audit_log as desk

    monkeypatch.setattr(desk, "PAGE", 3)
    for _number in range(5):
        audit.record(verb="view", at=cast.NOW)
    first = page(cast.petra(), verb="view")
    assert "Vanhemmat" in first
    before = AuditEvent.objects.filter(verb="view").order_by("-id")[2].pk
    assert f"?verb=view&amp;before={before}" in first
    assert "Vanhemmat" not in page(cast.petra(), verb="view", before=before)


def test_aino_reads_her_own_extract_without_the_names_of_the_staff(kaisas_day: Any) -> None:
    aino, *_others = kaisas_day
    looks = list(collecting._looks(aino, "fi"))
    assert [look.verb for look in looks] == ["avasi", "avasi salatun tiedon"]
    assert {look.role for look in looks} == {"Asiakaspalvelu"}
    assert "aisa" not in str(looks)
