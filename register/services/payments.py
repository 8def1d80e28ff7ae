"""Money in and out, deposits. Cents, always positive; the kind gives the direction.

Whoever moves money of a booking locks the booking first: two clerks cannot both pay back the same
hundred euros.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from register import clock
from register.models import Booking, Deposit, Method, Payment, PostKind, User
from register.models.guards import CLOSED
from register.money import euros
from register.services import audit, bills, events, numbers, post
from register.services.refusals import Refused

HOLDS = {
    Deposit.Reading.KEYED.value: timedelta(days=7),
    Deposit.Reading.READER.value: timedelta(days=2),
}
"""So soon a hold on a card runs out by itself, as the card was read; the desk shows the countdown.
Where nobody said how, it was keyed in."""


class TooMuch(Refused):
    """More than there is to pay back or to use."""

    field = "amount"


class MoreThanOwed(TooMuch):
    """More than is still to be paid: a slip of the finger, unless somebody says it is right."""


class HoldRanOut(Refused):
    """Nothing can be taken from a hold on a card once the bank has let it go."""

    field = "captured"


class CashUpClosed(Refused):
    """The day was cashed up while the payment was on its way."""


class ReleasedAlready(Refused):
    """The deposit was given back before."""


@transaction.atomic
def pay(
    *,
    booking: Booking,
    amount_cents: int,
    method: str,
    by: User,
    at: datetime,
    reference: str = "",
    confirmed: bool = False,
) -> Payment:
    """The customer paid for the booking. Raises MoreThanOwed unless `confirmed`."""
    row = _locked(booking)
    due = max(bills.due_cents(row), 0)
    if amount_cents > due and not confirmed:
        raise MoreThanOwed(
            _("Only %(due)s is still to be paid. Check the amount, or tick that it is right.")
            % {"due": euros(due)}
        )
    return _move(Payment.Kind.PAYMENT, row, amount_cents, method, by=by, at=at, reference=reference)


@transaction.atomic
def refund(
    *, booking: Booking, amount_cents: int, method: str, by: User, at: datetime, reference: str = ""
) -> Payment:
    """Money goes back. Raises TooMuch where less has been paid."""
    row = _locked(booking)
    if amount_cents > bills.paid_cents(row):
        raise TooMuch(_("Less than this has been paid for the booking."))
    return _move(Payment.Kind.REFUND, row, amount_cents, method, by=by, at=at, reference=reference)


def _locked(booking: Booking) -> Booking:
    return Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)


def _move(
    kind: str, booking: Booking, cents: int, method: str, *, by: User, at: datetime, reference: str
) -> Payment:
    payment = Payment(
        number=numbers.receipt_number(on=clock.local_date(at)),
        customer_id=booking.customer_id, booking=booking, kind=kind, method=method,
        amount_cents=cents, paid_at=at, reference=reference, saved_at=at, saved_by=by,
    )  # fmt: skip
    _save(payment)
    audit.record(verb=f"payment.{kind}", by=by, at=at, object=payment)
    post.queue(
        PostKind.RECEIPT, customer=booking.customer, about=payment.pk, booking=booking, at=at
    )
    events.refresh([booking.customer_id])
    return payment


def _save(payment: Payment) -> None:
    """The database has the last word on a closed day; its own message would print values."""
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError as problem:
        if CLOSED not in str(problem):
            raise
        raise CashUpClosed(
            _("The day was cashed up at this very moment: record the payment once more.")
        ) from None


@transaction.atomic
def hold_deposit(
    *, booking: Booking, amount_cents: int, method: str, by: User, at: datetime, reading: str = ""
) -> Deposit:
    """Take a deposit. A hold on a card runs out by itself; `reading` (Deposit.Reading) says when,
    keyed in unless it says otherwise."""
    if method != Method.CARD:
        reading = ""
    expires_at = at + HOLDS[reading or Deposit.Reading.KEYED] if method == Method.CARD else None
    deposit = Deposit.objects.create(
        customer_id=booking.customer_id, booking=booking, method=method, amount_cents=amount_cents,
        reading=reading, held_at=at, expires_at=expires_at, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="deposit.held", by=by, at=at, object=deposit)
    return deposit


@transaction.atomic
def release_deposit(*, deposit: Deposit, by: User, at: datetime, captured_cents: int = 0) -> None:
    """Give the deposit back, less what is used of it. Raises TooMuch, HoldRanOut,
    ReleasedAlready."""
    row = Deposit.objects.select_for_update(of=("self",)).get(pk=deposit.pk)
    if row.released_at is not None:
        raise ReleasedAlready(_("The deposit has been released already."))
    if captured_cents > row.amount_cents:
        raise TooMuch(_("The deposit is smaller than this."))
    if captured_cents and row.expires_at is not None and row.expires_at <= at:
        raise HoldRanOut(_("The hold on the card has run out: take the payment some other way."))
    row.released_at, row.captured_cents = at, captured_cents
    row.saved_at, row.saved_by = at, by
    row.save()
    audit.record(verb="deposit.released", by=by, at=at, object=row)
