"""A mailing from draft to inbox, through a real mail server: to whom, how often, what stops it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from register import tasks
from register.models import AuditEvent, Customer, Delivery, Mailing, Message
from register.services import approvals, consents, events, mailings, own_links, sending
from tests import cast
from tests.register import mail_sink
from tests.register.mail_sink import Sink

pytestmark = pytest.mark.django_db
State = Delivery.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    settings.PUBLIC_URL = "https://kesajetti.example"
    with mail_sink.running(settings) as one:
        yield one


def agreeing(**fields: Any) -> Customer:
    person = cast.customer(**fields)
    cast.consent(person, channel=fields.get("channel", "email"))
    events.refresh([person.pk])
    return person


def started(*, at: datetime = cast.NOW, **fields: Any) -> Mailing:
    return mailings.start(mailing=cast.mailing(**fields), by=cast.mauri(), at=at)


def go(mailing: Mailing, *, minute: int = 0) -> int:
    """One turn of the worker, so many minutes after the start."""
    at = cast.NOW + minute * MINUTE
    if sending.take_turn(mailing_id=mailing.pk, at=at) is None:
        return 0
    return sending.send_part(mailing_id=mailing.pk, now=lambda: at)


def states(mailing: Mailing) -> dict[str, str]:
    rows = Delivery.objects.filter(mailing=mailing)
    return dict(rows.values_list("customer__email", "state"))


def test_everybody_who_agreed_gets_it_once_in_her_own_language(sink: Sink) -> None:
    aino, eero = agreeing(), agreeing(language="sv")
    agreeing(language="en")
    cast.customer()
    mailing = started(subject_sv="Säsongen", body_sv="Välkommen <b>ut</b>!\n\nhttps://x.example")
    assert go(mailing) == 2
    assert go(mailing, minute=2) == 0
    mailing.refresh_from_db()
    assert mailing.state == "done"
    assert sink.readers == sorted([aino.email, eero.email])
    letter = next(one for one in sink.letters if one["To"] == eero.email)
    assert letter["Subject"] == "Säsongen"
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Välkommen <b>ut</b>!" in plain
    assert "&lt;b&gt;ut&lt;/b&gt;" in html and '<a href="https://x.example"' in html  # noqa: PT018
    assert mailing.counted == {"no_consent": 1, "language": 1}


def test_a_mail_program_reads_the_way_out_and_takes_it(sink: Sink) -> None:
    aino = agreeing()
    go(started())
    [letter] = sink.letters
    address = letter["List-Unsubscribe"].strip(" <>")
    assert address.startswith("https://kesajetti.example/pois/e")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in letter.get_body(("plain",)).get_content()
    program = Client(enforce_csrf_checks=True)
    form = "application/x-www-form-urlencoded"
    path = address.removeprefix("https://kesajetti.example")
    assert program.post(path, "List-Unsubscribe=One-Click", content_type=form).status_code == 200
    assert not consents.stands(customer=aino, purpose="marketing", channel="email")
    with pytest.raises(mailings.Nothing):
        started()


def test_each_mail_is_on_the_log_without_its_links_and_moves_no_clock(sink: Sink) -> None:
    aino = agreeing()
    before = Customer.objects.get(pk=aino.pk).kept_through
    go(started())
    logged = Message.objects.get(customer=aino)
    assert (logged.topic, logged.direction, logged.subject) == ("marketing", "out", "Kausi alkaa")
    assert "/pois/" not in logged.body and "/omat-valinnat/" not in logged.body  # noqa: PT018
    events.refresh([aino.pk])
    assert Customer.objects.get(pk=aino.pk).kept_through == before
    lines = AuditEvent.objects.filter(verb__startswith="mailing.").order_by("id")
    assert [(line.verb, line.count) for line in lines] == [("mailing.started", 1)]


SINCE: dict[str, Any] = {
    "withdrawn": lambda her: cast.consent(her, action="withdrawn", acted_at=cast.NOW),
    "objection": lambda her: cast.restriction(her, purpose="marketing", kind="objection"),
    "restriction": lambda her: cast.restriction(her, purpose="marketing"),
    "ban": cast.ban,
    "erased": lambda her: Customer.objects.filter(pk=her.pk).update(erased_on=cast.TODAY),
    "secrecy": lambda her: Customer.objects.filter(pk=her.pk).update(secrecy_order=True),
}


@pytest.mark.parametrize("why", SINCE)
def test_what_happens_between_start_and_sending_stops_the_mail(sink: Sink, why: str) -> None:
    aino, eero = agreeing(), agreeing()
    mailing = started()
    SINCE[why](aino)
    go(mailing)
    assert sink.readers == [eero.email]
    assert Delivery.objects.get(customer=aino).left_out == why


def test_somebody_erased_whole_between_start_and_sending_is_passed(sink: Sink) -> None:
    aino, eero = agreeing(), agreeing()
    mailing = started()
    Delivery.objects.filter(customer=aino).delete()
    go(mailing)
    assert sink.readers == [eero.email]


def test_no_more_leave_in_a_minute_than_the_setting_says(sink: Sink, settings: Any) -> None:
    settings.MAILING_PER_MINUTE = 2
    for _person in range(5):
        agreeing()
    mailing = started()
    assert [go(mailing), go(mailing), go(mailing, minute=1), go(mailing, minute=2)] == [2, 0, 2, 1]
    assert len(set(sink.readers)) == 5


def test_a_stop_stops_at_once_and_going_on_sends_the_rest_once(sink: Sink, settings: Any) -> None:
    settings.MAILING_PER_MINUTE = 1
    people = [agreeing() for _person in range(3)]
    mailing = started()
    go(mailing)
    mailings.stop(mailing=mailing, by=cast.leena(), at=cast.NOW)
    assert go(mailing, minute=1) == 0
    mailings.go_on(mailing=mailing, by=cast.leena(), at=cast.NOW + MINUTE)
    assert [go(mailing, minute=minute) for minute in (2, 3, 4)] == [1, 1, 0]
    assert sink.readers == sorted(person.email for person in people)


def test_a_worker_killed_after_the_mail_left_is_followed_and_nobody_gets_it_twice(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    aino, eero = agreeing(), agreeing()
    mailing = started()
    really = sending.Mails.send

    def killed(*args: Any) -> Any:
        really(*args)
        raise SystemExit

    monkeypatch.setattr(sending.Mails, "send", killed)
    with pytest.raises(SystemExit):
        go(mailing)
    monkeypatch.setattr(sending.Mails, "send", really)
    assert len(sink.letters) == 1
    assert go(mailing, minute=1) == 1
    assert sink.readers == sorted([aino.email, eero.email])
    assert sorted(states(mailing).values()) == [State.SENDING, State.SENT]
    go(mailing, minute=15)
    assert sorted(states(mailing).values()) == [State.SENT, State.UNKNOWN]
    assert len(sink.letters) == 2
    mailing.refresh_from_db()
    assert mailing.state == "done"


def test_the_next_part_is_set_going_before_this_one_sends(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreeing()
    mailing = started(at=cast.NOW - timedelta(days=1))

    def killed(**kwargs: Any) -> int:
        raise SystemExit

    monkeypatch.setattr(sending, "send_part", killed)
    with pytest.raises(SystemExit):
        tasks.send_mailing.func(str(mailing.pk))
    waiting = DBTaskResult.objects.get()
    assert waiting.run_after is not None
    assert waiting.args_kwargs["args"] == [str(mailing.pk)]


def test_what_the_server_answers_decides_whether_it_is_tried_again(sink: Sink) -> None:
    later, never, full, gets = (agreeing() for _person in range(4))
    sink.says = {later.email: "451 later", never.email: "550 no", full.email: "452 full"}
    mailing = started()
    go(mailing)
    assert states(mailing) == {
        later.email: State.WAITING, never.email: State.FAILED, full.email: State.WAITING,
        gets.email: State.SENT,
    }  # fmt: skip
    del sink.says[later.email]
    for minute in (1, 2, 3):
        go(mailing, minute=minute)
    assert states(mailing)[later.email] == State.SENT
    assert states(mailing)[full.email] == State.FAILED
    assert mailings.troubles(mailing) == [
        ("vastaanottajan postipalvelin ei ota vastaan 452", 1),
        ("vastaanottajan postipalvelin ei ota vastaan 550", 1),
    ]  # fmt: skip
    assert sink.readers == sorted([gets.email, later.email])


def test_a_mail_server_that_is_not_there_costs_nobody_the_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    agreeing()
    mailing = started()
    assert go(mailing) == 0
    assert list(states(mailing).values()) == [State.WAITING]
    with mail_sink.running(settings) as sink:
        assert go(mailing, minute=1) == 1
        assert len(sink.letters) == 1


def test_a_connection_that_breaks_in_the_middle_is_not_tried_again(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreeing()
    mailing = started()
    monkeypatch.setattr(
        "django.core.mail.backends.smtp.EmailBackend.send_messages",
        lambda *_: (_ for _ in ()).throw(ConnectionResetError()),
    )
    go(mailing)
    assert list(states(mailing).values()) == [State.UNKNOWN]


def test_a_test_mail_goes_to_oneself_and_its_links_are_nobodys(sink: Sink) -> None:
    mauri = cast.mauri(email="mauri@kesajetti.example")
    agreeing()
    assert mailings.send_test(mailing=cast.mailing(), by=mauri, at=cast.NOW) == 1
    [letter] = sink.letters
    assert (letter["To"], letter["Subject"]) == (mauri.email, "[Koe] Kausi alkaa")
    path = letter["List-Unsubscribe"].strip(" <>").removeprefix("https://kesajetti.example")
    assert own_links.leaver(path.strip("/").rpartition("/")[2]) == (own_links.NOBODY, "email")
    assert Client().post(path).status_code == 200


def test_a_mailing_to_many_needs_a_second_person_for_these_very_words(settings: Any) -> None:
    settings.MAILING_TWO_PEOPLE_FROM = 2
    agreeing()
    agreeing()
    mailing, mauri, leena = cast.mailing(), cast.mauri(), cast.leena()
    with pytest.raises(approvals.NeedsAnother):
        mailings.start(mailing=mailing, by=mauri, at=cast.NOW)
    asked = mailings.ask(mailing=mailing, by=mauri, at=cast.NOW)
    approvals.decide(approval=asked, approve=True, by=leena, at=cast.NOW)
    mailing.body_fi = "Jotain muuta."
    mailings.save(mailing=mailing, by=mauri, at=cast.NOW)
    with pytest.raises(approvals.NeedsAnother):
        mailings.start(mailing=mailing, by=mauri, at=cast.NOW)
    mailing.body_fi = "Vesille pääsee taas.\n\nTervetuloa!"
    mailings.save(mailing=mailing, by=mauri, at=cast.NOW)
    assert mailings.start(mailing=mailing, by=mauri, at=cast.NOW).deliveries.count() == 2


def test_what_has_been_started_is_not_written_anew_nor_started_twice() -> None:
    agreeing()
    mailing = started()
    for act in (mailings.save, mailings.start, mailings.discard):
        with pytest.raises(mailings.Begun):
            act(mailing=mailing, by=cast.mauri(), at=cast.NOW)


def test_text_messages_go_to_the_phone_with_a_short_way_out(settings: Any, tmp_path: Any) -> None:
    settings.SMS_FOLDER, settings.PUBLIC_URL = str(tmp_path), "https://kesajetti.example"
    aino = cast.aino()
    cast.consent(aino, channel="sms")
    events.refresh([aino.pk])
    assert go(started(channel="sms", subject_fi="")) == 1
    [message] = (path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert message.startswith(f"To: {aino.phone.as_e164}")
    link = message.split()[-1]
    assert len(link) < 80
    Client().post(link.removeprefix("https://kesajetti.example"))
    assert not consents.stands(customer=aino, purpose="marketing", channel="sms")


def test_mauri_writes_tries_and_sends_without_seeing_to_whom(
    client: Client, sink: Sink, django_capture_on_commit_callbacks: Any
) -> None:
    aino = agreeing()
    client.force_login(cast.mauri(email="mauri@kesajetti.example"))
    said = {
        "name": "Kevät",
        "channel": "email",
        "subject_fi": "Kausi",
        "body_fi": "4111 1111 1111 1111",
    }
    refused = client.post(reverse("admin:mailing-new"), said).content.decode()
    assert "4111 1111" in refused and not Mailing.objects.exists()  # noqa: PT018
    client.post(reverse("admin:mailing-new"), said | {"body_fi": "<script>alert(1)</script>"})
    mailing = Mailing.objects.get()
    page = client.get(reverse("admin:mailing", args=[mailing.pk])).content.decode()
    assert "&lt;script&gt;alert" in page and "<script>alert" not in page  # noqa: PT018
    for name in ("test", "start"):
        client.post(reverse(f"admin:mailing-{name}", args=[mailing.pk]))
    assert DBTaskResult.objects.filter(args_kwargs__args=[str(mailing.pk)]).exists()
    tasks.send_mailing.func(str(mailing.pk))
    assert sink.readers == ["mauri@kesajetti.example", aino.email]
    page = client.get(reverse("admin:mailing", args=[mailing.pk])).content.decode()
    assert aino.email not in page and aino.last_name not in page  # noqa: PT018
