"""Marketing of the invented season: what people have agreed to besides, the segments, last summer's
mailing as it went out, and a draft for the next one."""

from datetime import timedelta
from typing import Any

from register import policy
from register.demo.names import TONGUE_OF
from register.demo.stage import Stage
from register.models import Channel, Consent, Delivery, Mailing, Message, Segment
from register.services import segments

OTHERS = ((policy.ANALYSIS.key, 0.6), (policy.QUALITY.key, 0.7), (policy.DEVELOPMENT.key, 0.5))
BOOK = "https://kesajetti.example"
DRAFT = {
    "fi": (
        "Vesille ennen juhannusta",
        f"Kausi on auki.\n\nArkisin toinen tunti maksaa puolet: {BOOK}/varaa",
    ),
    "sv": (
        "Ut på vattnet före midsommar",
        f"Säsongen har börjat.\n\nPå vardagar kostar den andra timmen hälften: {BOOK}/sv/boka",
    ),
}


def play(stage: Stage) -> None:
    """Everybody is saved already. Nothing here moves anybody's clock."""
    _other_consents(stage)
    _segments(stage)
    _sent(stage)
    _draft(stage)


def _other_consents(stage: Stage) -> None:
    """Whoever agreed to marketing by e-mail was asked the rest on the same page."""
    asked = Consent.objects.filter(
        purpose=policy.MARKETING.key, channel=Channel.EMAIL, action=Consent.Action.GIVEN
    )
    rows = [
        Consent(
            id=stage.uuid(), customer_id=act.customer_id, purpose=purpose, channel="",
            action=Consent.Action.GIVEN, acted_at=act.acted_at, saved_at=act.acted_at,
            saved_by_id=act.saved_by_id, taken_through=act.taken_through, language=act.language,
            notice_version=act.notice_version, source=policy.PERSON.key,
            words_shown=policy.CONSENT_WORDS[purpose, ""].to(act.language),
        )
        for act in asked.order_by("acted_at", "pk")
        for purpose, share in OTHERS
        if stage.chance(share)
    ]  # fmt: skip
    Consent.objects.bulk_create(rows, batch_size=2_000)


def _segments(stage: Stage) -> None:
    year = stage.today.replace(month=1, day=1)
    named: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Ruotsinkieliset", {"language": "sv"}),
        ("Vuokranneet, eivät vielä tänä vuonna", {"rented": "ever", "not_rented_since": year}),
        ("Kanta-asiakkaat", {"loyal": True}),
    )
    for name, criteria in named:
        Segment.objects.create(
            id=stage.uuid(), name=name, saved_at=stage.now, saved_by=stage.staff["marketing"],
            **criteria,
        )  # fmt: skip


def _sent(stage: Stage) -> None:
    """The newest summer's offers, as the mailing that they were."""
    offers = Message.objects.filter(
        topic=Message.Topic.MARKETING, channel=Channel.EMAIL, happened_at__month=6,
        happened_at__day=3,
    )  # fmt: skip
    newest = offers.order_by("-happened_at").first()
    if newest is None:
        return
    at = newest.happened_at
    out = offers.filter(happened_at__date=at.date()).order_by("happened_at", "pk")
    mailing = _mailing(
        stage, "Kesän tarjous", at - timedelta(hours=1),
        {code: tongue.offer for code, tongue in TONGUE_OF.items()},
        state=Mailing.State.DONE, started_at=at - timedelta(minutes=30),
        ended_at=at + timedelta(minutes=40),
    )  # fmt: skip
    people = {message.customer_id: message.happened_at for message in out}
    Delivery.objects.bulk_create(
        Delivery(
            id=stage.uuid(), customer_id=pk, mailing=mailing, state=Delivery.State.SENT, tries=1,
            claimed_at=sent_at, sent_at=sent_at, saved_at=mailing.saved_at,
            source=policy.FIRM.key,
        )
        for pk, sent_at in people.items()
    )  # fmt: skip
    _one_bounced(stage, mailing, list(people))


def _one_bounced(stage: Stage, mailing: Mailing, others: list[Any]) -> None:
    found = segments.reachable(
        segment=None, channel="email", languages=mailing.languages, on=stage.today
    )
    somebody = found.exclude(pk__in=others).order_by("number").first()
    if somebody is not None:
        Delivery.objects.create(
            id=stage.uuid(), customer=somebody, mailing=mailing, state=Delivery.State.FAILED,
            tries=1, claimed_at=mailing.started_at, error="SMTPRecipientsRefused 550",
            saved_at=mailing.saved_at, source=policy.FIRM.key,
        )  # fmt: skip


def _draft(stage: Stage) -> None:
    _mailing(stage, "Ennen juhannusta", stage.now - timedelta(days=2), DRAFT)


def _mailing(
    stage: Stage, name: str, at: Any, words: dict[str, tuple[str, str]], **fields: Any
) -> Mailing:
    texts: dict[str, Any] = {}
    for code, (subject, body) in words.items():
        texts |= {f"subject_{code}": subject, f"body_{code}": body}
    row: Mailing = Mailing.objects.create(
        id=stage.uuid(), name=name, saved_at=at, saved_by=stage.staff["marketing"], **texts,
        **fields,
    )  # fmt: skip
    if row.state == Mailing.State.DONE:
        row.counted = segments.reach(
            segment=None, channel="email", languages=row.languages, on=stage.today
        ).left_out
        row.save(update_fields=["counted"])
    return row
