"""What people are asked to agree to: each purpose and channel of the policy with its exact words,
and whether the consent stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from register import policy
from register.models import Attachment, Channel, Consent, Customer
from register.services import consents

NAMES = {purpose.key: purpose.name for purpose in policy.PURPOSES}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is asked. `key`: "marketing:email" or "analysis:". `words`: what the person
    agrees to, kept with the consent as its proof. `since`: when she last said yes or no."""

    purpose: str
    channel: str
    name: str
    words: str
    given: bool
    since: datetime | None

    @property
    def key(self) -> str:
        return f"{self.purpose}:{self.channel}"

    @property
    def slug(self) -> str:
        """For ids in a page."""
        return self.key.replace(":", "-").rstrip("-")


def lines(customer: Customer, *, language: str) -> tuple[Line, ...]:
    """Everything that is asked, its words in that language ("fi", "sv", "en")."""
    newest = newest_acts(customer)
    return tuple(
        _line(what, words.to(language), newest.get(what))
        for what, words in policy.CONSENT_WORDS.items()
    )


def _line(what: tuple[str, str], words: str, act: Consent | None) -> Line:
    return Line(
        purpose=what[0],
        channel=what[1],
        name=_name(*what),
        words=words,
        given=act is not None and act.action == Consent.Action.GIVEN,
        since=act.acted_at if act else None,
    )


def newest_acts(customer: Customer) -> dict[tuple[str, str], Consent]:
    """The newest act of each purpose and channel."""
    acts = Consent.objects.filter(customer=customer).order_by("acted_at", "saved_at")
    return {(act.purpose, act.channel): act for act in acts}


def _name(purpose: str, channel: str) -> str:
    """The channel where there is one; else the purpose. In the reader's language."""
    return str(Channel(channel).label) if channel else NAMES[purpose].to(get_language())


def answer(
    *,
    customer: Customer,
    line: Line,
    agrees: bool,
    language: str,
    taken_through: str,
    at: datetime,
    notice_version: str = "",
    by: Any = None,
    paper: Attachment | None = None,
) -> Consent:
    """Write down that she agrees, with the words of the line as its proof, or that she does not
    any more. The caller refreshes her events."""
    said = {
        "customer": customer, "purpose": line.purpose, "channel": line.channel,
        "language": language, "taken_through": taken_through, "at": at, "by": by, "paper": paper,
    }  # fmt: skip
    if agrees:
        return consents.give(words_shown=line.words, notice_version=notice_version, **said)
    return consents.withdraw(**said)


def chosen(found: Iterable[Line], key: str) -> Line | None:
    return next((line for line in found if line.key == key), None)
