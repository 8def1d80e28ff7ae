"""Many look-ups in a day stand out, once, to the owner and the privacy role."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from register import policy, tasks
from register.models import AuditEvent, LookUpNotice
from register.services import audit, look_ups
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

USUAL = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three reveals, and two by the privacy role, are a busy day."""
    monkeypatch.setitem(policy.USUAL_LOOK_UPS, "desk", {"view": 9, "reveal": USUAL, "export": 0})
    monkeypatch.setitem(policy.USUAL_LOOK_UPS, "privacy", {"view": 9, "reveal": 2, "export": 1})


def reveal(times: int, *, by: Any = None, at: Any = cast.NOW) -> None:
    for _number in range(times):
        audit.record(verb="reveal", by=by or cast.kaisa(), at=at, reason="identify")


def test_a_busy_day_is_no_news() -> None:
    reveal(USUAL)
    assert not LookUpNotice.objects.exists()


def test_one_more_than_usual_is_noticed_once() -> None:
    reveal(USUAL + 5)
    notice = LookUpNotice.objects.get()
    assert (notice.actor_id, notice.verb, notice.day) == (cast.kaisa().pk, "reveal", cast.TODAY)


def test_the_next_day_counts_anew() -> None:
    reveal(USUAL)
    reveal(USUAL, at=cast.NOW + timedelta(days=1))
    assert not LookUpNotice.objects.exists()
    reveal(USUAL + 1, at=cast.NOW + timedelta(days=2))
    reveal(USUAL + 1, at=cast.NOW + timedelta(days=3))
    assert LookUpNotice.objects.count() == 2


def test_what_was_refused_is_not_counted() -> None:
    for _number in range(USUAL + 5):
        audit.record(verb="reveal", by=cast.kaisa(), at=cast.NOW, outcome="denied")
    assert not LookUpNotice.objects.exists()


def test_of_two_roles_the_greater_number_counts() -> None:
    assert look_ups.usual_of(["desk", "privacy"], "reveal") == USUAL
    assert look_ups.usual_of([""], "reveal") == 0


def test_every_role_has_its_numbers() -> None:
    assert set(policy.USUAL_LOOK_UPS) == set(policy.ROLE_KEYS)
    assert len({frozenset(usual) for usual in policy.USUAL_LOOK_UPS.values()}) == 1


def test_the_mail_goes_to_the_owner_and_privacy_and_names_nobody(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.kaisa(email="kaisa@firma.example")
    cast.petra(email="petra@firma.example")
    cast.leena(email="leena@firma.example")
    told: list[int] = []
    monkeypatch.setattr(look_ups, "_tellers", [told.append])
    with django_capture_on_commit_callbacks(execute=True):
        reveal(USUAL + 2)
    assert told == [LookUpNotice.objects.get().pk]
    tasks.tell_of_look_ups.call(told[0])
    tasks.tell_of_look_ups.call(told[0])
    [letter] = mail.outbox
    assert set(letter.to) == {"petra@firma.example", "leena@firma.example"}
    text = letter.subject + str(letter.body)
    assert reverse("admin:desk-audit") in text
    assert "aisa" not in text
    assert "Aino" not in text


def test_without_an_address_on_any_account_the_firm_is_told(settings: Any) -> None:
    reveal(USUAL + 1)
    look_ups.send_mail(notice_id=LookUpNotice.objects.get().pk, at=cast.NOW)
    assert mail.outbox[0].to == [settings.CONTROLLER["email"]]


def test_the_notice_stands_on_petras_desk_until_she_has_looked_into_it() -> None:
    reveal(USUAL + 1, at=timezone.now())
    client = Client()
    client.force_login(cast.petra())
    front = reverse("admin:index")
    assert "Kaisa Kaislikko" in client.get(front).content.decode()
    notice = LookUpNotice.objects.get()
    client.post(reverse("admin:desk-audit-seen"), {"notice": notice.pk})
    assert "Kaisa Kaislikko" not in client.get(front).content.decode()
    notice.refresh_from_db()
    assert notice.seen_by == cast.petra().pk
    assert AuditEvent.objects.filter(verb="notice.seen", object_id=notice.pk).exists()


@pytest.mark.parametrize("number", ["", "x", "999", "-1", "9" * 30])
def test_a_notice_that_is_not_there_changes_nothing(number: str) -> None:
    client = Client()
    client.force_login(cast.petra())
    response = client.post(reverse("admin:desk-audit-seen"), {"notice": number})
    assert response.status_code == 302
