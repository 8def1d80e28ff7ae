"""The notice's versions: what is shown now, what would be shown next, and publishing.

The public page shows the newest published version. When the program has since learned to say
something else (a change of the policy), or the owner has words waiting, the page stays as it was
until she publishes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from register import controller, pdf, permissions, policy
from register.models import NoticeVersion, NoticeWords
from register.services import audit
from requests_app import notice_page, notice_words
from requests_app.notice_page import Body, Change
from requests_app.notice_words import CONTACT, Words
from requests_app.services.errors import StepRefused


class NothingToPublish(StepRefused):
    message = gettext_lazy("Nothing has changed since the newest version.")


class LanguageMissing(StepRefused):
    """The languages would say different things. `lacking`: (key, language)."""

    message = gettext_lazy("Some words stand in one language only: write them in all three.")

    def __init__(self, lacking: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.lacking = tuple(lacking)


@dataclass(frozen=True, slots=True)
class Edition:
    """What a reader gets. `number` and `published_at` are None until something is published."""

    body: Body
    number: int | None
    published_at: datetime | None
    policy_version: str


# -- What is shown now ----------------------------------------------------------------------------


def newest() -> NoticeVersion | None:
    return NoticeVersion.objects.order_by("-number").first()


def shown(language: str) -> Edition:
    """The notice of the public page."""
    version = newest()
    if version is None:
        return Edition(notice_page.body(language, {}, {}), None, None, policy.VERSION)
    return edition(version, language)


def edition(version: NoticeVersion, language: str) -> Edition:
    """A version as it was published. The same words in newer markup, if the newest still says
    what the program says."""
    published: Body = version.bodies[language]
    now = notice_page.body(language, version.words, version.contact)
    if notice_page.passages(now) == notice_page.passages(published):
        published = now
    return Edition(published, version.number, version.published_at, version.policy_version)


def paper(made: Edition, language: str) -> bytes:
    """The notice as a PDF. Call with the language active."""
    number, at = made.number, made.published_at
    return _paper(made.body["paper"], made.body["lead"], number, at, made.policy_version, language)


@lru_cache(maxsize=12)  # a second of rendering for every stranger who asks would stop the desk
def _paper(
    html: str,
    lead: str,
    number: int | None,
    at: datetime | None,
    policy_version: str,
    language: str,
) -> bytes:
    made = {"number": number, "published_at": at, "policy_version": policy_version}
    return pdf.render(
        "pdf/notice.html",
        {"body": html, "lead": lead, "edition": made},
        language=language,
        title=_("Privacy notice"),
        styles=("pdf/notice.css",),
    )


def changes(version: NoticeVersion, language: str) -> tuple[Change, ...]:
    """What the version says that the one before it did not, and the other way round."""
    before = NoticeVersion.objects.filter(number__lt=version.number).order_by("-number").first()
    if before is None:
        return ()
    return notice_page.changes(before.bodies[language], version.bodies[language])


# -- What would be shown next ---------------------------------------------------------------------


def waiting_words() -> Words:
    """The words of the newest version, with those that wait over them."""
    version = newest()
    words: dict[str, dict[str, str]] = (
        {key: dict(texts) for key, texts in version.words.items()} if version else {}
    )
    for row in NoticeWords.objects.exclude(key__startswith=CONTACT):
        words.setdefault(row.key, {})[row.language] = row.text
    known = notice_words.known()
    said = {
        key: {code: text for code, text in texts.items() if text} for key, texts in words.items()
    }
    return {key: texts for key, texts in said.items() if key in known and texts}


def waiting_contact() -> dict[str, str]:
    """The contact of the newest version, with what waits over it."""
    version = newest()
    rows = NoticeWords.objects.filter(key__startswith=CONTACT)
    waiting = {row.key.removeprefix(CONTACT): row.text for row in rows}
    contact = {**(version.contact if version else {}), **waiting}
    return {key: text for key, text in contact.items() if text}


def candidate() -> dict[str, Body]:
    """Language → the notice that publishing would make."""
    return notice_page.bodies(waiting_words(), waiting_contact())


def outdated() -> bool:
    """Whether a change of the policy waits to be published (requests_app.notice_page)."""
    return notice_page.outdated(newest())


# -- The owner's words ----------------------------------------------------------------------------


@transaction.atomic
def say(*, words: Mapping[tuple[str, str], str], by: Any, at: datetime) -> int:
    """Keep the owner's words for the next version; returns how many changed.

    `words`: (key, language) → text, the language empty for a contact detail; an empty text, or
    ours, means ours. What is as it was published is forgotten, so that only what waits is kept.
    Raises PermissionDenied.
    """
    _require_owner(by)
    changed = [key for (key, language), text in words.items() if _say(key, language, text, at)]
    if changed:
        audit.record(verb="notice.worded", by=by, at=at, fields=set(changed))
    return len(changed)


def _say(key: str, language: str, text: str, at: datetime) -> bool:
    text = " ".join(text.split())
    wanted = "" if text == _ours(key, language) else text
    published = _published_text(key, language)
    rows = NoticeWords.objects.filter(key=key, language=language)
    waiting = rows.values_list("text", flat=True).first()
    if wanted == (published if waiting is None else waiting):
        return False
    if wanted == published:
        rows.delete()
    else:
        rows.update_or_create(key=key, language=language, defaults={"text": wanted, "saved_at": at})
    return True


def _published_text(key: str, language: str) -> str:
    """The owner's words there that are public; empty where ours stand."""
    version = newest()
    if version is None:
        return ""
    if key.startswith(CONTACT):
        return str(version.contact.get(key.removeprefix(CONTACT), ""))
    return str(version.words.get(key, {}).get(language, ""))


def _ours(key: str, language: str) -> str:
    if key.startswith(CONTACT):
        return controller.over({})[key.removeprefix(CONTACT)]
    with translation.override(language):
        return notice_words.default(key, language)


@transaction.atomic
def forget_words(*, by: Any, at: datetime) -> None:
    """Throw away what waits. Raises PermissionDenied."""
    _require_owner(by)
    NoticeWords.objects.all().delete()
    audit.record(verb="notice.unworded", by=by, at=at)


# -- Publishing -----------------------------------------------------------------------------------


@transaction.atomic
def publish(*, by: Any, at: datetime) -> NoticeVersion:
    """Publish the candidate as the next version. From now on it is what every page shows and what
    consents and requests point at.

    Raises PermissionDenied, LanguageMissing, NothingToPublish.
    """
    _require_owner(by)
    words, contact = waiting_words(), waiting_contact()
    if lacking := tuple(notice_words.lacking(words)):
        raise LanguageMissing(lacking)
    made, before = notice_page.bodies(words, contact), newest()
    if before is not None and notice_page.same(made, before.bodies):
        raise NothingToPublish
    version = _store(made, words, contact, by=by, at=at)
    NoticeWords.objects.all().delete()
    audit.record(verb="notice.published", by=by, at=at, object=version)
    return version


def _store(
    made: Mapping[str, Body], words: Words, contact: Mapping[str, str], *, by: Any, at: datetime
) -> NoticeVersion:
    last = NoticeVersion.objects.aggregate(last=Max("number"))["last"] or 0
    return NoticeVersion.objects.create(
        number=last + 1,
        published_at=at,
        published_by=by,
        policy_version=policy.VERSION,
        bodies=made,
        words=words,
        contact=contact,
        digest=notice_page.digest(made),
    )


def whole(version: NoticeVersion) -> bool:
    """Whether the stored words are still those that were published."""
    return notice_page.digest(version.bodies) == version.digest


def _require_owner(by: Any) -> None:
    if not permissions.may(by, "notice"):
        raise PermissionDenied
