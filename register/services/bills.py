"""What a booking costs and what has been paid of it. Cents, VAT included. Rows that were
prefetched are not asked again."""

from collections.abc import Iterable

from register.models import Booking, OrderLine, Payment
from register.money import Vat, vat_of

SIGN = {Payment.Kind.PAYMENT.value: 1, Payment.Kind.REFUND.value: -1}


def total_cents(booking: Booking) -> int:
    """All its order lines together."""
    return sum(line.total_cents for line in booking.lines.all())


def paid_cents(booking: Booking) -> int:
    """Payments less refunds, and what deposits were used for."""
    payments = sum(SIGN[row.kind] * row.amount_cents for row in booking.payments.all())
    return payments + sum(row.captured_cents for row in booking.deposits.all())


def due_cents(booking: Booking) -> int:
    """What is still to be paid; negative where too much was paid."""
    return total_cents(booking) - paid_cents(booking)


def vat(lines: Iterable[OrderLine]) -> list[Vat]:
    """The tax within the lines, a row for each rate."""
    return vat_of((line.vat_percent, line.total_cents) for line in lines)
