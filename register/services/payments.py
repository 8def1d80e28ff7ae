"""Money in and out, deposits. Cents, always positive; the kind gives the direction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from register.models import Booking, Deposit, Method, Payment, User
from register.services import audit, bills, events
from register.services.refusals import Refused

CARD_HOLD = timedelta(days=7)
"""A hold on a card keyed in runs out by itself in about a week; the desk shows the countdown."""


class TooMuch(Refused):
    """More than there is to pay back or to use."""

    field = "amount"


@transaction.atomic
def pay(
    *, booking: Booking, amount_cents: int, method: str, by: User, at: datetime, reference: str = ""
) -> Payment:
    """The customer paid for the booking."""
    return _move(
        Payment.Kind.PAYMENT, booking, amount_cents, method, by=by, at=at, reference=reference
    )


@transaction.atomic
def refund(
    *, booking: Booking, amount_cents: int, method: str, by: User, at: datetime, reference: str = ""
) -> Payment:
    """Money goes back. Raises TooMuch where less has been paid."""
    if amount_cents > bills.paid_cents(booking):
        raise TooMuch(_("Less than this has been paid for the booking."))
    return _move(
        Payment.Kind.REFUND, booking, amount_cents, method, by=by, at=at, reference=reference
    )


def _move(
    kind: str, booking: Booking, cents: int, method: str, *, by: User, at: datetime, reference: str
) -> Payment:
    payment = Payment.objects.create(
        customer_id=booking.customer_id, booking=booking, kind=kind, method=method,
        amount_cents=cents, paid_at=at, reference=reference, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb=f"payment.{kind}", by=by, at=at, object=payment)
    events.refresh([booking.customer_id])
    return payment


@transaction.atomic
def hold_deposit(
    *, booking: Booking, amount_cents: int, method: str, by: User, at: datetime
) -> Deposit:
    """Take a deposit; a hold on a card runs out after CARD_HOLD."""
    deposit = Deposit.objects.create(
        customer_id=booking.customer_id, booking=booking, method=method, amount_cents=amount_cents,
        held_at=at, expires_at=at + CARD_HOLD if method == Method.CARD else None,
        saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="deposit.held", by=by, at=at, object=deposit)
    return deposit


@transaction.atomic
def release_deposit(*, deposit: Deposit, by: User, at: datetime, captured_cents: int = 0) -> None:
    """Give the deposit back, less what is used of it. Raises TooMuch."""
    if captured_cents > deposit.amount_cents:
        raise TooMuch(_("The deposit is smaller than this."))
    deposit.released_at, deposit.captured_cents = at, captured_cents
    deposit.saved_at, deposit.saved_by = at, by
    deposit.save()
    audit.record(verb="deposit.released", by=by, at=at, object=deposit)
