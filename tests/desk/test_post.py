"""Service messages: who gets which, once, in whose words."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from register.models import Message, PostKind, ServiceMail
from register.services import contracts, payments, post, post_papers, post_rounds
from register.services import post_words as wording
from tests import cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def queue(kind: str, booking, about=None) -> ServiceMail:
    return post.queue(
        kind, customer=booking.customer, about=about or booking.pk, booking=booking, at=cast.NOW
    )


def send(row: ServiceMail, **more) -> int:
    named = {"send": post_papers.send, "most_tries": 3, "at": cast.NOW} | more
    return post.attempt(mail_id=row.pk, **named)


def test_a_confirmation_goes_out_once_with_a_calendar_file_and_is_logged() -> None:
    booking = cast.booking()
    cast.line(booking)
    row = queue("confirmation", booking)
    assert send(row) == 0
    assert send(row) == 0
    assert queue("confirmation", booking).pk == row.pk
    (sent,) = mail.outbox
    assert sent.to == ["aino.aallokko@posti.example"]
    assert sent.subject == "Varauksesi on vahvistettu – Kesäjetti"
    for told in ("Hei Aino", str(booking.number), "396,00", "16.7.2026 12:00", "Alppikatu 5"):
        assert told in sent.body.replace("\xa0", " "), told
    html = sent.alternatives[0][0]
    assert "Hei Aino" in html
    (part,) = sent.attachments
    invitation = part.get_payload(decode=True).decode()
    assert f"UID:{booking.pk}@" in invitation
    assert "DTSTART:20260716T090000Z" in invitation
    assert all(len(line.encode()) <= 75 for line in invitation.split("\r\n"))
    logged = Message.objects.get(customer=booking.customer)
    assert (logged.direction, logged.channel, logged.subject) == (
        "out", "email", "Varauksesi on vahvistettu",
    )  # fmt: skip


def test_a_message_that_does_not_leave_is_tried_again_and_then_given_up() -> None:
    row = queue("confirmation", cast.booking())

    def fails(_mail: ServiceMail) -> tuple[str, str]:
        raise ConnectionError("aino@posti.example")

    assert [send(row, send=fails) for _try in range(4)] == [1, 2, 0, 0]
    row.refresh_from_db()
    assert (row.state, row.tries, row.error) == ("failed", 3, "ConnectionError")


@pytest.mark.parametrize("why", ["secrecy", "choice", "restricted", "no_address", "erased"])
def test_nothing_goes_out_against_a_choice_a_restriction_or_a_secrecy_order(why) -> None:
    booking = cast.booking()
    aino = booking.customer
    if why == "restricted":
        cast.restriction(aino, purpose="communication")
    if why == "choice":
        cast.choice(aino, key="reminders", value="none")
    changes = {"secrecy": {"secrecy_order": True}, "no_address": {"email": "", "phone": ""},
               "erased": {"erased_on": cast.TODAY}}.get(why, {})  # fmt: skip
    for name, value in changes.items():
        setattr(aino, name, value)
    aino.save()
    row = queue("reminder", booking)
    assert (row.state, row.error) == ("left_out", why)
    send(row)
    assert mail.outbox == []
    kaisa = cast.kaisa()
    still = post.send_by_hand(mail=row, by=kaisa, at=cast.NOW)
    assert still == ("" if why == "secrecy" else why)


def test_what_was_restricted_in_the_meantime_does_not_leave_either() -> None:
    booking = cast.booking()
    row = queue("confirmation", booking)
    cast.restriction(booking.customer, purpose="communication")
    send(row)
    late = queue("reminder", cast.booking(cast.eero(), state="cancelled", cancelled_at=cast.NOW))
    send(late)
    row.refresh_from_db()
    late.refresh_from_db()
    assert (row.error, late.error, mail.outbox) == ("restricted", "late", [])


def test_a_reminder_goes_as_a_text_where_the_person_chose_so(settings, tmp_path) -> None:
    settings.SMS_BACKEND, settings.SMS_FILE_DIR = "register.texting.file", str(tmp_path)
    booking = cast.booking()
    cast.choice(booking.customer, key="reminders", value="sms")
    send(queue("reminder", booking))
    (written,) = tmp_path.iterdir()
    text = written.read_text()
    assert str(booking.customer.phone) in text
    assert str(booking.number) in text
    assert mail.outbox == []


def test_the_round_reminds_of_tomorrow_and_thanks_for_yesterday_once() -> None:
    coming = cast.booking(starts_at=cast.NOW + DAY)
    cast.booking(cast.customer(), starts_at=cast.NOW + 3 * DAY)
    back = cast.booking(cast.customer(), starts_at=cast.NOW - DAY, state="returned")
    cast.rental(back, returned_at=cast.NOW - 20 * HOUR)
    bad = cast.booking(cast.customer(), starts_at=cast.NOW - DAY, state="returned")
    cast.rental(bad, returned_at=cast.NOW - 20 * HOUR)
    cast.case(bad.customer, booking=bad)
    done = post_rounds.go(at=cast.NOW)
    assert (done.reminders, done.thanks) == (1, 1)
    again = post_rounds.go(at=cast.NOW + HOUR)
    assert (again.reminders, again.thanks) == (0, 0)
    assert set(ServiceMail.objects.values_list("kind", "about")) == {
        ("reminder", coming.pk), ("thanks", back.pk),
    }  # fmt: skip


def test_thanks_ask_how_it_was_by_a_link_that_the_log_does_not_keep() -> None:
    booking = cast.booking(state="returned", starts_at=cast.NOW - DAY)
    send(queue("thanks", booking))
    assert "/palaute/" in mail.outbox[0].body
    assert "/palaute/" not in Message.objects.get().body
    assert wording.filled("Hei\nLinkki: {link}", {"link": ""}) == "Hei"


def test_papers_ride_along() -> None:
    booking = cast.booking()
    cast.line(booking)
    cast.driver(booking.customer, booking)
    paid = payments.pay(
        booking=booking, amount_cents=100, method="card", by=cast.kaisa(), at=cast.NOW
    )
    made = contracts.make(booking=booking, language="fi", by=cast.kaisa(), at=cast.NOW)
    receipt = ServiceMail.objects.get(kind="receipt", about=paid.pk)
    send(receipt)
    send(queue("agreement", booking, about=made.pk))
    names = [sent.attachments[0][0] for sent in mail.outbox]
    assert names == [f"{paid.number}.pdf", f"{made.number}.pdf"]
    assert all(sent.attachments[0][1].startswith(b"%PDF") for sent in mail.outbox)


# -- Words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PostKind.values)
def test_the_programs_words_fill_every_gap_in_every_language(kind) -> None:
    for language in wording.LANGUAGES:
        words = wording.ours(kind, language)
        wording.check(kind, words)
        values = dict.fromkeys(wording.GAPS[kind], "x")
        assert "{" not in wording.filled(words.body + words.sms, values)
        assert bool(words.sms) == (kind in post.BY_TEXT)


@pytest.mark.parametrize(
    "field, text",
    [("subject", "Hei {name}"), ("body", "{password}"), ("body", "{name.__class__}"),
     ("body", "{0}"), ("body", "{name"), ("body", "Kortti 4111 1111 1111 1111"), ("sms", "{x}")],
)  # fmt: skip
def test_words_with_a_gap_that_nobody_fills_are_refused(field, text) -> None:
    words = wording.Words(**({"subject": "a", "body": "b", "sms": ""} | {field: text}))
    with pytest.raises(ValidationError) as refused:
        wording.check("reminder", words)
    assert list(refused.value.error_dict) == [field]


def test_the_owner_words_a_message_looks_at_it_and_goes_back(signed_in) -> None:
    client = signed_in(cast.leena())
    page = reverse("admin:desk-post-words", args=["reminder", "sv"])
    said = {"subject": "Snart", "body": "Hej {name}!\r\n\r\nVi ses <b>{from}</b>", "sms": "{firm}"}
    looked = client.post(page, said | {"look": "1"}).content.decode()
    assert "Hej Aino!" in looked
    assert "&lt;b&gt;" in looked
    assert wording.said("reminder", "sv").subject != "Snart"
    client.post(page, said)
    booking = cast.booking(cast.customer(language="sv"))
    send(queue("reminder", booking))
    assert mail.outbox[0].subject == "Snart – Kesäjetti"
    assert "&lt;b&gt;" in mail.outbox[0].alternatives[0][0]
    client.post(page, {"forget": "1"})
    assert wording.said("reminder", "sv") == wording.ours("reminder", "sv")
    with pytest.raises(PermissionDenied):
        wording.say(
            kind="reminder", language="sv", words=wording.Words("a", "b"), by=cast.kaisa(),
            at=cast.NOW,
        )  # fmt: skip


def test_the_desk_sees_what_was_left_out_and_sends_it_when_asked(signed_in) -> None:
    booking = cast.booking(cast.customer(secrecy_order=True))
    row = queue("confirmation", booking)
    client = signed_in(cast.kaisa())
    page = reverse("admin:desk-booking", args=[booking.pk])
    assert "turvakielto" in client.get(page).content.decode()
    client.post(reverse("admin:desk-post-send", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.by_hand) == ("queued", True)
