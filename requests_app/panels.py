"""Open requests on the desk's front page and on the person's own page."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now

from register import clock, permissions
from register.desk import panels
from register.models import Customer, User
from register.services import timeline
from requests_app.models import DataSubjectRequest, RecipientNotice
from requests_app.services import delivery, recipients, steps, telling, versions

MOST = 8
REFERENCE = re.compile(r"^[A-Z]{2,4}-\d{4}-\d{1,6}$")
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
    guessed = delivery.destroyed_by_guesses()
    lines = [
        {
            "request": row,
            "days": steps.days_left(row, on=today),
            "unreached": row.pk in unreached,
            "guessed": row.pk in guessed,
        }
        for row in rows.select_related("taken_by").order_by("due_on", "received_at")[:MOST]
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


def by_reference(request: HttpRequest, query: str) -> panels.Page | None:
    """The search box knows the number of a request, for those who see requests."""
    number = "".join(query.split()).upper()
    if not REFERENCE.match(number) or not permissions.may_see(request.user, DataSubjectRequest):
        return None
    row = DataSubjectRequest.objects.filter(reference=number).first()
    if row is None:
        return None
    return panels.Page(
        address=reverse("admin:requests-request", args=[row.pk]),
        title=row.reference,
        detail=f"{row.get_kind_display()} · {row.get_state_display()}",
    )


def in_the_timeline(customer: Customer, user: User) -> Iterator[timeline.Entry]:
    """Her requests, in the one line of everything between her and the firm."""
    for row in DataSubjectRequest.objects.filter(customer=customer)[: timeline.LIMIT_PER_KIND]:
        yield timeline.Entry(
            row.received_at, "request", row.get_kind_display(), "", row.get_state_display(),
            address=reverse("admin:requests-request", args=[row.pk]),
        )  # fmt: skip


def put_on_the_desk() -> None:
    timeline.tell_also(DataSubjectRequest, in_the_timeline)
    panels.find_also(by_reference)
    for place in (panels.FRONT, panels.PERSON):
        panels.add(panels.Panel(place=place, template=TEMPLATE, context=open_requests, order=20))
