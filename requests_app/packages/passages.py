"""Words and pictures in which other people may appear, and what of them may leave (GDPR 15(4)).

Which columns: the policy (`names_others`), but for rows whose words are the person's own
(`policy.OWN_WORDS`). What was decided of a row: `requests_app.answers.Passage`. A row that nobody
has read, that no second person has approved, or that has changed since, stays out.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from register import policy
from register.models import Customer
from register.vault import Erased, Secret
from register.vault.files import SealedContent
from requests_app.answers import Passage
from requests_app.models import DataSubjectRequest
from requests_app.packages.rows import rows_of

Verdict = Passage.Verdict
Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Words:
    """One column to be read. `text` is empty for a file."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """One row to be read before it leaves. `digest` tells one state of it from another."""

    table: str
    title: str
    row: Model
    words: tuple[Words, ...]
    is_file: bool
    digest: str

    @property
    def key(self) -> Key:
        return self.table, self.row.pk


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """Table → its columns in which others may appear."""
    found: dict[str, list[str]] = {}
    for label, declared in policy.FIELDS.items():
        if declared.names_others and policy.CATEGORY_OF[label].of_customers:
            found.setdefault(declared.table, []).append(label.rpartition(".")[2])
    return {table: tuple(names) for table, names in found.items()}


def to_be_read(customer: Customer) -> Iterator[Found]:
    """The rows that have to be read before a copy of her data leaves."""
    for table, names in columns().items():
        for row in rows_of(table, customer):
            if (one := found(table, names, row)) is not None:
                yield one


def found(table: str, names: tuple[str, ...], row: Model) -> Found | None:
    """The row as something to be read; None when there is nothing to read in it."""
    words = tuple(_words(row, names))
    if not words or in_own_words(table, row):
        return None
    title = capfirst(str(apps.get_model(table)._meta.verbose_name))
    return Found(table, title, row, words, not all(w.text for w in words), _digest(row, words))


def in_own_words(table: str, row: Model) -> bool:
    return any(
        all(getattr(row, name) in values for name, values in rule.items())
        for rule in policy.OWN_WORDS.get(table, ())
    )


def _words(row: Model, names: tuple[str, ...]) -> Iterator[Words]:
    for name in names:
        held = getattr(row, name)
        if not held or isinstance(held, Erased):
            continue
        title = capfirst(str(row._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        yield Words(name, title, "" if isinstance(held, Secret) else str(held))


def _digest(row: Model, words: tuple[Words, ...]) -> str:
    """Keyed: the words are few enough to be guessed from a plain digest."""
    key = hashlib.sha256(b"requests.passage\0" + settings.SECRET_KEY.encode()).digest()
    parts = [str(row.pk), *(f"{one.name}\0{one.text}" for one in words), *_sizes(row, words)]
    return hmac.new(key, "\0\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _sizes(row: Model, words: tuple[Words, ...]) -> Iterator[str]:
    for one in words:
        if isinstance(held := getattr(row, one.name), SealedContent):
            yield str(held.size)


# -- What may leave -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sieve:
    """What was decided of the rows of one request. Without any, everything stays out."""

    decided: Mapping[Key, Passage]

    def judged(self, one: Found) -> Passage | None:
        """The approved verdict on the row as it is now."""
        passage = self.decided.get(one.key)
        still = passage is not None and hmac.compare_digest(passage.seen, one.digest)
        return passage if still else None

    def text(self, one: Found, name: str) -> str | None:
        """The words of a column that may leave; None where they stay out."""
        passage = self.judged(one)
        if passage is None or passage.verdict == Verdict.WITHHOLD:
            return None
        if passage.verdict == Verdict.RELEASE:
            return next(word.text for word in one.words if word.name == name)
        return str(redacted(passage).get(name, "")) or None

    def reason(self, one: Found) -> str:
        """Why something of the row is left out, for the person. Empty when nothing is."""
        passage = self.judged(one)
        if passage is None:
            return _("not handed over yet: it may tell of other people and is being read first")
        if passage.verdict == Verdict.RELEASE:
            return ""
        left_out = {
            Verdict.REDACT: _("data of other people is taken out"),
            Verdict.WITHHOLD: _("left out"),
        }[Verdict(passage.verdict)]
        return f"{left_out}: {passage.get_ground_display()}"


def sieve(request: DataSubjectRequest) -> Sieve:
    """The approved verdicts of a request."""
    rows = Passage.objects.filter(request=request, outcome=Passage.Outcome.APPROVED)
    return Sieve({(row.table, row.row_id): row for row in rows})


def redacted(passage: Passage) -> dict[str, str]:
    """Column → what is left of its words."""
    if not isinstance(passage.words, Secret) or isinstance(passage.words, Erased):
        return {}
    return dict(json.loads(passage.words.expose()))
