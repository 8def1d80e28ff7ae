"""Names that are spelt almost like what was typed: a letter wrong, left out, doubled, two changed.

PostgreSQL compares trigrams by its index. SQLite has no such index that forgets a deleted name at
once (docs/decisions/0080), so there the register reads the names that share a half of each word
with it, and compares them itself.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from register.models import Customer

LIKE_ENOUGH = 0.45
"""Share of a word's trigrams that must stand in the name: two letters changed about leave it."""
INDEX_LIKE_ENOUGH = 0.4
"""pg_trgm counts the gap between the trigrams of a stretch as well, so two letters that changed
places score less there. What the index offers is measured like everywhere else afterwards."""
CANDIDATES = 500
READ_AT_MOST = 20_000
SHORTEST = 4
"""A shorter word has too few trigrams to be like anything in particular."""


def people(text: str) -> list[UUID]:
    """Ids of people whose name is like every word of the text, the likest first."""
    words = [word for word in text.lower().split() if word.isalpha()]
    if not words or max(map(len, words)) < SHORTEST:
        return []
    return _by_index(words) if connection.vendor == "postgresql" else _by_reading(words)


def _by_index(words: list[str]) -> list[UUID]:
    """In one statement: whoever is like all words by the index, the likest kept."""
    where = " AND ".join(["%s <%% search_text"] * len(words))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {INDEX_LIKE_ENOUGH}")
        cursor.execute(
            f"SELECT id, search_text FROM register_customer WHERE {where} LIMIT {CANDIDATES}",  # noqa: S608
            words,
        )
        return _likest(words, cursor.fetchall())


def _by_reading(words: list[str]) -> list[UUID]:
    wanted = Q()
    for word in words:
        wanted &= _shares_a_half(word)
    rows = Customer.objects.filter(wanted).order_by().values_list("pk", "search_text")
    return _likest(words, rows[:READ_AT_MOST])


def _likest(words: list[str], rows: Iterable[tuple[UUID, str]]) -> list[UUID]:
    """Ids of the rows whose names are like every word, the likest first: one measure on either
    database."""
    scored = [(likeness(words, name), pk) for pk, name in rows]
    scored.sort(key=lambda one: (-one[0], one[1]))
    return [pk for score, pk in scored if score >= LIKE_ENOUGH * len(words)][:CANDIDATES]


def _shares_a_half(word: str) -> Q:
    """A single slip leaves the word's beginning or its end as it was."""
    half = max(2, len(word) // 2)
    return Q(search_text__holds=word[:half]) | Q(search_text__holds=word[-half:])


def likeness(words: Iterable[str], name: str) -> float:
    """Sum over the words of their likeness to the likest word of the name, 0 to 1 each; 0 if one
    of them is like none."""
    shapes = [trigrams(part) for part in set(name.split())]
    total = 0.0
    for word in words:
        shape = trigrams(word)
        best = max((len(shape & other) / len(shape) for other in shapes), default=0.0)
        if best < LIKE_ENOUGH:
            return 0.0
        total += best
    return total


def trigrams(word: str) -> frozenset[str]:
    """As pg_trgm makes them: two blanks before the word, one after it."""
    padded = f"  {word} "
    return frozenset(padded[n : n + 3] for n in range(len(padded) - 2))
