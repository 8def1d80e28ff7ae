"""Who may be written to is one question, and each reason to leave somebody out answers it alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from register.models import Customer, LeftOut, Mailing, Segment
from register.services import events, segments
from tests import cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TO = {"channel": "email", "languages": ["fi"], "on": cast.TODAY}


def agreeing(**fields: Any) -> Customer:
    """Somebody who gets every mailing in Finnish."""
    person = cast.customer(**fields)
    cast.consent(person)
    events.refresh([person.pk])
    return person


def reached(segment: Segment | None = None, **changes: Any) -> set[Customer]:
    return set(segments.reachable(segment=segment, **(TO | changes)))


def reasons(segment: Segment | None = None, **changes: Any) -> dict[str, int]:
    return segments.reach(segment=segment, **(TO | changes)).left_out


def against(person: Customer, kind: str) -> None:
    cast.restriction(person, kind=kind, purpose="marketing")


def drove(person: Customer, **fields: Any) -> None:
    cast.driver(person, cast.booking(cast.customer()), **fields)


SPOIL: dict[str, Callable[[Customer], object]] = {
    LeftOut.ERASED: lambda her: Customer.objects.filter(pk=her.pk).update(erased_on=cast.TODAY),
    LeftOut.NO_ADDRESS: lambda her: Customer.objects.filter(pk=her.pk).update(email=""),
    LeftOut.WITHDRAWN: lambda her: cast.consent(her, action="withdrawn", acted_at=cast.NOW),
    LeftOut.OBJECTION: lambda her: against(her, "objection"),
    LeftOut.RESTRICTION: lambda her: against(her, "restriction"),
    LeftOut.BAN: cast.ban,
    LeftOut.SECRECY: lambda her: Customer.objects.filter(pk=her.pk).update(secrecy_order=True),
    LeftOut.MINOR: lambda her: drove(her, age_group="youth"),
    LeftOut.CLOCK: lambda her: Customer.objects.filter(pk=her.pk).update(
        kept_through=cast.TODAY - DAY
    ),
    LeftOut.LANGUAGE: lambda her: Customer.objects.filter(pk=her.pk).update(language="sv"),
}


def test_somebody_who_has_agreed_gets_it() -> None:
    aino = agreeing()
    assert reached() == {aino}
    assert reasons() == {}


@pytest.mark.parametrize("why", SPOIL)
def test_one_reason_is_enough_to_be_left_out(why: str) -> None:
    aino = agreeing()
    SPOIL[why](aino)
    assert reached() == set()
    assert reasons()[why] == 1
    assert segments.why_not(aino.pk, mailing=Mailing(body_fi="x"), on=cast.TODAY) == why


def test_who_never_agreed_or_agreed_to_another_channel_is_left_out() -> None:
    meri = cast.customer()
    cast.consent(meri, channel="sms")
    cast.customer()
    assert reached() == set()
    assert reasons() == {LeftOut.NO_CONSENT: 2}


def test_agreeing_anew_counts_and_an_ended_ban_does_not() -> None:
    aino = agreeing()
    cast.consent(aino, action="withdrawn", acted_at=cast.NOW - DAY)
    cast.consent(aino, acted_at=cast.NOW)
    cast.ban(aino, lifted_at=cast.NOW)
    assert reached() == {aino}


def test_who_was_sixteen_at_the_helm_three_years_ago_is_no_minor_now() -> None:
    aino = agreeing()
    drove(aino, age_group="youth", drove_on=cast.TODAY - 3 * 366 * DAY)
    assert reached() == {aino}
    drove(aino, age_group="youth", drove_on=cast.TODAY - 300 * DAY)
    assert reached() == set()
    drove(aino, age_group="adult")
    assert reached() == {aino}


def test_an_address_shared_with_somebody_who_did_not_agree_is_hers_who_did() -> None:
    aino = agreeing(email="koti@posti.example")
    cast.customer(email="koti@posti.example")
    assert reached() == {aino}
    assert reasons() == {LeftOut.NO_CONSENT: 1}


def test_two_who_agreed_and_share_an_address_get_one_copy() -> None:
    aino, _eero = agreeing(email="koti@posti.example"), agreeing(email="koti@posti.example")
    meri = agreeing()
    assert reached() == {aino, meri}
    assert reasons() == {LeftOut.SAME_ADDRESS: 1}


def test_nobodys_history_is_looked_at_without_the_consent_to_be_grouped() -> None:
    aino, eero, meri = agreeing(), agreeing(), agreeing()
    renters = cast.segment(language="", rented="ever")
    for person in (aino, eero):
        cast.rental(cast.booking(person))
        events.refresh([person.pk])
    assert reached(renters) == set()
    assert reasons(renters) == {LeftOut.ANALYSIS: 3}
    for person in (aino, meri):
        cast.consent(person, purpose="analysis")
    assert reached(renters) == {aino}
    assert reasons(renters) == {LeftOut.ANALYSIS: 1, LeftOut.OUTSIDE: 1}
    cast.restriction(aino, purpose="analysis", kind="objection")
    assert reached(renters) == set()


@pytest.mark.parametrize(
    ("criteria", "fits"),
    [
        ({"rented": "never"}, "meri"),
        ({"rented_since": cast.TODAY - 3 * DAY}, "aino"),
        ({"not_rented_since": cast.TODAY - 3 * DAY}, "eero meri"),
        ({"rented": "ever", "not_rented_since": cast.TODAY - 3 * DAY}, "eero"),
        ({"loyal": True}, "eero"),
        ({"group": "regular"}, "aino"),
    ],
)
def test_criteria_of_history_choose(criteria: dict[str, Any], fits: str) -> None:
    who = {"aino": agreeing(), "eero": agreeing(), "meri": agreeing()}
    Customer.objects.filter(pk=who["aino"].pk).update(group="regular")
    cast.loyalty(who["eero"])
    for name, days in (("aino", 1), ("eero", 400)):
        cast.rental(cast.booking(who[name], starts_at=cast.NOW - days * DAY))
    for person in who.values():
        cast.consent(person, purpose="analysis")
    events.refresh(person.pk for person in who.values())
    assert reached(cast.segment(**criteria)) == {who[name] for name in fits.split()}


def test_the_whole_judgement_is_one_statement(django_assert_num_queries: Any) -> None:
    agreeing()
    segment = cast.segment(rented="ever", loyal=True)
    with django_assert_num_queries(1):
        list(segments.reachable(segment=segment, **TO))


def test_a_segment_that_a_mailing_has_gone_by_stays_as_it_is() -> None:
    segment = cast.segment()
    segments.save(segment=segment, by=cast.mauri(), at=cast.NOW)
    cast.mailing(segment=segment, state="done", started_at=cast.NOW)
    with pytest.raises(segments.InUse):
        segments.save(segment=segment, by=cast.mauri(), at=cast.NOW)
