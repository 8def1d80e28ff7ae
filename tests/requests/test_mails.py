"""Every step tells the person, and a mail that did not leave is seen and sent again."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from register.services import short_clocks
from requests_app import mails, tasks
from requests_app.models import DataSubjectRequest, RequestMail
from requests_app.services import errors, intake, steps, telling
from tests import cast

State = RequestMail.State
BROKEN = "tests.requests.test_mails.Unplugged"


class Unplugged(EmailBackend):
    """A mail server that is away, and says whom it was to serve."""

    def send_messages(self, messages) -> int:
        raise ConnectionRefusedError(f"no route for {messages[0].to[0]}")


def told(request: DataSubjectRequest) -> list[tuple[str, str]]:
    return list(request.mails.values_list("mail", "state"))


def test_every_step_of_ainos_request_tells_her(
    identified, django_capture_on_commit_callbacks
) -> None:
    request, _aino = identified()
    with django_capture_on_commit_callbacks(execute=True):
        steps.decide(request=request, decision="granted", by=cast.petra(), at=cast.NOW)
    with django_capture_on_commit_callbacks(execute=True):
        steps.delivered(request=request, at=cast.NOW)
        steps.close(request=request, by=cast.petra(), at=cast.NOW)
    expected = ["confirm", "received", "identified", "package", "delivered", "closed"]
    assert sorted(told(request)) == sorted((name, State.SENT) for name in expected)
    assert len(mail.outbox) == len(expected)
    assert all(sent.alternatives for sent in mail.outbox)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("name", sorted(set(mails.MAILS) - {"package"}))
def test_a_mail_is_text_and_html_with_one_link_and_no_name_in_its_subject(
    ask, language: str, name: str
) -> None:
    request = ask(language=language)
    message = mails.compose(request, name)
    [html] = [str(part.content) for part in message.alternatives]
    link = next(line for line in str(message.body).splitlines() if line.startswith("http"))
    assert link in html
    assert "Aino" not in str(message.subject)
    assert request.reference not in str(message.subject)
    assert f'lang="{language}"' in html


def test_a_mail_that_did_not_leave_is_tried_again_and_then_given_up(ask, settings, caplog) -> None:
    settings.EMAIL_BACKEND = BROKEN
    request = ask()  # the immediate backend cannot wait: one try
    [failed] = request.mails.all()
    assert (failed.state, failed.tries, failed.error) == (State.FAILED, 1, "ConnectionRefusedError")
    assert "aino.aallokko" not in caplog.text

    RequestMail.objects.update(state=State.QUEUED, tries=0)
    tries = [mails.attempt(mail_id=failed.pk, most_tries=3, at=cast.NOW) for _again in range(4)]
    assert tries == [1, 2, 0, 0]
    failed.refresh_from_db()
    assert (failed.state, failed.tries) == (State.FAILED, 3)


def test_the_worker_waits_between_the_tries(ask, settings) -> None:
    request = ask()
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.EMAIL_BACKEND = BROKEN
    request.mails.update(state=State.QUEUED, tries=0, sent_at=None)
    before = timezone.now()
    tasks.try_mail.call(str(request.mails.get().pk))
    [later] = tasks.default_task_backend.results
    assert later.task.run_after >= before + tasks.PAUSES[0]
    assert request.mails.get().state == State.QUEUED


def test_two_workers_send_a_mail_once(ask) -> None:
    request = ask()
    [row] = request.mails.all()
    row.state = State.SENDING  # the other worker has it
    row.save()
    assert mails.attempt(mail_id=row.pk, most_tries=5, at=cast.NOW) == 0
    assert len(mail.outbox) == 1


def test_petra_sees_what_did_not_leave_and_sends_it_again(
    client, ask, settings, django_capture_on_commit_callbacks
) -> None:
    settings.EMAIL_BACKEND, working = BROKEN, settings.EMAIL_BACKEND
    request = ask(at=timezone.now())
    RequestMail.objects.update(mail="received")
    request_state(request)
    client.force_login(cast.petra())
    page = client.get(address(request)).content.decode()
    assert "Ei lähtenyt" in page
    assert "ConnectionRefusedError" in page
    assert "viesti hoidettavana" in client.get("/hallinta/").content.decode()

    settings.EMAIL_BACKEND = working
    again = f"/hallinta/requests_app/datasubjectrequest/viesti/{request.mails.get().pk}/"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(again)
    assert [sent.to for sent in mail.outbox] == [[request.email]]
    assert told(request) == [("received", State.SENT)]
    assert "Lähetä uudelleen" not in client.get(address(request)).content.decode()
    with pytest.raises(errors.WrongState):
        telling.see_to(mail=request.mails.get(), by=cast.petra(), at=timezone.now())


def request_state(request: DataSubjectRequest) -> None:
    request.state = DataSubjectRequest.State.CONFIRMED
    request.save()


def address(request: DataSubjectRequest) -> str:
    return f"/hallinta/requests_app/datasubjectrequest/{request.pk}/"


def test_what_a_stopped_worker_left_behind_is_not_forgotten(ask) -> None:
    request = ask()
    request.mails.update(state=State.SENDING, tried_at=cast.NOW, sent_at=None)
    assert not telling.not_reached(at=cast.NOW + timedelta(minutes=5))
    assert telling.not_reached(at=cast.NOW + timedelta(minutes=16)).get().request == request


def test_who_has_no_address_is_told_by_phone_and_it_is_noted(client, db) -> None:
    request = intake.enter(
        by=cast.kaisa(), channel="phone", received_at=cast.NOW, at=cast.NOW, kind="access",
        name="Aino Aallokko", phone="+358401234567", language="fi",
    )  # fmt: skip
    assert told(request) == []  # she is on the phone
    steps.ask_identification(request=request, by=cast.kaisa(), at=cast.NOW)
    assert told(request) == [("identify", State.PAPER)]
    for stranger in (cast.olli(), cast.birgit()):
        with pytest.raises(errors.NotPermitted):
            telling.see_to(mail=request.mails.get(), by=stranger, at=cast.NOW)
    client.force_login(cast.kaisa())
    client.post(f"/hallinta/requests_app/datasubjectrequest/viesti/{request.mails.get().pk}/")
    assert told(request) == [("identify", State.TOLD)]


def test_the_mails_go_with_the_file_of_the_request(ask) -> None:
    request = ask()
    at = cast.NOW + timedelta(hours=73)
    short_clocks.purge_requests(on=at.date(), at=at)
    assert not RequestMail.objects.filter(request_id=request.pk).exists()
