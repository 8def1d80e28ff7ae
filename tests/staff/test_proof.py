"""Before something sealed is opened, whoever opens it has just shown who she is."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, User
from tests import cast
from tests.staff.conftest import PASSWORD, App, a_browser, give_password, with_password

pytestmark = pytest.mark.django_db


def signed_in_a_while_ago(user: User, minutes: int = 6) -> Client:
    with_password(user)
    client = a_browser()
    give_password(client, user.get_username())
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - minutes * 60
    session.save()
    return client


def reveal(client: Client, aino: Any, reason: str = "agreement") -> Any:
    key = f"Identity.personal_identity_code.{aino.identity.pk}"
    page = reverse("admin:desk-reveal", args=[aino.pk])
    return client.post(page, {"key": key, "reason": reason})


def reveals() -> list[str]:
    return list(AuditEvent.objects.filter(verb="reveal").values_list("reason", flat=True))


def test_kaisa_who_signed_in_a_minute_ago_is_not_asked_again() -> None:
    client, aino = signed_in_a_while_ago(cast.kaisa(), minutes=1), cast.aino()
    assert cast.AINOS_CODE in reveal(client, aino).content.decode()


def test_after_a_while_kaisa_is_asked_and_then_goes_on_with_her_reason() -> None:
    client, aino = signed_in_a_while_ago(cast.kaisa()), cast.aino()
    asked = reveal(client, aino, reason="charge")
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not reveals()
    wrong = client.post(asked["Location"], {"password": "ei-se-ollut"})
    assert cast.AINOS_CODE not in wrong.content.decode()
    assert not reveals()
    page = reverse("admin:desk-reveal", args=[aino.pk])
    shown = client.post(asked["Location"], {"password": PASSWORD, "next": page})
    assert cast.AINOS_CODE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert reveals() == ["charge"]
    assert cast.AINOS_CODE in reveal(client, aino).content.decode(), "for five minutes, not again"


def test_a_reason_that_is_missing_is_asked_before_the_password() -> None:
    client, aino = signed_in_a_while_ago(cast.kaisa()), cast.aino()
    answer = reveal(client, aino, reason="")
    assert answer["Location"] == reverse("admin:desk-person", args=[aino.pk])


def test_a_code_of_the_app_is_a_proof_too_but_not_the_one_that_was_used() -> None:
    kaisa, aino = with_password(cast.kaisa()), cast.aino()
    app, client = App(kaisa), a_browser()
    give_password(client, "kaisa")
    code = app.code()
    client.post(reverse("mfa_authenticate"), {"code": code})
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = 0
    session.save()
    reveal(client, aino)
    page = reverse("admin:desk-reveal", args=[aino.pk])
    again = client.post(reverse("mfa_reauthenticate"), {"code": code, "next": page})
    assert "jo käytetty" in again.content.decode()
    shown = client.post(
        reverse("mfa_reauthenticate"), {"code": app.code(steps_ago=-1), "next": page}
    )
    assert cast.AINOS_CODE in shown.content.decode()


def test_the_dock_is_refused_before_any_password_is_asked() -> None:
    client, aino = signed_in_a_while_ago(cast.olli()), cast.aino()
    assert reveal(client, aino).status_code == 403
    assert not reveals()


def test_the_answer_hides_by_itself_and_without_a_script_too() -> None:
    client, aino = signed_in_a_while_ago(cast.kaisa(), minutes=0), cast.aino()
    html = reveal(client, aino).content.decode()
    person = reverse("admin:desk-person", args=[aino.pk])
    assert f'<meta http-equiv="refresh" content="45; url={person}">' in html
    assert "desk/reveal.js" in html
    assert 'data-hide-after="45"' in html
    assert "desk/reveal.js" not in client.get(person).content.decode()


def test_giving_a_role_asks_for_proof_and_then_gives_it() -> None:
    client, kaisa = signed_in_a_while_ago(cast.leena()), cast.kaisa()
    page = reverse("admin:staff-person", args=[kaisa.pk])
    asked = client.post(page, {"role": "privacy"})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert kaisa.grants.count() == 1
    client.post(asked["Location"], {"password": PASSWORD, "next": page})
    assert kaisa.grants.count() == 2
