"""Agreement, handover and return, and the money around them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register.desk.access import (
    agreement_or_404,
    booking_or_404,
    looked_at,
    needs_sight,
    needs_to_write,
    needs_whole,
    staff,
    tried,
)
from register.desk.booking import after
from register.desk.forms import (
    AgreementForm,
    ChecklistForm,
    DepositForm,
    HandoverForm,
    MoneyForm,
    ReleaseForm,
    ReturnForm,
    SignForm,
)
from register.models import Agreement, Booking, Deposit, Driver, Payment, Rental, User
from register.services import contracts, payments, receipts, rentals
from register.services.refusals import Refused

# -- The agreement --------------------------------------------------------------------------------


@require_POST
@needs_to_write(Agreement)
def make_agreement(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    booking, form, done = booking_or_404(pk), AgreementForm(request.POST), None
    if form.is_valid():
        language = form.cleaned_data["language"]
        done = tried(
            form,
            lambda: contracts.make(
                booking=booking, language=language, by=staff(request), at=timezone.now()
            ),
        )
    words = _("The agreement is written: print it, and have it signed.")
    return after(request, site, booking, form, "agreement_form", done, words)


@require_safe
@needs_sight(Agreement)
@needs_whole(*contracts.PRINTED)
def agreement_pdf(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The paper, shown in the browser. Its name holds the number and nothing personal."""
    agreement = agreement_or_404(pk)
    content = contracts.printed(agreement=agreement, by=staff(request), at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{agreement.number}.pdf"'
    return response


@require_POST
@needs_to_write(Agreement)
def sign_agreement(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    agreement, form, done = agreement_or_404(pk), SignForm(request.POST), None
    if form.is_valid():
        done = tried(
            form,
            lambda: contracts.sign(
                agreement=agreement, by=staff(request), at=timezone.now(), **form.cleaned_data
            ),
        )
    words = _("Signed. The craft can be handed over.")
    return after(request, site, agreement.booking, form, "sign_form", done, words)


@require_POST
@needs_to_write(Agreement)
def void_agreement(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    agreement = agreement_or_404(pk)
    try:
        contracts.void(agreement=agreement, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The agreement is void; its number stays used."))
    return redirect("admin:desk-booking", agreement.booking_id)


# -- Handover and return --------------------------------------------------------------------------


@needs_to_write(Rental)
def hand_over(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Briefing, equipment, gauges; then the craft goes."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    form = HandoverForm(request.POST or None)
    checklists = [
        (driver, ChecklistForm(request.POST or None, prefix=str(driver.pk)))
        for driver in booking.drivers.select_related("customer").order_by("-is_renter")
    ]
    every = [form.is_valid(), *(ticks.is_valid() for _driver, ticks in checklists)]
    done = None
    if request.method == "POST" and all(every):
        done = tried(form, lambda: _hand_over(form, checklists, booking, by=staff(request)))
    if done is not None:
        messages.success(request, _("Handed over. Have a good ride!"))
        return redirect("admin:desk-booking", pk)
    context = {
        **site.each_context(request), "form": form, "checklists": checklists, "booking": booking,
        "title": _("Handover"),
    }  # fmt: skip
    return TemplateResponse(request, "desk/handover.html", context)


def _hand_over(
    form: HandoverForm,
    checklists: Sequence[tuple[Driver, ChecklistForm]],
    booking: Booking,
    *,
    by: User,
) -> Rental:
    return rentals.hand_over(
        booking=booking,
        checklist=[rentals.Checked(driver, **ticks.cleaned_data) for driver, ticks in checklists],
        condition=_condition(form),
        by=by,
        at=timezone.now(),
    )


def _condition(form: HandoverForm) -> rentals.Condition:
    data = form.cleaned_data
    return rentals.Condition(data["fuel_l"], data["hours_in"], data["condition"])


@needs_to_write(Rental)
def take_back(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The craft is back: gauges, condition, damage."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    form = ReturnForm(request.POST or None)
    valid = request.method == "POST" and form.is_valid()
    done = tried(form, lambda: _take_back(form, booking, by=staff(request))) if valid else None
    if done is not None:
        messages.success(request, _("The craft is back."))
        return redirect("admin:desk-booking", pk)
    context = {
        **site.each_context(request), "form": form, "booking": booking, "title": _("Return"),
        "rental": Rental.objects.filter(booking=booking).first(),
        "is_late": timezone.now() > booking.ends_at, "now": timezone.now(),
    }  # fmt: skip
    return TemplateResponse(request, "desk/return.html", context)


def _take_back(form: ReturnForm, booking: Booking, *, by: User) -> Rental:
    data = form.cleaned_data
    damage = rentals.Damage(data["damage"], data["estimate"]) if data["damage"] else None
    return rentals.take_back(
        booking=booking, condition=_condition(form), by=by, at=timezone.now(), damage=damage,
        charge_late=data["charge_late"], charge_fuel=data["charge_fuel"],
    )  # fmt: skip


# -- Money ----------------------------------------------------------------------------------------


@require_POST
@needs_to_write(Payment)
def pay(request: HttpRequest, site: Any, pk: UUID, kind: str) -> HttpResponse:
    booking, form, done = booking_or_404(pk), MoneyForm(request.POST), None
    act = payments.pay if kind == "payment" else payments.refund
    if form.is_valid():
        more = {"confirmed": form.cleaned_data["confirmed"]} if kind == "payment" else {}
        done = tried(form, lambda: _money(act, form, booking, by=staff(request), **more))
        if form.has_error("amount", payments.MoreThanOwed.__name__):
            form.ask_to_confirm()
    words = _("The payment is recorded.") if kind == "payment" else _("The refund is recorded.")
    return after(request, site, booking, form, "money_form", done, words)


@require_safe
@needs_sight(Payment)
def receipt_pdf(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The receipt, shown in the browser. Its name holds the number and nothing personal."""
    payment = get_object_or_404(
        Payment.objects.select_related("booking__craft"), pk=pk, number__isnull=False
    )
    content = receipts.printed(
        payment=payment, language=get_language() or "fi", by=staff(request), at=timezone.now()
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{payment.number}.pdf"'
    return response


def _money(act: Any, form: MoneyForm, booking: Booking, *, by: User, **more: Any) -> Any:
    data = form.cleaned_data
    return act(
        booking=booking, amount_cents=data["amount"], method=data["method"], by=by,
        at=timezone.now(), **more,
    )  # fmt: skip


@require_POST
@needs_to_write(Deposit)
def take_deposit(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    booking, form, done = booking_or_404(pk), DepositForm(request.POST, prefix="deposit"), None
    if form.is_valid():
        reading = {"reading": form.cleaned_data["reading"]}
        done = _money(payments.hold_deposit, form, booking, by=staff(request), **reading)
    words = _("The deposit is recorded.")
    return after(request, site, booking, form, "deposit_form", done, words)


@require_POST
@needs_to_write(Deposit)
def release_deposit(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    deposit = get_object_or_404(Deposit, pk=pk, released_at__isnull=True)
    form = ReleaseForm(request.POST)
    try:
        used = form.cleaned_data["captured"] or 0 if form.is_valid() else 0
        if not form.is_valid() or used < 0:
            raise Refused(_("Write the amount used of the deposit, or leave it empty."))
        payments.release_deposit(
            deposit=deposit, by=staff(request), at=timezone.now(), captured_cents=used
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The deposit is released."))
    return redirect("admin:desk-booking", deposit.booking_id)
