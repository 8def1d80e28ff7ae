"""Service messages: who gets which, once. What they say is in post_words and post_papers.

Whoever does something that a customer hears of calls `queue` beside it, in the same transaction;
the worker sends (`attempt`). A message that may not be sent is noted as left out, with the reason,
so that the desk sees why nobody was told.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from register import policy, texting
from register.models import Booking, Channel, Choice, Customer, PostKind, ServiceMail
from register.services import audit, restrictions

BY_TEXT = (PostKind.CONFIRMATION, PostKind.REMINDER, PostKind.THANKS)
"""Messages that fit into a text message; the others carry a paper."""

CONFIRMED_FROM = timedelta(hours=2)
"""A booking that begins sooner is made with the customer at the desk: nothing to confirm."""

_senders: list[Callable[[str], object]] = []


def send_with(sender: Callable[[str], object]) -> None:
    """Name what is called with the id of a message that waits: the worker's task."""
    if sender not in _senders:
        _senders.append(sender)


@transaction.atomic
def queue(
    kind: str,
    *,
    customer: Customer,
    about: UUID,
    at: datetime,
    booking: Booking | None = None,
) -> ServiceMail:
    """Send the message about that row when this transaction is in the database, unless it has been
    asked for before or something speaks against it."""
    channel = _channel(kind, customer)
    why_not = hindrance(kind, customer=customer, channel=channel)
    row, made = ServiceMail.objects.get_or_create(
        kind=kind, about=about,
        defaults={
            "customer": customer, "booking": booking, "channel": channel or Channel.EMAIL,
            "asked_at": at, "saved_at": at, "source": policy.FIRM.key, "error": why_not,
            "state": ServiceMail.State.LEFT_OUT if why_not else ServiceMail.State.QUEUED,
        },
    )  # fmt: skip
    if made and not why_not:
        send_soon(row)
    return row


def confirm(booking: Booking, *, at: datetime) -> None:
    """Tell the customer of a new booking."""
    if booking.starts_at > at + CONFIRMED_FROM:
        queue(
            PostKind.CONFIRMATION, customer=booking.customer, about=booking.pk, booking=booking,
            at=at,
        )  # fmt: skip


@transaction.atomic
def send_by_hand(*, mail: ServiceMail, by: Any, at: datetime) -> str:
    """The person asks at the desk for a message that was left out or did not leave. Returns the
    key of what still speaks against it (see `hindrance`), or "" where it goes out now."""
    row = ServiceMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if row.state not in (ServiceMail.State.LEFT_OUT, ServiceMail.State.FAILED):
        return "sent"
    channel = _channel(row.kind, row.customer)
    why_not = hindrance(row.kind, customer=row.customer, channel=channel, by_hand=True)
    if not why_not:
        row.channel, row.by_hand, row.error = channel, True, ""
        row.state, row.tries, row.asked_at = ServiceMail.State.QUEUED, 0, at
        row.save()
        audit.record(verb="post.by_hand", by=by, at=at, object=row)
        send_soon(row)
    return why_not


def send_soon(mail: ServiceMail) -> None:
    """A message is not sent about what did not happen: only after the commit."""
    for sender in _senders:
        transaction.on_commit(partial(sender, str(mail.pk)))


def hindrance(kind: str, *, customer: Customer, channel: str, by_hand: bool = False) -> str:
    """Why the message is not sent: a key of WHY_NOT, or "". A secrecy order: times and places leave
    by themselves for nobody to read along; the clerk sends what the person asks for."""
    if customer.erased_on is not None:
        return "erased"
    if not restrictions.allowed(customer=customer, purpose=policy.COMMUNICATION.key):
        return "restricted"
    if customer.secrecy_order and not by_hand:
        return "secrecy"
    if kind == PostKind.REMINDER and _chosen(customer, Choice.Key.REMINDERS) == "none":
        return "choice"
    return "" if channel else "no_address"


def _channel(kind: str, customer: Customer) -> str:
    """Where the message goes; "" where there is no way."""
    by_text = kind in BY_TEXT and customer.phone and texting.is_set_up()
    wanted = _chosen(customer, Choice.Key.SERVICE_CHANNEL)
    if kind == PostKind.REMINDER:
        wanted = _chosen(customer, Choice.Key.REMINDERS) or wanted
    if by_text and (wanted == "sms" or not customer.email):
        return Channel.SMS.value
    return Channel.EMAIL.value if customer.email else ""


def _chosen(customer: Customer, key: str) -> str:
    """The newest choice of that kind, or ""."""
    newest = Choice.objects.filter(customer=customer, key=key).order_by("-chosen_at").first()
    return newest.value if newest else ""


# -- Sending --------------------------------------------------------------------------------------

Sender = Callable[[ServiceMail], tuple[str, str]]


def attempt(*, mail_id: UUID, send: Sender, most_tries: int, at: datetime) -> int:
    """Try to send a message that waits. 0 when there is nothing more to do; otherwise how many
    tries failed, and the next one is the caller's to arrange. Two workers at once send it once:
    whoever comes first claims it; what a crash interrupts is not sent again by itself.

    `send` gives the subject and the text that was sent, for the communication log.
    """
    rows = ServiceMail.objects.filter(pk=mail_id)
    claim = {"state": ServiceMail.State.SENDING, "tries": F("tries") + 1, "tried_at": at}
    if not rows.filter(state=ServiceMail.State.QUEUED).update(**claim):
        return 0
    mail = rows.select_related("customer", "booking__craft__craft_class").get()
    why_not = hindrance(
        mail.kind, customer=mail.customer, channel=mail.channel, by_hand=mail.by_hand
    ) or _out_of_date(mail, at)
    if why_not:
        rows.update(state=ServiceMail.State.LEFT_OUT, error=why_not)
        return 0
    try:
        subject, text = send(mail)
    except Exception as error:  # the mail server, the network; its words may hold addresses
        given_up = mail.tries >= most_tries
        state = ServiceMail.State.FAILED if given_up else ServiceMail.State.QUEUED
        rows.update(state=state, error=type(error).__name__[:80])
        return 0 if given_up else mail.tries
    rows.update(state=ServiceMail.State.SENT, sent_at=at, error="")
    _log(mail, subject, text, at)
    return 0


def _out_of_date(mail: ServiceMail, at: datetime) -> str:
    """A confirmation or reminder of what is not coming any more confuses."""
    if mail.kind not in (PostKind.CONFIRMATION, PostKind.REMINDER):
        return ""
    booking = mail.booking
    coming = booking and booking.state == Booking.State.RESERVED and booking.starts_at > at
    return "" if coming else "late"


def _log(mail: ServiceMail, subject: str, text: str, at: datetime) -> None:
    """The message is part of the person's communication log (P12)."""
    mail.customer.messages.create(
        channel=mail.channel, direction="out", subject=subject, body=text, happened_at=at,
        saved_at=at, source=policy.FIRM.key,
    )  # fmt: skip
