"""The owner words the opening and the closing of the decision letters; every wording is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from register import permissions
from register.services import audit
from requests_app import letter_words
from requests_app.models import LetterWords
from requests_app.services.errors import StepRefused


class UnknownPlace(StepRefused):
    """Not a kind, a language or a place that letters have."""


@transaction.atomic
def say(*, kind: str, words: Mapping[tuple[str, str], str], by: Any, at: datetime) -> int:
    """Keep the words for letters decided from now on; returns how many changed.

    `words`: (language, place) → text; an empty one, or ours, means ours. Raises PermissionDenied
    or UnknownPlace.
    """
    if not permissions.may(by, "notice"):
        raise PermissionDenied
    known = {
        (language, place) for language in letter_words.LANGUAGES for place in letter_words.PLACES
    }
    if kind not in dict(letter_words.kinds()) or not set(words) <= known:
        raise UnknownPlace
    changed = [key for key, text in words.items() if _say(kind, *key, text, by, at)]
    if changed:
        named = {f"{kind}.{language}.{place}" for language, place in changed}
        audit.record(verb="letter.worded", by=by, at=at, fields=named)
    return len(changed)


def _say(kind: str, language: str, place: str, text: str, by: Any, at: datetime) -> bool:
    text = "\n\n".join(letter_words.paragraphs(text))
    wanted = "" if text == letter_words.default(place, language) else text
    if (wanted or letter_words.default(place, language)) == letter_words.said(
        kind, language, at=at
    )[place]:
        return False
    LetterWords.objects.create(
        kind=kind, language=language, place=place, text=wanted, saved_at=at, saved_by=by
    )
    return True


def history(kind: str) -> QuerySet[LetterWords]:
    """Every wording of that kind's letters, the newest first."""
    return LetterWords.objects.filter(kind=kind).select_related("saved_by").order_by("-saved_at")


def own_words() -> dict[str, set[str]]:
    """Kind → languages in which its letters have words of the owner now."""
    found: dict[str, set[str]] = {}
    seen = set()
    for row in LetterWords.objects.order_by("-saved_at", "-pk"):
        key = (row.kind, row.language, row.place)
        if key not in seen and row.text:
            found.setdefault(row.kind, set()).add(row.language)
        seen.add(key)
    return found
