"""The person's own choices: marketing consents per channel, seen and changed by a signed link.

The history is never overwritten: each change is a new act (register.services.consents).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from register import policy
from register.models import Channel, Consent, Customer
from register.services import consents, events
from requests_app import tokens

CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.LETTER)
CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Line:
    """One channel. `words`: what the person agrees to, kept with the consent as its proof."""

    channel: str
    name: str
    words: str
    given: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was chosen before."""

    at: datetime
    given: bool
    channel: str


def token_for(customer: Customer) -> str:
    """The signed id of the person: goes into every marketing message, never expires, and opens
    nothing but this page."""
    return tokens.sign(customer.pk.hex, use=CHOICES)


def customer_of(token: str) -> Customer | None:
    """Whose page the link opens; None for a link that was changed or a person who is gone."""
    found = tokens.unsign(token, use=CHOICES)
    return Customer.objects.filter(pk=UUID(hex=found)).first() if found else None


def lines(customer: Customer) -> tuple[Line, ...]:
    return tuple(
        Line(
            channel=channel.value,
            name=str(channel.label),
            words=words(channel),
            given=consents.stands(customer=customer, purpose=policy.MARKETING.key, channel=channel),
        )
        for channel in CHANNELS
    )


def words(channel: Channel) -> str:
    """The words beside the box, in the active language."""
    return {
        Channel.EMAIL: _("You may send me offers and news by e-mail."),
        Channel.SMS: _("You may send me offers and news by text message."),
        Channel.PHONE: _("You may call me about offers and news."),
        Channel.LETTER: _("You may send me offers and news by post."),
    }[channel]


def history(customer: Customer) -> Iterator[Act]:
    acts = Consent.objects.filter(customer=customer, purpose=policy.MARKETING.key)
    for act in acts.order_by("-acted_at"):
        yield Act(act.acted_at, act.action == Consent.Action.GIVEN, act.get_channel_display())


@transaction.atomic
def choose(
    *, customer: Customer, wanted: Collection[str], at: datetime, notice_version: str = ""
) -> int:
    """Make the marketing consents what the person wants; gives how many changed. What is already
    so is left alone. `notice_version`: the label of the notice that the page was shown with."""
    changed = 0
    language = get_language() or customer.language
    for line in lines(customer):
        if line.given == (line.channel in wanted):
            continue
        _act(customer, line, not line.given, language, at, notice_version)
        changed += 1
    if changed:
        events.refresh([customer.pk])
    return changed


def _act(
    customer: Customer, line: Line, given: bool, language: str, at: datetime, version: str
) -> None:
    common = {
        "customer": customer,
        "purpose": policy.MARKETING.key,
        "channel": line.channel,
        "language": language,
        "taken_through": Channel.WEB.value,
        "at": at,
    }
    if given:
        consents.give(words_shown=line.words, notice_version=version, **common)  # type: ignore[arg-type]
    else:
        consents.withdraw(**common)  # type: ignore[arg-type]
