"""Everything that the register holds of one person, found by walking the policy.

No table and no column is named here: what the policy declares is looked up, so that a new column
is in the package the day it is declared. Rows of other people are never reached: a row is taken
when it belongs to the person, or when a row of hers names it as her company.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from register import clock, policy
from register.declare import Category, Clock, Retention
from register.models import AuditEvent, Customer
from register.services import events, person_tables
from register.vault import Erased, Secret
from requests_app.packages.values import Value, value_of

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "application/pdf": "pdf",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its values, and when and from where it was saved (P16)."""

    id: str
    values: tuple[Value, ...]
    saved_on: str
    saved_at: str
    source: str
    source_key: str


@dataclass(frozen=True, slots=True)
class Table:
    label: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One category of the policy, with what GDPR 15(1) asks to be told of it."""

    key: str
    name: str
    describes: str
    purposes: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    recipients: tuple[str, ...]
    periods: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody used the person's data: when, in which role, what for. Never who (C-579/21)."""

    at: str
    day: str
    role: str
    verb: str
    reason: str


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Everything:
    customer: Customer
    sections: tuple[Section, ...]
    looks: tuple[Look, ...]
    kept_through: str
    files: tuple[File, ...] = field(default=())


def collect(customer: Customer, *, language: str) -> Everything:
    """All of it, in that language (call with the same language active)."""
    kept = events.history(customer).kept_through
    return Everything(
        customer=customer,
        sections=tuple(
            _section(category, customer, language)
            for category in policy.CATEGORIES
            if category.of_customers
        ),
        looks=tuple(_looks(customer, language)),
        kept_through=kept.isoformat(),
        files=tuple(_files(customer)),
    )


def _section(category: Category, customer: Customer, language: str) -> Section:
    return Section(
        key=category.key,
        name=category.name.to(language),
        describes=category.describes.to(language),
        purposes=tuple((p.name.to(language), p.basis.value) for p in category.purposes),
        sources=tuple(source.to_the_person.to(language) for source in category.sources),
        recipients=tuple(recipient.name.to(language) for recipient in category.recipients),
        periods=tuple(period_text(p, customer, language) for p in category.retention),
        tables=tuple(_tables(category, customer, language)),
    )


def period_text(period: Retention, customer: Customer, language: str) -> str:
    """A period in words; where it is this person's own clock, with her date."""
    text = period.name.to(language)
    history = events.history(customer)
    hers = Clock.CONTRACT if history.has_contract else Clock.LAST_EVENT
    if period.clock is not hers:
        return text
    kept = history.kept_through
    return f"{text}: {_('kept through')} {kept.day}.{kept.month}.{kept.year}"


def _tables(category: Category, customer: Customer, language: str) -> Iterator[Table]:
    for label in dict.fromkeys(declared.table for declared in category.fields):
        names = shown_columns(category, label)
        rows = tuple(_rows(label, names, customer, language))
        if rows:
            title = apps.get_model(label)._meta.verbose_name_plural
            yield Table(label, capfirst(str(title)), rows)


def shown_columns(category: Category, table: str) -> tuple[str, ...]:
    """The columns of a category in a table that somebody may see. What no role sees (keys of
    links, the words of the search index) says nothing that the other columns do not."""
    return tuple(
        declared.label.rpartition(".")[2]
        for declared in category.fields
        if declared.table == table and policy.access(declared.label).roles
    )


def _rows(label: str, names: Iterable[str], customer: Customer, language: str) -> Iterator[Row]:
    sources = {source.key: source.to_the_person.to(language) for source in policy.SOURCES}
    for row in rows_of(label, customer):
        values = tuple(v for name in names if (v := value_of(row, name, of=customer)) is not None)
        if values:
            yield _row(row, values, sources)


def _row(row: Model, values: tuple[Value, ...], sources: dict[str, str]) -> Row:
    saved_at = getattr(row, "saved_at", None)
    source = str(getattr(row, "source", ""))
    day = clock.local_date(saved_at) if saved_at else None
    return Row(
        id=str(row.pk),
        values=values,
        saved_on=f"{day.day}.{day.month}.{day.year}" if day else "",
        saved_at=localtime(saved_at).isoformat() if saved_at else "",
        source=sources.get(source, source),
        source_key=source,
    )


def rows_of(label: str, customer: Customer) -> list[Model]:
    """The person's own rows of a declared table, oldest first where they tell their time."""
    model: type[Model] = apps.get_model(label)
    if model is Customer:
        return [customer]
    try:
        table = person_tables.table(label)
    except KeyError:
        return list(_named_by_her_rows(model, customer))
    rows = model._base_manager.filter(_hers(table, customer))
    return list(rows.order_by("saved_at", "pk") if _has(model, "saved_at") else rows)


def _hers(table: person_tables.Table, customer: Customer) -> Q:
    """Rows that belong to her, alone or with somebody else, and files linked to her."""
    wanted = table.belongs([customer.pk])
    for link in table.links:
        wanted |= Q(**{link: customer})
    return wanted


def _named_by_her_rows(model: type[Model], customer: Customer) -> QuerySet[Model]:
    """Rows without a person of their own, such as a company, that a row of hers points at."""
    wanted = Q(pk__in=[])
    for table in person_tables.tables():
        for key in table.model._meta.local_fields:
            if isinstance(key, ForeignKey) and key.related_model is model:
                hers = table.model._base_manager.filter(_hers(table, customer))
                wanted |= Q(pk__in=hers.values(key.attname))
    return model._base_manager.filter(wanted)


def _has(model: type[Model], name: str) -> bool:
    return any(column.name == name for column in model._meta.concrete_fields)


def _looks(customer: Customer, language: str) -> Iterator[Look]:
    roles = {role.key: role.name.to(language) for role in policy.ROLES}
    reasons = {reason.key: reason.name.to(language) for reason in policy.REVEAL_REASONS}
    for event in AuditEvent.objects.filter(customer_id=customer.pk).order_by("at", "id"):
        held = [roles.get(key, key) for key in event.actor_roles.split(",") if key]
        yield Look(
            at=localtime(event.at).isoformat(),
            day=date_format(localtime(event.at), "j.n.Y G.i"),
            role=", ".join(held) or _("you or the system itself"),
            verb=verb_text(event.verb),
            reason=reasons.get(event.reason, ""),
        )


def verb_text(verb: str) -> str:
    """What was done, in words where we have them."""
    return {
        "view": _("looked at"),
        "list": _("shown in a list"),
        "search": _("found by a search"),
        "reveal": _("an encrypted value opened"),
        "create": _("saved"),
        "change": _("changed"),
        "rectify": _("corrected"),
        "book": _("booking made"),
        "contact.checked": _("contact details checked"),
        "agreement.made": _("agreement made"),
        "agreement.printed": _("agreement printed"),
        "identified": _("identity checked"),
        "handed_over": _("craft handed over"),
        "returned": _("craft returned"),
        "package.made": _("data package made"),
        "package.fetched": _("data package fetched"),
    }.get(verb, verb)


def _files(customer: Customer) -> Iterator[File]:
    """Sealed pictures, recordings and papers, numbered; their rows tell what each one is."""
    for label, column in _binary_columns():
        for row in rows_of(label, customer):
            content = getattr(row, column)
            if isinstance(content, Secret) and not isinstance(content, Erased):
                extension = EXTENSIONS.get(getattr(row, "media_type", ""), "bin")
                yield File(f"{row.pk}.{extension}", content.expose_bytes())


def _binary_columns() -> Iterator[tuple[str, str]]:
    for label, declared in policy.FIELDS.items():
        name = label.rpartition(".")[2]
        column = apps.get_model(declared.table)._meta.get_field(name)
        if getattr(column, "binary", False) and policy.access(label).roles:
            yield declared.table, name
