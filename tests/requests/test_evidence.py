"""Leena, signed in, sees beside every promise whether it is kept; nobody else sees that."""

import re

import pytest

from requests_app import evidence
from requests_app.models import DataSubjectRequest
from tests import cast

PROMISES = [f"p{number}" for number in range(1, 27)]


def marks(page: str) -> set[str]:
    return {promise.lower() for promise in re.findall(r'evidence-mark">(P\d+)', page)}


def test_leena_sees_evidence_beside_every_promise(client, db) -> None:
    cast.story()
    client.force_login(cast.leena())
    for path in ("/tietosuoja/", "/sv/tietosuoja/"):
        assert marks(client.get(path).content.decode()) == set(PROMISES)


@pytest.mark.parametrize("who", ["kaisa", "olli", "birgit", "mauri", None])
def test_nobody_else_sees_the_evidence(client, db, who: str | None) -> None:
    if who:
        client.force_login(getattr(cast, who)())
    assert marks(client.get("/tietosuoja/").content.decode()) == set()


def test_the_evidence_names_nobody(client, db) -> None:
    story = cast.story()
    client.force_login(cast.leena())
    page = client.get("/tietosuoja/").content.decode()
    for canary in (story.aino.last_name, story.aino.email, cast.AINOS_CODE, story.eero.last_name):
        assert canary not in page


def test_a_request_past_its_last_day_alarms(ask) -> None:
    ask("confirmed")
    found = evidence.gather(at=cast.NOW)
    assert not found["p20"].alarm
    DataSubjectRequest.objects.update(due_on=cast.date(2026, 7, 1), target_on=cast.date(2026, 7, 1))
    assert evidence.gather(at=cast.NOW)["p20"].alarm


def test_somebody_kept_past_her_day_alarms_unless_she_is_held(db) -> None:
    eero = cast.eero()
    eero.kept_through, eero.has_contract = cast.date(2026, 1, 1), False
    eero.save()
    assert evidence.gather(at=cast.NOW)["p5"].alarm
    cast.hold(eero)
    assert not evidence.gather(at=cast.NOW)["p5"].alarm


def test_a_nightly_job_that_stopped_alarms(db) -> None:
    assert evidence.gather(at=cast.NOW)["p6"].alarm
