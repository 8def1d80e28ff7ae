"""The record of processing activities (GDPR 30(1)) from the policy: each purpose is an activity."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from register import controller, policy
from register.declare import Category, Named, Purpose


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
class Record:
    version: str
    activities: tuple[Activity, ...]
    transfers: tuple[str, ...]


def build(*, language: str) -> Record:
    """The whole record in that language."""
    return Record(
        version=policy.VERSION,
        activities=tuple(_activity(purpose, language) for purpose in policy.PURPOSES),
        transfers=_names(policy.TRANSFERS_OUTSIDE_EEA, language),
    )


def _activity(purpose: Purpose, language: str) -> Activity:
    categories = [c for c in policy.CATEGORIES if purpose in c.purposes]
    return Activity(
        key=purpose.key,
        name=purpose.name.to(language),
        describes=purpose.describes.to(language),
        basis=purpose.basis.value,
        statute=purpose.statute,
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
        _("Recipients"), _("Transfers outside the EU and EEA"), _("Roles that see it"),
        _("Columns"),
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
                _listed(record.transfers) or _("None."), _listed(activity.roles),
                _listed(held.columns),
            )  # fmt: skip


def _listed(names: tuple[str, ...]) -> str:
    return "; ".join(names)
