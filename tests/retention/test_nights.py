"""The night runs unattended: it stops and asks, it gives up on nobody in silence, it does not
believe a wrong clock, and somebody is told."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from register.models import Customer, ErasureReceipt, ErasureTrouble, RetentionRun
from register.services import audit, journal, nights, retention, troubles
from register.vault import keys
from tests import cast
from tests.retention.test_apply_retention import DUE, apply, no_receipt_for, prospect

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
State = RetentionRun.State


def run(*args: str) -> str:
    out = StringIO()
    call_command("apply_retention", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def due_now(**fields: Any) -> Customer:
    """Somebody whose last day passed a year ago."""
    old = timezone.now() - 4 * 366 * DAY
    person = cast.customer(saved_at=old, **fields)
    cast.message(person, happened_at=old)
    return person


# -- The brake ----------------------------------------------------------------------------------


@pytest.fixture
def tight(settings: Settings) -> None:
    """More than one person a night is unusual."""
    settings.RETENTION_BRAKE_PERCENT, settings.RETENTION_BRAKE_PEOPLE = 0, 1


@pytest.mark.usefixtures("tight")
def test_more_people_than_usual_stop_the_night_and_nobody_goes() -> None:
    prospect(), prospect()
    report = apply()
    assert (report.stopped, report.due, report.people) == (True, 2, 0)
    assert Customer.objects.count() == 2
    assert RetentionRun.objects.get().state == State.STOPPED


@pytest.mark.usefixtures("tight")
def test_as_many_as_usual_do_not_stop_the_night() -> None:
    prospect()
    assert apply().people == 1


@pytest.mark.usefixtures("tight")
def test_people_who_stay_anyway_do_not_stop_the_night() -> None:
    """Two are due every night of a long dispute and go on none: that is nothing unusual."""
    held = [prospect(), prospect()]
    for person in held:
        cast.hold(person)
    gone = prospect()
    report = apply()
    assert (report.stopped, report.due, report.people, report.held) == (False, 3, 1, 2)
    assert not Customer.objects.filter(pk=gone.pk).exists()
    prospect(), prospect()
    assert apply().stopped


@pytest.mark.usefixtures("tight")
def test_the_owner_answers_the_brake_and_the_next_night_erases_them() -> None:
    prospect(), prospect()
    apply()
    stopped = RetentionRun.objects.get()
    retention.let_through(run=stopped, by=cast.leena(), at=cast.moment(DUE))
    assert apply(DUE + DAY).people == 2
    assert audit.AuditEvent.objects.filter(verb="retention.let_through", count=2).exists()


@pytest.mark.usefixtures("tight")
def test_an_old_answer_or_a_smaller_one_lets_nobody_through() -> None:
    prospect(), prospect()
    apply()
    stopped = RetentionRun.objects.get()
    retention.let_through(run=stopped, by=cast.leena(), at=cast.moment(DUE))
    assert apply(DUE + 9 * DAY).stopped
    prospect()
    RetentionRun.objects.exclude(pk=stopped.pk).delete()
    assert apply(DUE + DAY).stopped


@pytest.mark.usefixtures("tight")
def test_the_command_asks_with_an_exit_code_of_its_own() -> None:
    due_now(), due_now()
    with pytest.raises(CommandError, match="--let-through 2") as stopped:
        run()
    assert stopped.value.returncode == 4
    assert Customer.objects.count() == 2
    run("--let-through", "2")
    assert not Customer.objects.exists()


# -- People whose erasure fails -----------------------------------------------------------------


@pytest.fixture
def unlucky(monkeypatch: pytest.MonkeyPatch) -> Customer:
    """Somebody whose erasure fails, and will go on failing."""
    person = prospect()
    no_receipt_for(person, monkeypatch)
    return person


def test_a_failing_erasure_is_tried_five_nights_and_reported_every_night(
    unlucky: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []
    real = retention._people

    def watched(part: Any, *rest: Any) -> None:
        tried.extend(part)
        real(part, *rest)

    monkeypatch.setattr(retention, "_people", watched)
    for night in range(7):
        report = apply(DUE + night * DAY)
        assert [one["where"] for one in report.problems] == [str(unlucky.pk)]
        assert not report.complete
    assert tried == [unlucky.pk] * 5
    assert "given up after 5 tries: ValueError" in report.problems[0]["problem"]


def test_after_somebody_has_looked_she_is_tried_again_and_forgotten_as_a_trouble(
    unlucky: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for night in range(6):
        apply(DUE + night * DAY)
    monkeypatch.undo()
    troubles.try_again(customer_id=unlucky.pk, by=cast.petra(), at=cast.NOW)
    assert apply(DUE + 7 * DAY).people == 1
    assert not ErasureTrouble.objects.exists()


# -- The clock ----------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_erases_nobody() -> None:
    person = due_now()
    audit.record(verb="seen", at=timezone.now() + 2 * DAY, object=person)
    with pytest.raises(CommandError, match="set back") as refused:
        run()
    assert refused.value.returncode == 1
    assert Customer.objects.exists()
    assert not RetentionRun.objects.exists()


def test_a_clock_a_year_ahead_erases_nobody_unless_somebody_says_that_it_is_right() -> None:
    person = due_now()
    audit.record(verb="seen", at=timezone.now() - 365 * DAY, object=person)
    with pytest.raises(CommandError, match="may be ahead"):
        run()
    assert Customer.objects.exists()
    run("--clock-is-right")
    assert not Customer.objects.exists()


def test_a_month_without_anybody_is_a_winter_and_no_wrong_clock() -> None:
    person = due_now()
    audit.record(verb="seen", at=timezone.now() - 30 * DAY, object=person)
    run()
    assert not Customer.objects.exists()


# -- The journal --------------------------------------------------------------------------------


def test_where_the_journal_cannot_be_written_nobody_is_erased(
    settings: Settings, tmp_path: Any
) -> None:
    (tmp_path / "file").write_text("")
    settings.ERASURE_JOURNAL_DIR = tmp_path / "file"
    due_now()
    with pytest.raises(CommandError, match="cannot be written"):
        run()
    assert Customer.objects.exists()
    assert not RetentionRun.objects.exists()


def test_a_disk_that_fills_up_midway_leaves_receipts_open_and_keys_in_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = prospect()
    cast.identity(person, personal_identity_code=cast.AINOS_CODE)

    def full(*args: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as small:
        small.setattr(journal, "_write", full)
        report = apply()
    assert report.problems[0]["problem"] == "key: JournalRefused"
    assert keys.exists(person.pk)
    assert ErasureReceipt.objects.get().state == ErasureReceipt.State.ROWS_GONE
    assert apply(DUE + DAY).keys == 1
    assert not keys.exists(person.pk)
    assert ErasureReceipt.objects.get().state == ErasureReceipt.State.COMPLETE


# -- Somebody is told ---------------------------------------------------------------------------


def test_the_owner_is_mailed_counts_and_nothing_of_anybody(settings: Settings) -> None:
    settings.RETENTION_MAIL_TO = ["leena@example.invalid"]
    due_now(first_name="Kanarialintu", last_name="Kanarialintu")
    run()
    [letter] = mail.outbox
    assert letter.to == ["leena@example.invalid"]
    assert ": 1\n" in letter.body
    assert "/hallinta/poistot/" in letter.body
    assert "kanarialintu" not in (letter.subject + letter.body).lower()


def test_a_night_in_which_nothing_happened_is_not_written_about() -> None:
    run()
    assert mail.outbox == []


def test_a_mail_that_does_not_go_is_a_problem_of_the_run_and_undoes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due_now()
    monkeypatch.setattr(EmailMessage, "send", lambda self: 1 / 0)
    with pytest.raises(CommandError, match="1 left undone") as undone:
        run()
    assert undone.value.returncode == 3
    assert not Customer.objects.exists()
    assert RetentionRun.objects.get().state == State.INCOMPLETE


def test_a_missed_night_is_seen() -> None:
    prospect()
    assert nights.watch(at=cast.moment(DUE)).missed
    apply()
    assert not nights.watch(at=cast.moment(DUE) + DAY).missed
    assert nights.watch(at=cast.moment(DUE) + 2 * DAY).missed


def test_the_warning_list_names_who_is_due_within_30_days_and_nobody_else() -> None:
    soon, later = prospect(), prospect(cast.TODAY + 31 * DAY)
    apply(DUE - 30 * DAY)
    on = DUE - 30 * DAY
    assert [one.pk for one in retention.due_soon(on=on)] == [soon.pk]
    assert later.pk not in retention.due_soon(on=on).values_list("pk", flat=True)
    assert list(retention.due_soon(on=on - DAY)) == []


@pytest.mark.usefixtures("tight")
def test_petra_reads_the_nights_and_only_the_owner_lets_one_through(client: Any) -> None:
    prospect(), prospect()
    apply(date(2029, 7, 16))
    [stopped] = RetentionRun.objects.all()
    answer = reverse("admin:forgetting-let-through", args=[stopped.pk])
    client.force_login(cast.petra())
    page = client.get(reverse("admin:forgetting"))
    assert page.status_code == 200
    assert answer not in page.content.decode()
    assert client.get(reverse("admin:forgetting-night", args=[stopped.pk])).status_code == 200
    assert client.post(answer).status_code == 403
    client.force_login(cast.leena())
    assert answer in client.get(reverse("admin:forgetting")).content.decode()
    assert client.post(answer).status_code == 302
    stopped.refresh_from_db()
    assert (stopped.let_through, stopped.let_through_by) == (2, cast.leena().pk)


def test_the_desk_does_not_read_the_nights(client: Any) -> None:
    client.force_login(cast.kaisa())
    assert client.get(reverse("admin:forgetting")).status_code == 403
