"""How long a sign-in lasts, where it goes on, and who ends it."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.urls import reverse
from django.utils import timezone

from register.services import short_clocks
from requests_app import throttle
from tests import cast
from tests.staff.conftest import (
    CHROME,
    ELSEWHERE,
    PASSWORD,
    App,
    a_browser,
    give_password,
    is_in,
    lines,
    newest,
    with_password,
)

pytestmark = pytest.mark.django_db


# -- How long it lasts -----------------------------------------------------------------------------


def signed_in(**where: str) -> Any:
    client = a_browser(**where)
    if not (kaisa := cast.kaisa()).has_usable_password():
        with_password(kaisa)
    give_password(client, "kaisa")
    assert is_in(client)
    return client


def forget_the_proof(client: Any) -> None:
    """As if she had signed in an hour ago."""
    session = client.session
    session["account_authentication_methods"] = []
    session.save()


def later(monkeypatch: pytest.MonkeyPatch, **passed: int) -> None:
    then = timezone.now() + timedelta(**passed)
    monkeypatch.setattr("kesajetti.accounts.sessions._now", lambda: int(then.timestamp()))


@pytest.mark.parametrize(("minutes", "why"), [(61, "idle"), (11 * 60, "absolute")])
def test_a_sign_in_ends_after_a_pause_and_after_a_day(
    minutes: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    later(monkeypatch, minutes=minutes)
    page = reverse("admin:records")
    answer = client.get(page)
    assert answer["Location"] == f"{reverse('account_login')}?next={page.replace('/', '%2F')}"
    assert newest() == ("sign_out", "done", why)
    assert "Kirjaudu uudelleen" in client.get(answer["Location"]).content.decode()
    assert not UserSession.objects.exists()


def test_a_busy_desk_stays_signed_in_and_the_list_knows_when_it_was_last_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = signed_in()
    before = UserSession.objects.get().last_seen_at
    time.sleep(0.01)
    for minutes in (50, 100, 150):
        later(monkeypatch, minutes=minutes)
        assert is_in(client)
    assert UserSession.objects.get().last_seen_at > before


def moved_to(client: Any, **where: str) -> Any:
    thief = a_browser(**where)
    thief.cookies = client.cookies
    return thief


def test_a_session_that_is_moved_to_another_browser_is_over_and_says_so() -> None:
    client = signed_in()
    thief = moved_to(client, agent=CHROME)
    answer = thief.get(reverse("admin:records"))
    assert answer.status_code == 403
    assert "Kirjattu ulos varmuuden vuoksi" in answer.content.decode()
    assert newest() == ("session.moved", "denied", "")
    assert lines(outcome="denied") == [("session.moved", "denied")]
    assert not is_in(client)


def test_a_session_that_changes_network_goes_on_is_written_down_and_asks_again_for_proof() -> None:
    client = signed_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.defaults["REMOTE_ADDR"] = ELSEWHERE
    assert is_in(client)
    assert ("session.elsewhere", "done") in lines()
    again = client.get(reverse("mfa_activate_totp"))
    assert again["Location"].startswith(reverse("account_reauthenticate"))


def test_kaisa_ends_the_sign_in_on_the_tablet_she_left_on_the_dock() -> None:
    here, tablet = signed_in(), signed_in(agent=CHROME)
    page = here.get(reverse("mfa_index")).content.decode()
    assert "Firefox, Linux" in page
    assert "Chrome, Windows" in page
    row = UserSession.objects.get(user_agent=CHROME)
    assert here.get(reverse("session-end", args=[row.pk])).status_code == 405
    here.post(reverse("session-end", args=[row.pk]))
    assert not is_in(tablet)
    assert is_in(here)
    assert newest()[:2] != ("session.moved", "denied")
    assert ("session.ended", "done") in lines()


def test_a_proof_gives_the_session_another_key_and_the_old_one_opens_nothing() -> None:
    client = signed_in()
    thief = a_browser()
    thief.cookies["session"] = client.cookies["session"].value
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.cookies["session"].value != thief.cookies["session"].value
    assert is_in(client)
    assert not is_in(thief)
    assert UserSession.objects.get().session_key == client.session.session_key


def test_ending_a_sign_in_asks_for_a_fresh_proof() -> None:
    here, tablet = signed_in(), signed_in(agent=CHROME)
    forget_the_proof(here)
    for page in (
        reverse("session-end", args=[UserSession.objects.get(user_agent=CHROME).pk]),
        reverse("sessions-end-others"),
    ):
        assert here.post(page)["Location"].startswith(reverse("account_reauthenticate"))
    assert is_in(tablet)


def test_nobody_ends_somebody_elses_sign_in() -> None:
    kaisa = signed_in()
    olli = a_browser()
    with_password(cast.olli())
    give_password(olli, "olli")
    row = UserSession.objects.get(user=cast.kaisa())
    assert olli.post(reverse("session-end", args=[row.pk])).status_code == 404
    assert is_in(kaisa)


def test_end_all_but_this_leaves_this() -> None:
    here, tablet = signed_in(), signed_in(agent=CHROME)
    here.post(reverse("sessions-end-others"))
    assert is_in(here)
    assert not is_in(tablet)


def test_a_closed_account_is_out_at_the_very_next_page() -> None:
    client = signed_in()
    kaisa = cast.kaisa()
    kaisa.is_active = False
    kaisa.save()
    assert not is_in(client)


def test_the_night_forgets_browsers_that_are_signed_out_and_counts_that_ran_out() -> None:
    client = signed_in()
    today, now = timezone.localdate(), timezone.now()
    assert not short_clocks.sweep(on=today, at=now)["usersessions.UserSession"]
    gone = short_clocks.sweep(on=today, at=now + timedelta(hours=11))
    assert gone["usersessions.UserSession"] == 1
    assert gone["register.Tally"] > 0
    assert not is_in(client)


def test_a_machine_that_tries_thousands_of_links_does_not_fill_the_log() -> None:
    client = a_browser()
    page = reverse("mfa_index").replace("oma/", "salasana/uusi/1-x-y/")
    for _number in range(25):
        client.get(page)
    assert len(lines()) == 20


@pytest.mark.parametrize("cookie", ["", "x", "x" * 32, "../../etc", "a\x00b"])
def test_a_tampered_cookie_is_nobody(cookie: str) -> None:
    client = signed_in()
    client.cookies["session"] = cookie
    answer = client.get(reverse("admin:records"))
    assert answer.status_code == 302
    assert reverse("admin:login") in answer["Location"]


def test_a_second_step_cannot_be_set_up_or_taken_off_without_a_fresh_proof() -> None:
    kaisa = with_password(cast.kaisa())
    app, client = App(kaisa), a_browser()
    give_password(client, "kaisa")
    client.post(reverse("mfa_authenticate"), {"code": app.code()})
    forget_the_proof(client)
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        answer = client.post(reverse(name), {})
        assert "vahvista" in answer["Location"] or "reauthenticate" in answer["Location"], name
    assert Authenticator.objects.filter(user=kaisa).count() == 2


def test_one_persons_passkey_is_not_renamed_or_removed_by_another() -> None:
    key = Authenticator.objects.create(user=cast.olli(), type="webauthn", data={})
    kaisa = signed_in()
    kaisa.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert kaisa.post(reverse(name, args=[key.pk]), {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_behind_a_proxy_the_address_is_the_one_the_proxy_saw(settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    with_password(cast.kaisa())
    client = a_browser()
    client.defaults["HTTP_X_FORWARDED_FOR"] = "203.0.113.9, 198.51.100.7"
    give_password(client, "kaisa")
    assert UserSession.objects.get().ip == "198.51.100.7"


def test_an_hours_measure_of_a_public_form_lasts_an_hour_and_is_of_one_address(
    rf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(address: str = "192.0.2.1") -> bool:
        request = rf.post("/", REMOTE_ADDR=address)
        return throttle.allowed(request, form="request", proven=False)

    assert all(tried() for _number in range(throttle.WITHOUT_PROOF))
    assert not tried()
    assert tried(ELSEWHERE)
    now = time.time()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 3_500)
    assert not tried()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 3_700)
    assert tried()
