"""The owner gives and takes roles; what is taken or runs out is gone at the very next page."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from register import permissions, policy
from register.desk import role_words
from register.models import AuditEvent, Customer, RoleGrant, User
from register.services import audit, invitations, staff
from register.services.refusals import Refused
from requests_app import evidence
from tests import cast
from tests.staff.conftest import PASSWORD, App, a_browser, give_password, is_in, with_password

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def now() -> Any:
    return timezone.now()


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def lines(**wanted: Any) -> list[tuple[str, str, str]]:
    rows = AuditEvent.objects.filter(**wanted).order_by("id")
    return list(rows.values_list("verb", "outcome", "reason"))


# -- What is held ----------------------------------------------------------------------------------


def test_somebody_with_two_roles_sees_what_either_of_them_sees() -> None:
    olli, leena = cast.olli(), cast.leena()
    assert not permissions.may(olli, "reveal")
    staff.give_role(user=olli, role="desk", by=leena, at=now())
    olli = User.objects.get(pk=olli.pk)
    assert permissions.roles_of(olli) == ("desk", "dock")
    assert permissions.may(olli, "reveal")


def test_a_role_with_a_last_day_works_through_it_and_ends_by_itself(monkeypatch: Any) -> None:
    summer_help, leena = cast.staff("dock"), cast.leena()
    last = TODAY() + timedelta(days=3)
    staff.give_role(user=summer_help, role="dock", by=leena, at=now(), expires_on=last)
    client = browser(summer_help)
    page = reverse("admin:register_customer_changelist")
    assert client.get(page).status_code == 200
    monkeypatch.setattr("register.permissions.timezone.localdate", lambda: last)
    assert client.get(page).status_code == 200
    monkeypatch.setattr("register.permissions.timezone.localdate", lambda: last + timedelta(days=1))
    answer = client.get(page)
    assert answer.status_code == 403
    assert "Ei kuulu rooliisi" in answer.content.decode()
    assert lines(outcome="denied") == [("page", "denied", "admin:register_customer_changelist")]


def test_a_role_taken_in_the_middle_of_a_session_is_gone_at_the_next_click() -> None:
    aino, kaisa, leena = cast.aino(), cast.kaisa(), cast.leena()
    client = browser(kaisa)
    page = reverse("admin:desk-person", args=[aino.pk])
    assert "Aallokko" in client.get(page).content.decode()
    staff.take_role(grant=kaisa.grants.get(), by=leena, at=now())
    answer = client.get(page)
    assert answer.status_code == 403
    assert "Aallokko" not in answer.content.decode()
    assert len(lines(outcome="denied", actor_id=kaisa.pk)) == 1


def test_membership_in_a_group_gives_nothing() -> None:
    from django.contrib.auth.models import Group

    cast.kaisa()
    stranger = User.objects.create(username="stranger", is_staff=True)
    stranger.groups.add(Group.objects.get(name="owner"))
    stranger = User.objects.get(pk=stranger.pk)
    assert permissions.roles_of(stranger) == ()
    assert not stranger.has_perm("register.view_customer")
    assert User.objects.get(username="kaisa").has_perm("register.view_customer")


# -- Who gives -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [key for key in policy.ROLE_KEYS if key != "owner"])
def test_nobody_but_the_owner_gives_takes_invites_or_closes(role: str) -> None:
    asker, olli = cast.everybody_at_work()[role], cast.staff("dock")
    grant = olli.grants.get()
    tries = (
        lambda: staff.give_role(user=asker, role="owner", by=asker, at=now()),
        lambda: staff.take_role(grant=grant, by=asker, at=now()),
        lambda: staff.close(user=olli, by=asker, at=now()),
        lambda: staff.invite(
            username="x", first_name="X", last_name="X", email="x@x.example", by=asker, at=now()
        ),
        lambda: staff.take_second_step_off(user=olli, by=asker, at=now()),
    )
    for attempt in tries:
        with pytest.raises(staff.NotTheOwner):
            attempt()
    client = browser(asker)
    assert client.get(reverse("admin:staff-roles")).status_code == 403
    page = reverse("admin:staff-person", args=[asker.pk])
    assert client.post(page, {"role": "owner"}).status_code == 403
    assert client.post(reverse("admin:staff-role-take", args=[grant.pk])).status_code == 403
    assert client.post(reverse("admin:staff-close", args=[olli.pk])).status_code == 403
    assert permissions.roles_of(User.objects.get(pk=asker.pk)) == (role,)
    assert len(lines(outcome="denied", actor_id=asker.pk)) == 4


def test_the_last_owner_cannot_be_taken_away_closed_or_given_an_end() -> None:
    leena = cast.leena()
    tries = (
        lambda: staff.take_role(grant=leena.grants.get(), by=leena, at=now()),
        lambda: staff.close(user=leena, by=leena, at=now()),
        lambda: staff.give_role(
            user=leena, role="owner", by=leena, at=now(), expires_on=TODAY() + timedelta(days=9)
        ),
    )
    for attempt in tries:
        with pytest.raises(staff.LastOwner):
            attempt()
    leena = User.objects.get(pk=leena.pk)
    assert leena.is_active
    assert permissions.roles_of(leena) == ("owner",)
    html = browser(leena).post(
        reverse("admin:staff-role-take", args=[leena.grants.in_force(on=TODAY()).get().pk]),
        follow=True,
    ).content.decode()  # fmt: skip
    assert "viimeinen omistaja" in html


def test_with_a_second_owner_the_first_can_go_but_a_closed_one_does_not_count() -> None:
    leena, lauri = cast.leena(), cast.staff("owner")
    staff.close(user=lauri, by=leena, at=now())
    with pytest.raises(staff.LastOwner):
        staff.close(user=leena, by=leena, at=now())
    staff.reopen(user=lauri, by=leena, at=now())
    staff.give_role(user=lauri, role="owner", by=leena, at=now())
    staff.take_role(grant=leena.grants.in_force(on=TODAY()).get(), by=leena, at=now())
    assert permissions.roles_of(User.objects.get(pk=leena.pk)) == ()


def test_giving_and_taking_leave_a_line_that_names_the_role() -> None:
    kaisa, leena = cast.kaisa(), cast.leena()
    grant = staff.give_role(user=kaisa, role="privacy", by=leena, at=now())
    staff.take_role(grant=grant, by=leena, at=now())
    assert lines(object_id=str(kaisa.pk), actor_id=leena.pk) == [
        ("role.given", "done", "privacy"), ("role.taken", "done", "privacy"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "expires_on", "field"),
    [("captain", None, "role"), ("desk", date(2020, 1, 1), "expires_on")],
)
def test_a_role_that_is_not_declared_and_a_day_that_has_passed_are_refused_beside_the_field(
    role: str, expires_on: date | None, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        staff.give_role(
            user=cast.kaisa(), role=role, by=cast.leena(), at=now(), expires_on=expires_on
        )
    assert refused.value.field == field


def test_a_role_given_anew_replaces_its_end() -> None:
    kaisa, leena = cast.kaisa(), cast.leena()
    staff.give_role(
        user=kaisa, role="desk", by=leena, at=now(), expires_on=TODAY() + timedelta(days=1)
    )
    assert kaisa.grants.in_force(on=TODAY()).get().expires_on == TODAY() + timedelta(days=1)
    assert kaisa.grants.count() == 2


# -- Accounts --------------------------------------------------------------------------------------


def test_leena_invites_onni_who_sets_a_password_and_sees_nothing_until_he_has_a_role(
    django_capture_on_commit_callbacks: Any, second_step_needed: None
) -> None:
    leena, client = with_password(cast.leena()), a_browser()
    app = App(leena)
    give_password(client, "leena")
    client.post(reverse("mfa_authenticate"), {"code": app.code()})
    form = {"first_name": "Onni", "last_name": "Ranta", "email": "onni@x.example",
            "username": "Onni"}  # fmt: skip
    answer = client.post(reverse("admin:staff-invite"), form)
    onni = User.objects.get(username="onni")
    assert answer["Location"] == reverse("admin:staff-person", args=[onni.pk])
    again = client.post(reverse("admin:staff-invite"), form).content.decode()
    assert "on jo jollakulla" in again
    assert invitations.send_invitation(user_id=onni.pk)
    assert "Onni" not in mail.outbox[0].subject
    link = next(word for word in mail.outbox[0].body.split() if "/salasana/uusi/" in word)
    his = a_browser()
    page = his.get("/hallinta/" + link.partition("/hallinta/")[2])["Location"]
    his.post(page, {"password1": PASSWORD, "password2": PASSWORD})
    give_password(his, "onni")
    assert his.get(reverse("admin:index"))["Location"] == reverse("mfa_index")
    App(onni)
    assert his.get(reverse("admin:records")).status_code in (200, 403)
    assert his.get(reverse("admin:register_customer_changelist")).status_code == 403
    client.post(reverse("admin:staff-person", args=[onni.pk]), {"role": "dock"})
    assert his.get(reverse("admin:register_customer_changelist")).status_code == 200


def test_closing_ends_every_sign_in_at_once_and_for_good() -> None:
    kaisa, leena = with_password(cast.kaisa()), cast.leena()
    App(kaisa)
    client = browser(kaisa)
    assert is_in(client)
    staff.close(user=kaisa, by=leena, at=now())
    assert not is_in(client)
    assert not Authenticator.objects.filter(user=kaisa).exists()
    staff.reopen(user=kaisa, by=leena, at=now())
    assert not is_in(client), "the old cookie stays dead when the account opens again"
    give_password(fresh := a_browser(), "kaisa")
    assert not is_in(fresh)
    assert permissions.roles_of(User.objects.get(pk=kaisa.pk)) == ()


def test_the_owner_takes_a_lost_second_step_off_and_the_sign_ins_end(
    second_step_needed: None,
) -> None:
    kaisa, leena = with_password(cast.kaisa()), cast.leena()
    app, client = App(kaisa), a_browser()
    give_password(client, "kaisa")
    client.post(reverse("mfa_authenticate"), {"code": app.code()})
    assert is_in(client)
    staff.take_second_step_off(user=kaisa, by=leena, at=now())
    assert not is_in(client)
    give_password(client, "kaisa")
    assert client.get(reverse("admin:index"))["Location"] == reverse("mfa_index")
    assert ("second_step.reset", "done", "") in lines(object_id=str(kaisa.pk))


def test_a_name_goes_only_after_the_account_is_closed_and_the_log_keeps_its_number() -> None:
    kaisa, leena = cast.kaisa(email="kaisa@x.example"), cast.leena()
    with pytest.raises(Refused):
        staff.make_nameless(user=kaisa, by=leena, at=now())
    staff.close(user=kaisa, by=leena, at=now())
    staff.make_nameless(user=kaisa, by=leena, at=now())
    kaisa.refresh_from_db()
    assert str(kaisa) == f"gone-{kaisa.pk}"
    stored = str(User.objects.filter(pk=kaisa.pk).values())
    assert not any(word in stored.lower() for word in ("kaisa", "kaislikko"))


# -- In plain words --------------------------------------------------------------------------------


def test_the_owners_page_tells_every_role_from_the_policy() -> None:
    cast.everybody_at_work()
    html = browser(cast.leena()).get(reverse("admin:staff-roles")).content.decode()
    for role in policy.ROLES:
        assert role.task.fi in html
    told = {role.key: role for role in role_words.told()}
    assert any(name.endswith(": henkilötunnus") for name in told["desk"].opened)
    for key in ("dock", "bookkeeper", "marketing"):
        assert not any("henkilötunnus" in name for name in told[key].opened)
    assert policy.IDENTITY_NUMBERS.name.fi in told["dock"].nothing_of
    assert policy.IDENTITY_NUMBERS.name.fi in told["bookkeeper"].nothing_of


def test_every_verb_of_a_role_has_its_words() -> None:
    verbs = {verb for role in policy.ROLES for verb in role.verbs}
    assert verbs <= set(policy.VERBS), "say in policy.VERBS what it is"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_what_is_told_is_told_in_the_readers_language(language: str) -> None:
    with translation.override(language):
        assert policy.DESK.name.to(language) in [role.name for role in role_words.told()]


def test_nobodys_page_counts_as_a_look_at_a_customer() -> None:
    cast.aino()
    browser(cast.leena()).get(reverse("admin:staff-roles"))
    assert not AuditEvent.objects.filter(customer_id__in=Customer.objects.values("pk")).exists()


def test_rows_of_grants_stay_as_the_proof() -> None:
    kaisa = cast.kaisa()
    staff.take_role(grant=kaisa.grants.get(), by=cast.leena(), at=now())
    assert RoleGrant.objects.get(user=kaisa).taken_by == cast.leena()


def test_an_owner_without_phone_and_codes_is_let_in_again_from_the_machine() -> None:
    App(cast.leena())
    call_command("take_second_step_off", "leena", stdout=io.StringIO())
    assert not Authenticator.objects.exists()
    assert ("second_step.reset", "done", "command") in lines()
    with pytest.raises(CommandError):
        call_command("take_second_step_off", "nobody", stdout=io.StringIO())


def test_the_owner_reads_on_the_front_page_what_her_staffs_accounts_need() -> None:
    leena, kaisa = cast.leena(), cast.kaisa()
    for user in (leena, kaisa):
        App(user)
    client = a_browser()
    client.force_login(leena)
    page = reverse("admin:index")
    quiet = client.get(page).content.decode()
    assert "Tunnuksia ilman toista vaihetta" not in quiet
    cast.olli()
    staff.give_role(
        user=kaisa, role="desk", by=leena, at=now(), expires_on=TODAY() + timedelta(days=3)
    )
    audit.record(verb="session.moved", by=kaisa, at=now(), outcome="denied")
    told = client.get(page).content.decode()
    for words in ("Tunnuksia ilman toista vaihetta", "Rooleja päättyy viikon sisällä",
                  "Toisesta selaimesta tullut kirjautuminen"):  # fmt: skip
        assert words in told
    assert "Rooleja päättyy" not in browser(kaisa).get(page).content.decode()


def test_the_notices_promise_about_access_is_broken_while_an_account_has_no_second_step(
    settings: Any,
) -> None:
    leena = cast.leena()

    def broken() -> bool:
        return any(line.alarm for line in evidence.GATHERERS["p18"](moment))

    moment = evidence.Moment(at=now())
    assert not broken(), "a demo does without"
    settings.DEMO = False
    assert broken()
    App(leena)
    assert not broken()
