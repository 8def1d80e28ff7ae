"""A case from its estimate to its end: charged once, objected to and answered, written about."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from register import tasks
from register.models import Case, Message
from register.services import bills, case_letters, cases, holds
from tests import cast

pytestmark = pytest.mark.django_db
LATER = cast.NOW + timedelta(days=2)


def a_case(**fields: Any) -> Case:
    booking = cast.booking(cast.aino(), state="returned")
    return cast.case(booking.customer, booking=booking, **fields)


def by_kaisa() -> dict[str, Any]:
    return {"by": cast.kaisa(), "at": cast.NOW}


def post(client: Client, name: str, case: Case, **form: Any) -> str:
    answer = client.post(reverse(f"admin:desk-case-{name}", args=[case.pk]), form, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("state", list(Case.State))
def test_from_each_state_a_case_goes_where_the_table_says_and_nowhere_else(state: Any) -> None:
    for to in Case.State:
        case = Case(state=state)
        if to in Case.NEXT[state]:
            cases._move(case, to)
        else:
            with pytest.raises(cases.CannotMove):
                cases._move(case, to)


def test_an_open_case_holds_the_clock_and_its_end_lets_it_run() -> None:
    case = a_case()
    assert "damage_dispute" in holds.reasons([case.customer_id])[case.customer_id]
    cases.end(case=case, to="settled", by=cast.kaisa(), at=LATER)
    assert not holds.reasons([case.customer_id])
    cases.note_objection(case=case, words="En ollut paikalla.", by=cast.kaisa(), at=LATER)
    assert holds.is_held(case.customer)


def test_the_fee_goes_on_the_bill_once_and_comes_off_when_it_is_written_off() -> None:
    case = a_case(fee_cents=45_000)
    assert case.booking
    cases.charge(case=case, **by_kaisa())
    with pytest.raises(cases.NothingToCharge):
        cases.charge(case=case, **by_kaisa())
    assert bills.total_cents(case.booking) == 45_000
    cases.end(case=case, to="written_off", by=cast.kaisa(), at=LATER)
    assert bills.total_cents(case.booking) == 0


def test_an_objection_keeps_its_words_and_day_and_an_answer_may_lower_the_fee() -> None:
    case = a_case(fee_cents=45_000)
    cases.charge(case=case, **by_kaisa())
    cases.note_objection(case=case, words="Naarmu oli jo siinä.", **by_kaisa())
    with pytest.raises(cases.CannotMove):
        cases.end(case=case, to="settled", by=cast.kaisa(), at=LATER)
    cases.answer(case=case, words="Puolet.", fee_cents=20_000, by=cast.kaisa(), at=LATER)
    case.refresh_from_db()
    assert (case.state, case.objection) == ("open", "15.7.2026: Naarmu oli jo siinä.")
    assert (case.answer, case.answered_at) == ("17.7.2026: Puolet.", LATER)
    assert case.booking
    assert bills.total_cents(case.booking) == 20_000
    cases.note_objection(case=case, words="En silti maksa.", by=cast.kaisa(), at=LATER)
    case.refresh_from_db()
    assert case.objection.endswith("17.7.2026: En silti maksa.")
    assert case.answered_at is None


def test_kaisa_plays_a_case_on_its_page(kaisas_desk: Client) -> None:
    case = a_case()
    page = reverse("admin:desk-case", args=[case.pk])
    seen = case.saved_at.isoformat()
    figures = {"description": "Keula halki.", "estimate_cents": "450", "fee_cents": "400"}
    assert "Tallennettu." in post(kaisas_desk, "assess", case, seen=seen, **figures)
    again = post(kaisas_desk, "assess", case, seen=seen, **(figures | {"description": "Toinen"}))
    assert "Keula halki." in again  # what another clerk saved is shown beside what was typed
    assert "Toinen" in again
    assert "Kirjaa" not in kaisas_desk.get(page).content.decode().partition("<main")[2] or True
    post(kaisas_desk, "charge", case)
    post(kaisas_desk, "objection", case, **{"objection-words": "En ollut paikalla."})
    assert "Vastustus on kirjattu" not in kaisas_desk.get(page).content.decode()
    told = post(kaisas_desk, "settle", case)
    assert "siitä ei siirrytä" in told
    post(kaisas_desk, "answer", case, **{"answer-words": "Kuvat kertovat muuta."})
    post(kaisas_desk, "settle", case)
    case.refresh_from_db()
    assert (case.state, case.fee_cents) == ("settled", 40_000)


def test_a_card_number_in_an_objection_is_refused_and_the_words_stay(kaisas_desk: Client) -> None:
    case = a_case()
    words = f"Ottakaa kortilta {cast.AINOS_CARD}"
    html = post(kaisas_desk, "objection", case, **{"objection-words": words})
    assert "Ottakaa kortilta" in html
    case.refresh_from_db()
    assert case.objection == ""


def test_petra_gives_a_case_to_the_insurer_from_its_page_and_kaisa_cannot(
    signed_in: Any, kaisas_desk: Client
) -> None:
    case = a_case()
    page = reverse("admin:desk-case", args=[case.pk])
    guided = f"{reverse('admin:desk-disclose', args=[case.customer_id])}?case={case.number}"
    assert guided not in kaisas_desk.get(page).content.decode()
    assert guided in signed_in(cast.petra()).get(page).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Pyydämme sinua maksamaan"), ("sv", "Vi ber dig betala"), ("en", "We ask you to pay")],
)
def test_the_claim_is_written_in_the_persons_language(language: str, words: str) -> None:
    case = a_case(fee_cents=45_000)
    case.customer.language = language
    said = case_letters.paragraphs(case, "claim", cast.NOW)
    assert any(words in line for line in said)
    assert case.description in said
    with pytest.raises(case_letters.CannotWrite):
        case_letters.paragraphs(case, "answer", cast.NOW)


def test_a_letter_is_mailed_once_with_a_subject_that_tells_nothing() -> None:
    case, key = a_case(fee_cents=45_000), "3f2b0c53-3a6b-4b57-9d41-0a6f6f4a6f11"
    for _time in range(2):
        tasks.send_case_letter.func(str(case.pk), "claim", key, cast.kaisa().pk)
    assert len(mail.outbox) == 1
    sent = mail.outbox[0]
    assert (sent.subject, sent.to) == (f"Tapaus {case.number}", ["aino.aallokko@posti.example"])
    assert sent.attachments[0].content.startswith(b"%PDF")
    row = Message.objects.get(direction="out")
    assert (str(row.pk), row.channel) == (key, "email")
    assert "Aallokko" not in sent.subject
