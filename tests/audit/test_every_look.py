"""Every look, sign-in, refusal and change leaves a line; without its line it does not happen."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, Booking, Customer, Hold
from register.services import bookings, customers, holds
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

PASSWORD = "lämmin-kivi-ja-kaksi-lokkia"


def lines(**wanted: Any) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(**wanted).exclude(verb="sign_in", outcome="done")
    return list(rows.order_by("id").values_list("verb", "outcome"))


def browser(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


# -- Sign-in ---------------------------------------------------------------------------------------


def with_password(user: Any) -> Any:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, name: str, password: str) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password})


def test_signing_in_and_out_leaves_two_lines() -> None:
    kaisa, client = with_password(cast.kaisa()), Client()
    client.login(username="kaisa", password=PASSWORD)
    client.logout()
    rows = AuditEvent.objects.order_by("id").values_list("verb", "outcome", "actor_id")
    assert list(rows) == [("sign_in", "done", kaisa.pk), ("sign_out", "done", kaisa.pk)]


def test_a_wrong_password_leaves_a_line_that_leads_to_the_account() -> None:
    kaisa = with_password(cast.kaisa())
    assert not Client().login(username="kaisa", password="wrong-in-every-way")
    line = AuditEvent.objects.get()
    assert (line.verb, line.outcome, line.actor_id) == ("sign_in", "failed", None)
    assert line.object_id == str(kaisa.pk)


def test_what_was_typed_for_a_name_is_not_kept() -> None:
    assert not Client().login(username="my-password-by-mistake", password="kaisa")
    line = AuditEvent.objects.get()
    assert (line.outcome, line.object_id) == ("failed", "")
    assert "mistake" not in str(vars(line))


# -- Looks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["desk-person", "desk-contact", "desk-book", "desk-booking", "desk-booking-change"]
)
def test_each_page_about_aino_leaves_one_line_that_leads_to_her(page: str) -> None:
    story = cast.story()
    row = story.booking if "booking" in page else story.aino
    client = browser(cast.kaisa())
    assert client.get(reverse(f"admin:{page}", args=[row.pk])).status_code == 200
    assert lines(customer_id=story.aino.pk, actor_id=cast.kaisa().pk) == [("view", "done")]


@pytest.mark.parametrize("page", ["desk-handover", "desk-return"])
def test_the_docks_pages_leave_one_line_too(page: str) -> None:
    story = cast.story()
    client = browser(cast.olli())
    assert client.get(reverse(f"admin:{page}", args=[story.booking.pk])).status_code == 200
    assert lines(customer_id=story.aino.pk, actor_id=cast.olli().pk) == [("view", "done")]


def test_the_list_of_todays_people_leaves_a_line() -> None:
    cast.story()
    browser(cast.kaisa()).get(reverse("admin:index"))
    assert ("list", "done") in lines(actor_id=cast.kaisa().pk)


# -- Refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "desk-audit",  # a page of the desk writes its own line
        "register_auditevent_changelist",  # the admin only refuses
        "staff-roles",
    ],
)
def test_a_refused_page_leaves_one_line(page: str) -> None:
    olli = cast.olli()
    assert browser(olli).get(reverse(f"admin:{page}")).status_code == 403
    assert lines(actor_id=olli.pk) == [("page", "denied")]


def test_a_refused_record_of_aino_leaves_a_line() -> None:
    aino, olli = cast.aino(), cast.olli()
    page = reverse("admin:register_identity_change", args=[aino.identity.pk])
    assert browser(olli).get(page).status_code == 403
    assert lines(actor_id=olli.pk) == [("page", "denied")]


def test_refusals_to_strangers_are_not_piled_up() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("request-new"), {}).status_code == 403
    assert lines() == []


# -- No line, no act -------------------------------------------------------------------------------


@contextmanager
def unwritable() -> Iterator[None]:
    """The table of the audit takes nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON register_auditevent "
                "FOR EACH ROW EXECUTE FUNCTION register_append_only()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON register_auditevent "
                "BEGIN SELECT RAISE(ABORT, 'full disk'); END"
            )
    yield
    with connection.cursor() as cursor:
        on = " ON register_auditevent" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER full_disk{on}")


SHOWN = {
    "her page": lambda story: ("get", reverse("admin:desk-person", args=[story.aino.pk])),
    "her contact details": lambda story: (
        "get", reverse("admin:desk-contact", args=[story.aino.pk]),
    ),
    "her booking": lambda story: ("get", reverse("admin:desk-booking", args=[story.booking.pk])),
    "her record": lambda story: (
        "get", reverse("admin:register_customer_change", args=[story.aino.pk]),
    ),
    "a list": lambda story: ("get", reverse("admin:register_customer_changelist")),
    "today": lambda story: ("get", reverse("admin:index")),
    "a search": lambda story: ("post", reverse("admin:desk-search")),
    "a reveal": lambda story: ("post", reverse("admin:desk-reveal", args=[story.aino.pk])),
    "the agreement": lambda story: (
        "get", reverse("admin:desk-agreement-pdf", args=[story.agreement.pk]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SHOWN)
def test_nothing_is_shown_when_its_line_cannot_be_written(what: str) -> None:
    story = cast.story()
    client = browser(cast.leena())
    method, page = SHOWN[what](story)
    data = method == "post" and {
        "q": "Aallokko",
        "key": f"Identity.personal_identity_code.{story.aino.identity.pk}",
        "reason": "identify",
    }
    shown = getattr(client, method)(page, data)
    assert shown.status_code in (200, 302)  # it would be shown
    with unwritable(), transaction.atomic():
        refused = getattr(client, method)(page, data)
    assert refused.status_code == 503
    assert "Ei juuri nyt" in refused.content.decode()
    for secret in (b"Aallokko", cast.AINOS_CODE.encode(), b"%PDF"):
        assert secret not in refused.content


def create(story: Any, by: Any) -> None:
    customers.create(by=by, at=cast.NOW, source="dealings", first_name="Uusi", last_name="Ihminen")


def cancel(story: Any, by: Any) -> None:
    bookings.cancel(booking=story.later, by=by, at=cast.NOW)


def rename(story: Any, by: Any) -> None:
    customers.correct_contact(
        customer=story.aino, seen=story.aino.saved_at, by=by, at=cast.NOW, phone="",
        email="other@posti.example", first_name="Aune", last_name="Aallokko",
    )  # fmt: skip


def hold(story: Any, by: Any) -> None:
    holds.place(customer=story.aino, reason="police", review_on=cast.TODAY, by=by, at=cast.NOW)


CHANGES = {"a new person": create, "a cancelled booking": cancel, "a name": rename, "a hold": hold}


def state() -> Any:
    return (
        list(Customer.objects.order_by("pk").values("pk", "first_name", "email")),
        list(Booking.objects.order_by("pk").values("pk", "state")),
        Hold.objects.count(),
    )


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_changes_when_its_line_cannot_be_written(what: str) -> None:
    aino, leena = cast.aino(), cast.leena()
    story = SimpleNamespace(aino=aino, later=cast.booking(aino))
    before = state()
    with unwritable(), pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[what](story, leena)
    assert state() == before
    CHANGES[what](story, leena)
    assert state() != before


def test_nobody_signs_in_when_the_line_cannot_be_written() -> None:
    with_password(cast.kaisa())
    client = Client(raise_request_exception=False)
    with unwritable(), transaction.atomic():
        response = sign_in(client, "kaisa", PASSWORD)
    assert response.status_code == 503
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_refusal_stays_a_refusal_when_its_line_cannot_be_written() -> None:
    client = browser(cast.olli())
    with unwritable(), transaction.atomic():
        response = client.get(reverse("admin:desk-audit"))
    assert response.status_code == 503
