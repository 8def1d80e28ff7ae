"""The record of processing activities (GDPR 30(1)) from the policy: each purpose is an activity.

Who processes data for the firm under which agreement, and how often data was given to others, is
added from the register (`whole`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from register import controller, policy
from register.declare import Category, Named, Purpose
from register.models import Processor
from register.services import disclosures, processors


@dataclass(frozen=True, slots=True)
class Held:
    """One category of data in an activity, down to its columns."""

    name: str
    describes: str
    columns: tuple[str, ...]
    sealed: bool
    periods: tuple[str, ...]


NOTHING = Held("", "", (), False, ())


@dataclass(frozen=True, slots=True)
class Activity:
    """What art. 30(1)(b)–(g) asks of one purpose."""

    key: str
    name: str
    describes: str
    basis: str
    statute: str
    subjects: tuple[str, ...]
    categories: tuple[Held, ...]
    sources: tuple[str, ...]
    recipients: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """A company that gets data from the firm (GDPR 30(1)(d)–(e)). Dates are ISO 8601 or empty;
    `safeguard` is that of a transfer outside the EU and EEA. `lacking`: works without an agreement
    in force."""

    name: str
    business_id: str
    recipient: str
    acts: str
    processes: str
    country: str
    place: str
    safeguard: str
    subprocessors: str
    signed_on: str
    valid_through: str
    review_on: str
    lacking: bool

    @property
    def agreement(self) -> str:
        """The agreement's dates in words; nothing for whoever acts in its own name."""
        if not self.signed_on:
            return _("no agreement") if self.lacking else ""
        return f"{_day(self.signed_on)} – {_day(self.valid_through) or _('until further notice')}"


@dataclass(frozen=True, slots=True)
class Given:
    """How many times data of one person was given to somebody outside in a year."""

    year: int
    recipient: str
    ground: str
    times: int


@dataclass(frozen=True, slots=True)
class Record:
    version: str
    activities: tuple[Activity, ...]
    transfers: tuple[str, ...]
    outside: tuple[Outside, ...] = ()
    given: tuple[Given, ...] = ()


def build(*, language: str) -> Record:
    """The whole record in that language."""
    return Record(
        version=policy.VERSION,
        activities=tuple(_activity(purpose, language) for purpose in policy.PURPOSES),
        transfers=_names(policy.TRANSFERS_OUTSIDE_EEA, language),
    )


def whole(*, language: str, on: date) -> Record:
    """The record with those who process data for the firm that day, and the disclosures by year.
    Call it with the language active."""
    named = {one.key: one.name.to(language) for one in policy.RECIPIENTS}
    made, rows = build(language=language), list(processors.in_force(on=on))
    return replace(
        made,
        transfers=(*made.transfers, *(f"{r.name} ({r.country})" for r in rows if r.is_transfer)),
        outside=tuple(_outside(row, named, on) for row in rows),
        given=tuple(
            Given(year, named.get(key, key), ground, n)
            for year, key, ground, n in disclosures.counted()
        ),
    )


def _outside(row: Processor, named: dict[str, str], on: date) -> Outside:
    return Outside(
        name=row.name,
        business_id=row.business_id,
        recipient=named.get(row.recipient, row.recipient),
        acts=str(row.get_acts_as_display()),
        processes=row.processes,
        country=row.country,
        place=row.place,
        safeguard=str(row.get_safeguard_display()) if row.safeguard else "",
        subprocessors=row.subprocessors,
        signed_on=row.signed_on.isoformat() if row.signed_on else "",
        valid_through=row.valid_through.isoformat() if row.valid_through else "",
        review_on=row.review_on.isoformat() if row.review_on else "",
        lacking=row.lacks_agreement(on),
    )


def _day(iso: str) -> str:
    day = date.fromisoformat(iso) if iso else None
    return f"{day.day}.{day.month}.{day.year}" if day else ""


def _activity(purpose: Purpose, language: str) -> Activity:
    categories = [c for c in policy.CATEGORIES if purpose in c.purposes]
    return Activity(
        key=purpose.key,
        name=purpose.name.to(language),
        describes=purpose.describes.to(language),
        basis=purpose.basis.value,
        statute=purpose.statute.to(language) if purpose.statute else "",
        subjects=_names((s for c in categories for s in c.subjects), language),
        categories=tuple(_held(category, language) for category in categories),
        sources=_names((s for c in categories for s in c.sources), language),
        recipients=_names((r for c in categories for r in c.recipients), language),
        roles=_roles(categories, language),
    )


def _held(category: Category, language: str) -> Held:
    return Held(
        name=category.name.to(language),
        describes=category.describes.to(language),
        columns=tuple(field.label for field in category.fields),
        sealed=any(field.sealed for field in category.fields),
        periods=_names(category.retention, language),
    )


def _roles(categories: Iterable[Category], language: str) -> tuple[str, ...]:
    """Who sees anything of these categories."""
    labels = [field.label for category in categories for field in category.fields]
    seen = {key for label in labels for key in policy.access(label).roles}
    return _names((role for role in policy.ROLES if role.key in seen), language)


def _names(declared: Iterable[Named], language: str) -> tuple[str, ...]:
    """Names in the order of the declaration, each once."""
    return tuple(dict.fromkeys(item.name.to(language) for item in declared))


def as_data(record: Record) -> dict[str, Any]:
    """The record for machines, with the controller whom art. 30(1)(a) asks for."""
    return {"controller": dict(controller.details()), **asdict(record)}


def header() -> tuple[str, ...]:
    """Titles of `rows`. Call with the language of the record active."""
    return (
        _("Purpose"), _("What we do"), _("Lawful basis"), _("Statute"), _("Data subjects"),
        _("Category"), _("What we hold"), _("Encrypted"), _("How long"), _("Sources"),
        _("Recipients"), _("Processors and their agreements"),
        _("Transfers outside the EU and EEA"), _("Roles that see it"), _("Columns"),
    )  # fmt: skip


def rows(record: Record) -> Iterator[tuple[str, ...]]:
    """A row for each category of each activity; one without data of its own has one row too."""
    for activity in record.activities:
        for held in activity.categories or (NOTHING,):
            yield (
                activity.name, activity.describes, f"GDPR {activity.basis}", activity.statute,
                _listed(activity.subjects), held.name, held.describes,
                (_("yes") if held.sealed else _("no")) if held.name else "",
                _listed(held.periods), _listed(activity.sources), _listed(activity.recipients),
                _listed(_with_dates(record, activity)), _listed(record.transfers) or _("None."),
                _listed(activity.roles), _listed(held.columns),
            )  # fmt: skip


def _with_dates(record: Record, activity: Activity) -> Iterator[str]:
    """Those to whom the activity's data may go, each with the dates of the agreement."""
    for one in record.outside:
        if one.recipient in activity.recipients:
            yield f"{one.name} ({one.agreement})" if one.agreement else one.name


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)
