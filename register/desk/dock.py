"""The agreement, and the money around it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register.desk.access import (
    agreement_or_404,
    booking_or_404,
    needs_sight,
    needs_to_write,
    needs_whole,
    staff,
    tried,
)
from register.desk.booking import after
from register.desk.forms import (
    AgreementForm,
    DepositForm,
    MoneyForm,
    ReleaseForm,
    SignForm,
)
from register.models import Agreement, Booking, Deposit, Payment, User
from register.services import contracts, payments, receipts
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
