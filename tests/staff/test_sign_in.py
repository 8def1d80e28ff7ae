"""Signing in: what it takes, what it tells a stranger, and whom guessing shuts out."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from register.services import invitations
from tests import cast
from tests.staff.conftest import (
    CHROME,
    PASSWORD,
    App,
    a_browser,
    code_of,
    give_password,
    is_in,
    lines,
    newest,
    with_password,
)

pytestmark = pytest.mark.django_db


# -- What it takes ---------------------------------------------------------------------------------


def test_in_a_demo_kaisas_password_is_enough_and_every_page_says_that_it_is_a_demo() -> None:
    with_password(cast.kaisa())
    client = a_browser()
    assert not is_in(client)
    assert give_password(client, "kaisa")["Location"] == reverse("admin:index")
    assert "Demo:" in client.get(reverse("admin:index")).content.decode()
    assert lines() == [("sign_in", "done")]


def test_without_a_second_step_kaisa_gets_only_the_page_to_set_one_up(
    second_step_needed: None,
) -> None:
    with_password(cast.kaisa())
    client = a_browser()
    give_password(client, "kaisa")
    own = reverse("mfa_index")
    for page in ("admin:index", "admin:records", "admin:register_customer_changelist", "notice"):
        assert client.get(reverse(page))["Location"] == own
    assert client.post(reverse("admin:desk-search"), {"q": "aino"})["Location"] == own
    html = client.get(own).content.decode()
    assert "Vielä yksi asia" in html
    assert reverse("admin:records") not in html


def test_kaisa_sets_up_the_app_and_the_register_opens(second_step_needed: None) -> None:
    kaisa, client = with_password(cast.kaisa(email="kaisa@kesajetti.example")), a_browser()
    give_password(client, "kaisa")
    page = reverse("mfa_activate_totp")
    secret = client.get(page).context["form"].secret
    assert client.post(page, {"code": "000000"}).status_code == 200
    done = client.post(page, {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    shown = client.get(done["Location"]).content.decode()
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert all(code in shown for code in codes)
    assert codes[0] not in client.get(done["Location"]).content.decode()
    assert is_in(client)
    assert ("second_step.added", "done") in lines(object_id=str(kaisa.pk))


def test_the_second_step_is_asked_and_a_wrong_code_leaves_a_line() -> None:
    kaisa = with_password(cast.kaisa())
    app, client = App(kaisa), a_browser()
    assert give_password(client, "kaisa")["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Koodi on väärin" in wrong.content.decode()
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert is_in(client)
    assert lines()[-2:] == [("second_step", "failed"), ("sign_in", "done")]
    assert newest() == ("sign_in", "done", "password, totp")


@pytest.mark.parametrize("age", [0, 1])
def test_a_code_is_good_once_also_for_as_long_as_a_slow_clock_takes_it(age: int) -> None:
    app = App(with_password(cast.kaisa()))
    code = app.code(steps_ago=age)
    first, second = a_browser(), a_browser()
    for client in (first, second):
        give_password(client, "kaisa")
    first.post(reverse("mfa_authenticate"), {"code": code})
    cache.delete(f"allauth.mfa.totp.used?user={app.user.pk}&code={code}")  # half a minute later
    again = second.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})
    assert is_in(first)
    assert not is_in(second)
    assert "jo käytetty" in again.content.decode()
    assert lines()[-1] == ("second_step", "failed")


def test_an_old_code_of_the_app_is_no_good() -> None:
    app, client = App(with_password(cast.kaisa())), a_browser()
    give_password(client, "kaisa")
    client.post(reverse("mfa_authenticate"), {"code": app.code(steps_ago=3)})
    assert not is_in(client)


def test_a_recovery_code_lets_kaisa_in_once() -> None:
    app = App(with_password(cast.kaisa()))
    for expected in (True, False):
        client = a_browser()
        give_password(client, "kaisa")
        client.post(reverse("mfa_authenticate"), {"code": app.codes[0]})
        assert is_in(client) is expected


def test_secrets_of_the_second_step_do_not_stand_in_the_database() -> None:
    app = App(with_password(cast.kaisa()))
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert app.secret not in stored
    assert not any(code in stored for code in app.codes)


def test_nobody_signs_up_by_herself() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert not EmailAddress.objects.exists()


# -- Passwords -------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [
    "lyhyt-sana", "password1234", "iloveyou1234", "Salasana2026!", "qwertyuiop123", "kesäkesäkesä",
    "Kesajetti2026!", "kaisa-kaislikko",
])  # fmt: skip
def test_a_password_that_many_have_had_is_refused(password: str) -> None:
    kaisa = with_password(cast.kaisa())
    client = a_browser()
    give_password(client, "kaisa")
    answer = client.post(reverse("account_change_password"), {
        "oldpassword": PASSWORD, "password1": password, "password2": password,
    })  # fmt: skip
    assert answer.status_code == 200
    kaisa.refresh_from_db()
    assert kaisa.check_password(PASSWORD)


def test_a_changed_password_ends_the_other_sign_ins_and_kaisa_hears_of_it(
    django_capture_on_commit_callbacks: Any, mailoutbox: Any
) -> None:
    kaisa = with_password(cast.kaisa(email="kaisa@kesajetti.example"))
    here, tablet = a_browser(), a_browser(agent=CHROME)
    for client in (here, tablet):
        give_password(client, "kaisa")
    new = "kuikka-huutaa-aamuyolla"
    with django_capture_on_commit_callbacks(execute=True):
        here.post(reverse("account_change_password"), {
            "oldpassword": PASSWORD, "password1": new, "password2": new,
        })  # fmt: skip
    assert is_in(here)
    assert not is_in(tablet)
    assert ("password.changed", "done") in lines(object_id=str(kaisa.pk))
    assert invitations.tell_of_changed_sign_in(user_id=kaisa.pk)
    assert mail.outbox[0].to == ["kaisa@kesajetti.example"]


def test_argon2_keeps_the_passwords() -> None:
    from kesajetti.accounts import options

    assert options.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


# -- What it tells a stranger ----------------------------------------------------------------------


def refused(name: str, password: str) -> str:
    html = give_password(a_browser(), name, password).content.decode()
    return html.replace(name, "NAME")


def without_tokens(html: str) -> str:
    return "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_wrong_password_an_unknown_name_and_a_closed_account_get_the_same_answer() -> None:
    with_password(cast.kaisa())
    with_password(cast.olli(is_active=False))
    answers = {
        without_tokens(refused(name, password))
        for name, password in (("kaisa", "väärä-sana-1"), ("nobody", "väärä-sana-1"),
                               ("olli", PASSWORD))
    }  # fmt: skip
    assert len(answers) == 1
    assert "väärin" in answers.pop()


def test_known_and_unknown_names_cost_the_same_hashing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    with_password(cast.kaisa())
    counted: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        counted.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    costs = []
    for name in ("kaisa", "nobody"):
        counted.clear()
        refused(name, "väärä-sana-1")
        costs.append(len(counted))
    assert costs[0] == costs[1] > 0


def queries_of_asking(email: str) -> list[str]:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        answer = a_browser().post(reverse("account_reset_password"), {"email": email})
    assert answer["Location"] == reverse("account_reset_password_done")
    return [" ".join(query["sql"].split('"')[0].split()[:2]) for query in asked]


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown_addresses() -> None:
    kaisa = with_password(cast.kaisa(email="kaisa@kesajetti.example"))
    queries_of_asking("warm@kesajetti.example")
    known = queries_of_asking("kaisa@kesajetti.example")
    unknown = queries_of_asking("stranger@kesajetti.example")
    assert known == unknown
    assert not mail.outbox, "the worker mails, not the page"
    assert invitations.send_password_link(user_id=kaisa.pk, at=timezone.now())
    assert not invitations.send_password_link(user_id=0, at=timezone.now())
    assert len(mail.outbox) == 1


def link_in_mail() -> str:
    return next(word for word in str(mail.outbox[-1].body).split() if "/salasana/uusi/" in word)


def test_a_link_in_a_mail_starts_with_the_public_address_whatever_the_host_header_says(
    settings: Any,
) -> None:
    settings.PUBLIC_URL = "https://rekisteri.kesajetti.example"
    kaisa = with_password(cast.kaisa(email="kaisa@kesajetti.example"))
    invitations.send_password_link(user_id=kaisa.pk, at=timezone.now())
    assert link_in_mail().startswith("https://rekisteri.kesajetti.example/")


def test_a_new_password_does_not_skip_the_second_step_and_the_link_works_once() -> None:
    kaisa = with_password(cast.kaisa(email="kaisa@kesajetti.example"))
    App(kaisa)
    invitations.send_password_link(user_id=kaisa.pk, at=timezone.now())
    path = "/hallinta/" + link_in_mail().partition("/hallinta/")[2]
    client, new = a_browser(), "kuikka-huutaa-aamuyolla"
    form = client.get(path)["Location"]
    assert "set-password" in form
    client.post(form, {"password1": new, "password2": new})
    assert not is_in(client)
    assert give_password(client, "kaisa", new)["Location"] == reverse("mfa_authenticate")
    again = a_browser().get(path)
    assert "Linkki ei enää toimi" in again.content.decode()
    assert ("password.asked", "done") in lines()


@pytest.mark.parametrize("broken", ["x", "0-tampered", "zzzzzzzzzzzzz-cf1-0a"])
def test_a_tampered_link_says_so_and_opens_nothing(broken: str) -> None:
    with_password(cast.kaisa())
    page = reverse("mfa_index").replace("oma/", f"salasana/uusi/1-{broken}/")
    assert "Linkki ei enää toimi" in a_browser().get(page).content.decode()
    assert lines() == [("password.link", "denied")]


def test_a_long_password_with_any_characters_is_taken_as_it_is_typed() -> None:
    kaisa, client = with_password(cast.kaisa()), a_browser()
    give_password(client, "kaisa")
    long = "  Äänekäs 🦆 uiskenteli (kolmesti) laiturin ali – ja takaisin, ilman kiirettä lainkaan!"
    assert len(long) > 64
    client.post(reverse("account_change_password"), {
        "oldpassword": PASSWORD, "password1": long, "password2": long,
    })  # fmt: skip
    kaisa.refresh_from_db()
    assert kaisa.check_password(long)
    assert not kaisa.check_password(long.strip())
    fresh = a_browser()
    give_password(fresh, "kaisa", long)
    assert is_in(fresh)


def test_password_fields_help_password_managers() -> None:
    html = a_browser().get(reverse("account_login")).content.decode()
    assert 'type="password"' in html
    assert 'autocomplete="current-password"' in html
    assert 'autocomplete="username webauthn"' in html
    assert "onpaste" not in html
    with_password(cast.kaisa())
    client = a_browser()
    give_password(client, "kaisa")
    changed = client.get(reverse("account_change_password")).content.decode()
    assert changed.count('autocomplete="new-password"') == 2


def test_a_link_to_a_password_does_not_reach_the_log() -> None:
    from kesajetti.logs import without_tokens

    kaisa = cast.kaisa(email="kaisa@kesajetti.example")
    link = invitations.password_link(kaisa)
    assert link.rstrip("/").rpartition("/")[2] not in without_tokens(link)


def test_leaving_for_another_site_after_signing_in_is_not_offered() -> None:
    with_password(cast.kaisa())
    client = a_browser()
    answer = client.post(
        reverse("account_login") + "?next=https://evil.example/",
        {"login": "kaisa", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer["Location"] == reverse("admin:index")
