"""The last days of open requests as a calendar file (RFC 5545): references and days, no names."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from register.desk.access import needs_verb
from register.services import audit
from requests_app.models import DataSubjectRequest


@require_safe
@needs_verb("package")
def last_days(request: HttpRequest, site: Any) -> HttpResponse:
    """One all-day event a request, with a reminder three days before."""
    at = now()
    rows = DataSubjectRequest.objects.filter(state__in=DataSubjectRequest.OPEN).order_by("due_on")
    content = "".join(f"{line}\r\n" for line in _lines(list(rows), at))
    audit.record(
        verb="request.calendar", by=request.user, at=at, count=content.count("BEGIN:VEVENT")
    )
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="maarapaivat.ics"'},
    )


def _lines(rows: list[DataSubjectRequest], at: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Register//Requests//FI")
    for row in rows:
        yield from _event(row, at)
    yield "END:VCALENDAR"


def _event(row: DataSubjectRequest, at: datetime) -> Iterator[str]:
    """The same UID each time, so that an extended day moves the event instead of adding one."""
    yield "BEGIN:VEVENT"
    yield f"UID:{row.pk}@{urlsplit(settings.PUBLIC_URL).hostname}"
    yield f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{row.due_on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{row.due_on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{row.reference}: {_('last day')}"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{row.reference}", "TRIGGER:-P3D")
    yield from ("END:VALARM", "END:VEVENT")
