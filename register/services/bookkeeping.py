"""The bookkeeper's lists: money, sales and invoices of a period, with the tax by rate. They name
nobody: bookings, receipts and invoices go by their numbers. Amounts in euros, cents exact.

No accounting system is known here: docs/seams.md says where one is joined.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from register import clock, permissions
from register.models import Booking, Invoice, OrderLine, Payment, User
from register.money import Vat, half_up, vat_of
from register.services import audit, bills
from register.services.refusals import Refused

LONGEST = timedelta(days=370)
VERB = "export"

Row = tuple[Any, ...]


class PeriodWrong(Refused):
    """The end before the beginning, or more than a year."""

    field = "until"


@dataclass(frozen=True, slots=True)
class Books:
    """A list for a spreadsheet."""

    name: str
    header: tuple[str, ...]
    rows: list[Row]


@transaction.atomic
def make(*, what: str, since: date, until: date, by: User, at: datetime) -> Books:
    """One of LISTS for the days from `since` to `until`, both included.

    Raises PeriodWrong, PermissionDenied.
    """
    if not (permissions.may(by, VERB) and permissions.may_see(by, Payment)):
        raise PermissionDenied
    if until < since or until - since > LONGEST:
        raise PeriodWrong(_("Choose a period of at most a year that ends after it begins."))
    header, rows = LISTS[what]
    found = list(rows(since, until))
    audit.record(
        verb="bookkeeping.export", by=by, at=at, reason="bookkeeping", count=len(found),
        fields=[what], object=OF[what],
    )  # fmt: skip
    return Books(f"{what}-{since}-{until}", tuple(header()), found)


def euros(cents: int) -> Decimal:
    """A number with two decimals, as a spreadsheet adds it."""
    return Decimal(cents).scaleb(-2)


def _instants(since: date, until: date) -> tuple[datetime, datetime]:
    first = datetime.combine(since, time(), clock.HELSINKI)
    return first, datetime.combine(until + timedelta(days=1), time(), clock.HELSINKI)


# -- Money that moved -----------------------------------------------------------------------------


def _money_header() -> Row:
    return (
        _("Date"), _("Time"), _("Receipt"), _("Booking"), _("Kind"), _("Method"), _("Reference"),
        _("Amount, €"), _("of which without tax, €"), _("of which VAT, €"), _("VAT %"),
    )  # fmt: skip


def _money(since: date, until: date) -> Iterator[Row]:
    """A row per payment and rate: the tax in it as in the bill that it pays."""
    first, end = _instants(since, until)
    rows = Payment.objects.filter(paid_at__gte=first, paid_at__lt=end).order_by("paid_at", "number")
    for row in rows.select_related("booking").prefetch_related("booking__lines"):
        sign = bills.SIGN[row.kind]
        at = timezone.localtime(row.paid_at)
        head = (
            at.date().isoformat(), f"{at:%H:%M}", row.number or "",
            row.booking.number if row.booking else "", row.get_kind_display(),
            row.get_method_display(), row.reference,
        )  # fmt: skip
        for part in shares(row.amount_cents, _bill(row.booking)):
            yield (
                *head, euros(sign * part.gross_cents), euros(sign * part.net_cents),
                euros(sign * part.tax_cents), part.percent,
            )  # fmt: skip


def _bill(booking: Booking | None) -> list[Vat]:
    return bills.vat(booking.lines.all()) if booking else []


def shares(cents: int, bill: list[Vat]) -> list[Vat]:
    """A payment divided by the rates of its bill, so that the parts add up to the cent; the last
    part takes what rounding leaves. Without a bill it is untaxed, such as a gift card sold."""
    total = sum(vat.gross_cents for vat in bill)
    if total <= 0:
        return [Vat(Decimal(0), cents, 0)]
    parts, left = [], cents
    for vat in bill[:-1]:
        share = half_up(Decimal(cents) * vat.gross_cents / total)
        parts += vat_of([(vat.percent, share)])
        left -= share
    return [*parts, *vat_of([(bill[-1].percent, left)])]


# -- Sales ----------------------------------------------------------------------------------------


def _sales_header() -> Row:
    return (
        _("Date"), _("Booking"), _("Kind"), _("VAT %"), _("Total, €"), _("Without tax, €"),
        _("VAT, €"),
    )  # fmt: skip


def _sales(since: date, until: date) -> Iterator[Row]:
    """A row per booking, day, kind and rate. The tax of one day and rate of a booking is reckoned
    once and divided among its kinds, so that the list adds up to the bills."""
    lines = OrderLine.objects.filter(ordered_on__gte=since, ordered_on__lte=until).exclude(
        booking__state=Booking.State.CANCELLED
    )
    sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    ordered = lines.select_related("booking").order_by("ordered_on", "booking__number", "kind")
    for line in ordered:
        number = line.booking.number if line.booking else ""
        sums[line.ordered_on, number, line.vat_percent][line.kind] += line.total_cents
    labels = dict(OrderLine.Kind.choices)
    for (day, number, percent), kinds in sums.items():
        left = vat_of([(percent, sum(kinds.values()))])[0].tax_cents
        for place, (kind, cents) in enumerate(kinds.items(), start=1):
            tax = left if place == len(kinds) else vat_of([(percent, cents)])[0].tax_cents
            left -= tax
            yield (
                day.isoformat(), number, str(labels[kind]), percent, euros(cents),
                euros(cents - tax), euros(tax),
            )  # fmt: skip


# -- Invoices -------------------------------------------------------------------------------------


def _invoices_header() -> Row:
    return (
        _("Date"), _("Invoice"), _("Kind"), _("Credits"), _("Booking"), _("Due date"),
        _("Reference"), _("VAT %"), _("Total, €"), _("Without tax, €"), _("VAT, €"),
    )  # fmt: skip


def _invoices(since: date, until: date) -> Iterator[Row]:
    """A row per invoice and rate, as frozen."""
    rows = Invoice.objects.filter(issued_on__gte=since, issued_on__lte=until).order_by("number")
    for row in rows.select_related("booking"):
        for vat in row.content.get("vats", []):
            net, tax = vat["net_cents"], vat["tax_cents"]
            yield (
                row.issued_on.isoformat(), row.number, row.get_kind_display(),
                row.credits_number or "", row.booking.number, row.due_on.isoformat(),
                row.reference, Decimal(vat["percent"]), euros(net + tax), euros(net), euros(tax),
            )  # fmt: skip


OF: dict[str, Model] = {"money": Payment(), "sales": OrderLine(), "invoices": Invoice()}
"""Of which table the audit says that a list of it was taken."""
Lister = Callable[[date, date], Iterator[Row]]
LISTS: dict[str, tuple[Callable[[], Row], Lister]] = {
    "money": (_money_header, _money),
    "sales": (_sales_header, _sales),
    "invoices": (_invoices_header, _invoices),
}
