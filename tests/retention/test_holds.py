"""A hold stops the clock; where it cannot be read, it stands."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from register.models import Booking, Case, Customer, OrderLine, Payment
from register.services import holds
from requests_app.models import DataSubjectRequest
from tests import cast

pytestmark = pytest.mark.django_db


def settled(person: Customer) -> Booking:
    return cast.booking(person, starts_at=cast.NOW - timedelta(days=9), state="returned")


def request_of(person: Customer | None, **fields: object) -> DataSubjectRequest:
    named = {
        "reference": f"TP-{DataSubjectRequest.objects.count()}",
        "kind": "access",
        "state": "confirmed",
        "language": "fi",
        "name": "Eero Eteläranta",
        "email": "eero.etelaranta@posti.example",
        "notice_version": "2026-11",
        "target_on": cast.TODAY,
        "due_on": cast.TODAY,
        "customer": person,
        "status_token_hash": str(DataSubjectRequest.objects.count()),
    }
    return DataSubjectRequest.objects.create(**(named | fields))


def test_somebody_without_any_reason_is_free() -> None:
    eero = cast.eero()
    cast.message(eero)
    assert not holds.is_held(eero)


def test_a_hold_stands_until_it_is_released() -> None:
    eero, petra = cast.eero(), cast.petra()
    placed = holds.place(
        customer=eero, reason="police", review_on=cast.TODAY, at=cast.NOW, by=petra
    )
    assert holds.reasons([eero.pk]) == {eero.pk: {"police"}}
    assert holds.to_review(on=cast.TODAY) == [placed]
    holds.release(hold=placed, at=cast.NOW, by=petra)
    assert not holds.is_held(eero)
    assert holds.to_review(on=cast.TODAY) == []


def test_an_open_case_holds_by_itself_until_it_is_settled() -> None:
    eero = cast.eero()
    damaged = cast.case(eero)
    assert holds.reasons([eero.pk]) == {eero.pk: {"damage_dispute"}}
    Case.objects.filter(pk=damaged.pk).update(state="settled", settled_at=cast.NOW)
    assert not holds.is_held(eero)


def test_an_unpaid_bill_holds_until_it_is_paid_whoever_pays() -> None:
    aino, eero = cast.aino(), cast.eero()
    booked = settled(aino)
    cast.line(booked)
    assert holds.reasons([aino.pk, eero.pk]) == {aino.pk: {"unpaid_claim"}}
    cast.payment(booked, amount_cents=30_000)
    assert holds.is_held(aino)
    cast.payment(booked, amount_cents=9_600, customer=eero)
    assert not holds.is_held(aino)


def test_a_refund_opens_the_bill_and_a_captured_deposit_pays_it() -> None:
    aino = cast.aino()
    booked = settled(aino)
    cast.line(booked)
    cast.payment(booked)
    cast.payment(booked, kind=Payment.Kind.REFUND, amount_cents=100)
    assert holds.is_held(aino)
    cast.deposit(booked, captured_cents=100)
    assert not holds.is_held(aino)


def test_what_was_bought_without_a_booking_is_a_bill_of_its_own() -> None:
    aino = cast.aino()
    OrderLine.objects.create(
        customer=aino, kind="gift_card", description="Lahjakortti", unit_price_cents=5_000,
        ordered_on=cast.TODAY,
    )  # fmt: skip
    assert holds.is_held(aino)
    Payment.objects.create(customer=aino, method="cash", amount_cents=5_000, paid_at=cast.NOW)
    assert not holds.is_held(aino)


def test_the_bill_of_a_cancelled_booking_holds_nobody() -> None:
    aino = cast.aino()
    booked = cast.booking(aino, state="cancelled", cancelled_at=cast.NOW)
    cast.line(booked)
    assert not holds.is_held(aino)


def test_a_restriction_holds_and_an_objection_does_not() -> None:
    eero = cast.eero()
    cast.restriction(eero, kind="objection", ground="marketing_objection")
    assert not holds.is_held(eero)
    limit = cast.restriction(eero, ground="needed_for_claim")
    assert holds.reasons([eero.pk]) == {eero.pk: {"kept_for_person"}}
    limit.told_before_lifting_at = limit.lifted_at = cast.NOW
    limit.save()
    assert not holds.is_held(eero)


def test_an_open_request_holds_and_a_closed_one_does_not() -> None:
    eero = cast.eero()
    asked = request_of(eero)
    assert holds.reasons([eero.pk]) == {eero.pk: {"open_request"}}
    DataSubjectRequest.objects.filter(pk=asked.pk).update(state="closed", closed_at=cast.NOW)
    assert not holds.is_held(eero)


def test_a_confirmed_request_that_nobody_has_matched_holds_whoever_has_its_address() -> None:
    eero, aino = cast.eero(), cast.aino()
    request_of(None, email="Eero.Etelaranta@posti.example ")
    assert set(holds.reasons([eero.pk, aino.pk])) == {eero.pk}


def test_an_unconfirmed_request_holds_nobody_by_its_address() -> None:
    eero = cast.eero()
    request_of(None, state="received")
    assert not holds.is_held(eero)


def test_a_question_that_fails_holds_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    aino, eero = cast.aino(), cast.eero()

    def broken(ids: Collection[UUID]) -> list[tuple[UUID, str]]:
        raise TimeoutError

    assert holds.reasons([aino.pk, eero.pk]) == {}
    monkeypatch.setattr(holds, "FINDERS", (*holds.FINDERS, broken))
    assert holds.is_held(aino)
    assert holds.reasons([aino.pk, eero.pk]) == {aino.pk: {"unreadable"}, eero.pk: {"unreadable"}}


def test_a_question_that_the_database_refuses_leaves_the_transaction_usable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    eero = cast.eero()

    def refused(ids: Collection[UUID]) -> list[tuple[UUID, str]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        return []

    monkeypatch.setattr(holds, "FINDERS", (refused,))
    assert holds.is_held(eero)
    assert Customer.objects.filter(pk=eero.pk).exists()
