"""The steps of a request: in order, by those who may, with the clock of the law."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from register import clock
from register.models import AuditEvent, IdentityCheck
from register.services import holds, short_clocks
from requests_app import tokens
from requests_app.models import DataSubjectRequest
from requests_app.services import errors, intake, steps
from tests import cast
from tests.requests.conftest import confirm_token, last_link

State = DataSubjectRequest.State
HOUR = timedelta(hours=1)


def test_a_request_counts_from_the_day_it_was_sent_not_confirmed(ask) -> None:
    request = ask("received", at=cast.moment(cast.date(2026, 1, 31), 23, 30))
    later = intake.confirm(token=confirm_token(), at=request.received_at + 2 * HOUR)
    assert later.received_at == request.received_at
    assert (later.target_on, later.due_on) == (cast.date(2026, 2, 28), cast.date(2026, 3, 2))


def test_the_confirmation_mail_says_nothing_personal_in_its_subject(ask) -> None:
    ask()
    [sent] = mail.outbox
    assert sent.to == ["aino.aallokko@posti.example"]
    assert "Aino" not in sent.subject
    assert "TP-" not in sent.subject
    assert sent.alternatives
    assert "text/html" in str(sent.alternatives[0])


@pytest.mark.parametrize(
    ("language", "word"), [("fi", "Vahvista"), ("sv", "Bekräfta"), ("en", "Confirm")]
)
def test_mails_speak_the_language_of_the_request(ask, language: str, word: str) -> None:
    ask(language=language)
    assert mail.outbox[0].subject.startswith(word)
    assert last_link().startswith("/tietosuoja/" if language == "fi" else f"/{language}/")


def test_a_confirmation_link_works_once_and_not_for_ever(ask) -> None:
    request = ask()
    token = confirm_token()
    with pytest.raises(errors.NoSuchToken):
        intake.confirm(token=token, at=cast.NOW + timedelta(hours=73))
    intake.confirm(token=token, at=cast.NOW)
    with pytest.raises(errors.NoSuchToken):
        intake.confirm(token=token, at=cast.NOW)
    with pytest.raises(errors.NoSuchToken):
        intake.confirm(token="", at=cast.NOW)
    request.refresh_from_db()
    assert request.state == State.CONFIRMED


def test_no_token_is_stored_anywhere_in_the_clear(ask) -> None:
    request = ask()
    token = confirm_token()
    assert len(token) >= 43  # 256 bits in base64
    row = DataSubjectRequest.objects.values().get(pk=request.pk)
    assert token not in str(row)
    assert row["confirm_token_hash"] == tokens.digest(token)


def test_a_link_lives_through_a_change_of_the_sites_key(ask, settings) -> None:
    request = ask()
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(LookupError):
        tokens.current(tokens.STATUS, request.pk, stored=request.status_token_hash)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.current(tokens.STATUS, request.pk, stored=request.status_token_hash)


def test_the_nightly_job_deletes_what_nobody_confirmed(ask) -> None:
    request = ask(details="Salaista", phone="+358401234567")
    for hours, left in ((71, 1), (73, 0)):
        at = cast.NOW + timedelta(hours=hours)
        short_clocks.purge_requests(on=clock.local_date(at), at=at)
        assert DataSubjectRequest.objects.filter(pk=request.pk).count() == left


def test_nobody_can_fill_ainos_mailbox_with_confirmations(ask) -> None:
    for _ in range(intake.UNCONFIRMED_PER_ADDRESS):
        ask()
    with pytest.raises(errors.TooManyUnconfirmed):
        ask()


def test_only_a_clerk_matches_and_identifies_and_keeps_no_number(ask) -> None:
    request, aino = ask("confirmed"), cast.aino()
    for stranger in (cast.olli(), cast.birgit(), cast.mauri()):
        with pytest.raises(errors.NotPermitted):
            steps.match(request=request, customer=aino, by=stranger, at=cast.NOW)
    with pytest.raises(errors.NotMatched):
        steps.identify(request=request, document_type="passport", by=cast.kaisa(), at=cast.NOW)
    steps.match(request=request, customer=aino, by=cast.kaisa(), at=cast.NOW)
    steps.identify(request=request, document_type="passport", by=cast.kaisa(), at=cast.NOW)
    check = IdentityCheck.objects.get()
    assert (check.customer, check.occasion, check.document_type) == (aino, "request", "passport")
    assert AuditEvent.objects.filter(verb="request.identified", customer_id=aino.pk).exists()


def test_the_database_itself_lets_nothing_leave_before_identification(ask) -> None:
    request = ask("confirmed")
    with pytest.raises(IntegrityError), transaction.atomic():
        DataSubjectRequest.objects.filter(pk=request.pk).update(state=State.DECIDED)


def test_a_confirmed_request_holds_ainos_clock_until_it_is_closed(identified) -> None:
    request, aino = identified(kind="withdrawal")
    assert "open_request" in holds.reasons([aino.pk])[aino.pk]
    steps.close(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    assert aino.pk not in holds.reasons([aino.pk])


@pytest.mark.parametrize("decision", ["refused", "partly"])
def test_a_refusal_needs_its_grounds(identified, decision: str) -> None:
    request, _aino = identified()
    with pytest.raises(errors.GroundsMissing):
        steps.decide(request=request, decision=decision, grounds=" ", by=cast.petra(), at=cast.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        DataSubjectRequest.objects.filter(pk=request.pk).update(decision=decision, grounds="")


def test_customer_service_identifies_but_does_not_decide(identified) -> None:
    request, _aino = identified()
    with pytest.raises(errors.NotPermitted):
        steps.decide(request=request, decision="granted", by=cast.kaisa(), at=cast.NOW)


def test_steps_out_of_order_are_refused(ask) -> None:
    request = ask()
    with pytest.raises(errors.WrongState):
        steps.match(request=request, customer=cast.aino(), by=cast.petra(), at=cast.NOW)
    with pytest.raises(errors.WrongState):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    steps.withdraw(request=request, at=cast.NOW)
    with pytest.raises(errors.NoSuchToken):
        intake.confirm(token=confirm_token(), at=cast.NOW)


def test_more_time_is_three_months_from_receipt_and_only_in_the_first(ask) -> None:
    received = cast.moment(cast.date(2026, 1, 31))
    request = ask("received", at=received)
    intake.confirm(token=confirm_token(), at=received)
    late = cast.moment(cast.date(2026, 3, 3))
    with pytest.raises(errors.TooLateToExtend):
        steps.extend(request=request, reason="Paljon aineistoa", by=cast.petra(), at=late)
    with pytest.raises(errors.GroundsMissing):
        steps.extend(request=request, reason="", by=cast.petra(), at=received)
    steps.extend(request=request, reason="Paljon aineistoa", by=cast.petra(), at=received)
    request.refresh_from_db()
    assert request.due_on == cast.date(2026, 4, 30)
    with pytest.raises(errors.TooLateToExtend):
        steps.extend(request=request, reason="Lisää", by=cast.petra(), at=received)


def test_a_paper_request_bears_the_day_it_was_received(db) -> None:
    received = cast.moment(cast.date(2026, 7, 1))
    fields = {"kind": "access", "name": "Aino Aallokko", "language": "fi", "channel": "paper"}
    request = intake.enter(by=cast.kaisa(), received_at=received, at=cast.NOW, **fields)
    assert request.state == State.CONFIRMED
    assert request.target_on == cast.date(2026, 8, 1)
    assert not request.confirm_token_hash
    with pytest.raises(errors.ReceivedInFuture):
        intake.enter(by=cast.kaisa(), received_at=cast.NOW + HOUR, at=cast.NOW, **fields)
    with pytest.raises(errors.NotPermitted):
        intake.enter(by=cast.olli(), received_at=received, at=cast.NOW, **fields)
