"""Forms of the admin: sealed values go in and never out, refusals come back in words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from register.models import (
    AuditEvent,
    CardOnFile,
    Company,
    Consent,
    Craft,
    Customer,
    Identity,
    LoyaltyMembership,
    Message,
    Payment,
)
from register.services import audit
from tests import cast
from tests.desk.conftest import SignedIn
from tests.desk.test_admin_sight import page

CARD = "4242 4242 4242 4242"


def customer_form(row: Customer, **changed: Any) -> dict[str, Any]:
    return {
        "kind": row.kind, "first_name": row.first_name, "last_name": row.last_name,
        "email": row.email, "phone": str(row.phone), "language": row.language, "wishes": row.wishes,
        "source": "person", "seen": row.saved_at.isoformat(), **changed,
    }  # fmt: skip


def identity_form(row: Identity, **changed: str) -> dict[str, str]:
    return {"source": "person", "seen": row.saved_at.isoformat(), **changed}


def test_an_identity_number_left_blank_stays_as_it_is(kaisas_desk: Client) -> None:
    row = Identity.objects.get(customer=cast.aino())
    address = page(Identity, "change", row.pk)
    assert "131052-****" in kaisas_desk.get(address).content.decode()
    posted = kaisas_desk.post(address, identity_form(row, personal_identity_code=""))
    assert posted.status_code == 302
    row.refresh_from_db()
    assert row.personal_identity_code is not None
    assert row.personal_identity_code.expose() == cast.AINOS_CODE


def test_a_new_identity_number_replaces_the_old_one(kaisas_desk: Client) -> None:
    row = Identity.objects.get(customer=cast.aino())
    posted = kaisas_desk.post(
        page(Identity, "change", row.pk), identity_form(row, passport_number="ab 123456")
    )
    assert posted.status_code == 302
    row.refresh_from_db()
    assert row.passport_number is not None
    assert row.passport_number.expose() == "AB123456"


def test_a_wrong_identity_code_is_refused_in_words_and_stays_typed(kaisas_desk: Client) -> None:
    row = Identity.objects.get(customer=cast.aino())
    posted = kaisas_desk.post(
        page(Identity, "change", row.pk), identity_form(row, personal_identity_code="131052-9999")
    )
    html = posted.content.decode()
    assert "Tämä ei ole suomalainen henkilötunnus" in html
    assert "131052-9999" in html


def test_the_same_identity_code_for_two_people_is_refused_without_naming_the_other(
    kaisas_desk: Client,
) -> None:
    cast.aino()
    meri = cast.customer()
    posted = kaisas_desk.post(
        page(Identity, "add"),
        {
            "customer": meri.number,
            "personal_identity_code": cast.AINOS_CODE,
            "source": "person",
        },
    )
    assert posted.status_code == 200
    assert "Aallokko" not in posted.content.decode()
    assert not Identity.objects.filter(customer=meri).exists()


def test_what_the_database_refuses_comes_back_beside_the_form_and_nothing_typed_is_lost(
    kaisas_desk: Client,
) -> None:
    aino = cast.aino()
    cast.loyalty(aino)
    posted = kaisas_desk.post(
        page(LoyaltyMembership, "add"),
        {"customer": aino.number, "joined_on": "2026-07-01", "left_on": "", "source": "person"},
    )
    html = posted.content.decode()
    assert posted.status_code == 200
    assert "Henkilö on jo kanta-asiakasohjelmassa." in html
    assert "2026-07-01" in html
    assert "register_loyalty_one_open" not in html


def test_free_text_refuses_a_card_number(kaisas_desk: Client) -> None:
    aino = cast.aino()
    form = {
        "customer": aino.number, "channel": "phone", "direction": "in", "topic": "service",
        "subject": "Maksu", "body": f"Kortti on {CARD}.", "happened_at": "2026-07-15T12:00",
        "source": "dealings",
    }  # fmt: skip
    assert "kortin numero" in kaisas_desk.post(page(Message, "add"), form).content.decode()
    assert not Message.objects.exists()
    form["body"] = "Tilausviite 1234567890123."
    assert kaisas_desk.post(page(Message, "add"), form).status_code == 302


def test_the_second_of_two_clerks_is_told_what_changed_and_may_then_save(
    signed_in: SignedIn,
) -> None:
    aino = cast.aino()
    address = page(Customer, "change", aino.pk)
    first, second = signed_in(cast.kaisa()), signed_in(cast.petra())
    form = customer_form(aino)
    assert first.post(address, {**form, "last_name": "Salmi"}).status_code == 302
    told = second.post(address, {**form, "wishes": "Ikkunapaikka"})
    html = told.content.decode()
    assert told.status_code == 200
    assert "Joku muu on tallentanut" in html
    assert "Salmi" in html
    assert "Ikkunapaikka" in html
    again = {**form, "wishes": "Ikkunapaikka", "seen": _seen(html)}
    assert second.post(address, again).status_code == 302


def _seen(html: str) -> str:
    return html.split('name="seen" value="')[1].split('"')[0].replace("&#x2B;", "+")


def test_euros_are_typed_as_euros_and_kept_as_cents(kaisas_desk: Client) -> None:
    booking = cast.booking()
    posted = kaisas_desk.post(
        page(Payment, "add"),
        {
            "customer": booking.customer.number, "booking": booking.number, "kind": "payment",
            "method": "cash", "amount_cents": "1 234,50 €", "paid_at": "2026-07-15T12:00",
            "source": "dealings",
        },
    )  # fmt: skip
    assert posted.status_code == 302
    payment = Payment.objects.get()
    assert payment.amount_cents == 123_450
    html = kaisas_desk.get(page(Payment, "changelist")).content.decode()
    assert "1\N{NO-BREAK SPACE}234,50" in html


def test_a_card_on_file_shows_its_brand_and_last_four_only(kaisas_desk: Client) -> None:
    aino = cast.aino()
    posted = kaisas_desk.post(
        page(CardOnFile, "add"),
        {"customer": aino.number, "number": CARD, "expiry": "7/2028", "source": "person"},
    )
    assert posted.status_code == 200  # the month has two digits
    posted = kaisas_desk.post(
        page(CardOnFile, "add"),
        {"customer": aino.number, "number": CARD, "expiry": "07/28", "source": "person"},
    )
    assert posted.status_code == 302
    row = CardOnFile.objects.get(customer=aino)
    assert (row.brand, row.last_four) == ("visa", "4242")
    html = kaisas_desk.get(page(CardOnFile, "change", row.pk)).content.decode()
    assert "4242424242424242" not in html
    assert "4242" in html


def test_a_consent_is_added_with_its_proof_and_never_changed(kaisas_desk: Client) -> None:
    aino = cast.aino()
    form = {
        "customer": aino.number, "purpose": "marketing", "channel": "email", "action": "given",
        "taken_through": "desk", "language": "fi", "words_shown": "", "source": "person",
    }  # fmt: skip
    refused = kaisas_desk.post(page(Consent, "add"), form)
    assert "todiste" in refused.content.decode()
    form["words_shown"] = "Saa lähettää tarjouksia sähköpostilla."
    assert kaisas_desk.post(page(Consent, "add"), form).status_code == 302
    row = Consent.objects.get()
    assert row.saved_by == cast.kaisa()
    assert kaisas_desk.post(page(Consent, "change", row.pk), form).status_code == 403


def test_a_company_gets_its_number_and_a_right_business_id(kaisas_desk: Client) -> None:
    form = {
        "kind": "customer", "name": "Poukama Oy", "business_id": "1234567-8", "country": "fi",
        "source": "person",
    }  # fmt: skip
    assert "Tämä ei ole Y-tunnus" in kaisas_desk.post(page(Company, "add"), form).content.decode()
    form["business_id"] = "12345671"
    assert kaisas_desk.post(page(Company, "add"), form).status_code == 302
    company = Company.objects.get()
    assert (company.business_id, company.country) == ("1234567-1", "FI")
    assert company.number > 1000


def test_a_registration_number_is_written_in_any_habit(signed_in: SignedIn) -> None:
    kind = cast.craft_class()
    form = {
        "registration": "t 12345", "name": "Tyrsky", "craft_class": kind.pk, "state": "in_use",
        "source": "firm",
    }  # fmt: skip
    assert signed_in(cast.leena()).post(page(Craft, "add"), form).status_code == 302
    assert Craft.objects.filter(registration="T12345").exists()


def test_opening_a_record_and_a_list_leaves_a_line(kaisas_desk: Client) -> None:
    aino = cast.aino()
    kaisas_desk.get(page(Customer, "change", aino.pk))
    kaisas_desk.get(page(Customer, "changelist"))
    assert AuditEvent.objects.filter(verb="view", customer_id=aino.pk).count() == 1
    listed = AuditEvent.objects.get(verb="list")
    assert (listed.reason, listed.count) == ("register.Customer", 1)


def test_if_the_line_cannot_be_written_the_change_does_not_happen(
    kaisas_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    aino = cast.aino()

    def fail(**_line: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        kaisas_desk.post(page(Customer, "change", aino.pk), customer_form(aino, last_name="Salmi"))
    aino.refresh_from_db()
    assert aino.last_name != "Salmi"


def test_a_form_for_a_person_begins_with_her_number_and_nothing_else_from_the_address(
    kaisas_desk: Client,
) -> None:
    aino = cast.aino()
    address = f"{page(Message, 'add')}?customer={aino.number}&subject=Salaisuus"
    html = kaisas_desk.get(address).content.decode()
    assert f'value="{aino.number}"' in html
    assert "Salaisuus" not in html.split("</nav>")[-1]


def test_an_unknown_number_of_a_person_is_said_in_words(kaisas_desk: Client) -> None:
    form = {"customer": "99", "key": "reminders", "value": "ei", "source": "person"}
    html = kaisas_desk.post(reverse("admin:register_choice_add"), form).content.decode()
    assert "Tällä numerolla ei löydy mitään." in html


def test_a_saved_row_is_named_by_its_kind_and_not_by_an_id(kaisas_desk: Client) -> None:
    aino = cast.aino()
    form = {"customer": aino.number, "requested_at": "2026-07-01T12:00", "state": "open",
            "source": "person"}  # fmt: skip
    saved = kaisas_desk.post(reverse("admin:register_quoterequest_add"), form, follow=True)
    assert [str(line) for line in saved.context["messages"]] == ["Tallennettu: tarjouspyyntö."]
