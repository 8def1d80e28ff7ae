"""What the owner may say in the notice with her own words, and what it says until she does.

Her part is the contact, the introductions and what each purpose means in plain language. What the
register carries out (periods, sources, recipients, rights, roles) is declared in `register.policy`
and no words can promise otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from register import controller, policy

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
PURPOSE, CONTACT = "purpose.", "contact."
LONGEST = 2_000

Words = Mapping[str, Mapping[str, str]]
"""Key → language → text."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for the owner's words. `title`: what the place is, for her."""

    key: str
    title: Any


INTRODUCTIONS = (
    Slot("lead", gettext_lazy("Opening of the page")),
    Slot("whose", gettext_lazy("Whose data we hold")),
    Slot("why", gettext_lazy("Why, and what allows it")),
    Slot("what", gettext_lazy("What we hold")),
    Slot("from", gettext_lazy("Where it comes from")),
    Slot("to", gettext_lazy("Who else gets it")),
    Slot("rights", gettext_lazy("Your rights")),
    Slot("complaint", gettext_lazy("If you are not satisfied")),
)
CONTACTS = (
    Slot("contact.contact_person", gettext_lazy("Contact person")),
    Slot("contact.phone", gettext_lazy("Phone")),
    Slot("contact.email", gettext_lazy("E-mail")),
    Slot("contact.street", gettext_lazy("Street address")),
    Slot("contact.postcode", gettext_lazy("Postcode")),
    Slot("contact.city", gettext_lazy("City")),
)


def purposes(language: str) -> tuple[Slot, ...]:
    return tuple(Slot(PURPOSE + one.key, one.name.to(language)) for one in policy.PURPOSES)


def slots(language: str) -> tuple[Slot, ...]:
    """The places that have words of their own in each language."""
    return (*INTRODUCTIONS, *purposes(language))


def known() -> frozenset[str]:
    return frozenset(slot.key for slot in slots("en"))


def default(key: str, language: str) -> str:
    """What stands there until the owner says otherwise. Call with the language active."""
    if key.startswith(PURPOSE):
        named = {PURPOSE + one.key: one for one in policy.PURPOSES}
        return named[key].describes.to(language)
    return _introductions()[key]


def said(words: Words, language: str) -> dict[str, str]:
    """Key → what is said there in that language, the owner's words before ours."""
    return {
        slot.key: words.get(slot.key, {}).get(language) or default(slot.key, language)
        for slot in slots(language)
    }


def lacking(words: Words) -> Iterable[tuple[str, str]]:
    """(key, language) where words stand in some language but not in this one: published so, the
    languages would say different things."""
    for key, texts in words.items():
        if key in known() and any(texts.values()):
            yield from ((key, code) for code in LANGUAGES if not texts.get(code))


def _introductions() -> dict[str, str]:
    name = controller.details()["trade_name"]
    return {
        "lead": _(
            "%(name)s rents out jet skis. To do that we have to know some things about you. Here "
            "is what we hold, why, for how long, and how you decide about it."
        )
        % {"name": name},
        "whose": _("This notice is for you if you belong to one of these groups:"),
        "why": _(
            "We use data for the purposes below and for nothing else. What each rests on stands "
            "beside it."
        ),
        "what": _(
            "Everything we may hold about you, by category. Most people have only a few of these."
        ),
        "from": _(
            "Nearly all of it comes from you, or arises when you deal with us. Where needed, we "
            "check it or bring it up to date. Our sources are:"
        ),
        "to": _(
            "We do not sell data. It may be given to these, for these reasons only, and each time "
            "is written down:"
        ),
        "rights": _(
            "Using them costs nothing. You get an answer within one month; if a matter is hard, we "
            "say so in that month and answer within three."
        ),
        "complaint": _(
            "Tell us first if you like; we want to put it right. You always have the right to "
            "complain to the supervisory authority:"
        ),
    }
