"""The sending of a mailing, part by part: throttled, taken up again after a crash, never twice.

At most once. A delivery is claimed, in a transaction of its own, before its message leaves. What
the mail server answered is written down after; if no answer can be had, or the worker was killed
in between, the message may have left, and it is not sent again (`unknown`). Only what the server
refused for the time being (4xx) is tried once more, a few times: that has certainly not left.

Whoever may not be written to is found out again after the claim, by the same question as at the
start: a withdrawal that was saved before that moment stops the message.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from register import clock, policy
from register.models import Channel, Customer, Delivery, Mailing, Message
from register.services import audit, marketing_mail, segments, sms

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
ANSWERED_WITHIN = timedelta(minutes=10)
"""A claim that is older belongs to a worker that is gone: longer than any mail server is given."""
MOST_TRIES = 3

State = Delivery.State
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message: a state, and the kind of error."""

    state: str
    error: str = ""


class Post(Protocol):
    """A way out of the house. `ready` is asked before anything is claimed."""

    def ready(self) -> bool: ...
    def send(self, mailing: Mailing, to: Customer) -> Answer: ...
    def close(self) -> None: ...


@transaction.atomic
def take_turn(*, mailing_id: UUID, at: datetime) -> datetime | None:
    """Take this minute's turn: gives when the next one is, or None where there is none to take.

    The caller sets the next turn going in the same transaction, before anything is sent: a worker
    that is killed in the middle of its part is followed by the next one by itself.
    """
    row = Mailing.objects.select_for_update().filter(pk=mailing_id).first()
    if row is None or row.state != Mailing.State.SENDING:
        return None
    if row.next_part_at is not None and row.next_part_at > at:
        return None
    _give_up_on_lost(row, at)
    if not row.deliveries.filter(state__in=(State.WAITING, State.SENDING)).exists():
        _finish(row, at)
        return None
    row.next_part_at = at + PAUSE
    row.save(update_fields=["next_part_at"])
    return row.next_part_at


def _give_up_on_lost(row: Mailing, at: datetime) -> None:
    lost = row.deliveries.filter(state=State.SENDING, claimed_at__lt=at - ANSWERED_WITHIN)
    lost.update(state=State.UNKNOWN, error="WorkerLost")


def _finish(row: Mailing, at: datetime) -> None:
    row.state, row.ended_at, row.next_part_at = Mailing.State.DONE, at, None
    row.save(update_fields=["state", "ended_at", "next_part_at"])
    sent = row.deliveries.filter(state=State.SENT).count()
    audit.record(verb="mailing.sent", at=at, object=row, count=sent, reason=policy.MARKETING.key)


def send_part(*, mailing_id: UUID, now: Now) -> int:
    """Send to at most MAILING_PER_MINUTE of those who wait; gives how many messages left.

    `now` is asked anew for each: a part may take longer than a claim lasts.
    """
    mailing = Mailing.objects.select_related("segment").get(pk=mailing_id)
    waiting = mailing.deliveries.filter(state=State.WAITING).order_by("tries", "pk")
    ids = list(waiting.values_list("pk", flat=True)[: settings.MAILING_PER_MINUTE])
    post = _post(mailing)
    sent = 0
    try:
        for pk in ids:
            if not post.ready() or not _goes_on(mailing):
                break
            sent += _one(pk, mailing, post, now)
    finally:
        post.close()
    return sent


def _goes_on(mailing: Mailing) -> bool:
    return Mailing.objects.filter(pk=mailing.pk, state=Mailing.State.SENDING).exists()


def _one(pk: Any, mailing: Mailing, post: Post, now: Now) -> int:
    """Claim, ask once more, send, write down. 1 if the message left."""
    if not _claim(pk, now()):
        return 0
    row = Delivery.objects.filter(pk=pk)
    delivery = row.select_related("customer").first()
    if delivery is None:
        return 0  # erased since
    why = segments.why_not(delivery.customer_id, mailing=mailing, on=clock.local_date(now()))
    if why:
        row.filter(state=State.SENDING).update(state=State.LEFT_OUT, left_out=why)
        return 0
    answer = post.send(mailing, delivery.customer)
    _write_down(delivery, mailing, answer, now())
    return int(answer.state == State.SENT)


def _claim(pk: Any, at: datetime) -> bool:
    """Whether the delivery is ours to send now. A plain condition on the row itself: PostgreSQL
    asks it again after waiting for another worker's claim. A join or a subquery would not be asked
    again, and the message would leave twice."""
    claim = {"state": State.SENDING, "claimed_at": at, "tries": F("tries") + 1}
    return bool(Delivery.objects.filter(pk=pk, state=State.WAITING).update(**claim))


@transaction.atomic
def _write_down(delivery: Delivery, mailing: Mailing, answer: Answer, at: datetime) -> None:
    state = answer.state
    if state == State.WAITING and delivery.tries >= MOST_TRIES:
        state = State.FAILED
    sent_at = at if state == State.SENT else None
    row = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING)
    written = row.update(state=state, error=answer.error, sent_at=sent_at)
    if written and state == State.SENT:
        _log(mailing, delivery.customer, at)


def _log(mailing: Mailing, to: Customer, at: datetime) -> None:
    """On the person's communication log (P12): going out, so it moves no clock. The links are left
    out: they open her choices."""
    subject, body = mailing.words(to.language)
    Message.objects.create(
        customer=to, channel=mailing.channel, direction=Message.Direction.OUT,
        topic=Message.Topic.MARKETING, subject=subject, body=body, happened_at=at, saved_at=at,
        source=policy.FIRM.key,
    )  # fmt: skip


# -- Ways out of the house ------------------------------------------------------------------------


def _post(mailing: Mailing) -> Post:
    return Mails() if mailing.channel == Channel.EMAIL else Texts()


class Mails:
    """Any mail backend of Django's. One connection for a part."""

    def __init__(self) -> None:
        self._connection: Any = get_connection()

    def ready(self) -> bool:
        try:
            self._connection.open()
        except Exception as problem:  # nothing has been claimed: the next part tries again
            log.warning("The mail server is not reached: %s", type(problem).__name__)
            return False
        return True

    def send(self, mailing: Mailing, to: Customer) -> Answer:
        try:
            message = marketing_mail.email(mailing=mailing, to=to)
            self._connection.send_messages([message])
        except Exception as problem:  # judged by its kind: its text may hold the address
            self.close()
            return judged(problem)
        return Answer(State.SENT)

    def close(self) -> None:
        try:
            self._connection.close()
        except Exception as problem:
            log.warning("The mail server was left without a word: %s", type(problem).__name__)


class Texts:
    """The provider of text messages (services.sms)."""

    def __init__(self) -> None:
        self._backend = sms.backend()

    def ready(self) -> bool:
        return True

    def send(self, mailing: Mailing, to: Customer) -> Answer:
        try:
            text = marketing_mail.text_message(mailing=mailing, to=to)
            phone: Any = to.phone
            self._backend.send(to=phone.as_e164, text=text)
        except sms.Refused as refused:
            return Answer(State.FAILED, type(refused).__name__)
        except Exception as problem:
            return Answer(State.UNKNOWN, type(problem).__name__)
        return Answer(State.SENT)

    def close(self) -> None: ...


def judged(problem: Exception) -> Answer:
    """Whether the message has certainly not left, for now (4xx) or for good (5xx), or may have."""
    code = _code(problem)
    kind = type(problem).__name__
    if code is not None:
        later = 400 <= code < 500
        return Answer(State.WAITING if later else State.FAILED, f"{kind} {code}")
    broken_off = isinstance(problem, SMTPException | OSError)
    return Answer(State.UNKNOWN if broken_off else State.FAILED, kind[:80])


def _code(problem: Exception) -> int | None:
    """What the mail server answered, where it answered."""
    if isinstance(problem, SMTPRecipientsRefused):
        return max((code for code, _said in problem.recipients.values()), default=None)
    return int(problem.smtp_code) if isinstance(problem, SMTPResponseException) else None
