"""Data breaches: 72 hours from knowing, every question answered before one is closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register.models import AuditEvent, Breach
from register.services import breaches
from tests import cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOTHING_MORE = {
    "risk": "none", "measures": "Tabletti etälukittiin.",
    "authority_why_not": "Laite oli koko ajan näkyvissä.", "people_why_not": "Ei riskiä.",
}  # fmt: skip
SAID: dict[str, Any] = {
    "kind": "confidentiality", "known_at": cast.NOW - HOUR, "happened_at": cast.NOW - 2 * HOUR,
    "what": "Tabletti unohtui laiturille.", "whom": "asiakkaat", "data": "päivän varaukset",
}  # fmt: skip


def go_on(row: Breach, **said: Any) -> Breach:
    return breaches.go_on(breach=row, said=SAID | said, by=cast.petra(), at=cast.NOW)


def test_the_hours_run_through_the_weekend_and_the_night_the_clocks_change() -> None:
    friday = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
    row = cast.breach(known_at=friday)
    assert row.due_at - friday == timedelta(hours=72)
    assert row.due_at == datetime(2026, 10, 26, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(("after", "late"), [(72 * HOUR, False), (72 * HOUR + HOUR / 60, True)])
def test_a_minute_over_the_72_hours_is_late(after: timedelta, late: bool) -> None:
    known = cast.NOW - timedelta(days=5)
    row = cast.breach(known_at=known, authority_told_at=known + after)
    assert row.told_late is late


def test_petra_writes_a_breach_down_and_the_audit_says_which_columns_grew() -> None:
    row = breaches.begin(said=SAID, by=cast.petra(), at=cast.NOW)
    go_on(row, risk="risk")
    line = AuditEvent.objects.get(verb="breach.noted")
    assert (line.fields, line.object_id) == (["risk"], str(row.pk))
    assert row.reference == "TL-2026-0001"


@pytest.mark.parametrize("lacking", ["risk", "measures", "authority_why_not", "people_why_not"])
def test_a_breach_is_not_closed_while_an_answer_is_missing(lacking: str) -> None:
    row = breaches.begin(said=SAID, by=cast.petra(), at=cast.NOW)
    said = {name: text for name, text in NOTHING_MORE.items() if name != lacking}
    row = go_on(row, **said)
    with pytest.raises(breaches.Impossible):
        breaches.close(breach=row, by=cast.petra(), at=cast.NOW)
    row = go_on(row, **NOTHING_MORE)
    assert breaches.close(breach=row, by=cast.petra(), at=cast.NOW).closed_at == cast.NOW


def test_whoever_tells_the_authority_late_says_why() -> None:
    known = cast.NOW - timedelta(days=4)
    row = cast.breach(known_at=known)
    said = {**NOTHING_MORE, "risk": "risk", "known_at": known, "happened_at": None}
    row = go_on(row, **said, authority_told_at=cast.NOW - HOUR)
    assert len(breaches.missing(row)) == 1
    row = go_on(row, **said, authority_told_at=cast.NOW - HOUR, delay_reason="Laajuus selvisi nyt.")
    assert breaches.missing(row) == []


def test_a_risk_is_not_explained_away() -> None:
    row = go_on(cast.breach(), **{**NOTHING_MORE, "risk": "risk"})
    assert len(breaches.missing(row)) == 1


def test_what_is_closed_stays_as_it_is() -> None:
    row = go_on(cast.breach(), **NOTHING_MORE)
    breaches.close(breach=row, by=cast.petra(), at=cast.NOW)
    with pytest.raises(breaches.Closed):
        go_on(row, what="Mitään ei tapahtunut.")


@pytest.mark.parametrize(
    "said",
    [
        {"known_at": cast.NOW + HOUR},
        {"happened_at": cast.NOW},
        {"authority_told_at": cast.NOW - 2 * HOUR},
    ],
)
def test_times_that_cannot_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(breaches.Impossible):
        breaches.begin(said=SAID | said, by=cast.petra(), at=cast.NOW)
    assert not Breach.objects.exists()


def test_kaisa_does_not_write_the_log() -> None:
    with pytest.raises(PermissionDenied):
        breaches.begin(said=SAID, by=cast.kaisa(), at=cast.NOW)


def test_the_desk_shows_the_running_clock_until_the_authority_is_told(client: Client) -> None:
    client.force_login(cast.petra())
    known = timezone.localtime() - HOUR
    told = {
        **SAID,
        "known_at": known.strftime("%Y-%m-%dT%H:%M"),
        "happened_at": "",
        "risk": "unknown",
    }
    client.post(reverse("admin:breach-begin"), told)
    row = Breach.objects.get()
    assert row.reference in client.get(reverse("admin:index")).content.decode()
    told |= {"risk": "risk", "authority_told_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}
    client.post(reverse("admin:breach", args=[row.pk]), told)
    assert row.reference not in client.get(reverse("admin:index")).content.decode()


def test_what_was_typed_is_not_lost_when_it_is_refused(client: Client) -> None:
    client.force_login(cast.petra())
    told = {**SAID, "known_at": "2099-01-01T12:00", "happened_at": "", "risk": "unknown"}
    page = client.post(reverse("admin:breach-begin"), told).content.decode()
    assert "Tabletti unohtui laiturille." in page
    assert "tulevaisuudessa" in page
    assert not Breach.objects.exists()
