"""The vocabulary in which `policy.py` declares what is held. Frozen dataclasses, plain Python.

The terms are those of GDPR art. 30: purposes, lawful bases, data subjects, categories, recipients,
sources, retention. A declaration that lacks what the law asks cannot be constructed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class PolicyError(ValueError):
    """A declaration that does not hold together."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Finnish, Swedish and English. None of them may be missing."""

    fi: str
    sv: str
    en: str

    def __post_init__(self) -> None:
        if not (self.fi and self.sv and self.en):
            raise PolicyError(f"a text lacks a language: {self.fi or self.sv or self.en!r}")

    def to(self, language: str | None) -> str:
        """The words in that language ("fi", "sv", "en"; anything else reads Finnish)."""
        return {"sv": self.sv, "en": self.en}.get((language or "fi")[:2], self.fi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with a key for the database and a name for people."""

    key: str
    name: Text


class Basis(Enum):
    """Lawful bases of GDPR 6(1). The firm relies on consent or contract; on the law where it
    leaves no choice."""

    CONSENT = "6(1)(a)"
    CONTRACT = "6(1)(b)"
    LEGAL_OBLIGATION = "6(1)(c)"

    @property
    def makes_portable(self) -> bool:
        """GDPR 20(1): portability reaches only what rests on consent or contract."""
        return self is not Basis.LEGAL_OBLIGATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Named):
    """Why data is processed. `describes` is the sentence of the notice."""

    basis: Basis
    statute: Text | None = None
    describes: Text
    subject_may_object: bool = True

    def __post_init__(self) -> None:
        if self.basis is Basis.LEGAL_OBLIGATION and not self.statute:
            raise PolicyError(f"purpose {self.key}: a legal obligation names its statute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Named):
    """A group of data subjects (GDPR 30(1)(c))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Named):
    """Where data comes from (GDPR 14(2)(f)). `told`: how the person herself is told of it, where
    that differs from the name that the firm uses of it."""

    personal: bool = True
    told: Text | None = None

    @property
    def to_the_person(self) -> Text:
        return self.told or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Named):
    """To whom data may be disclosed (GDPR 13(1)(e)), and when."""

    when: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Named):
    """A lawful ground to refuse a data-subject request, whole or in part. `name` is read by the
    clerk, `told` by the person; `law` is what it rests on; `kinds` are the requests it fits."""

    told: Text
    law: str
    kinds: tuple[str, ...]


class Clock(Enum):
    """Which arithmetic of `register.clock` counts the period."""

    LAST_EVENT = "last_event"
    CONTRACT = "contract"
    CARD = "card"
    REQUEST = "request"
    UNCONFIRMED_REQUEST = "unconfirmed_request"
    CONSENT = "consent"
    PACKAGE = "package"
    EMPLOYMENT = "employment"
    ACCOUNTABILITY = "accountability"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Named):
    """How long, counted how, and because of what."""

    clock: Clock
    because: Text


@dataclass(frozen=True, slots=True)
class Erase:
    """On a request under art. 17 this goes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retain:
    """On a request under art. 17 this is kept, for a reason and a time (GDPR 17(3))."""

    reason: Text
    basis: str
    period: Retention

    def __post_init__(self) -> None:
        if not all(getattr(self, name) for name in ("reason", "basis", "period")):
            raise PolicyError("what is retained needs a reason, a basis and a period")


OnErasure = Erase | Retain


class Origin(Enum):
    """How a value came to be: GDPR 20 reaches only what the person supplied or what was observed
    of her own doing; never what the firm derived or assessed."""

    SUPPLIED = "supplied"
    OBSERVED = "observed"
    DERIVED = "derived"


class Sight(Enum):
    """What a role sees of a field."""

    ABSENT = 0
    MASKED = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Which roles see a field whole, which masked. Everybody else does not see that it exists.
    `reveal`: roles that see it masked and may open it one at a time, for a stated reason."""

    whole: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    reveal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not set(self.reveal) <= set(self.masked):
            raise PolicyError("a role that reveals sees the mask first")

    def sight(self, roles: Iterable[str]) -> Sight:
        """The widest sight that any of the roles gives."""
        held = set(roles)
        if held & set(self.whole):
            return Sight.WHOLE
        return Sight.MASKED if held & set(self.masked) else Sight.ABSENT

    @property
    def roles(self) -> frozenset[str]:
        return frozenset((*self.whole, *self.masked, *self.reveal))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column. `label` is "app.Model.field"; None inherits from the category. `names_others`:
    free words or a picture in which other people may appear (GDPR 15(4)): a copy is handed out
    only when somebody has read it and somebody else has released it. `purposes`: what this column
    serves, where that is less than its category; empty inherits them all."""

    label: str
    origin: Origin
    portable: bool = False
    sealed: bool = False
    names_others: bool = False
    on_erasure: OnErasure | None = None
    access: Access | None = None
    purposes: tuple[Purpose, ...] = ()

    def __post_init__(self) -> None:
        if self.label.count(".") != 2:
            raise PolicyError(f"{self.label!r} is not app.Model.field")
        if self.portable and self.origin is Origin.DERIVED:
            raise PolicyError(f"{self.label}: what the firm derived is not portable (GDPR 20)")

    @property
    def table(self) -> str:
        return self.label.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Named):
    """A category of personal data, with everything the record of processing asks of it."""

    promise: str
    describes: Text
    purposes: tuple[Purpose, ...]
    subjects: tuple[Subject, ...]
    sources: tuple[Source, ...]
    recipients: tuple[Recipient, ...] = ()
    retention: tuple[Retention, ...]
    access: Access
    on_erasure: OnErasure
    fields: tuple[Field, ...]
    of_customers: bool = True
    """False for data about the firm's own staff: no part of the customers' notice."""

    def __post_init__(self) -> None:
        for what in ("purposes", "subjects", "sources", "retention", "fields"):
            if not getattr(self, what):
                raise PolicyError(f"category {self.key} declares no {what}")
        for column in self.fields:
            if not set(column.purposes) <= set(self.purposes):
                raise PolicyError(f"{column.label} serves a purpose that its category does not")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Named):
    """A group of staff: the task, the tables it may write and the verbs it may use."""

    task: Text
    writes: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    only_current: bool = False
    """Its lists hold the people of these days; anybody else is found by asking for her."""
    purposes: tuple[Purpose, ...]
    """What its work is for: its lists leave out whoever has restricted all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReason(Named):
    """Why a list leaves the register, and the key of the purpose that it serves: whoever is
    restricted or has objected there is left out."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureBasis(Named):
    """On what basis data of one person is given to somebody outside the firm. `law` is what it
    rests on; where it is empty, the clerk names the statute. `purpose`: the key of the purpose
    that it serves, a restriction of which stops it; empty where the person herself asked for it.
    `recipients`: keys of those to whom it may be given on it."""

    law: str
    purpose: str
    recipients: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.recipients:
            raise PolicyError(f"basis {self.key} fits no recipient")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonToOpen(Named):
    """Why a sealed value is opened, and the key of the purpose that it serves: of whoever is
    restricted or has objected there, nothing is opened for it."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPeople(Named):
    """What one asks and another approves. `verb`: what the one who approves must have."""

    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something between the person and the firm: moves the retention clock. `when` is a date or
    an instant of the table; `only` narrows the rows (field → value)."""

    table: str
    when: str
    only: Mapping[str, object] = field(default_factory=dict)
    makes_contract: bool = False
    is_transaction: bool = False


def held(
    table: str,
    *,
    supplied: str = "",
    observed: str = "",
    derived: str = "",
    portable: str = "",
    sealed: str = "",
    names_others: str = "",
    access: Access | None = None,
    on_erasure: OnErasure | None = None,
    purposes: tuple[Purpose, ...] = (),
) -> tuple[Field, ...]:
    """Several columns of one table, named with spaces between, that share their access."""
    origins = {
        Origin.SUPPLIED: supplied.split(),
        Origin.OBSERVED: observed.split(),
        Origin.DERIVED: derived.split(),
    }
    named = [name for names in origins.values() for name in names]
    marked = {*portable.split(), *sealed.split(), *names_others.split()}
    if unknown := marked - set(named):
        raise PolicyError(f"{table}: {sorted(unknown)} has no origin")
    return tuple(
        Field(
            label=f"{table}.{name}",
            origin=origin,
            portable=name in portable.split(),
            sealed=name in sealed.split(),
            names_others=name in names_others.split(),
            access=access,
            on_erasure=on_erasure,
            purposes=purposes,
        )
        for origin, names in origins.items()
        for name in names
    )
