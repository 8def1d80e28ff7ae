"""What the generators share: chance, the clock, the staff, the fleet and the rows so far."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from register import policy
from register.clock import local_date
from register.demo import invented
from register.demo.diary import Diary
from register.models import (
    Agreement,
    Attachment,
    Ban,
    BanOverride,
    Booking,
    CardOnFile,
    Case,
    Choice,
    Company,
    CompanyContact,
    ConditionMark,
    Consent,
    Customer,
    Deposit,
    Disclosure,
    Driver,
    Feedback,
    Hold,
    Identity,
    IdentityCheck,
    LoyaltyMembership,
    Mandate,
    Merge,
    Message,
    OrderLine,
    Payment,
    ProcessingRestriction,
    QuoteRequest,
    Rental,
    User,
)
from register.services import events, numbers
from register.vault import keys
from register.vault.fields import SealedField
from register.vault.querysets import seal_new

M = TypeVar("M", bound=Model)
T = TypeVar("T")

ORDER: tuple[type[Model], ...] = (
    Company, Customer, CompanyContact, Mandate, LoyaltyMembership, Identity, CardOnFile,
    IdentityCheck, QuoteRequest, Booking, Driver, Rental, OrderLine, Agreement, Payment, Deposit,
    Case, ConditionMark, Message, Attachment, Feedback, Consent, Choice, Ban, BanOverride,
    ProcessingRestriction, Hold, Disclosure, Merge,
)  # fmt: skip
"""Tables in the order in which their rows can be inserted."""

NUMBERED: dict[type[Model], tuple[str, str]] = {
    Company: ("company", "saved_at"),
    Customer: ("customer", "saved_at"),
    Booking: ("booking", "booked_at"),
    Case: ("case", "occurred_at"),
}
"""Running numbers: the series, and the column in whose order they are given."""


@dataclass(slots=True)
class Rows:
    """Rows not yet inserted, by table."""

    _rows: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: Model) -> None:
        self._rows[type(row)].append(row)

    def of(self, model: type[M]) -> list[M]:
        """Rows of one table that wait to be inserted."""
        return list(self._rows[model])

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def save(self) -> Counter[str]:
        """Insert everything, set-based, and forget it. Rows per table."""
        self._ensure_keys()
        with transaction.atomic():
            self._number()
            for model in ORDER:
                rows = self._rows[model]
                seal_new(rows, model, using="default")
                model._base_manager.bulk_create(rows, batch_size=2_000)
            events.refresh(customer.pk for customer in self._rows[Customer])
        saved = Counter({model._meta.label: len(rows) for model, rows in self._rows.items()})
        self._rows.clear()
        return saved

    def _ensure_keys(self) -> None:
        """The vault first: a key without rows is harmless."""
        sealed = [m for m in ORDER if any(isinstance(f, SealedField) for f in m._meta.fields)]
        owners = {row.customer_id for model in sealed for row in self._rows[model]}
        keys.current(owners)

    def _number(self) -> None:
        for model, (series, order) in NUMBERED.items():
            rows = sorted(self._rows[model], key=lambda row: cast(datetime, getattr(row, order)))
            first = numbers.reserve(series, count=len(rows)) if rows else 0
            for number, row in enumerate(rows, start=first):
                row.number = number
        self._number_by_year(Agreement, "agreement", "made_at", "V-{}-{:04d}")
        self._number_by_year(Payment, "receipt", "paid_at", "K-{}-{:05d}")
        self._number_by_year(QuoteRequest, "quote", "offered_at", "T-{}-{:04d}")

    def _number_by_year(self, model: type[Model], series: str, order: str, form: str) -> None:
        """Rows without that time, such as quotes that nobody has priced, get no number."""
        by_year: dict[int, list[Any]] = defaultdict(list)
        dated = [row for row in self._rows[model] if getattr(row, order)]
        for row in sorted(dated, key=lambda row: cast(datetime, getattr(row, order))):
            by_year[local_date(getattr(row, order)).year].append(row)
        for year, rows in by_year.items():
            first = numbers.reserve(f"{series}-{year}", count=len(rows))
            for number, row in enumerate(rows, start=first):
                row.number = form.format(year, number)


@dataclass(slots=True)
class Stage:
    """Everything a generator needs. The same seed and the same day give the same rows."""

    rng: Random
    now: datetime
    staff: dict[str, User]
    diary: Diary
    rows: Rows = field(default_factory=Rows)
    companies: list[Company] = field(default_factory=list)
    business_ids: Iterator[str] = field(default_factory=invented.business_ids)
    people: int = 0

    @property
    def today(self) -> date:
        return local_date(self.now)

    def add(self, model: type[M], at: datetime, *, by: str = "desk", **fields: Any) -> M:
        """A new row, saved at that time by somebody in that role. Inserted by `rows.save()`."""
        fields.setdefault("source", policy.DEALINGS.key)
        row = model(id=self.uuid(), saved_at=at, saved_by=self.staff[by], **fields)
        self.rows.add(row)
        return row

    def uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.rng.randrange(len(choices))]

    def within(self, least: timedelta, most: timedelta) -> timedelta:
        """A length of time between the two, in whole minutes."""
        minutes = self.rng.randint(
            int(least.total_seconds() // 60), int(most.total_seconds() // 60)
        )
        return timedelta(minutes=minutes)

    def before_now(self, at: datetime) -> datetime:
        """That time, or a little before now if it has not come yet."""
        return min(at, self.now - timedelta(minutes=5))
