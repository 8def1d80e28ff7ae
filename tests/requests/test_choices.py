"""The person's own choices, and the way out of marketing by one click (RFC 8058)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from register.models import Choice, Consent, Customer
from register.services import consents, own_links
from requests_app.services import choices
from tests import cast

pytestmark = pytest.mark.django_db
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def page_of(person: Customer) -> str:
    with translation.override("fi"):
        return reverse("choices", args=[choices.token_for(person)])


def stand(person: Customer) -> set[str]:
    return {line.key for line in choices.lines(person) if line.given}


def way_out(person: Customer, channel: str = "email") -> str:
    return reverse("leave", args=[own_links.leave_token(person.pk, channel)])


def as_a_mail_program(address: str) -> int:
    """No cookie, no form token, no referrer: what RFC 8058 lets a mail program send."""
    client = Client(enforce_csrf_checks=True)
    return client.post(address, ONE_CLICK, content_type=FORM).status_code


# -- The page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "word"), [("", "Omat valinnat"), ("/sv", "Dina val"), ("/en", "Your choices")]
)
def test_every_consent_can_be_given_and_withdrawn_on_one_page(
    client: Client, prefix: str, word: str
) -> None:
    aino = cast.aino()
    page = prefix + page_of(aino)
    assert word in client.get(page).content.decode()
    asked = [line.key for line in choices.lines(aino)]
    client.post(page, {"agree": asked})
    assert stand(aino) == set(asked)
    client.post(page, {"was": asked, "agree": asked[:1]})
    assert stand(aino) == set(asked[:1])
    client.post(page, {"nothing": "1"})
    assert stand(aino) == set()


def test_no_marketing_at_all_leaves_the_other_consents(client: Client) -> None:
    aino = cast.aino()
    for fields in ({}, {"channel": "sms"}, {"purpose": "quality"}):
        cast.consent(aino, **fields)
    client.post(page_of(aino), {"none": "1"})
    assert stand(aino) == {"quality:"}


def test_an_old_page_gives_nothing_anew_that_was_withdrawn_since(client: Client) -> None:
    aino = cast.aino()
    cast.consent(aino)
    as_a_mail_program(way_out(aino))
    client.post(page_of(aino), {"was": "marketing:email", "agree": ["marketing:email", "quality:"]})
    assert stand(aino) == {"quality:"}


def test_the_words_kept_are_those_of_the_pages_language(client: Client) -> None:
    aino = cast.aino()
    client.post("/sv" + page_of(aino), {"agree": "development:"})
    kept = Consent.objects.get(customer=aino)
    assert (kept.language, kept.channel) == ("sv", "")
    assert kept.words_shown in client.get("/sv" + page_of(aino)).content.decode()


def test_other_choices_are_kept_and_nonsense_is_none(client: Client) -> None:
    aino = cast.aino()
    client.post(page_of(aino), {"reminders": "none", "recording": "<script>", "agree": "x:y"})
    assert [(row.key, row.value) for row in Choice.objects.filter(customer=aino)] == [
        ("reminders", "none")
    ]
    assert stand(aino) == set()


def test_somebody_who_asked_to_be_forgotten_has_no_page_any_more(client: Client) -> None:
    aino = cast.aino(erased_on=cast.TODAY)
    assert client.get(page_of(aino)).status_code == 404


# -- One click ------------------------------------------------------------------------------------


def test_a_mail_program_ends_it_at_one_click_and_again_changes_nothing() -> None:
    aino = cast.aino()
    cast.consent(aino)
    for _time in range(2):
        assert as_a_mail_program(way_out(aino)) == 200
    acts = Consent.objects.filter(customer=aino, action="withdrawn")
    assert [(act.channel, act.taken_through) for act in acts] == [("email", "email")]


def test_opening_the_link_changes_nothing(client: Client) -> None:
    aino = cast.aino()
    cast.consent(aino)
    assert b"<form" in client.get(way_out(aino)).content
    client.head(way_out(aino))
    assert stand(aino) == {"marketing:email"}


def test_the_link_of_one_channel_leaves_the_other() -> None:
    aino = cast.aino()
    cast.consent(aino)
    cast.consent(aino, channel="sms")
    as_a_mail_program(way_out(aino, "sms"))
    assert stand(aino) == {"marketing:email"}


def test_a_link_is_short_and_nobody_else_can_make_one() -> None:
    aino, eero = cast.aino(), cast.eero()
    token = own_links.leave_token(aino.pk, "sms")
    assert len(token) == 39
    assert own_links.leaver(token) == (aino.pk, "sms")
    others = own_links.leave_token(eero.pk, "sms")
    for forged in (
        others[:23] + token[23:],
        "e" + token[1:],
        token[:-1],
        token + "A",
        "",
        "x",
        "eå",
    ):
        assert own_links.leaver(forged) is None
        assert not forged or as_a_mail_program(reverse("leave", args=[forged])) == 404


def test_links_work_on_after_the_sites_key_was_changed(settings) -> None:
    person = uuid4()
    token, key = own_links.leave_token(person, "email"), settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 9
    assert own_links.leaver(token) is None
    settings.SECRET_KEY_FALLBACKS = [key]
    assert own_links.leaver(token) == (person, "email")


def test_whoever_reads_the_mailbox_says_no_for_the_address() -> None:
    aino, eero = cast.aino(email="koti@posti.example"), cast.eero(email="koti@posti.example")
    meri = cast.customer()
    for person in (aino, eero, meri):
        cast.consent(person)
    as_a_mail_program(way_out(aino))
    assert [bool(stand(one)) for one in (aino, eero, meri)] == [False, False, True]


def test_the_way_out_of_somebody_who_is_gone_is_no_error() -> None:
    assert (
        as_a_mail_program(reverse("leave", args=[own_links.leave_token(uuid4(), "email")])) == 200
    )


def test_saying_no_is_never_refused_and_saying_it_over_and_over_is() -> None:
    aino, eero = cast.aino(), cast.eero()
    answers = {as_a_mail_program(way_out(aino)) for _time in range(35)}
    assert answers == {200, 429}
    cast.consent(eero, acted_at=cast.NOW - timedelta(days=1))
    assert as_a_mail_program(way_out(eero)) == 200
    assert not consents.stands(customer=eero, purpose="marketing", channel="email")
