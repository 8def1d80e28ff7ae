"""Everything that the register holds of one person, found by walking the policy.

No column is named here: what the policy declares is looked up, so that a new column is in the
package the day it is declared. Words and pictures in which other people may appear pass the sieve
of `packages.passages` first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.apps import apps
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from register import clock, policy
from register.declare import Category, Clock, Named, Retention
from register.desk import audit_words
from register.models import AuditEvent, Customer, Disclosure, Merge
from register.services import events
from register.vault import Erased, Secret
from requests_app.packages import passages
from requests_app.packages.passages import Found, Sieve
from requests_app.packages.rows import rows_of
from requests_app.packages.values import Value, file_name, value_of


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
    purpose: str


@dataclass(frozen=True, slots=True)
class Given:
    """Data of the person was given to somebody outside the firm (GDPR 15(1)(c), 19)."""

    at: str
    day: str
    recipient: str
    what: str
    ground: str


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Everything:
    customer: Customer
    sections: tuple[Section, ...]
    given: tuple[Given, ...]
    looks: tuple[Look, ...]
    kept_through: str
    files: tuple[File, ...] = field(default=())

    @property
    def held_back(self) -> int:
        """Records of which something is left out."""
        return sum(any(v.left_out for v in row.values) for row in self.rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(
            row for section in self.sections for table in section.tables for row in table.rows
        )


NOTHING_READ = Sieve({})


def collect(customer: Customer, *, language: str, sieve: Sieve = NOTHING_READ) -> Everything:
    """All of it, in that language (call with the same language active). Without a sieve, whatever
    may tell of others stays out."""
    kept = events.history(customer).kept_through
    return Everything(
        customer=customer,
        sections=tuple(
            _section(category, customer, language, sieve)
            for category in policy.CATEGORIES
            if category.of_customers
        ),
        given=tuple(_given(customer, sieve)),
        looks=tuple(_looks(customer, language)),
        kept_through=kept.isoformat(),
        files=tuple(_files(customer, sieve)),
    )


def _section(category: Category, customer: Customer, language: str, sieve: Sieve) -> Section:
    return Section(
        key=category.key,
        name=category.name.to(language),
        describes=category.describes.to(language),
        purposes=tuple((p.name.to(language), p.basis.value) for p in category.purposes),
        sources=tuple(source.to_the_person.to(language) for source in category.sources),
        recipients=tuple(recipient.name.to(language) for recipient in category.recipients),
        periods=tuple(period_text(p, customer, language) for p in category.retention),
        tables=tuple(_tables(category, customer, language, sieve)),
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


def _tables(category: Category, customer: Customer, language: str, sieve: Sieve) -> Iterator[Table]:
    for label in dict.fromkeys(declared.table for declared in category.fields):
        names = shown_columns(category, label)
        rows = tuple(_rows(label, names, customer, language, sieve))
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


def _rows(
    label: str, names: Iterable[str], customer: Customer, language: str, sieve: Sieve
) -> Iterator[Row]:
    sources = {source.key: source.to_the_person.to(language) for source in policy.SOURCES}
    for row in rows_of(label, customer):
        told = (value_of(row, name, of=customer) for name in names)
        values = tuple(sieved(label, row, (v for v in told if v is not None), sieve))
        if values:
            yield _row(row, values, sources)


def sieved(label: str, row: Model, values: Iterable[Value], sieve: Sieve) -> Iterator[Value]:
    """The values as they may leave: what tells of others is replaced by the reason."""
    names = passages.columns().get(label, ())
    one = passages.found(label, names, row) if names else None
    for value in values:
        if one is None or value.name not in names:
            yield value
        else:
            yield _judged(value, one, sieve)


def _judged(value: Value, one: Found, sieve: Sieve) -> Value:
    reason, text = sieve.reason(one), sieve.text(one, value.name)
    if not reason:
        return value
    if text is None:
        return replace(value, text="", machine=None, left_out=reason, is_file=False)
    return replace(value, text=text, machine=text, left_out=reason)


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


def _given(customer: Customer, sieve: Sieve) -> Iterator[Given]:
    label = Disclosure._meta.label
    for row in rows_of(label, customer):
        assert isinstance(row, Disclosure)
        what = value_of(row, "what", of=customer)
        told = next(sieved(label, row, [what] if what else [], sieve), None)
        yield Given(
            at=localtime(row.disclosed_at).isoformat(),
            day=date_format(localtime(row.disclosed_at), "j.n.Y"),
            recipient=": ".join(filter(None, (str(row.get_recipient_display()), row.office))),
            what=(told.text or told.left_out) if told else "",
            ground=row.legal_ground,
        )


def _looks(customer: Customer, language: str) -> Iterator[Look]:
    roles = {role.key: role for role in policy.ROLES}
    hers = [
        customer.pk,
        *Merge.objects.filter(customer=customer).values_list("former_id", flat=True),
    ]
    for event in AuditEvent.objects.filter(customer_id__in=hers).order_by("at", "id"):
        held = [roles[key] for key in event.actor_roles.split(",") if key in roles]
        yield Look(
            at=localtime(event.at).isoformat(),
            day=date_format(localtime(event.at), "j.n.Y G.i"),
            role=", ".join(role.name.to(language) for role in held)
            or _("you or the system itself"),
            verb=str(audit_words.verb(event)),
            purpose=declared_reason(event, language) or " ".join(r.task.to(language) for r in held),
        )


CHOSEN: tuple[Named, ...] = (
    *policy.REVEAL_REASONS, *policy.HOLD_REASONS, *policy.RESTRICTION_GROUNDS,
    *policy.DISCLOSURE_BASES,
)  # fmt: skip
REASONS = {named.key: named.name for named in CHOSEN}


def declared_reason(event: AuditEvent, language: str) -> str:
    """The reason that was chosen; where none was, the caller tells the role's task."""
    return REASONS[event.reason].to(language) if event.reason in REASONS else ""


def _files(customer: Customer, sieve: Sieve) -> Iterator[File]:
    """Sealed pictures, recordings and papers that may leave; their rows tell what each one is."""
    for label, column in _binary_columns():
        for row in rows_of(label, customer):
            content = getattr(row, column)
            if not isinstance(content, Secret) or isinstance(content, Erased):
                continue
            names = passages.columns().get(label, ())
            one = passages.found(label, names, row) if column in names else None
            if one is None or not sieve.reason(one):
                yield File(file_name(row), content.expose_bytes())


def _binary_columns() -> Iterator[tuple[str, str]]:
    for label, declared in policy.FIELDS.items():
        name = label.rpartition(".")[2]
        column = apps.get_model(declared.table)._meta.get_field(name)
        if getattr(column, "binary", False) and policy.access(label).roles:
            yield declared.table, name
