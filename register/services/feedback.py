"""Feedback by a link after the return: no sign-in, nothing shown but the form.

The mail after a return asks `link(booking=…, language=…)` for the address to put into it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from register import policy
from register.models import Booking, Feedback
from register.services import audit, events

SIGNER = signing.Signer(salt="register.feedback")


def link(*, booking: Booking, language: str) -> str:
    """The address of the booking's feedback page in that language. Nothing of it is stored: the
    booking's opaque id is signed into it."""
    with translation.override(language):
        path = str(reverse("feedback", args=[token(booking)]))
    return str(settings.PUBLIC_URL).rstrip("/") + path


def token(booking: Booking) -> str:
    return str(SIGNER.sign(booking.pk.hex))


def booking_of(signed: str, *, at: datetime) -> Booking | None:
    """The booking that the link is about, or None: changed, too old, not returned, or the person
    is gone."""
    try:
        pk = UUID(hex=SIGNER.unsign(signed))
    except (signing.BadSignature, ValueError):
        return None
    since = at - timedelta(days=policy.FEEDBACK_LINK_DAYS)
    rows = Booking.objects.filter(pk=pk, state=Booking.State.RETURNED, ends_at__gte=since)
    return rows.filter(customer__erased_on__isnull=True).first()


def is_given(booking: Booking) -> bool:
    return _own(booking).exists()


@transaction.atomic
def give(*, booking: Booking, score: int | None, text: str, at: datetime) -> Feedback:
    """What the person thought, 1 to 5 and in words. Sent again it takes the place of the first:
    one rental, one opinion."""
    Booking.objects.select_for_update().get(pk=booking.pk)
    row = _own(booking).first() or Feedback(customer_id=booking.customer_id, booking=booking)
    row.score, row.text, row.given_at, row.saved_at = score, text, at, at
    row.source = policy.PERSON.key
    row.save()
    events.refresh([booking.customer_id])
    audit.record(verb="feedback.given", at=at, object=row)
    return row


def _own(booking: Booking) -> QuerySet[Feedback]:
    """What came by the link: nobody of the staff saved it."""
    return Feedback.objects.filter(
        booking=booking, customer_id=booking.customer_id, kind=Feedback.Kind.FEEDBACK,
        saved_by__isnull=True, source=policy.PERSON.key,
    )  # fmt: skip
