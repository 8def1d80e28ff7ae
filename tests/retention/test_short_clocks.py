"""What goes by a clock of its own: card numbers, request files, packages, sessions, companies."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from register.models import CardOnFile, Company, Customer, ErasureReceipt
from requests_app.models import AccessPackage, DataSubjectRequest
from tests import cast
from tests.retention.test_apply_retention import DUE, LAST, apply
from tests.retention.test_holds import request_of

pytestmark = pytest.mark.django_db


def rented(person: Customer, day: date, **fields: Any) -> Any:
    booked = cast.booking(person, starts_at=cast.moment(day), **({"state": "returned"} | fields))
    cast.rental(booked, returned_at=booked.ends_at)
    cast.line(booked)
    cast.payment(booked)
    return booked


def card_is_there(card: CardOnFile) -> bool:
    return CardOnFile.objects.filter(pk=card.pk, number__isnull=False).exists()


def test_a_card_number_goes_thirty_days_after_the_rental_was_settled() -> None:
    aino = cast.aino()
    rented(aino, cast.TODAY)
    card = cast.card(aino, saved_at=cast.NOW)
    assert apply(cast.TODAY + timedelta(days=29)).cards == 0
    assert card_is_there(card)
    assert apply(cast.TODAY + timedelta(days=30)).cards == 1
    card.refresh_from_db()
    assert (card.number, card.expiry, card.last_four) == (None, None, cast.AINOS_CARD[-4:])
    assert card.number_destroyed_on == cast.TODAY + timedelta(days=30)
    assert ErasureReceipt.objects.get(ground="card").counts == {"register.CardOnFile": 1}
    assert apply(cast.TODAY + timedelta(days=31)).cards == 0


@pytest.mark.parametrize("why", ["case", "ahead", "out", "unpaid", "hold", "deposit"])
def test_a_card_number_stays_while_something_is_unsettled(why: str) -> None:
    aino = cast.aino()
    booked = rented(aino, cast.TODAY)
    card = cast.card(aino, saved_at=cast.NOW)
    on = cast.TODAY + timedelta(days=40)
    if why == "case":
        cast.case(aino)
    elif why == "ahead":
        cast.booking(aino, starts_at=cast.moment(on + timedelta(days=9)))
    elif why == "out":
        type(booked).objects.filter(pk=booked.pk).update(state="out")
    elif why == "unpaid":
        cast.line(booked, description="Lisäpolttoaine")
    elif why == "hold":
        cast.hold(aino)
    else:
        cast.deposit(booked, released_at=cast.moment(on - timedelta(days=1)))
    assert apply(on).cards == 0
    assert card_is_there(card)


def test_a_booking_that_nobody_ever_closed_does_not_keep_a_card_for_ever() -> None:
    aino = cast.aino()
    cast.booking(aino, starts_at=cast.moment(cast.TODAY), state="reserved")
    cast.card(aino, saved_at=cast.NOW)
    assert apply(cast.TODAY + timedelta(days=30)).cards == 1


def test_a_request_file_goes_three_years_after_it_closed() -> None:
    aino = cast.aino()
    cast.booking(aino, starts_at=cast.moment(date(2029, 1, 1)))
    asked = request_of(aino, state="closed", closed_at=cast.NOW)
    AccessPackage.objects.create(
        request=asked, customer=aino, made_at=cast.NOW, link_hash="x",
        expires_at=cast.NOW + timedelta(days=7), content=b"all of it",
    )  # fmt: skip
    apply(LAST)
    assert DataSubjectRequest.objects.exists()
    rows = apply(DUE).rows
    assert rows["requests_app.DataSubjectRequest"] == rows["requests_app.AccessPackage"] == 1
    assert not DataSubjectRequest.objects.exists()


def test_a_request_file_whose_end_nobody_noted_goes_by_its_last_step() -> None:
    request_of(None, state="withdrawn", received_at=cast.NOW)
    apply(LAST)
    assert DataSubjectRequest.objects.exists()
    apply(DUE)
    assert not DataSubjectRequest.objects.exists()


def test_the_content_of_a_package_goes_when_its_link_has_run_out() -> None:
    aino = cast.aino()
    asked = request_of(aino)
    named = {
        "request": asked, "customer": aino, "made_at": cast.NOW, "content": b"all of it",
        "expires_at": cast.NOW + timedelta(days=7),
    }  # fmt: skip
    AccessPackage.objects.create(link_hash="open", **named)
    AccessPackage.objects.create(
        link_hash="late", **(named | {"expires_at": cast.NOW + timedelta(hours=1)})
    )
    apply(cast.TODAY + timedelta(days=1))
    left = AccessPackage.objects.filter(content__isnull=False)
    assert [package.link_hash for package in left] == ["open"]


def test_a_request_that_was_never_confirmed_goes_when_its_link_has_run_out() -> None:
    request_of(None, state="received", received_at=cast.NOW)
    request_of(None, state="confirmed", received_at=cast.NOW)
    apply(cast.TODAY + timedelta(days=3))
    assert DataSubjectRequest.objects.count() == 2
    apply(cast.TODAY + timedelta(days=4))
    assert DataSubjectRequest.objects.get().state == "confirmed"


def test_expired_sessions_go_and_live_ones_stay() -> None:
    noon = cast.moment(DUE)
    for name, moment in (("old", noon - timedelta(hours=1)), ("live", noon + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=moment)
    assert apply().rows["sessions.Session"] == 1
    assert Session.objects.get().session_key == "live"


def test_a_company_without_people_goes_after_three_years() -> None:
    cast.company(saved_at=cast.NOW)
    apply(LAST)
    assert Company.objects.exists()
    apply(DUE)
    assert not Company.objects.exists()


def test_paper_folders_whose_day_has_come_are_listed() -> None:
    cast.folder(label="Sopimukset 2020", destroy_by=DUE)
    cast.folder(label="Sopimukset 2024", destroy_by=DUE + timedelta(days=1))
    cast.folder(
        label="Jo poltettu", destroy_by=DUE, destroyed_on=cast.TODAY, destroyed_by=cast.leena()
    )
    assert apply().paper == ["Sopimukset 2020"]
