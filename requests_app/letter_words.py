"""How a decision letter opens and closes: the owner's words, and ours until she says otherwise.

Hers are the two paragraphs of each kind and language. What was decided, why, what follows and where
the person can turn are written by the program, and no words can leave them out.
"""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from requests_app.models import DataSubjectRequest, LetterWords

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
PLACES = (LetterWords.OPENING, LetterWords.CLOSING)
LONGEST = 2_000


def default(place: str, language: str) -> str:
    """What stands there until the owner words it."""
    with translation.override(language):
        return {
            LetterWords.OPENING: _("Thank you for your request. We have looked into it."),
            LetterWords.CLOSING: _("If something in this letter is unclear, ask us."),
        }[place]


def said(kind: str, language: str, *, at: datetime) -> dict[str, str]:
    """Place → the words that stood at that time."""
    return {
        place: _newest(kind, language, place, at) or default(place, language) for place in PLACES
    }


def _newest(kind: str, language: str, place: str, at: datetime) -> str:
    rows = LetterWords.objects.filter(
        kind=kind, language=language, place=place, saved_at__lte=at
    ).order_by("-saved_at", "-pk")
    return rows.values_list("text", flat=True).first() or ""


def kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in DataSubjectRequest.Kind]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, as an empty line parts them."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
