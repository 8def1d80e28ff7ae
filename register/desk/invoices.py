"""Invoices: made from a company's booking, looked at, paid, taken back."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import permissions
from register.desk.access import (
    booking_or_404,
    looked_at,
    needs_sight,
    needs_to_write,
    staff,
    tried,
)
from register.desk.forms import CarefulForm
from register.formfields import EuroField
from register.models import Customer, Invoice
from register.services import audit, bills, invoices, payments
from register.services.refusals import Refused

PAGE = 50


class InvoiceForm(CarefulForm):
    """What the clerk decides of an invoice; the rest follows from the booking."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Customer.Language)
    due_days = forms.IntegerField(
        label=gettext_lazy("Days to pay"), min_value=0, max_value=invoices.LONGEST_TERM
    )
    your_reference = forms.CharField(
        label=gettext_lazy("Your reference"), max_length=60, required=False,
        help_text=gettext_lazy("What the company wants to see on it, such as an order number."),
    )  # fmt: skip


class ReceivedForm(CarefulForm):
    """A payment from the bank's statement."""

    amount = EuroField(label=gettext_lazy("Amount, €"))

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if amount <= 0:
            raise forms.ValidationError(_("The amount is more than zero."))
        return amount


def _invoice_or_404(pk: UUID) -> Invoice:
    rows = Invoice.objects.select_related("booking__customer", "company", "customer")
    return get_object_or_404(rows, pk=pk)


@require_safe
@needs_sight(Invoice)
def invoice_list(request: HttpRequest, site: Any) -> HttpResponse:
    """The newest first; what is still to be paid, and what is late."""
    rows = Invoice.objects.select_related("company", "booking")
    page = Paginator(rows, PAGE).get_page(request.GET.get("sivu"))
    audit.record(
        verb="list", by=request.user, at=timezone.now(), reason="desk.invoices",
        count=len(page.object_list),
    )  # fmt: skip
    today = timezone.localdate()
    credited = invoices.credited(page.object_list)
    lines = []
    for row in page.object_list:
        due = invoices.due_cents(row)
        lines.append((row, due, due > 0 and row.due_on < today, row.number in credited))
    context = {**site.each_context(request), "title": _("Invoices"), "lines": lines, "page": page}
    return TemplateResponse(request, "desk/invoices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(Invoice)
def new_invoice(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The lines that would be billed, and the form that bills them."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    initial = {"language": booking.customer.language, "due_days": settings.INVOICE_DUE_DAYS}
    form = InvoiceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: invoices.issue(
                booking=booking, by=staff(request), at=timezone.now(), **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("Invoice %(number)s is made.") % {"number": made.number})
            return redirect("admin:desk-invoice", made.pk)
    lines = invoices.uninvoiced(booking)
    context = {
        **site.each_context(request), "title": _("New invoice"), "form": form, "booking": booking,
        "lines": lines, "total": sum(line.total_cents for line in lines), "vats": bills.vat(lines),
    }  # fmt: skip
    return TemplateResponse(request, "desk/invoice_new.html", context)


@require_safe
@needs_sight(Invoice)
def invoice_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    invoice = _invoice_or_404(pk)
    looked_at(request, invoice)
    return _page(request, site, invoice)


def _page(request: HttpRequest, site: Any, invoice: Invoice, **bound: Any) -> HttpResponse:
    due = invoices.due_cents(invoice)
    note = Invoice.objects.filter(credits_number=invoice.number).first()
    context = {
        **site.each_context(request), **invoices.document(invoice),
        "title": _("Invoice %(number)s") % {"number": invoice.number},
        "due": due, "note": note, "is_late": due > 0 and invoice.due_on < timezone.localdate(),
        "original": Invoice.objects.filter(number=invoice.credits_number).first()
        if invoice.credits_number else None,
        "may_write": permissions.may_write(request.user, Invoice),
        "received_form": ReceivedForm(initial={"amount": max(due, 0) or None}), **bound,
    }  # fmt: skip
    return TemplateResponse(request, "desk/invoice.html", context)


@require_safe
@needs_sight(Invoice)
def invoice_pdf(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The paper. Its name holds the number and nothing personal."""
    invoice = _invoice_or_404(pk)
    content = invoices.printed(invoice=invoice, by=staff(request), at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
    return response


@require_POST
@needs_to_write(Invoice)
def received(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The money has come to the account."""
    invoice, form, done = _invoice_or_404(pk), ReceivedForm(request.POST), None
    if form.is_valid():
        done = tried(form, lambda: _receive(invoice, form.cleaned_data["amount"], request))
    if done is None:
        return _page(request, site, invoice, received_form=form)
    messages.success(request, _("The payment is recorded."))
    return redirect("admin:desk-invoice", pk)


def _receive(invoice: Invoice, cents: int, request: HttpRequest) -> Any:
    if cents > invoices.due_cents(invoice):
        raise payments.TooMuch(_("Less than this is to be paid of the invoice."))
    return invoices.receive(
        invoice=invoice, amount_cents=cents, by=staff(request), at=timezone.now()
    )


@require_POST
@needs_to_write(Invoice)
def credit(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Take the invoice back with a credit note."""
    try:
        note = invoices.credit(invoice=_invoice_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("admin:desk-invoice", pk)
    messages.success(
        request, _("Credit note %(number)s takes the invoice back.") % {"number": note.number}
    )
    return redirect("admin:desk-invoice", note.pk)
