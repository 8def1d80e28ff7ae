"""Damage and violation-fee cases: opened, estimated, charged, objected to, answered, ended.

Where a case may go from where it is, Case.NEXT says. While it is open, nothing of the person is
purged (services.holds).
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock
from register.models import Booking, Case, OrderLine, User
from register.services import audit, bookings, events, numbers, pricing
from register.services.refusals import ChangedMeanwhile, Refused

State = Case.State


class CannotMove(Refused):
    """From the state in which the case is, it does not go there."""


class NothingToCharge(Refused):
    """The case has no fee, or its fee is on the bill already."""

    field = "fee"


@transaction.atomic
def open_case(
    *,
    booking: Booking,
    kind: str,
    description: str,
    occurred_at: datetime,
    by: User,
    at: datetime,
    estimate_cents: int | None = None,
    fee_cents: int | None = None,
) -> Case:
    """Open a case against the renter of the booking. While it is open, nothing of the person is
    purged (services.holds)."""
    case = Case.objects.create(
        number=numbers.reserve("case"), customer_id=booking.customer_id, booking=booking,
        kind=kind, description=description, estimate_cents=estimate_cents, fee_cents=fee_cents,
        occurred_at=occurred_at, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="case.opened", by=by, at=at, object=case)
    events.refresh([booking.customer_id])
    return case


@transaction.atomic
def assess(
    *,
    case: Case,
    seen: datetime,
    description: str,
    estimate_cents: int | None,
    fee_cents: int | None,
    by: User,
    at: datetime,
) -> Case:
    """What happened, what it costs to mend, and what the renter is asked to pay.

    `seen`: the row's `saved_at` when the form was opened. Raises ChangedMeanwhile, CannotMove
    when the case has ended, NothingToCharge where the fee on the bill would change.
    """
    row = _locked(case)
    if row.saved_at != seen:
        raise ChangedMeanwhile
    _ensure_open(row)
    if row.charged_at and row.fee_cents != fee_cents:
        raise NothingToCharge(
            gettext_lazy("The fee is on the bill already: correct it there with a discount.")
        )
    row.description, row.estimate_cents, row.fee_cents = description, estimate_cents, fee_cents
    return _saved(row, "case.assessed", by=by, at=at)


@transaction.atomic
def charge(*, case: Case, by: User, at: datetime) -> Case:
    """Put the fee on the bill of the rental, once. Raises NothingToCharge, CannotMove."""
    row = _locked(case)
    _ensure_open(row)
    if not row.fee_cents or row.charged_at or row.booking is None:
        raise NothingToCharge(
            gettext_lazy("Write the fee first; it goes on the bill of the rental once.")
        )
    with override(row.customer.language):
        name = _("%(kind)s, case %(number)s") % {
            "kind": row.get_kind_display(), "number": row.number,
        }  # fmt: skip
    line = pricing.Line(OrderLine.Kind(row.kind), name, Decimal(1), row.fee_cents)
    bookings.add_lines(booking=row.booking, lines=[line], by=by, at=at)
    row.charged_at = at
    return _saved(row, "case.charged", by=by, at=at)


@transaction.atomic
def note_objection(*, case: Case, words: str, by: User, at: datetime) -> Case:
    """The person objects. Her words are kept with their day; a second objection stands under the
    first. Raises CannotMove."""
    row = _locked(case)
    if row.state != State.OBJECTED:
        _move(row, State.OBJECTED)
    row.settled_at = None
    row.objection = _dated(row.objection, words, at)
    row.objected_at, row.answered_at = at, None
    return _saved(row, "case.objected", by=by, at=at)


@transaction.atomic
def answer(*, case: Case, words: str, by: User, at: datetime, fee_cents: int | None = None) -> Case:
    """The firm's answer to an objection; `fee_cents` where the fee changes with it. Raises
    CannotMove where nothing was objected."""
    row = _locked(case)
    if row.state != State.OBJECTED:
        raise CannotMove(gettext_lazy("There is no objection to answer."))
    _move(row, State.OPEN)
    row.answer, row.answered_at = _dated(row.answer, words, at), at
    if fee_cents is not None and fee_cents != row.fee_cents:
        _lower(row, fee_cents, by=by, at=at)
    return _saved(row, "case.answered", by=by, at=at)


def _lower(case: Case, fee_cents: int, *, by: User, at: datetime) -> None:
    """What is on the bill already is met with a discount, never changed."""
    less = (case.fee_cents or 0) - fee_cents
    if less < 0:
        raise NothingToCharge(gettext_lazy("An answer does not make the fee higher."))
    if case.charged_at and case.booking is not None:
        with override(case.customer.language):
            name = _("Fee lowered, case %(number)s") % {"number": case.number}
        line = pricing.Line(OrderLine.Kind.DISCOUNT, name, Decimal(1), -less)
        bookings.add_lines(booking=case.booking, lines=[line], by=by, at=at)
    case.fee_cents = fee_cents


@transaction.atomic
def end(*, case: Case, to: str, by: User, at: datetime) -> Case:
    """Settled or written off: the clock runs on. What is written off does not stay on the bill.
    Raises CannotMove."""
    row = _locked(case)
    _move(row, State(to))
    row.settled_at = at
    if to == State.WRITTEN_OFF and row.charged_at:
        _lower(row, 0, by=by, at=at)
    return _saved(row, f"case.{to}", by=by, at=at)


def _locked(case: Case) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("customer", "booking")
    return rows.get(pk=case.pk)


def _move(row: Case, to: State) -> None:
    if to not in Case.NEXT[State(row.state)]:
        raise CannotMove(
            _("The case is now “%(state)s”: from there it does not become “%(to)s”.")
            % {"state": row.get_state_display(), "to": to.label}
        )
    row.state = to


def _ensure_open(row: Case) -> None:
    if row.state not in Case.OPEN_STATES:
        raise CannotMove(gettext_lazy("The case has ended: its figures stay as they are."))


def _saved(row: Case, verb: str, *, by: User, at: datetime) -> Case:
    row.saved_at, row.saved_by = at, by
    row.save()
    audit.record(verb=verb, by=by, at=at, object=row)
    events.refresh([row.customer_id])
    return row


def _dated(before: str, words: str, at: datetime) -> str:
    dated = f"{date_format(clock.local_date(at), 'j.n.Y')}: {words.strip()}"
    return f"{before}\n\n{dated}".strip()
