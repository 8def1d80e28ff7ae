"""The numbers of requests are right, and only those who answer for them read them."""

from datetime import timedelta

import pytest

from requests_app.services import figures, intake, steps
from tests import cast

DAY = timedelta(days=1)
ON = cast.TODAY


def entered(days_ago: int, kind: str = "access"):
    return intake.enter(
        by=cast.petra(), channel="phone", received_at=cast.NOW - days_ago * DAY, at=cast.NOW,
        kind=kind, name="Aino Aallokko", language="fi",
    )  # fmt: skip


def closed(days_ago: int, decision: str, kind: str = "access"):
    request = entered(days_ago, kind)
    steps.close(request=request, decision=decision, grounds="x", by=cast.petra(), at=cast.NOW)
    return request


def test_what_is_open_near_and_overdue_is_told_apart(db) -> None:
    for days_ago in (1, 20, 25, 50):  # due in about 30, 11 and 6 days, and long ago
        entered(days_ago)
    steps.withdraw(request=entered(3), at=cast.NOW)
    now = figures.of(on=ON)
    assert (now.open, now.soon, now.overdue, now.median_days) == (4, 2, 1, None)


def test_outcomes_stand_by_kind_and_year_with_their_median(db) -> None:
    closed(2, "granted")
    closed(10, "partly")
    closed(40, "refused")
    closed(5, "granted", "objection")
    steps.withdraw(request=entered(3), at=cast.NOW)
    access, objection = figures.of(on=ON).lines
    assert access.year == objection.year == ON.year
    assert (access.received, access.granted, access.partly, access.refused) == (4, 1, 1, 1)
    assert (access.withdrawn, access.late, access.open, access.median_days) == (1, 1, 0, 10)
    assert (objection.received, objection.median_days) == (1, 5)
    assert figures.of(on=ON).median_days == 7.5


def test_an_unconfirmed_request_is_not_counted(ask) -> None:
    ask()
    assert figures.of(on=ON) == figures.Figures(0, 0, 0, None, ())


@pytest.mark.parametrize("who", ["petra", "leena"])
def test_the_figures_are_read_and_taken_as_csv(client, db, who: str) -> None:
    closed(2, "granted")
    closed(3, "granted")
    client.force_login(getattr(cast, who)())
    page = client.get("/hallinta/requests_app/datasubjectrequest/luvut/").content.decode()
    assert "2,5" in page
    csv = client.get("/hallinta/requests_app/datasubjectrequest/luvut.csv").content.decode()
    assert csv.splitlines()[1].endswith(";2;0;2;0;0;0;0;2,5")
    assert "Aino" not in page.partition("<main")[2] + csv


@pytest.mark.parametrize("who", ["kaisa", "olli", "birgit", "mauri"])
def test_others_do_not_read_the_figures(client, db, who: str) -> None:
    client.force_login(getattr(cast, who)())
    for name in ("luvut/", "luvut.csv"):
        answer = client.get(f"/hallinta/requests_app/datasubjectrequest/{name}")
        assert answer.status_code == 403
