"""Those to whom the person's data was disclosed are told what was corrected, erased or restricted
(GDPR 19): one task a recipient, open until somebody has told them or noted why it cannot be done.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from register import permissions
from register.clock import local_date
from register.models import Disclosure
from register.services import audit
from requests_app.models import DataSubjectRequest, RecipientNotice
from requests_app.services import errors

Kind = DataSubjectRequest.Kind
Outcome = RecipientNotice.Outcome
TOLD_OF = (Kind.RECTIFICATION, Kind.ERASURE, Kind.RESTRICTION)


def ask_to_tell(request: DataSubjectRequest, *, at: datetime) -> None:
    """Make a task for each recipient. Call it in the transaction of what they have to be told, and
    before an erasure: it takes the disclosures with it."""
    if request.kind not in TOLD_OF or request.customer is None:
        return
    given = Disclosure.objects.filter(customer=request.customer).order_by("recipient")
    latest = given.values("recipient").annotate(last=Max("disclosed_at"))
    for one in latest:
        RecipientNotice.objects.get_or_create(
            request=request,
            recipient=one["recipient"],
            defaults={"disclosed_on": local_date(one["last"]), "asked_at": at},
        )


def waiting() -> QuerySet[RecipientNotice]:
    """Recipients whom nobody has told yet, the longest waiting first."""
    rows = RecipientNotice.objects.filter(outcome=Outcome.OPEN)
    return rows.select_related("request").order_by("asked_at", "recipient")


@transaction.atomic
def done(*, notice: RecipientNotice, on: date, why: str = "", by: Any, at: datetime) -> None:
    """A recipient was told on that day; with `why`, it cannot be done (GDPR 19: impossible, or a
    disproportionate effort). Raises NotPermitted, WrongState, NotYetDone for a day to come."""
    if not permissions.may(by, "package"):
        raise errors.NotPermitted
    row = RecipientNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.outcome != Outcome.OPEN:
        raise errors.WrongState
    if on > local_date(at) or on < local_date(row.asked_at):
        raise errors.NotOnThatDay
    row.outcome = Outcome.IMPOSSIBLE if why.strip() else Outcome.TOLD
    row.why, row.done_on, row.done_by = why.strip(), on, by
    row.save()
    audit.record(
        verb="recipient.told", by=by, at=at, object=row, reason=row.recipient,
        customer_id=row.request.customer_id,
    )  # fmt: skip
