"""A booking from its making to its agreement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import permissions, policy
from register.declare import Sight
from register.desk import ban_panel, photos, post, wishes
from register.desk.access import (
    booking_or_404,
    looked_at,
    needs_sight,
    needs_to_write,
    person_or_404,
    staff,
    tried,
)
from register.desk.forms import (
    AgreementForm,
    BookingForm,
    ChangeBookingForm,
    DepositForm,
    DriverForm,
    DriverFormSet,
    LineForm,
    MoneyForm,
    ReleaseForm,
    SignForm,
    next_times,
)
from register.models import (
    Agreement,
    Booking,
    Case,
    ConditionMark,
    Customer,
    Deposit,
    Driver,
    Extra,
    Invoice,
    LoyaltyMembership,
    Message,
    OrderLine,
    Payment,
    QuoteRequest,
    Rental,
    ServiceMail,
    User,
)
from register.services import bans, bills, bookings, conditions, contracts, customers, loyalty
from register.services.refusals import ChangedMeanwhile, Refused


@needs_to_write(Booking)
def new_booking(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Book a craft for a person."""
    customer = person_or_404(request, pk)
    quote = _quote(request, customer)
    ban = bans.standing(customer=customer, on=timezone.localdate())
    form = BookingForm(
        request.POST or None, initial=_initial(quote) | wishes.initial(customer, quote),
        customer=customer, may_override=bool(ban) and bans.may_let_through(staff(request)),
    )  # fmt: skip
    drivers = DriverFormSet(request.POST or None, prefix="drivers")
    if request.method == "POST" and all([form.is_valid(), drivers.is_valid()]):
        made = tried(form, lambda: _book(form, drivers, customer, quote, by=staff(request)))
        if made is not None:
            messages.success(request, _("Booking %(number)s is made.") % {"number": made.number})
            return redirect("admin:desk-booking", made.pk)
    context = {
        **site.each_context(request), "form": form, "drivers": drivers, "customer": customer,
        "title": _("New booking"), "warning": _warning(customer), "free": _free(form),
        "wishes": wishes.carried(customer, user=staff(request)),
    }  # fmt: skip
    return TemplateResponse(request, "desk/booking_new.html", context)


def _quote(request: HttpRequest, customer: Customer) -> QuoteRequest | None:
    """The quote request that the booking answers, named by its id in the address."""
    unanswered = (QuoteRequest.State.OPEN, QuoteRequest.State.ANSWERED)
    quotes = customer.quoterequests.filter(state__in=unanswered, booking__isnull=True)
    try:
        return quotes.filter(pk=UUID(request.GET.get("quote", ""))).first()
    except ValueError:
        return None


def _initial(quote: QuoteRequest | None) -> dict[str, Any]:
    start, end = next_times()
    if quote is None:
        return {"starts_at": start, "ends_at": end}
    return {
        "starts_at": quote.wanted_from or start,
        "ends_at": quote.wanted_to or end,
        "wishes": quote.wishes,
        "craft": quote.craft_class and quote.craft_class.crafts.filter(state="in_use").first(),
    }


@transaction.atomic
def _book(
    form: BookingForm, drivers: Any, customer: Customer, quote: QuoteRequest | None, *, by: User
) -> Booking:
    at, data = timezone.now(), form.cleaned_data
    renter = bookings.NewDriver(customer, data["age_group"], is_renter=True)
    others = [_driver(row.cleaned_data, by=by, at=at) for row in drivers if row.has_changed()]
    bookings.ensure_old_enough(renter)
    return bookings.book(
        customer=customer, craft=data["craft"], starts_at=data["starts_at"],
        ends_at=data["ends_at"], drivers=[*([renter] if data["drives"] else []), *others],
        wishes=data["wishes"], company=data.get("company"), quote=quote, by=by, at=at,
        override=data.get("override", ""),
    )  # fmt: skip


def _driver(data: dict[str, Any], *, by: User, at: datetime) -> bookings.NewDriver:
    """The person of the row: the one with the same phone and names, or a new one."""
    names = {"first_name": data["first_name"].strip(), "last_name": data["last_name"].strip()}
    phone = data["phone"] or ""
    known = Customer.objects.filter(
        phone=phone, first_name__iexact=names["first_name"], last_name__iexact=names["last_name"]
    ).exclude(phone="")
    person = known.first() or customers.create(
        by=by, at=at, source=policy.DEALINGS.key, phone=phone, **names
    )
    return bookings.NewDriver(person, data["age_group"])


def _warning(customer: Customer, booking: Booking | None = None) -> str:
    """Why a booking would be refused, before anything is typed."""
    try:
        customers.ensure_may_rent(customer=customer, on=timezone.localdate(), booking=booking)
    except Refused as refused:
        return str(refused)
    return ""


def _free(form: forms.Form) -> list[Any]:
    """Other craft free at that time, when the chosen one is not."""
    taken = form.is_bound and any(
        form.has_error("craft", code)
        for code in ("Overlap", "UnderMaintenance", "CraftRetired", "StillLate")
    )
    if not taken or not {"starts_at", "ends_at"} <= form.cleaned_data.keys():
        return []
    data = form.cleaned_data
    return list(
        bookings.free_crafts(
            starts_at=data["starts_at"], ends_at=data["ends_at"], at=timezone.now()
        )
    )


@needs_sight(Booking)
def booking_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One booking: where it stands, who, what it costs, and the next step."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    return show(request, site, booking)


def show(request: HttpRequest, site: Any, booking: Booking, **bound: Any) -> HttpResponse:
    """The booking's page; `bound` holds a form that was not accepted."""
    user = staff(request)
    agreement = booking.agreements.exclude(state=Agreement.State.VOID).first()
    due = bills.due_cents(booking)
    context = {
        **site.each_context(request),
        "title": _("Booking %(number)s") % {"number": booking.number},
        "booking": booking,
        "customer": booking.customer,
        "agreement": agreement,
        "rental": _if_seen(user, Rental, Rental.objects.filter(booking=booking).first()),
        "drivers": _if_seen(user, Driver, list(booking.drivers.select_related("customer"))),
        "lines": _if_seen(
            user, OrderLine, list(booking.lines.order_by("ordered_on", "saved_at", "-kind"))
        ),
        "payments": _if_seen(user, Payment, list(booking.payments.all())),
        "invoices": _if_seen(user, Invoice, list(booking.invoices.order_by("number"))),
        "deposits": _if_seen(user, Deposit, list(booking.deposits.all())),
        "cases": _if_seen(user, Case, list(booking.cases.all())),
        "total": bills.total_cents(booking),
        "due": due,
        "overpaid": max(-due, 0),
        "now": timezone.now(),
        "warning": _warning(booking.customer, booking) if booking.state == "reserved" else "",
        "ban": ban_panel.context(user, booking),
        "shows_contact": customers.shows_contact(user, booking.customer),
        "sees": {
            name: permissions.sight(user, Customer, name) is Sight.WHOLE
            for name in ("phone", "email")
        },
        "may": _may(user),
        "driver_form": DriverForm(),
        "extras": Extra.objects.filter(in_use=True),
        "benefit": _benefit(user, booking, agreement),
        "line_form": LineForm(initial={"kind": OrderLine.Kind.EXTRA}),
        "agreement_form": AgreementForm(initial={"language": booking.customer.language}),
        "sign_form": SignForm(),
        "money_form": MoneyForm(initial={"amount": max(due, 0) or None}),
        "deposit_form": DepositForm(
            prefix="deposit", initial={"amount": booking.craft.craft_class.deposit_cents}
        ),
        "release_form": ReleaseForm(),
        "photos": photos.panel(request, booking),
        "marks": _if_seen(user, ConditionMark, conditions.drawn(booking.marks.all())),
        "drawing_label": _("Drawing of the craft from above"),
        "post": post.of_booking(booking) if permissions.may_see(user, ServiceMail) else None,
        **bound,
    }  # fmt: skip
    return TemplateResponse(request, "desk/booking.html", context)


def _benefit(user: User, booking: Booking, agreement: Agreement | None) -> Any:
    """The member's discount, offered until the agreement fixes the price."""
    offered = booking.state == Booking.State.RESERVED and agreement is None
    if not offered or not permissions.may_see(user, LoyaltyMembership):
        return None
    line = loyalty.benefit(booking, on=timezone.localdate())
    off = f"{-line.unit_price_cents // 100},{-line.unit_price_cents % 100:02d}" if line else ""
    return {"line": line, "off": off} if line else None


def _if_seen(user: User, model: Any, value: Any) -> Any:
    return value if permissions.may_see(user, model) else None


def _may(user: User) -> dict[str, bool]:
    tables = {
        "booking": Booking, "driver": Driver, "line": OrderLine, "agreement": Agreement,
        "rental": Rental, "payment": Payment, "deposit": Deposit, "invoice": Invoice,
        "mark": ConditionMark,
        "message": Message,
    }  # fmt: skip
    may = {name: permissions.may_write(user, model) for name, model in tables.items()}
    return may | {"print": permissions.sees_whole(user, *contracts.PRINTED)}


def after(
    request: HttpRequest, site: Any, booking: Booking, form: Any, name: str, done: Any, words: str
) -> HttpResponse:
    """Back to the booking: with the words when it was done, with the form when it was not."""
    if done is None:
        return show(request, site, booking_or_404(booking.pk), **{name: form, "open": name})
    messages.success(request, words)
    return redirect("admin:desk-booking", booking.pk)


@needs_to_write(Booking)
def change_booking(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Move a booking, or change its wishes."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    names = ("craft", "starts_at", "ends_at", "wishes")
    initial = {name: getattr(booking, name) for name in names}
    initial["seen"] = booking.saved_at.isoformat()
    form = ChangeBookingForm(request.POST or None, initial=initial)
    valid = request.method == "POST" and form.is_valid()
    done = tried(form, lambda: _change(form, booking, by=staff(request))) if valid else None
    if done is not None:
        messages.success(request, _("The booking is changed."))
        return redirect("admin:desk-booking", pk)
    context = {
        **site.each_context(request), "form": form, "booking": booking, "free": _free(form),
        "title": _("Change booking %(number)s") % {"number": booking.number},
    }  # fmt: skip
    return TemplateResponse(request, "desk/booking_change.html", context)


def _change(form: ChangeBookingForm, booking: Booking, *, by: User) -> Booking:
    try:
        return bookings.change(booking=booking, by=by, at=timezone.now(), **form.cleaned_data)
    except ChangedMeanwhile:
        form.tell_changes(Booking.objects.get(pk=booking.pk))
        raise


@require_POST
@needs_to_write(Booking)
def end_booking(request: HttpRequest, site: Any, pk: UUID, how: str) -> HttpResponse:
    """Cancelled, or not fetched."""
    act = bookings.cancel if how == "cancel" else bookings.no_show
    try:
        act(booking=booking_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The booking is ended; the craft is free again."))
    return redirect("admin:desk-booking", pk)


@require_POST
@needs_to_write(Booking)
def add_driver(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    booking, form = booking_or_404(pk), DriverForm(request.POST)
    done = None
    if form.is_valid():
        done = tried(form, lambda: _add_driver(form, booking, by=staff(request)))
    return after(request, site, booking, form, "driver_form", done, _("The driver is added."))


@transaction.atomic
def _add_driver(form: DriverForm, booking: Booking, *, by: User) -> Driver:
    at = timezone.now()
    driver = _driver(form.cleaned_data, by=by, at=at)
    return bookings.add_driver(booking=booking, driver=driver, by=by, at=at)


@require_POST
@needs_to_write(OrderLine)
def add_line(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    booking, form, done = booking_or_404(pk), LineForm(request.POST), None
    if form.is_valid():
        done = bookings.add_lines(
            booking=booking, lines=[form.line()], by=staff(request), at=timezone.now()
        )
    return after(request, site, booking, form, "line_form", done, _("The line is added."))
