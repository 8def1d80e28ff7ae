"""What service messages say: the program's words, and the owner's over them, in three languages.

A text may hold the gaps of its kind, such as {name}; they are filled by replacing, never by
formatting: the text is an owner's, not a program's. A subject holds none: it is read on lock
screens. A line whose {link} has nothing to say is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from register import permissions, validators
from register.models import PostKind, PostWords
from register.services import audit

LANGUAGES = ("fi", "sv", "en")
GAP = re.compile(r"\{([^{}]*)\}")
ALWAYS = ("name", "firm", "phone")
RENTAL = (*ALWAYS, "number", "from", "to", "craft", "price", "place")
GAPS: dict[str, tuple[str, ...]] = {
    PostKind.QUOTE: (*ALWAYS, "number", "from", "to", "craft", "price", "valid", "link"),
    PostKind.CONFIRMATION: RENTAL,
    PostKind.REMINDER: RENTAL,
    PostKind.AGREEMENT: (*ALWAYS, "number"),
    PostKind.RECEIPT: (*ALWAYS, "number", "price"),
    PostKind.INVOICE: (*ALWAYS, "number", "price", "due"),
    PostKind.THANKS: (*ALWAYS, "link"),
}
"""The gaps that a text of the kind may hold."""


@dataclass(frozen=True, slots=True)
class Words:
    """`sms` is "" for kinds that carry a paper."""

    subject: str
    body: str
    sms: str = ""


def ours(kind: str, language: str) -> Words:
    """The program's words."""
    with override(language):
        return OURS[kind]()


def said(kind: str, language: str) -> Words:
    """What is sent: the owner's words where there are any."""
    row = PostWords.objects.filter(kind=kind, language=language).first()
    return Words(row.subject, row.body, row.sms) if row else ours(kind, language)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its gaps filled; a line that lacks its link is left out."""
    lines = [line for line in text.splitlines() if "{link}" not in line or values.get("link")]
    return GAP.sub(lambda gap: values.get(gap[1], gap[0]), "\n".join(lines)).strip()


def check(kind: str, words: Words) -> None:
    """Raises ValidationError by field: a gap that nobody fills, a card number, words missing."""
    problems: dict[str, str] = {}
    for field in ("subject", "body", "sms"):
        text = getattr(words, field)
        allowed = () if field == "subject" else GAPS[kind]
        try:
            validators.refuse_card_numbers(text)
        except ValidationError as refused:
            problems[field] = refused.messages[0]
        if unknown := [gap for gap in GAP.findall(text) if gap not in allowed]:
            problems[field] = _("Nobody fills in {%(gap)s} here.") % {"gap": unknown[0]}
        elif "{" in GAP.sub("", text) or "}" in GAP.sub("", text):
            problems[field] = _("A brace stands alone: a gap is written as {name}.")
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def say(*, kind: str, language: str, words: Words, by: Any, at: datetime) -> None:
    """Keep the owner's words. Raises PermissionDenied, ValidationError."""
    _require_owner(by)
    check(kind, words)
    row, _made = PostWords.objects.update_or_create(
        kind=kind, language=language,
        defaults={"subject": words.subject, "body": words.body, "sms": words.sms,
                  "saved_at": at, "saved_by": by},
    )  # fmt: skip
    audit.record(verb="post.worded", by=by, at=at, object=row, fields=["subject", "body", "sms"])


@transaction.atomic
def forget(*, kind: str, language: str, by: Any, at: datetime) -> None:
    """Back to the program's words. Raises PermissionDenied."""
    _require_owner(by)
    PostWords.objects.filter(kind=kind, language=language).delete()
    audit.record(verb="post.unworded", by=by, at=at)


def _require_owner(by: Any) -> None:
    if not permissions.may_write(by, PostWords):
        raise PermissionDenied


# -- The program's words --------------------------------------------------------------------------


def _quote() -> Words:
    return Words(
        _("Our quote for you"),
        _(
            "Hello {name},\n\nhere is what you asked for: {craft}, {from} – {to}.\n"
            "Price in all, VAT included: {price}. The quote {number} holds through {valid}.\n\n"
            "Accept it or look at it here: {link}\n\nQuestions? Call {phone}.\n{firm}"
        ),
    )


def _confirmation() -> Words:
    return Words(
        _("Your booking is confirmed"),
        _(
            "Hello {name},\n\nyour booking {number} is confirmed: {craft}, {from} – {to}.\n"
            "Price in all, VAT included: {price}.\n\nWe are at {place}. Come a quarter of an hour "
            "before the time and bring a photo ID: everybody at the helm is briefed before the "
            "ride.\n\nSomething to change? Call {phone}.\n{firm}"
        ),
        _("{firm}: booking {number} is confirmed, {from} – {to}. Questions: {phone}"),
    )


def _reminder() -> Words:
    return Words(
        _("Your booking is soon"),
        _(
            "Hello {name},\n\na reminder of your booking {number}: {craft}, {from} – {to}, at "
            "{place}.\n\nBring a photo ID and dry clothes to change into. If you cannot come, call "
            "{phone} so that somebody else gets the craft.\n{firm}"
        ),
        _("{firm}: your booking {number} begins {from}, {place}. Bring a photo ID. {phone}"),
    )


def _agreement() -> Words:
    return Words(
        _("Your copy of the agreement"),
        _(
            "Hello {name},\n\nhere is your copy of the rental agreement {number}.\n\n"
            "Have a safe ride!\n{firm}, {phone}"
        ),
    )


def _receipt() -> Words:
    return Words(
        _("Your receipt"),
        _(
            "Hello {name},\n\nhere is your receipt {number}, {price}.\n\n"
            "Thank you!\n{firm}, {phone}"
        ),
    )


def _invoice() -> Words:
    return Words(
        _("Our invoice"),
        _(
            "Hello {name},\n\nhere is our invoice {number}, {price}. It falls due on {due}; please "
            "use the reference number that stands on it.\n\nBest regards\n{firm}, {phone}"
        ),
    )


def _thanks() -> Words:
    return Words(
        _("Thank you for your visit"),
        _(
            "Hello {name},\n\nthank you for renting with us. We hope the water was kind.\n\n"
            "How was it? Tell us in a minute: {link}\n\nWelcome back!\n{firm}, {phone}"
        ),
        _("{firm}: thank you for your visit!\nHow was it? {link}"),
    )


OURS: dict[str, Callable[[], Words]] = {
    PostKind.QUOTE: _quote,
    PostKind.CONFIRMATION: _confirmation,
    PostKind.REMINDER: _reminder,
    PostKind.AGREEMENT: _agreement,
    PostKind.RECEIPT: _receipt,
    PostKind.INVOICE: _invoice,
    PostKind.THANKS: _thanks,
}
