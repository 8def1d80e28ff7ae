"""The hourly round: reminders of what begins tomorrow, thanks for what came back, quotes whose time
is over, messages that a worker left lying, and files of imports that nobody finished."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from register import clock
from register.models import Booking, Case, PostKind, ServiceMail
from register.services import imports, post, quotes

AHEAD = timedelta(hours=26)
NOT_SOONER = timedelta(hours=3)
"""Whoever booked for the same morning needs no reminder."""
AFTER, NOT_LATER = timedelta(hours=3), timedelta(days=3)
LEFT_LYING = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Round:
    """How many of each."""

    reminders: int
    thanks: int
    lapsed: int
    again: int
    imports: int


def go(*, at: datetime) -> Round:
    """Each message goes out once, however often this runs."""
    return Round(
        reminders=_queue(PostKind.REMINDER, _coming(at), at),
        thanks=_queue(PostKind.THANKS, _back(at), at),
        lapsed=quotes.lapse(on=clock.local_date(at), at=at),
        again=_again(at),
        imports=imports.forget_old(at=at),
    )


def _coming(at: datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(
        state=Booking.State.RESERVED, starts_at__gt=at + NOT_SOONER, starts_at__lte=at + AHEAD,
        booked_at__lt=at - NOT_SOONER,
    )  # fmt: skip


def _back(at: datetime) -> QuerySet[Booking]:
    """Rentals that went well: nobody is asked how it was while damage is talked about."""
    quarrels = Case.objects.filter(state__in=Case.OPEN_STATES, booking__isnull=False)
    return Booking.objects.filter(
        state=Booking.State.RETURNED,
        rental__returned_at__gt=at - NOT_LATER,
        rental__returned_at__lte=at - AFTER,
    ).exclude(pk__in=quarrels.values("booking_id"))


def _queue(kind: str, bookings: QuerySet[Booking], at: datetime) -> int:
    done = ServiceMail.objects.filter(kind=kind).values("about")
    rows = list(bookings.exclude(pk__in=done).select_related("customer"))
    made = [
        post.queue(kind, customer=row.customer, about=row.pk, booking=row, at=at) for row in rows
    ]
    return sum(mail.state == ServiceMail.State.QUEUED for mail in made)


def _again(at: datetime) -> int:
    """Waiting messages that no job knows of any more."""
    rows = ServiceMail.objects.filter(
        state=ServiceMail.State.QUEUED, asked_at__lt=at - LEFT_LYING
    ).exclude(tried_at__gt=at - LEFT_LYING)
    for mail in rows:
        post.send_soon(mail)
    return len(rows)
