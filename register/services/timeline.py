"""Everything between one person and the firm on one line of time, as far as the role may see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from register import clock, permissions
from register.declare import Sight
from register.models import (
    Agreement,
    Ban,
    BanOverride,
    Booking,
    Case,
    Consent,
    Customer,
    Deposit,
    Disclosure,
    Driver,
    Feedback,
    Hold,
    IdentityCheck,
    LoyaltyMembership,
    Merge,
    Message,
    OrderLine,
    Payment,
    ProcessingRestriction,
    QuoteRequest,
    Rental,
    User,
)

LIMIT_PER_KIND = 200
DEALS, MONEY, CASES, WORDS, RIGHTS = "deals", "money", "cases", "words", "rights"
GROUPS = {
    "quote": DEALS, "booking": DEALS, "driver": DEALS, "handover": DEALS, "return": DEALS,
    "agreement": DEALS, "loyalty": DEALS, "line": MONEY, "payment": MONEY, "deposit": MONEY,
    "case": CASES, "ban": CASES, "override": CASES, "message": WORDS, "feedback": WORDS,
}  # fmt: skip
"""Of each kind of entry the group by which the page filters. What is not here is about rights."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One happening. `kind` is the model's name in lower case; `money` in cents; `address` of its
    own page, where it has one."""

    at: datetime
    kind: str
    title: Any
    detail: str = ""
    state: Any = ""
    money: int | None = None
    row: Model | None = None
    address: str = ""

    @property
    def group(self) -> str:
        return GROUPS.get(self.kind, RIGHTS)


Teller = Callable[[Customer, User], Iterator[Entry]]


def tell_also(model: type[Model], teller: Teller) -> None:
    """Let an app above the register tell what happened in its own table; twice counts once."""
    if (model, teller) not in _more:
        _more.append((model, teller))


_more: list[tuple[type[Model], Teller]] = []


def of(*, customer: Customer, user: User) -> list[Entry]:
    """The newest first."""
    entries = [
        entry
        for model, teller in (*TELLERS, *_more)
        if permissions.may_see(user, model)
        for entry in teller(customer, user)
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _rows(customer: Customer, name: str) -> Any:
    return getattr(customer, name).all().order_by()[:LIMIT_PER_KIND]


def _told(user: User, row: Model, field: str) -> str:
    """The field's words where the role sees it whole, else nothing."""
    if permissions.sight(user, row, field) is not Sight.WHOLE:
        return ""
    return str(getattr(row, field) or "")


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.HELSINKI).astimezone(UTC)


def _quotes(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "quoterequests").select_related("craft_class"):
        title = _("Quote asked: %(what)s") % {"what": row.craft_class or "–"}
        yield Entry(
            row.requested_at, "quote", title, _told(user, row, "wishes"),
            row.get_state_display(), row.quoted_cents, row,
        )  # fmt: skip


def _bookings(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "bookings").select_related("craft"):
        title = _("Booking %(number)s, %(craft)s") % {"number": row.number, "craft": row.craft}
        yield Entry(
            row.starts_at, "booking", title, _told(user, row, "wishes"),
            row.get_state_display(), None, row,
        )  # fmt: skip


def _driven(customer: Customer, user: User) -> Iterator[Entry]:
    """Other people's bookings in which the person drove: that she did, not whose they were."""
    for row in _rows(customer, "drivers").select_related("booking"):
        if row.booking is None or row.booking.customer_id != customer.pk:
            at = row.briefed_at or _noon(row.drove_on)
            yield Entry(at, "driver", _("Drove in another's rental"), "", "", None, row.booking)


def _rentals(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "rentals").select_related("booking"):
        number = {"number": row.booking.number}
        yield Entry(
            row.handed_over_at, "handover", _("Handed over, booking %(number)s") % number,
            _told(user, row, "condition_out"), "", None, row.booking,
        )  # fmt: skip
        if row.returned_at:
            yield Entry(
                row.returned_at, "return", _("Returned, booking %(number)s") % number,
                _told(user, row, "condition_in"), "", None, row.booking,
            )  # fmt: skip


def _agreements(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "agreements").select_related("booking"):
        title = _("Agreement %(number)s") % {"number": row.number}
        yield Entry(
            row.made_at, "agreement", title, "", row.get_state_display(), row.price_cents,
            row.booking,
        )  # fmt: skip


def _lines(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "orderlines").select_related("booking"):
        yield Entry(
            _noon(row.ordered_on), "line", row.description, "", row.get_kind_display(),
            row.total_cents, row.booking,
        )  # fmt: skip


def _payments(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "payments").select_related("booking"):
        yield Entry(
            row.paid_at, "payment", row.get_kind_display(), row.get_method_display(), "",
            row.amount_cents, row.booking,
        )  # fmt: skip


def _deposits(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "deposits").select_related("booking"):
        state = _("Released") if row.released_at else _("Held")
        yield Entry(
            row.held_at, "deposit", _("Deposit"), row.get_method_display(), state,
            row.amount_cents, row.booking,
        )  # fmt: skip


def _cases(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "cases"):
        title = f"{row.get_kind_display()} {row.number}"
        yield Entry(
            row.occurred_at, "case", title, _told(user, row, "description"),
            row.get_state_display(), row.fee_cents or row.estimate_cents, row,
        )  # fmt: skip


def _messages(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "messages"):
        title = (
            f"{row.get_channel_display()}: {row.subject}"
            if row.subject
            else row.get_channel_display()
        )
        yield Entry(
            row.happened_at, "message", title, _told(user, row, "body"),
            row.get_direction_display(), None, row,
        )  # fmt: skip


def _feedback(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "feedbacks"):
        score = f"{row.score}/5" if row.score else ""
        yield Entry(
            row.given_at, "feedback", row.get_kind_display(), _told(user, row, "text"), score,
            None, row,
        )  # fmt: skip


def _consents(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "consents"):
        channel = f", {row.get_channel_display()}" if row.channel else ""
        title = f"{row.get_purpose_display()}{channel}"
        yield Entry(row.acted_at, "consent", title, "", row.get_action_display(), None, row)


def _bans(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "bans"):
        state = _("Lifted") if row.lifted_at else ""
        yield Entry(_noon(row.starts_on), "ban", _("Rental ban"), row.reason, state, None, row)


def _overrides(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "banoverrides").select_related("booking"):
        title = _("Let through in spite of a ban, booking %(number)s")
        yield Entry(
            row.given_at, "override", title % {"number": row.booking.number},
            _told(user, row, "reason"), "", None, row.booking,
        )  # fmt: skip


def _holds(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "holds"):
        state = _("Lifted") if row.released_at else _("In force")
        title = _("Hold: %(reason)s") % {"reason": row.get_reason_display()}
        yield Entry(row.placed_at, "hold", title, "", state, None, row)


def _merges(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "merges").defer("journal"):
        title = _("Customer %(number)s was merged into this record")
        yield Entry(row.merged_at, "merge", title % {"number": row.former_number})


def _restrictions(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "processingrestrictions"):
        state = _("Lifted") if row.lifted_at else _("In force")
        yield Entry(
            row.starts_at, "restriction", row.get_kind_display(), row.get_purpose_display(), state,
            None, row,
        )  # fmt: skip


def _checks(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "identitychecks"):
        yield Entry(
            row.checked_at, "check", _("Photo ID seen"), row.get_document_type_display(),
            row.get_occasion_display(), None, row,
        )  # fmt: skip


def _disclosures(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "disclosures"):
        yield Entry(
            row.disclosed_at, "disclosure",
            _("Data given to: %(whom)s") % {"whom": row.office or row.get_recipient_display()},
            _told(user, row, "what"), row.legal_ground, None, row,
        )  # fmt: skip


def _loyalty(customer: Customer, user: User) -> Iterator[Entry]:
    for row in _rows(customer, "loyaltymemberships"):
        yield Entry(_noon(row.joined_on), "loyalty", _("Joined the loyalty programme"), row=row)
        if row.left_on:
            yield Entry(_noon(row.left_on), "loyalty", _("Left the loyalty programme"), row=row)


TELLERS: tuple[tuple[type[Model], Teller], ...] = (
    (QuoteRequest, _quotes),
    (Booking, _bookings),
    (Driver, _driven),
    (Rental, _rentals),
    (Agreement, _agreements),
    (OrderLine, _lines),
    (Payment, _payments),
    (Deposit, _deposits),
    (Case, _cases),
    (Message, _messages),
    (Feedback, _feedback),
    (Consent, _consents),
    (Ban, _bans),
    (BanOverride, _overrides),
    (Hold, _holds),
    (Merge, _merges),
    (ProcessingRestriction, _restrictions),
    (IdentityCheck, _checks),
    (LoyaltyMembership, _loyalty),
    (Disclosure, _disclosures),
)
