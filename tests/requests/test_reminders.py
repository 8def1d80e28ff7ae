"""The people in charge hear of a last day in time, and once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from register.models import AuditEvent
from requests_app import mails
from requests_app.models import DataSubjectRequest, Reminder
from requests_app.services import reminding, steps
from tests import cast

DAY = timedelta(days=1)


@pytest.fixture
def petra(db):
    user = cast.petra()
    user.email = "petra@kesajetti.example"
    user.save()
    return user


def days_before(request: DataSubjectRequest, days: int):
    return cast.moment(request.due_on - days * DAY, 7)


def test_petra_is_reminded_14_7_3_and_1_days_before_and_when_it_is_late(ask, petra) -> None:
    request = ask("confirmed")
    mail.outbox.clear()
    told = [days for days in range(20, -10, -1) if reminding.send(at=days_before(request, days))]
    assert told == [14, 7, 3, 1, -1]
    assert [sent.to for sent in mail.outbox] == [[petra.email]] * len(told)
    assert AuditEvent.objects.filter(verb="requests.reminded").count() == len(told)


def test_the_reminder_names_the_request_and_nobody(ask, petra) -> None:
    request = ask("confirmed")
    mail.outbox.clear()
    reminding.send(at=days_before(request, 3))
    [sent] = mail.outbox
    assert request.reference in sent.body
    assert f"/hallinta/requests_app/datasubjectrequest/{request.pk}/" in sent.body
    assert "Aino" not in sent.subject + sent.body
    assert "TP-" not in sent.subject


def test_a_morning_that_was_missed_is_made_up_for_once(ask, petra) -> None:
    request = ask("confirmed")
    assert reminding.send(at=days_before(request, 5)) == 1  # the seventh day passed unseen
    assert reminding.send(at=days_before(request, 5)) == 0
    assert reminding.send(at=days_before(request, 4)) == 0
    assert Reminder.objects.get().days_left == 7


def test_more_time_has_reminders_of_its_own(ask, petra) -> None:
    request = ask("confirmed")
    reminding.send(at=days_before(request, 7))
    steps.extend(request=request, reason="Laaja", by=petra, at=days_before(request, 6))
    request.refresh_from_db()
    assert reminding.send(at=days_before(request, 20)) == 0
    assert reminding.send(at=days_before(request, 7)) == 1


def test_nobody_is_reminded_of_what_is_decided_ended_or_unconfirmed(identified, ask, petra) -> None:
    request, _aino = identified()
    steps.decide(request=request, decision="granted", by=petra, at=cast.NOW)
    ask(email="eero@posti.example")
    back = ask("confirmed", email="venla@posti.example")
    steps.withdraw(request=back, at=cast.NOW)
    assert reminding.send(at=days_before(request, 1)) == 0


def test_only_those_who_decide_are_reminded(petra) -> None:
    for other in (cast.kaisa(), cast.olli()):
        other.email = f"{other.username}@kesajetti.example"
        other.save()
    assert mails.people_in_charge() == [petra.email]
    petra.is_active = False
    petra.save()
    assert mails.people_in_charge() == ["info@kesajetti.fi"]


def test_a_mail_that_does_not_leave_is_sent_by_the_next_run(ask, petra, settings) -> None:
    request = ask("confirmed")
    DataSubjectRequest.objects.filter(pk=request.pk).update(
        target_on=cast.TODAY - DAY, due_on=cast.TODAY - DAY
    )
    working, settings.EMAIL_BACKEND = (
        settings.EMAIL_BACKEND, "tests.requests.test_mails.Unplugged"
    )  # fmt: skip
    with pytest.raises(CommandError) as said:
        call_command("send_reminders")
    assert "petra@" not in str(said.value)
    assert not Reminder.objects.exists()
    settings.EMAIL_BACKEND = working
    mail.outbox.clear()
    call_command("send_reminders")
    assert len(mail.outbox) == 1
