"""A mailing's life: written, tried out, started, stopped and gone on with.

Whom it reaches is decided by services.segments alone, at the start and once more before each
message leaves (services.sending).
"""

import hashlib
from collections import Counter
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from register import clock, policy
from register.models import Approval, Channel, Customer, Delivery, LeftOut, Mailing, User
from register.services import approvals, audit, marketing_mail, segments, sms
from register.services.refusals import Refused
from register.services.segments import Reach

State = Mailing.State
WORDS = ("subject_fi", "body_fi", "subject_sv", "body_sv", "subject_en", "body_en")
PART = 2_000


class Begun(Refused):
    def __init__(self) -> None:
        super().__init__(_("This mailing has been started: its words stay as they went out."))


class Nothing(Refused):
    """There is nothing to send, or nobody to send it to."""


class NotSent(Refused):
    def __init__(self) -> None:
        super().__init__(_("The mail server did not take the test mail. Try again in a moment."))


@transaction.atomic
def save(*, mailing: Mailing, by: User, at: datetime) -> Mailing:
    """Keep a draft. Raises Begun."""
    if not mailing._state.adding and _locked(mailing).state != State.DRAFT:
        raise Begun
    mailing.saved_at, mailing.saved_by = at, by
    mailing.save()
    audit.record(verb="mailing.saved", by=by, at=at, object=mailing)
    return mailing


@transaction.atomic
def discard(*, mailing: Mailing, by: User, at: datetime) -> None:
    """Throw a draft away. Raises Begun."""
    row = _locked(mailing)
    if row.state != State.DRAFT:
        raise Begun
    audit.record(verb="mailing.discarded", by=by, at=at, object=row)
    row.delete()


def reach(*, mailing: Mailing, at: datetime) -> Reach:
    """How many would get it now, and how many not, because of what."""
    return segments.reach(**_question(mailing, at))


def _question(mailing: Mailing, at: datetime) -> dict[str, Any]:
    return {
        "segment": mailing.segment, "channel": mailing.channel, "languages": mailing.languages,
        "on": clock.local_date(at),
    }  # fmt: skip


def send_test(*, mailing: Mailing, by: User, at: datetime) -> int:
    """The mail in each of its languages, to whoever asks. Gives how many left. Raises Nothing,
    NotSent."""
    if not by.email:
        raise Nothing(_("Your account has no e-mail address: ask the owner to add one."))
    if mailing.channel != Channel.EMAIL or not mailing.languages:
        raise Nothing(_("Write the text first."))
    audit.record(verb="mailing.tried", by=by, at=at, object=mailing)
    try:
        for language in mailing.languages:
            marketing_mail.test_email(mailing=mailing, to=by.email, language=language).send()
    except (SMTPException, OSError):
        raise NotSent from None
    return len(mailing.languages)


@transaction.atomic
def start(*, mailing: Mailing, by: User, at: datetime) -> Mailing:
    """Decide who gets it and begin; the first part is the caller's to set going.

    Raises Begun, Nothing, and NeedsAnother where it reaches many and no second person has approved
    these very words and criteria (see `ask`).
    """
    row = _locked(mailing)
    if row.state != State.DRAFT:
        raise Begun
    if not row.languages:
        raise Nothing(_("Write the text first."))
    if row.channel == Channel.SMS and not sms.is_set_up():
        raise Nothing(_("Text messages are not set up in this installation."))
    found = reach(mailing=row, at=at)
    if not found.reached:
        raise Nothing(_("Nobody would get this: see below why."))
    if found.reached >= settings.MAILING_TWO_PEOPLE_FROM:
        approvals.require(kind=policy.MASS_MAILING.key, what=_matter(row), by=by, at=at)
    count = _deliver_to(segments.reachable(**_question(row, at)), row, at)
    row.state, row.started_at, row.next_part_at = State.SENDING, at, at
    row.counted = found.left_out
    row.saved_at, row.saved_by = at, by
    row.save()
    audit.record(
        verb="mailing.started", by=by, at=at, object=row, count=count, reason=policy.MARKETING.key
    )
    return row


def _deliver_to(people: QuerySet[Customer], mailing: Mailing, at: datetime) -> int:
    """A row for each; the database refuses a second one."""
    ids = list(people.order_by().values_list("pk", flat=True))
    Delivery.objects.bulk_create(
        (
            Delivery(customer_id=pk, mailing=mailing, saved_at=at, source=policy.FIRM.key)
            for pk in ids
        ),
        batch_size=PART,
    )
    return len(ids)


def ask(*, mailing: Mailing, by: User, at: datetime) -> Approval:
    """Ask for the second person's approval of exactly these words and criteria."""
    return approvals.ask(
        kind=policy.MASS_MAILING.key, what=_matter(mailing), about=mailing.name, by=by, at=at,
        object=mailing,
    )  # fmt: skip


def _matter(mailing: Mailing) -> dict[str, Any]:
    words = "\0".join(getattr(mailing, name) for name in WORDS)
    return {
        "mailing": str(mailing.pk),
        "channel": mailing.channel,
        "segment": str(mailing.segment_id),
        "words": hashlib.sha256(words.encode()).hexdigest(),
    }


@transaction.atomic
def stop(*, mailing: Mailing, by: User, at: datetime) -> Mailing:
    """Stop at once: nobody who still waits gets it. It can be gone on with."""
    row = _locked(mailing)
    if row.state == State.SENDING:
        row.state, row.ended_at, row.next_part_at = State.STOPPED, at, None
        row.save(update_fields=["state", "ended_at", "next_part_at"])
        audit.record(verb="mailing.stopped", by=by, at=at, object=row, count=_waiting(row))
    return row


@transaction.atomic
def go_on(*, mailing: Mailing, by: User, at: datetime) -> Mailing:
    """Send to those who still wait, after a stop or when the worker has lost its turn."""
    row = _locked(mailing)
    if row.state in (State.STOPPED, State.SENDING):
        row.state, row.ended_at, row.next_part_at = State.SENDING, None, at
        row.save(update_fields=["state", "ended_at", "next_part_at"])
        audit.record(verb="mailing.gone_on", by=by, at=at, object=row, count=_waiting(row))
    return row


def _waiting(row: Mailing) -> int:
    return row.deliveries.filter(state=Delivery.State.WAITING).count()


def _locked(mailing: Mailing) -> Mailing:
    return Mailing.objects.select_for_update().get(pk=mailing.pk)


# -- Told -----------------------------------------------------------------------------------------


def outcome(mailing: Mailing) -> list[tuple[Any, int]]:
    """How many deliveries stand in which state, in words."""
    counts = Counter(
        dict(mailing.deliveries.order_by().values_list("state").annotate(n=Count("pk")))
    )
    return [(state.label, counts[state]) for state in Delivery.State if counts[state]]


IN_WORDS = {
    "SMTPRecipientsRefused": _("the recipient's mail server says no"),
    "WorkerLost": _("the worker was stopped in the middle"),
}


def troubles(mailing: Mailing) -> list[tuple[str, int]]:
    """Kinds of errors, in words with the server's code, and how often each came."""
    rows = mailing.deliveries.exclude(error="").order_by()
    return sorted((_told(kind), n) for kind, n in rows.values_list("error").annotate(n=Count("pk")))


def _told(error: str) -> str:
    kind, _blank, code = error.partition(" ")
    return " ".join(part for part in (str(IN_WORDS.get(kind, kind)), code) if part)


def left_out(mailing: Mailing) -> list[tuple[Any, int]]:
    """Why people were left out: at the start, and since."""
    counts = Counter({LeftOut(key): number for key, number in mailing.counted.items()})
    rows = mailing.deliveries.filter(state=Delivery.State.LEFT_OUT).order_by()
    counts.update(
        {LeftOut(key): n for key, n in rows.values_list("left_out").annotate(n=Count("pk"))}
    )
    return [(why.label, counts[why]) for why in LeftOut if counts[why]]
