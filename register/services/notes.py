"""Quick notes in the log of communication: who made contact, in which channel, what was said."""

from datetime import datetime

from django.db import transaction

from register import policy
from register.models import Customer, Message, User
from register.services import audit, customers, events


@transaction.atomic
def note(
    *, customer: Customer, channel: str, direction: str, body: str, by: User, at: datetime
) -> Message:
    """Write down one contact. One that the person started is an event; ours moves no clock
    (policy.EVENTS). Raises Erased."""
    customers.ensure_not_erased(customer)
    row = Message.objects.create(
        customer=customer, channel=channel, direction=direction, body=body, happened_at=at,
        saved_at=at, saved_by=by, source=policy.DEALINGS.key,
    )  # fmt: skip
    events.refresh([customer.pk])
    audit.record(verb="message.noted", by=by, at=at, object=row)
    return row
