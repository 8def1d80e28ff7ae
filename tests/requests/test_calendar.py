"""The last days as a calendar file: every open request, references only."""

from django.urls import reverse

from requests_app.services import steps
from tests import cast

ADDRESS = "admin:requests-calendar"


def test_the_calendar_holds_each_open_last_day_and_nothing_personal(client, ask) -> None:
    waiting, ended = ask("confirmed"), ask("confirmed", email="toinen@posti.example")
    steps.withdraw(request=ended, at=cast.NOW)
    client.force_login(cast.petra())
    answer = client.get(reverse(ADDRESS))
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") == 1
    assert f"DTSTART;VALUE=DATE:{waiting.due_on:%Y%m%d}\r\n" in text
    assert waiting.reference in text
    assert ended.reference not in text
    assert "Aallokko" not in text
    assert "posti.example" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_extension_moves_the_event_and_other_roles_get_none(client, ask) -> None:
    request = ask("confirmed")
    client.force_login(cast.petra())
    before = client.get(reverse(ADDRESS)).content.decode()
    steps.extend(request=request, reason="Paljon aineistoa", by=cast.petra(), at=cast.NOW)
    request.refresh_from_db()
    after = client.get(reverse(ADDRESS)).content.decode()
    assert f"UID:{request.pk}@" in before
    assert f"UID:{request.pk}@" in after
    assert f"{request.due_on:%Y%m%d}" in after
    assert f"{request.due_on:%Y%m%d}" not in before
    client.force_login(cast.kaisa())
    assert client.get(reverse(ADDRESS)).status_code == 403
