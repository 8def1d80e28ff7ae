"""A receipt for each payment and refund: what was bought, the tax in it, what was paid.

It holds what the Act on the Obligation to Offer a Receipt (658/2013, 4 §) asks: the firm and its
business ID, a number, the time, what was sold and the tax by rate. The customer is not named: a
receipt is for whoever paid.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from register import pdf
from register.models import Booking, Payment, User
from register.services import audit, bills


@transaction.atomic
def printed(*, payment: Payment, language: str, by: User | None, at: datetime) -> bytes:
    """The receipt as a tagged PDF."""
    audit.record(verb="receipt.printed", by=by, at=at, object=payment)
    with override(language):
        title = _("Receipt %(number)s") % {"number": payment.number}
    return pdf.render(
        "money/receipt.html", document(payment), language=language, title=title,
        styles=("money/money.css",),
    )  # fmt: skip


def document(payment: Payment) -> dict[str, Any]:
    """What the paper shows. Amounts in cents."""
    booking = payment.booking
    return {
        "payment": payment,
        "is_refund": payment.kind == Payment.Kind.REFUND,
        "booking": booking,
        **(_bill(booking) if booking is not None else {"lines": [], "vats": []}),
    }


def _bill(booking: Booking) -> dict[str, Any]:
    lines = list(booking.lines.order_by("ordered_on", "saved_at", "-kind"))
    return {
        "lines": lines,
        "vats": bills.vat(lines),
        "total_cents": bills.total_cents(booking),
        "paid_cents": bills.paid_cents(booking),
        "due_cents": bills.due_cents(booking),
    }
