"""Consents are acts that follow one another; the newest is what stands."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from register import policy
from register.models import AuditEvent, Consent, Customer
from register.services import consents
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
EMAIL = {"purpose": policy.MARKETING.key, "channel": "email"}


def given_by(person: Customer, *, after: int = 0, **changes: str) -> Consent:
    told = {"words_shown": cast.WORDS, "language": "fi", "taken_through": "desk"}
    at = cast.NOW + timedelta(minutes=after)
    return consents.give(customer=person, at=at, by=cast.kaisa(), **(EMAIL | told | changes))


def withdrawn_by(person: Customer, *, after: int) -> Consent:
    at = cast.NOW + timedelta(minutes=after)
    return consents.withdraw(customer=person, at=at, language="fi", taken_through="web", **EMAIL)


def test_aino_has_not_consented_before_she_says_so() -> None:
    assert not consents.stands(customer=cast.aino(), **EMAIL)


def test_ainos_consent_stands_until_she_withdraws_it_and_again_when_she_gives_it_anew() -> None:
    aino = cast.aino()
    answers = []
    for act in (given_by, withdrawn_by, given_by):
        act(aino, after=len(answers))
        answers.append(consents.stands(customer=aino, **EMAIL))
    assert answers == [True, False, True]
    assert aino.consents.count() == 3


def test_consent_to_email_says_nothing_of_text_messages() -> None:
    aino = cast.aino()
    given_by(aino)
    assert not consents.stands(customer=aino, purpose=EMAIL["purpose"], channel="sms")


def test_the_proof_is_kept_with_the_consent() -> None:
    proof = given_by(cast.aino())
    assert (proof.words_shown, proof.notice_version) == (cast.WORDS, policy.VERSION)
    assert proof.saved_by == cast.kaisa()


def test_a_consent_without_the_words_shown_is_refused_by_the_database() -> None:
    aino = cast.aino()
    with pytest.raises(IntegrityError), transaction.atomic():
        given_by(aino, words_shown="")


@pytest.mark.parametrize("purpose", [policy.SERVICE.key, policy.BOOKKEEPING.key])
def test_what_rests_on_a_contract_or_the_law_cannot_be_consented_to(purpose: str) -> None:
    with pytest.raises(consents.NotByConsent):
        given_by(cast.aino(), purpose=purpose)


def test_marketing_reaches_only_those_whose_newest_act_is_a_consent() -> None:
    aino, eero = cast.aino(), cast.eero()
    given_by(aino)
    given_by(eero)
    withdrawn_by(eero, after=1)
    assert list(consents.consenting(**EMAIL)) == [aino]


def test_each_act_leaves_a_line_without_what_was_said() -> None:
    aino = cast.aino()
    given_by(aino)
    line = AuditEvent.objects.get(verb="consent.given")
    assert (line.customer_id, line.fields) == (aino.pk, ["channel", "purpose"])
    assert cast.WORDS not in str(vars(line))
