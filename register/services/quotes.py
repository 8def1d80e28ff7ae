"""Quotes: asked for, priced, sent, accepted by link or at the desk, or over by themselves.

What was offered is kept with the quote, line by line: the booking takes those lines over, whatever
the price list says by then.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from register import clock, money
from register.models import (
    Booking,
    Company,
    CraftClass,
    Customer,
    Extra,
    OrderLine,
    PostKind,
    QuoteRequest,
    User,
)
from register.services import audit, bookings, customers, events, numbers, post, pricing
from register.services.refusals import Refused

HOLDS_DAYS = 7
LONGEST_DAYS = 60
ANSWERABLE = (QuoteRequest.State.OPEN, QuoteRequest.State.ANSWERED)


class Unpriced(Refused):
    """Without class and times there is no price."""


class NoQuote(Refused):
    """The quote is over: booked, lapsed, or never made."""


class NothingFree(Refused):
    """No craft of the class is free at that time any more."""


class WrongDay(Refused):
    """The quote would hold through a day that makes no sense."""

    field = "valid_through"


@transaction.atomic
def ask(
    *,
    customer: Customer,
    craft_class: CraftClass,
    wanted_from: datetime,
    wanted_to: datetime,
    by: User | None,
    at: datetime,
    wishes: str = "",
    company: Company | None = None,
) -> QuoteRequest:
    """Somebody asks what a rental would cost. Raises Erased, Restricted, EndsTooSoon, InThePast."""
    customers.ensure_may_serve(customer=customer)
    _ensure_times(wanted_from, wanted_to, at)
    row = QuoteRequest.objects.create(
        customer=customer, requested_at=at, craft_class=craft_class, wanted_from=wanted_from,
        wanted_to=wanted_to, wishes=wishes, company=company, saved_at=at, saved_by=by,
    )  # fmt: skip
    audit.record(verb="quote.asked", by=by, at=at, object=row)
    events.refresh([customer.pk])
    return row


def _ensure_times(wanted_from: datetime, wanted_to: datetime, at: datetime) -> None:
    if wanted_to <= wanted_from:
        raise bookings.EndsTooSoon(
            _("The rental ends before it begins: check the times."), field="wanted_to"
        )
    if wanted_from < at:
        raise bookings.InThePast(
            _("The rental would begin in the past: check the date and the time."),
            field="wanted_from",
        )


def price(
    quote: QuoteRequest, *, extras: Iterable[tuple[Extra, int]] = (), discount_cents: int = 0
) -> tuple[pricing.Line, ...]:
    """The lines of an offer in the customer's language: the rental by the price list, extras, and
    a discount (cents, positive). Raises Unpriced."""
    if not (quote.craft_class and quote.wanted_from and quote.wanted_to):
        raise Unpriced(_("Choose the craft class and the times first."))
    language = quote.customer.language
    with override(language):
        lines = [
            *pricing.rental_lines(
                craft_class=quote.craft_class, starts_at=quote.wanted_from, ends_at=quote.wanted_to
            ),
            *(
                pricing.Line(
                    OrderLine.Kind.EXTRA, extra.name_in(language), Decimal(count), extra.price_cents
                )
                for extra, count in extras
                if count
            ),
        ]
        if discount_cents:
            words = str(_("Discount"))
            lines.append(pricing.Line(OrderLine.Kind.DISCOUNT, words, Decimal(1), -discount_cents))
    return tuple(lines)


@transaction.atomic
def offer(
    *,
    quote: QuoteRequest,
    lines: Iterable[pricing.Line],
    valid_through: date,
    by: User,
    at: datetime,
) -> QuoteRequest:
    """Offer these lines and send the quote. An offer may be made anew until it is accepted.

    Raises NoQuote, Unpriced, WrongDay, InThePast, Erased, Restricted.
    """
    row = _locked(quote, *ANSWERABLE)
    customers.ensure_may_serve(customer=row.customer)
    if row.wanted_from is None or row.wanted_to is None or row.craft_class is None:
        raise Unpriced(_("Choose the craft class and the times first."))
    _ensure_times(row.wanted_from, row.wanted_to, at)
    on = clock.local_date(at)
    if not on <= valid_through <= on + timedelta(days=LONGEST_DAYS):
        raise WrongDay(_("A quote holds from today for at most two months."))
    offered = [stored(line) for line in lines]
    total = total_cents(offered)
    if total < 0:
        raise Refused(_("The discount is more than the price."), field="discount")
    row.number = row.number or numbers.quote_number(on=on)
    row.offer, row.quoted_cents, row.offered_at = offered, total, at
    row.valid_through, row.state = valid_through, QuoteRequest.State.ANSWERED
    row.saved_at, row.saved_by = at, by
    row.save()
    audit.record(verb="quote.offered", by=by, at=at, object=row)
    post.queue(PostKind.QUOTE, customer=row.customer, about=row.pk, at=at)
    return row


def stored(line: pricing.Line) -> dict[str, Any]:
    """A line as `QuoteRequest.offer` keeps it."""
    return {
        "kind": str(line.kind), "description": line.description, "quantity": str(line.quantity),
        "unit_price_cents": line.unit_price_cents,
    }  # fmt: skip


def lines_of(quote: QuoteRequest) -> tuple[pricing.Line, ...]:
    """The lines that were offered."""
    return tuple(
        pricing.Line(
            line["kind"], line["description"], Decimal(line["quantity"]), line["unit_price_cents"]
        )
        for line in quote.offer
    )


def total_cents(offered: Iterable[dict[str, Any]]) -> int:
    return sum(
        money.line_cents(Decimal(line["quantity"]), line["unit_price_cents"]) for line in offered
    )


@transaction.atomic
def accept(*, quote: QuoteRequest, at: datetime, by: User | None = None) -> Booking:
    """The customer takes the offer: the first free craft of the class is booked at the offered
    price. `by`: the clerk, or None where the link was used.

    Raises NoQuote, NothingFree and what bookings.book raises.
    """
    row = _locked(quote, QuoteRequest.State.ANSWERED)
    if is_over(row, on=clock.local_date(at)):
        raise NoQuote(_("The quote is not in force any more. Ask us for a new one."))
    row.accepted_at, row.saved_at, row.saved_by = at, at, by
    row.save(update_fields=["accepted_at", "saved_at", "saved_by"])
    return _booked(row, at=at, by=by)


def _booked(row: QuoteRequest, *, at: datetime, by: User | None) -> Booking:
    """Somebody may take a craft between the look and the booking: then the next one is tried."""
    if row.wanted_from is None or row.wanted_to is None:
        raise Unpriced(_("Choose the craft class and the times first."))
    free = bookings.free_crafts(starts_at=row.wanted_from, ends_at=row.wanted_to, at=at)
    for craft in free.filter(craft_class=row.craft_class).order_by("registration")[:5]:
        try:
            with transaction.atomic():
                return bookings.book(
                    customer=row.customer, craft=craft, starts_at=row.wanted_from,
                    ends_at=row.wanted_to, drivers=(), wishes=row.wishes, company=row.company,
                    quote=row, agreed=lines_of(row), by=by, at=at,
                )  # fmt: skip
        except bookings.Overlap:
            continue
    raise NothingFree(_("No craft of this class is free at that time any more. Call us."))


def is_over(quote: QuoteRequest, *, on: date) -> bool:
    return quote.valid_through is None or quote.valid_through < on


@transaction.atomic
def decline(*, quote: QuoteRequest, by: User | None, at: datetime) -> None:
    """It comes to nothing. Raises NoQuote."""
    row = _locked(quote, *ANSWERABLE)
    row.state, row.saved_at, row.saved_by = QuoteRequest.State.LAPSED, at, by
    row.save()
    audit.record(verb="quote.lapsed", by=by, at=at, object=row)


@transaction.atomic
def lapse(*, on: date, at: datetime) -> int:
    """Quotes whose last day is past lapse by themselves. Returns how many."""
    rows = QuoteRequest.objects.filter(state=QuoteRequest.State.ANSWERED, valid_through__lt=on)
    count = rows.update(state=QuoteRequest.State.LAPSED)
    if count:
        audit.record(verb="quote.lapsed", at=at, count=count)
    return count


def _locked(quote: QuoteRequest, *states: str) -> QuoteRequest:
    row = (
        QuoteRequest.objects.select_for_update(of=("self",))
        .select_related("customer", "craft_class", "company")
        .get(pk=quote.pk)
    )
    if row.state not in states:
        raise NoQuote(
            _("The quote is now “%(state)s”: this cannot be done any more.")
            % {"state": row.get_state_display()}
        )
    return row
