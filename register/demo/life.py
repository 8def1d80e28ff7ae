"""What is said, thought and chosen: messages, feedback, consents and other choices."""

from datetime import datetime, timedelta

from register import policy
from register.demo.files import wav
from register.demo.names import Tongue
from register.demo.people import tongue_of
from register.demo.stage import Stage
from register.models import (
    Attachment,
    Booking,
    Channel,
    Choice,
    Consent,
    Customer,
    Feedback,
    Message,
)

SILENCE = wav()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def said(
    stage: Stage, of: Customer, at: datetime, words: tuple[str, str], *, channel: str, out: bool
) -> Message:
    subject, body = words
    direction = Message.Direction.OUT if out else Message.Direction.IN
    return stage.add(
        Message, at, customer=of, channel=channel, direction=direction, happened_at=at,
        subject=subject, body=body,
    )  # fmt: skip


def question(stage: Stage, of: Customer, at: datetime) -> Message:
    """The customer asks; the desk answers the same day. One call in eight is recorded."""
    words = stage.pick(tongue_of(of).questions)
    channel = stage.pick((Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.WEB))
    asked = said(stage, of, at, words, channel=channel, out=False)
    answered_at = stage.before_now(at + stage.within(HOUR / 2, 5 * HOUR))
    if answered_at > at and channel != Channel.PHONE:
        said(stage, of, answered_at, (f"Re: {words[0]}", "…"), channel=channel, out=True)
    if channel == Channel.PHONE and stage.chance(0.12):
        stage.add(
            Attachment, at, customer=of, kind=Attachment.Kind.RECORDING, media_type="audio/wav",
            taken_at=at, content=SILENCE, message=asked,
        )  # fmt: skip
    return asked


def confirmation(stage: Stage, booking: Booking) -> None:
    """The automatic confirmation of a booking."""
    of = booking.customer
    at = booking.booked_at + timedelta(minutes=1)
    said(stage, of, at, tongue_of(of).confirmation, channel=Channel.AUTOMATIC, out=True)


def feedback(stage: Stage, booking: Booking, at: datetime) -> Feedback:
    tongue = tongue_of(booking.customer)
    score = stage.rng.choices((1, 2, 3, 4, 5), (1, 2, 6, 30, 45))[0]
    words = _opinion(stage, tongue, score)
    return stage.add(
        Feedback, at, customer=booking.customer, booking=booking, given_at=at, score=score,
        kind=stage.pick((Feedback.Kind.FEEDBACK, Feedback.Kind.SATISFACTION)), text=words,
        source=policy.PERSON.key,
    )  # fmt: skip


def _opinion(stage: Stage, tongue: Tongue, score: int) -> str:
    if stage.chance(0.4):
        return ""
    return stage.pick(tongue.blame if score <= 3 else tongue.praise)


def marketing(stage: Stage, of: Customer, at: datetime) -> None:
    """A consent, perhaps withdrawn later; offers go out only while it stands."""
    channel = Channel.EMAIL if of.email else Channel.SMS
    consent(stage, of, at, channel=channel)
    ended = at + stage.within(20 * DAY, 500 * DAY) if stage.chance(0.25) else None
    if ended and ended < stage.now:
        withdrawal(stage, of, ended, channel=channel)
    offers(stage, of, at, ended or stage.now, channel=channel)


def grouping(stage: Stage, of: Customer, at: datetime) -> None:
    """At the desk she let her dealings be counted in reports, and her feedback be followed."""
    for purpose in (policy.ANALYSIS, policy.QUALITY):
        words = policy.CONSENT_WORDS[purpose.key, ""].to(of.language)
        stage.add(
            Consent, at, customer=of, purpose=purpose.key, channel="", acted_at=at,
            action=Consent.Action.GIVEN, taken_through=Channel.DESK, language=of.language,
            notice_version=policy.VERSION, words_shown=words, source=policy.PERSON.key,
        )  # fmt: skip


def consent(
    stage: Stage,
    of: Customer,
    at: datetime,
    *,
    channel: str,
    purpose: str = policy.MARKETING.key,
) -> Consent:
    """Given, with its proof."""
    return stage.add(
        Consent, at, customer=of, purpose=purpose, channel=channel, action=Consent.Action.GIVEN,
        acted_at=at, taken_through=stage.pick((Channel.WEB, Channel.DESK)), language=of.language,
        notice_version=policy.VERSION, words_shown=tongue_of(of).consent, source=policy.PERSON.key,
    )  # fmt: skip


def withdrawal(stage: Stage, of: Customer, at: datetime, *, channel: str) -> Consent:
    return stage.add(
        Consent, at, customer=of, purpose=policy.MARKETING.key, channel=channel, acted_at=at,
        action=Consent.Action.WITHDRAWN, taken_through=stage.pick((Channel.WEB, Channel.EMAIL)),
        language=of.language, notice_version=policy.VERSION, source=policy.PERSON.key,
    )  # fmt: skip


def offers(stage: Stage, of: Customer, start: datetime, end: datetime, *, channel: str) -> None:
    """Marketing the firm sent: no event, so it must not move anybody's clock."""
    at = start.replace(month=6, day=3, hour=10, minute=0)
    while at < min(end, stage.now):
        if at > start:
            sent = said(stage, of, at, tongue_of(of).offer, channel=channel, out=True)
            sent.topic = Message.Topic.MARKETING
        at = at.replace(year=at.year + 1)


def choice(stage: Stage, of: Customer, at: datetime) -> Choice:
    key, values = stage.pick(
        (
            (Choice.Key.SERVICE_CHANNEL, ("sms", "email", "phone")),
            (Choice.Key.REMINDERS, ("sms", "none")),
            (Choice.Key.RECORDING, ("yes", "no")),
        )
    )
    return stage.add(
        Choice, at, customer=of, key=key, value=stage.pick(values), chosen_at=at,
        source=policy.PERSON.key,
    )  # fmt: skip
