"""The people in charge are reminded before the last day of a request, and when it has passed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import clock
from register.services import audit
from requests_app.mails import people_in_charge
from requests_app.models import DataSubjectRequest, Reminder

OVERDUE = -1
AT = (OVERDUE, 1, 3, 7, 14)
"""Days before the last day, the nearest first; OVERDUE when it has passed. Each is told once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A request that is to be answered soon. `days` is negative when the last day has passed."""

    request: DataSubjectRequest
    days: int
    link: str


def stage(days: int) -> int:
    """Which of AT is the reminder for so many days left; 0 while there is time enough."""
    return next((mark for mark in AT if days <= mark), 0)


@transaction.atomic
def send(*, at: datetime) -> int:
    """Remind the people in charge, in one mail. Returns how many requests it was about. A day that
    was missed is made up for; the same reminder is never sent twice. When the mail does not leave,
    nothing is noted, and the next run sends it."""
    on = clock.local_date(at)
    waiting = _not_reminded(on)
    if not waiting:
        return 0
    Reminder.objects.bulk_create(
        Reminder(request=row, due_on=row.due_on, days_left=stage(_days(row, on)), reminded_at=at)
        for row in waiting
    )
    audit.record(verb="requests.reminded", at=at, count=len(waiting))
    _mail([_line(row, on) for row in waiting])
    return len(waiting)


def _not_reminded(on: date) -> list[DataSubjectRequest]:
    """Open requests whose present reminder has not gone out, by last day. Held until the end of
    the transaction: two runs at once remind once."""
    rows = DataSubjectRequest.objects.select_for_update().filter(
        state__in=DataSubjectRequest.OPEN, decided_at__isnull=True
    )
    near = [row for row in rows.order_by("due_on", "received_at") if stage(_days(row, on))]
    done = set(
        Reminder.objects.filter(request__in=near).values_list("request_id", "due_on", "days_left")
    )
    return [row for row in near if (row.pk, row.due_on, stage(_days(row, on))) not in done]


def _days(row: DataSubjectRequest, on: date) -> int:
    return (row.due_on - on).days


def _line(row: DataSubjectRequest, on: date) -> Line:
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse("admin:requests-request", args=[row.pk])
    return Line(row, _days(row, on), settings.PUBLIC_URL.rstrip("/") + path)


def _mail(lines: list[Line]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Data-subject requests wait for you: %(count)d") % {"count": len(lines)}
        EmailMessage(
            subject=f"{subject} – {settings.CONTROLLER['trade_name']}",
            body=render_to_string("mail/reminders.txt", {"lines": lines}),
            to=people_in_charge(),
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
