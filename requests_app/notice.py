"""The privacy notice, made from the policy: what the templates of the page and the PDF show.

Sources of what it must hold: GDPR 13(1)–(2) and 14(1)–(2). The words around the data stand in
`templates/public/notice/`; purposes, categories, sources, recipients, periods and roles are
read from `register.policy`, and the worked examples are counted by `register.clock`, so that
the page cannot promise something else than the register does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from register import clock, loyalty, policy
from register.declare import Basis, Category, Named, Purpose, Retention, Role, Source
from requests_app.models import DataSubjectRequest

Kind = DataSubjectRequest.Kind


@dataclass(frozen=True, slots=True)
class PurposeLine:
    name: str
    describes: str
    basis: str
    article: str
    statute: str
    may_object: bool


@dataclass(frozen=True, slots=True)
class CategoryCard:
    """One category of data. `anchor`: its place on the page, such as "p7"."""

    anchor: str
    name: str
    describes: str
    purposes: tuple[str, ...]
    sources: tuple[str, ...]
    recipients: tuple[str, ...]
    periods: tuple[str, ...]
    sealed: bool
    portable: bool


@dataclass(frozen=True, slots=True)
class Period:
    key: str
    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of a period: what happened, and the last day the data is kept."""

    what: str
    kept_through: date


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of the loyalty programme: from how many rentals, and percent off."""

    name: str
    rentals: int
    percent: int


@dataclass(frozen=True, slots=True)
class Right:
    """A right of the person. `kind` preselects the request form."""

    kind: str
    anchor: str
    article: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    version: str
    dated: date
    subjects: tuple[str, ...]
    purposes: tuple[PurposeLine, ...]
    bases: tuple[str, ...]
    categories: tuple[CategoryCard, ...]
    sources: tuple[str, ...]
    recipients: tuple[Line, ...]
    transfers: tuple[str, ...]
    periods: tuple[Period, ...]
    examples: tuple[Example, ...]
    roles: tuple[Line, ...]
    tiers: tuple[Tier, ...]
    tier_months: int
    rights: tuple[Right, ...]


def build(*, language: str, said: Mapping[str, str] | None = None) -> Notice:
    """The notice in that language. Call it with the same language active: its own words come
    through gettext. `said`: the owner's words by key (requests_app.notice_words)."""
    said = said or {}
    ours = [category for category in policy.CATEGORIES if category.of_customers]
    return Notice(
        version=policy.VERSION,
        dated=date.fromisoformat(f"{policy.VERSION}-01"),
        subjects=_names(policy.PEOPLE, language),
        purposes=tuple(_purpose(purpose, language, said) for purpose in policy.PURPOSES),
        bases=tuple(_basis(basis) for basis in Basis),
        categories=tuple(
            _category(category, anchor, language)
            for category, anchor in zip(ours, _anchors(ours), strict=True)
        ),
        sources=_told((s for s in policy.SOURCES if s.personal), language),
        recipients=tuple(Line(r.name.to(language), r.when.to(language)) for r in policy.RECIPIENTS),
        transfers=_names(policy.TRANSFERS_OUTSIDE_EEA, language),
        periods=tuple(_period(period, language) for period in _periods(ours)),
        examples=tuple(_examples(policy.VERSION)),
        roles=tuple(_role(role, language) for role in policy.ROLES),
        tiers=tuple(Tier(t.name.to(language), t.rentals, t.percent) for t in loyalty.TIERS),
        tier_months=loyalty.MONTHS,
        rights=tuple(_rights()),
    )


def _names(declared: Iterable[Named], language: str) -> tuple[str, ...]:
    return tuple(item.name.to(language) for item in declared)


def _told(sources: Iterable[Source], language: str) -> tuple[str, ...]:
    return tuple(source.to_the_person.to(language) for source in sources)


def _basis(basis: Basis) -> str:
    return {
        Basis.CONTRACT: _("Contract"),
        Basis.CONSENT: _("Your consent"),
        Basis.LEGAL_OBLIGATION: _("Duty set by law"),
    }[basis]


def _purpose(purpose: Purpose, language: str, said: Mapping[str, str]) -> PurposeLine:
    return PurposeLine(
        name=purpose.name.to(language),
        describes=said.get(f"purpose.{purpose.key}") or purpose.describes.to(language),
        basis=_basis(purpose.basis),
        article=purpose.basis.value,
        statute=purpose.statute.to(language) if purpose.statute else "",
        may_object=purpose.subject_may_object,
    )


PROMISED_DATA = frozenset(f"P{number}" for number in range(7, 17))
"""Promises that a category of data keeps; P20 and the rest are stated among the rights."""


def _anchors(categories: Iterable[Category]) -> Iterable[str]:
    """The first category of a promise bears its id; the others their own name."""
    stated: set[str] = set()
    for category in categories:
        first = category.promise in PROMISED_DATA - stated
        stated.add(category.promise)
        yield category.promise.lower() if first else f"data-{category.key}"


def _category(category: Category, anchor: str, language: str) -> CategoryCard:
    return CategoryCard(
        anchor=anchor,
        name=category.name.to(language),
        describes=category.describes.to(language),
        purposes=_names(category.purposes, language),
        sources=_told(category.sources, language),
        recipients=_names(category.recipients, language),
        periods=_names(category.retention, language),
        sealed=any(field.sealed for field in category.fields),
        portable=any(field.portable for field in category.fields),
    )


def _periods(categories: Iterable[Category]) -> tuple[Retention, ...]:
    named = {period for category in categories for period in category.retention}
    return tuple(period for period in policy.RETENTIONS if period in named)


def _period(period: Retention, language: str) -> Period:
    return Period(period.key, period.name.to(language), period.because.to(language))


def _role(role: Role, language: str) -> Line:
    return Line(role.name.to(language), role.task.to(language))


def _examples(version: str) -> Iterable[Example]:
    """Counted by the same functions as the retention job uses."""
    year = int(version[:4])
    summer, spring = date(year, 7, 15), date(year + 2, 4, 3)
    yield Example(
        _("You ask for a quote on %(asked)s and do not book.") % {"asked": _day(summer)},
        _kept(last_event=summer, has_contract=False),
    )
    yield Example(
        _("You rent a jet ski on %(rented)s and pay for it the same day.")
        % {"rented": _day(summer)},
        _kept(last_event=summer, has_contract=True, last_transaction=summer),
    )
    yield Example(
        _("You rent on %(rented)s and write to us about it on %(wrote)s.")
        % {"rented": _day(summer), "wrote": _day(spring)},
        _kept(last_event=spring, has_contract=True, last_transaction=summer),
    )
    yield Example(
        _("You leave a card number, and the rental is settled on %(settled)s: the number.")
        % {"settled": _day(summer)},
        clock.card_destroy_on(settled_on=summer, days=settings.CARD_RETENTION_DAYS),
    )
    yield Example(
        _("You make a data protection request that ends on %(ended)s: its file.")
        % {"ended": _day(summer)},
        clock.request_file_kept_through(summer),
    )


def _kept(*, last_event: date, has_contract: bool, last_transaction: date | None = None) -> date:
    return clock.kept_through(
        last_event=last_event,
        has_contract=has_contract,
        last_transaction=last_transaction,
        financial_year_end=settings.FINANCIAL_YEAR_END,
    )


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def _rights() -> Iterable[Right]:
    yield Right(
        Kind.ACCESS, "p20", "15", _("The right to see your data"),
        _(
            "Ask, and you get a copy of everything we hold about you, and are told why we hold it, "
            "where it came from, and when and in which task it was looked at. Ask in writing: with "
            "the form here, by e-mail or on paper at our office. We check a photo ID at the desk "
            "before we hand anything over, and deliver by a link that opens once. If the law does "
            "not let us give something, we say what and why."
        ),
    )  # fmt: skip
    yield Right(
        Kind.RECTIFICATION, "p22", "16", _("The right to have it corrected"),
        _(
            "Customer service corrects your contact details at once when you tell us. For anything "
            "else, send the form and say what is wrong and how it should read. We tell those to "
            "whom we have disclosed the wrong data."
        ),
    )  # fmt: skip
    yield Right(
        Kind.ERASURE, "p24", "17", _("The right to be forgotten"),
        _(
            "We erase what we need no longer. What the Bookkeeping Act obliges us to keep stays "
            "until its date and then goes by itself. You get a letter that says what was erased, "
            "what is kept, until when and because of which law."
        ),
    )  # fmt: skip
    yield Right(
        Kind.RESTRICTION, "p23", "18", _("The right to have the use limited"),
        _(
            "While you dispute whether data is right or whether we may use it, we only store it. "
            "Ask in writing; we check who you are. We tell you before the limit is lifted."
        ),
    )  # fmt: skip
    yield Right(
        Kind.OBJECTION, "right-objection", "21", _("The right to object"),
        _(
            "You may object to our using your data. Marketing stops at once and without reasons. "
            "For other uses, tell us about your own situation in writing, and we check who you are."
        ),
    )  # fmt: skip
    yield Right(
        Kind.PORTABILITY, "p25", "20", _("The right to take it with you"),
        _(
            "What you have given us yourself on a contract or by consent, you get in a "
            "machine-readable file, so that it can be moved to another controller. Its form is "
            "public."
        ),
    )  # fmt: skip
    yield Right(
        Kind.WITHDRAWAL, "right-withdrawal", "7", _("The right to withdraw a consent"),
        _(
            "A consent is withdrawn as easily as it was given, at any time. What was done before "
            "remains lawful."
        ),
    )  # fmt: skip
