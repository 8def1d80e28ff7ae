"""Messages that did not reach the person: sent again, or told by phone or on paper."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from register import permissions
from register.services import audit
from requests_app.models import RequestMail
from requests_app.services import errors
from requests_app.tasks import send_soon

State = RequestMail.State
STUCK = timedelta(minutes=15)
"""A worker that stopped in the middle of a mail has left it behind by then."""


def not_reached(*, at: datetime) -> QuerySet[RequestMail]:
    """Messages that somebody has to see to: given up, forgotten by a worker that stopped, or of a
    person without an e-mail address."""
    left = Q(state=State.SENDING, tried_at__lt=at - STUCK)
    unsent = Q(state=State.QUEUED, tries=0, asked_at__lt=at - STUCK)
    return RequestMail.objects.filter(Q(state__in=[State.FAILED, State.PAPER]) | left | unsent)


@transaction.atomic
def see_to(*, mail: RequestMail, by: Any, at: datetime) -> RequestMail:
    """Send it again; where there is no e-mail address, note that the person was told otherwise.
    Raises WrongState for a message that has arrived or is on its way."""
    if not permissions.may(by, "identify"):
        raise errors.NotPermitted
    row = not_reached(at=at).select_for_update().filter(pk=mail.pk).first()
    if row is None:
        raise errors.WrongState
    if row.state == State.PAPER:
        row.state, row.sent_at = State.TOLD, at
    else:
        row.state, row.tries = State.QUEUED, 0
        send_soon(row)
    row.asked_at = row.asked_at if row.state == State.TOLD else at
    row.save()
    verb = "request.told" if row.state == State.TOLD else "request.mail_again"
    audit.record(verb=verb, by=by, at=at, object=row.request, reason=row.mail)
    return row
