"""Everything that GDPR 13 and 14 want told stands in the notice, in each language, in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from register import policy
from register.declare import Basis
from requests_app import notice_page

LANGUAGES = ("fi", "sv", "en")
Words = Callable[[str], list[str]]


@dataclass(frozen=True)
class Element:
    """One thing that the law wants told: in which section, and words without which it is not."""

    law: str
    section: str
    words: Words


def phrases(fi: str, sv: str, en: str) -> Words:
    told = {"fi": fi, "sv": sv, "en": en}
    return lambda language: told[language].split(" | ")


def names(*declared: Any) -> Words:
    return lambda language: [one.name.to(language) for one in declared]


def controller(*fields: str) -> Words:
    return lambda language: [settings.CONTROLLER[field] for field in fields]


OURS = [category for category in policy.CATEGORIES if category.of_customers]
PERIODS = [
    period for period in policy.RETENTIONS if any(period in category.retention for category in OURS)
]
SOURCES = [source for source in policy.SOURCES if source.personal]

ELEMENTS = (
    Element("13(1)(a), 14(1)(a) controller", "who",
            controller("name", "business_id", "street", "postcode", "city")),
    Element("13(1)(b), 14(1)(b) whom to contact in data protection", "who",
            controller("contact_person", "phone", "email")),
    Element("13(1)(c), 14(1)(c) purposes", "why", names(*policy.PURPOSES)),
    Element("13(1)(c), 14(1)(c) lawful basis of each purpose", "why",
            lambda language: [f"GDPR {purpose.basis.value}" for purpose in policy.PURPOSES]),
    Element("14(1)(d) categories of data", "what", names(*OURS)),
    Element("13(1)(e), 14(1)(e) recipients", "to", names(*policy.RECIPIENTS)),
    Element("13(1)(f), 14(1)(f) transfers", "to",
            phrases("EU:n ja ETA-alueen ulkopuolelle", "utanför EU och EES",
                    "outside the EU and the EEA")),
    Element("13(2)(a), 14(2)(a) how long", "how-long", names(*PERIODS)),
    Element("13(2)(b), 14(2)(c) access", "rights", phrases("GDPR 15", "GDPR 15", "GDPR 15")),
    Element("13(2)(b), 14(2)(c) rectification", "rights", phrases("GDPR 16", "GDPR 16", "GDPR 16")),
    Element("13(2)(b), 14(2)(c) erasure", "rights", phrases("GDPR 17", "GDPR 17", "GDPR 17")),
    Element("13(2)(b), 14(2)(c) restriction", "rights", phrases("GDPR 18", "GDPR 18", "GDPR 18")),
    Element("13(2)(b), 14(2)(c) portability", "rights", phrases("GDPR 20", "GDPR 20", "GDPR 20")),
    Element("21(4) objection, marketing by name", "rights",
            phrases("GDPR 21 | Markkinointi loppuu heti", "GDPR 21 | Marknadsföring slutar genast",
                    "GDPR 21 | Marketing stops at once")),
    Element("13(2)(c), 14(2)(d) withdrawal of consent, what was done stays lawful", "rights",
            phrases("GDPR 7 | pysyy laillisena", "GDPR 7 | laglig", "GDPR 7 | lawful")),
    Element("13(2)(d), 14(2)(e) complaint to the authority", "complaint",
            phrases("Tietosuojavaltuutetun toimisto | tietosuoja@om.fi",
                    "Dataombudsmannens byrå | tietosuoja@om.fi",
                    "Office of the Data Protection Ombudsman | tietosuoja@om.fi")),
    Element("14(2)(f) sources", "from",
            lambda language: [source.to_the_person.to(language) for source in SOURCES]),
    Element("13(2)(e) whether one must give data, and what follows if not", "why",
            phrases("ei ole pakko antaa | emme kuitenkaan voi", "inte ge | kan vi",
                    "need not give | we cannot")),
    Element("13(2)(f), 14(2)(g) automated decisions, profiling", "why",
            phrases("Pelkkä kone ei tee | emmekä profiloi", "av enbart en maskin | profilerar",
                    "made by a machine alone | do not profile")),
    Element("12(3) when an answer comes", "rights",
            phrases("kuukaudessa", "månad", "within one month")),
    Element("12(5) that it costs nothing", "rights",
            phrases("ei maksa", "kostar inget", "costs nothing")),
)  # fmt: skip


def text_of(language: str, without: str = "") -> dict[str, str]:
    """Section → what a reader reads there; one section may be left out."""
    told: dict[str, str] = {}
    for passage in notice_page.passages(notice_page.body(language, {}, {})):
        if passage.section != without:
            told[passage.section] = told.get(passage.section, "") + " " + passage.text
    return told


def lacking(told: dict[str, str], language: str) -> list[str]:
    """What the law wants and the notice does not say."""
    return [
        f"{element.law}: {words}"
        for element in ELEMENTS
        for words in element.words(language)
        if words.casefold() not in told.get(element.section, "").casefold()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_tells_everything_that_the_law_wants_told(db, language: str) -> None:
    with translation.override(language):
        assert lacking(text_of(language), language) == []


@pytest.mark.parametrize("section", sorted({element.section for element in ELEMENTS}))
def test_a_notice_that_loses_a_section_lacks_what_the_law_wants(db, section: str) -> None:
    with translation.override("fi"):
        missed = lacking(text_of("fi", without=section), "fi")
    wanted = [element.law for element in ELEMENTS if element.section == section]
    assert {line.partition(":")[0] for line in missed} == set(wanted)


def test_no_purpose_rests_on_an_interest_that_would_have_to_be_told() -> None:
    """13(1)(d), 14(2)(b): a legitimate interest has to be named; none is relied on."""
    assert {purpose.basis for purpose in policy.PURPOSES} <= {
        Basis.CONTRACT, Basis.CONSENT, Basis.LEGAL_OBLIGATION,
    }  # fmt: skip
    assert {basis.value for basis in Basis} == {"6(1)(a)", "6(1)(b)", "6(1)(c)"}


def test_the_most_important_comes_first_and_is_short(db) -> None:
    """12(1): concise and easily accessible: a layer of a few sentences above the rest."""
    for language in LANGUAGES:
        told = text_of(language)
        assert list(told)[:3] == ["lead", "short", "who"]
        assert len(told["short"]) < 900
