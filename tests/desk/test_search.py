"""One box finds people by whatever the customer says, within what the role may know."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register.models import AuditEvent, Customer, User
from register.services import search
from tests import cast
from tests.desk.conftest import SignedIn

pytestmark = pytest.mark.django_db


def found(query: str, user: User | None = None) -> list[Customer]:
    answer = search.find(query=query, by=user or cast.kaisa(), at=cast.NOW)
    return [hit.customer for hit in answer.hits]


@pytest.mark.parametrize(
    "query", ["aallokko", "AALL", "ain aal", "Aallokko Aino", "aino aallokko", "aa"]
)
def test_parts_of_a_name_in_any_order_find_aino(query: str) -> None:
    aino = cast.aino()
    cast.customer(first_name="Meri", last_name="Ulappa")
    assert found(query) == [aino]


def test_a_phone_is_found_in_any_habit() -> None:
    aino = cast.aino(phone="+358401234567")
    for query in ("0401234567", "040 123 4567", "+358 40 1234567", "00358401234567", "040-123 45"):
        assert found(query) == [aino], query


def test_an_e_mail_is_found_by_its_beginning() -> None:
    aino = cast.aino(email="aino@posti.example")
    assert found("Aino@Posti.example") == [aino]
    assert found("aino@p") == [aino]


def test_numbers_of_booking_agreement_customer_and_craft_are_found() -> None:
    booking = cast.booking(cast.aino())
    agreement = cast.agreement(booking)
    numbers = (
        booking.number,
        agreement.number,
        booking.customer.number,
        booking.craft.registration,
    )
    for query in numbers:
        assert found(str(query)) == [booking.customer], query


def test_a_co_driver_is_found_by_the_booking() -> None:
    story = cast.story()
    assert set(found(str(story.booking.number))) == {story.aino, story.eero}


def test_an_identity_code_finds_exactly_its_person_for_those_who_may_reveal_it() -> None:
    aino = cast.aino()
    assert found(f" {cast.AINOS_CODE.lower()} ") == [aino]
    assert found(cast.AINOS_CODE[:6]) == []


@pytest.mark.parametrize("role", ["dock", "bookkeeper"])
def test_the_dock_and_the_bookkeeper_find_nobody_by_an_identity_code(role: str) -> None:
    cast.aino()
    assert found(cast.AINOS_CODE, cast.everybody_at_work()[role]) == []


def test_marketing_does_not_search() -> None:
    with pytest.raises(search.NotAllowed):
        found("aino", cast.mauri())


def test_the_dock_does_not_find_by_e_mail_nor_a_secret_phone() -> None:
    aino = cast.aino(secrecy_order=True)
    cast.booking(aino)
    assert found("aallokko", cast.olli()) == [aino]
    assert found(aino.email, cast.olli()) == []
    assert found(str(aino.phone), cast.olli()) == []
    assert found(str(aino.phone)) == [aino]


@pytest.mark.parametrize(
    ("who", "secret", "shown"),
    [(cast.kaisa, True, True), (cast.olli, False, True), (cast.olli, True, False)],
)
def test_namesakes_are_told_apart_by_their_phones_where_those_may_be_seen(
    who: Callable[[], User], secret: bool, shown: bool
) -> None:
    aino = cast.aino(secrecy_order=secret)
    cast.booking(aino)
    [hit] = search.find(query="aallokko", by=who(), at=cast.NOW).hits
    assert hit.phone == (str(aino.phone) if shown else "")


def test_the_bookkeeper_is_shown_no_phone_among_the_found() -> None:
    cast.aino()
    [hit] = search.find(query="aallokko", by=cast.birgit(), at=cast.NOW).hits
    assert hit.phone == ""


def test_flags_tell_of_ban_open_case_debt_and_restriction() -> None:
    aino = cast.aino()
    cast.ban(aino)
    cast.case(aino)
    cast.restriction(aino)
    over = cast.booking(aino, starts_at=cast.NOW - timedelta(days=2), state="returned")
    cast.line(over)
    hit = search.find(query="aallokko", by=cast.kaisa(), at=cast.NOW).hits[0]
    assert hit.flags.ban
    assert hit.flags.open_cases == 1
    assert hit.flags.owes
    assert hit.flags.restricted


def test_a_coming_booking_is_no_debt() -> None:
    cast.line(cast.booking(cast.aino()))
    assert not search.find(query="aallokko", by=cast.kaisa(), at=cast.NOW).hits[0].flags.owes


def test_a_long_answer_is_cut_and_says_so() -> None:
    for _ in range(search.LIMIT + 1):
        cast.customer(last_name="Ulappa")
    answer = search.find(query="ulappa", by=cast.kaisa(), at=cast.NOW)
    assert len(answer.hits) == search.LIMIT
    assert answer.more


def test_the_audit_knows_that_a_search_was_made_and_not_for_whom() -> None:
    cast.aino()
    found("aallokko")
    found("AALLOKKO ")
    found("ulappa")
    lines = AuditEvent.objects.filter(verb="search").order_by("id")
    assert lines[0].query_tag == lines[1].query_tag != lines[2].query_tag
    assert "aallokko" not in str(list(lines.values())).lower()


def test_the_desk_posts_its_question_and_shows_the_answer(kaisas_desk: Client) -> None:
    cast.aino()
    cast.customer(first_name="Aava", last_name="Aallokko")
    address = reverse("admin:desk-search")
    assert kaisas_desk.get(f"{address}?q=aallokko").status_code == 405
    html = kaisas_desk.post(address, {"q": "aallokko"}).content.decode()
    assert "Aino Aallokko" in html
    assert "<html" in html


def test_while_typing_only_the_answer_comes_and_short_beginnings_are_not_asked(
    kaisas_desk: Client,
) -> None:
    cast.aino()
    address, typing = reverse("admin:desk-search"), {"HX-Request": "true"}
    html = kaisas_desk.post(address, {"q": "aall"}, headers=typing).content.decode()
    assert "Aino Aallokko" in html
    assert "<html" not in html
    assert kaisas_desk.post(address, {"q": "aa"}, headers=typing).content == b""
    assert AuditEvent.objects.filter(verb="search").count() == 1


def test_one_answer_opens_the_person_at_once(kaisas_desk: Client) -> None:
    aino = cast.aino()
    answer = kaisas_desk.post(reverse("admin:desk-search"), {"q": "aallokko"})
    assert answer["Location"] == reverse("admin:desk-person", args=[aino.pk])


def test_nothing_of_the_question_is_logged(
    kaisas_desk: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    kaisas_desk.post(reverse("admin:desk-search"), {"q": "Aallokko"})
    assert "aallokko" not in caplog.text.lower()


def test_roles_without_the_verb_have_no_box(signed_in: SignedIn) -> None:
    client = signed_in(cast.mauri())
    assert 'id="desk-search"' not in client.get(reverse("admin:index")).content.decode()
    assert client.post(reverse("admin:desk-search"), {"q": "a"}).status_code == 403
    denied: Any = AuditEvent.objects.get(outcome="denied")
    assert denied.reason == "search_view"


def test_a_registration_finds_first_who_has_the_craft_now() -> None:
    craft, zoe = cast.craft(), cast.customer(last_name="Österman")
    hours = timedelta(hours=3)
    cast.booking(
        zoe, craft=craft, state="out", starts_at=cast.NOW - hours, ends_at=cast.NOW + hours
    )
    cast.booking(cast.customer(last_name="Aalto"), craft=craft, starts_at=cast.NOW + 9 * hours)
    found = search.find(query=craft.registration, by=cast.kaisa(), at=cast.NOW)
    assert [hit.customer.last_name for hit in found.hits] == ["Österman", "Aalto"]


def test_the_dock_finds_only_people_of_these_days() -> None:
    aino = cast.aino()
    assert found("aallokko", cast.olli()) == []
    assert found("aallokko", cast.kaisa()) == [aino]
    cast.booking(aino)
    assert found("aallokko", cast.olli()) == [aino]


@pytest.mark.parametrize(
    "query", ["aalokko", "Aallokkko", "allokko", "aalokok", "aino aalloko", "aalloko ainno"]
)
def test_a_misspelt_name_finds_aino_and_not_everybody(query: str) -> None:
    aino = cast.aino()
    cast.customer(first_name="Meri", last_name="Ulappa")
    cast.eero()
    assert found(query) == [aino]


def test_the_likest_name_comes_first() -> None:
    likest = cast.customer(first_name="Aino", last_name="Aalto")
    cast.customer(first_name="Ainomaria", last_name="Aaltola")
    assert found("ainno aalto")[0] == likest


def test_a_company_is_found_by_its_name_and_business_id_with_its_people() -> None:
    company, aino = cast.company(name="Saaristo Kuvitelma Oy"), cast.aino()
    cast.contact(aino, company)
    for query in ("saaristo kuv", company.business_id, company.business_id.replace("-", "")):
        answer = search.find(query=query, by=cast.kaisa(), at=cast.NOW)
        assert [hit.customer for hit in answer.hits] == [aino], query
        assert answer.companies == (company,)
    assert not search.find(query="saaristo kuv", by=cast.olli(), at=cast.NOW)


def test_the_erased_come_last() -> None:
    gone = cast.customer(first_name="Aava", last_name="Aallokko", erased_on=cast.TODAY)
    aino = cast.aino()
    assert found("aallokko") == [aino, gone]
