"""Open requests on the desk's front page and on the person's own page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now

from register import clock, permissions
from register.desk import panels
from register.models import Customer
from requests_app.models import DataSubjectRequest, RecipientNotice
from requests_app.services import recipients, steps, telling, versions

MOST = 8
TEMPLATE = "requests/panel.html"


def open_requests(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """The requests with the nearest last day; None for a role that does not see them, and on the
    page of a person who has none open."""
    if not permissions.may_see(request.user, DataSubjectRequest):
        return None
    rows = DataSubjectRequest.objects.filter(state__in=DataSubjectRequest.OPEN)
    if customer is not None:
        rows = rows.filter(customer=customer)
        if not rows.exists():
            return None
    at = now()
    today = clock.local_date(at)
    unreached = set(telling.not_reached(at=at).values_list("request_id", flat=True))
    lines = [
        {"request": row, "days": steps.days_left(row, on=today), "unreached": row.pk in unreached}
        for row in rows.order_by("due_on", "received_at")[:MOST]
    ]
    words_notice = customer is None and permissions.may(request.user, "notice")
    return {
        "lines": lines,
        "to_tell": _to_tell(request) if customer is None else (),
        "may_word_notice": words_notice,
        "notice_waits": words_notice and versions.outdated(),
        "may_enter": permissions.may(request.user, "identify"),
        "may_take_calendar": customer is None and permissions.may(request.user, "package"),
        "may_read_record": customer is None and permissions.may(request.user, "audit"),
    }


def _to_tell(request: HttpRequest) -> list[RecipientNotice]:
    """Recipients of disclosed data who wait to be told, for whoever tells them."""
    if not permissions.may(request.user, "package"):
        return []
    return list(recipients.waiting()[:MOST])


def put_on_the_desk() -> None:
    for place in (panels.FRONT, panels.PERSON):
        panels.add(panels.Panel(place=place, template=TEMPLATE, context=open_requests, order=20))
