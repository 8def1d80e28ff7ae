"""Euros: how they are rounded, taxed and written. Amounts are whole cents everywhere else.

One rule of rounding for the whole house: half a cent away from zero, once for each line; tax is
reckoned from the sum of the lines of one rate, never from the single line.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

VAT_RATES = ((date(2024, 9, 1), Decimal("25.5")), (date(2013, 1, 1), Decimal("24.0")))
"""The general rate from that day on (Arvonlisäverolaki 1501/1993, 84 §), the newest first."""


@dataclass(frozen=True, slots=True)
class Vat:
    """One rate of a bill, in cents: `net_cents` + `tax_cents` is what its lines cost."""

    percent: Decimal
    net_cents: int
    tax_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.tax_cents


def half_up(amount: Decimal) -> int:
    """A whole number, half of one away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def line_cents(quantity: Decimal, unit_price_cents: int) -> int:
    """What a line costs."""
    return half_up(Decimal(quantity) * unit_price_cents)


def vat_percent(*, on: date) -> Decimal:
    """The general rate of that day. Raises ValueError before the oldest that is known."""
    for since, percent in VAT_RATES:
        if on >= since:
            return percent
    raise ValueError(f"No rate of VAT is known for {on}.")


def vat_of(lines: Iterable[tuple[Decimal, int]]) -> list[Vat]:
    """The tax within lines of (percent, cents with tax), a row for each rate, lowest first."""
    totals: dict[Decimal, int] = defaultdict(int)
    for percent, cents in lines:
        totals[Decimal(percent)] += cents
    return [_vat(percent, total) for percent, total in sorted(totals.items())]


def _vat(percent: Decimal, total: int) -> Vat:
    net = half_up(Decimal(total) * 100 / (100 + percent))
    return Vat(percent, net, total - net)


def euros(cents: int | None) -> str:
    """129900 → "1 299,00 €", by the active language's habit; nothing for None."""
    if cents is None:
        return ""
    amount = number_format(Decimal(cents) / 100, decimal_pos=2, force_grouping=True)
    return f"{amount}\N{NO-BREAK SPACE}€"
