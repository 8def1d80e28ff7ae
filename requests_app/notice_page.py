"""The notice as HTML, as plain text, and what differs between two of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from html.parser import HTMLParser
from json import dumps

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from register import controller
from register.models import NoticeVersion
from requests_app import notice, notice_words
from requests_app.notice_words import Words

Body = dict[str, str]
"""One language of the notice: "lead", "page" (for the screen) and "paper" (for the PDF)."""

BLOCKS = frozenset(["p", "li", "dt", "dd", "th", "td", "h2", "h3", "summary", "small", "strong"])
INLINE = frozenset(("small", "strong"))
LINE_OF_ITS_OWN = BLOCKS - INLINE


def bodies(words: Words, contact: Mapping[str, str]) -> dict[str, Body]:
    """Language → the notice as the program and these words make it now."""
    return {language: body(language, words, contact) for language in notice_words.LANGUAGES}


def body(language: str, words: Words, contact: Mapping[str, str]) -> Body:
    with translation.override(language):
        said = notice_words.said(words, language)
        context = {
            "notice": notice.build(language=language, said=said),
            "said": said,
            "controller": controller.over(dict(contact)),
            "public_url": settings.PUBLIC_URL,
        }
        return {
            "lead": said["lead"],
            "page": render_to_string("public/notice/body.html", context),
            "paper": render_to_string("public/notice/body.html", {**context, "paper": True}),
        }


def digest(made: Mapping[str, Body]) -> str:
    """SHA-256 of all the bodies, as 64 hexadecimal digits."""
    return sha256(dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# -- As text ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or cell of the notice, and the id of the section in which it stands."""

    section: str
    title: str
    text: str


class _Reader(HTMLParser):
    """Splits our own HTML into passages. Not for anybody else's."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self._section, self._title, self._depth = "", "", 0
        self._text: list[str] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section" and (named := dict(attrs).get("aria-labelledby")):
            self._end()
            self._section = str(named).removesuffix("-title")
        if tag in LINE_OF_ITS_OWN:
            self._end()
        if tag == "br":
            self._text.append(" ")
        self._in_title = self._in_title or tag == "h2"

    def handle_endtag(self, tag: str) -> None:
        if tag == "h2":
            self._title, self._in_title = " ".join("".join(self._text).split()), False
        if tag in LINE_OF_ITS_OWN or tag == "div":
            self._end()

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def _end(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if text:
            self.passages.append(Passage(self._section, self._title, text))


def passages(made: Body) -> tuple[Passage, ...]:
    """What a reader of the page reads, in order."""
    reader = _Reader()
    reader.feed(made["page"])
    reader.close()
    return (Passage("lead", "", made["lead"]), *reader.passages)


def same(one: Mapping[str, Body], other: Mapping[str, Body]) -> bool:
    """Whether both say the same in every language, whatever their markup."""
    return one.keys() == other.keys() and all(
        _texts(one[language]) == _texts(other[language]) for language in one
    )


def outdated(version: NoticeVersion | None) -> bool:
    """Whether the program says something that the version does not: a change of the policy waits
    to be published. Also true while nothing is published."""
    if version is None:
        return True
    return not same(bodies(version.words, version.contact), version.bodies)


def _texts(made: Body) -> list[str]:
    return [passage.text for passage in passages(made)]


# -- What changed -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a section no longer says, and what it says instead."""

    section: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(old: Body, new: Body) -> tuple[Change, ...]:
    """What differs in what the reader reads, in the order of the new notice."""
    return tuple(_changes(passages(old), passages(new)))


def _changes(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[Change]:
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            continue
        where = (new[b0:b1] or old[a0:a1])[0]
        yield Change(
            where.section,
            where.title,
            tuple(passage.text for passage in old[a0:a1]),
            tuple(passage.text for passage in new[b0:b1]),
        )


# -- With the owner's evidence --------------------------------------------------------------------

PLACE = re.compile(r"<!--(p\d+)-->")


def with_proofs(page: str, proofs: Mapping[str, str]) -> str:
    """The page with HTML at the place of each promise; nothing where there is none."""
    shown = PLACE.sub(lambda place: proofs.get(place[1], ""), page)
    return shown.replace('<details class="category">', '<details class="category" open>') if (
        proofs
    ) else shown  # fmt: skip
