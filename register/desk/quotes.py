"""Quotes at the desk: asked for, priced, sent, accepted."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import permissions
from register.desk.access import (
    looked_at,
    needs_sight,
    needs_to_write,
    person_or_404,
    staff,
    tried,
)
from register.desk.forms import CarefulForm, next_times
from register.formfields import DateInput, DateTimeField, EuroField
from register.models import Company, CraftClass, Customer, QuoteRequest, ServiceMail
from register.services import audit, post_links, price_list, quotes
from register.services.refusals import Refused

MOST = 100
MOST_OF_AN_EXTRA = 20


class QuoteForm(CarefulForm):
    """What somebody asks a price for."""

    craft_class = forms.ModelChoiceField(
        label=gettext_lazy("Craft class"), queryset=CraftClass.objects.all(),
        empty_label=gettext_lazy("Choose a class"),
    )  # fmt: skip
    wanted_from = DateTimeField(label=gettext_lazy("From"))
    wanted_to = DateTimeField(label=gettext_lazy("To"))
    company = forms.ModelChoiceField(
        label=gettext_lazy("Paid by the company"), queryset=Company.objects.none(), required=False,
        empty_label=gettext_lazy("No, by the person"),
    )  # fmt: skip
    wishes = forms.CharField(
        label=gettext_lazy("Wishes"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = Company.objects.filter(
            contacts__customer=customer, contacts__ended_on__isnull=True
        )
        company: Any = self.fields["company"]
        company.queryset, company.label_from_instance = companies, lambda row: row.name
        if not companies.exists():
            del self.fields["company"]


class OfferForm(CarefulForm):
    """Extras, discount, and how long it holds."""

    discount = EuroField(label=gettext_lazy("Discount, €"), required=False)
    valid_through = forms.DateField(label=gettext_lazy("Holds through"), widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extras = price_list.extras()
        for extra in self.extras:
            self.fields[f"extra-{extra.pk}"] = forms.IntegerField(
                label=str(extra), required=False, min_value=0, max_value=MOST_OF_AN_EXTRA
            )
        self.order_fields([*(f"extra-{extra.pk}" for extra in self.extras), "discount"])

    def clean_discount(self) -> int:
        cents = int(self.cleaned_data["discount"] or 0)
        if cents < 0:
            raise forms.ValidationError(_("Write the discount without a minus."))
        return cents

    def wanted(self) -> dict[str, Any]:
        counts = [(extra, self.cleaned_data[f"extra-{extra.pk}"] or 0) for extra in self.extras]
        return {"extras": counts, "discount_cents": self.cleaned_data["discount"]}


def _quote_or_404(pk: UUID) -> QuoteRequest:
    rows = QuoteRequest.objects.select_related("customer", "craft_class", "company")
    return get_object_or_404(rows, pk=pk)


@require_safe
@needs_sight(QuoteRequest)
def quote_list(request: HttpRequest, site: Any) -> HttpResponse:
    """To be answered first; then those that wait for the customer; then the latest others."""
    rows = QuoteRequest.objects.select_related("customer", "craft_class", "company", "booking")
    state = QuoteRequest.State
    groups = [
        (_("To be answered"), list(rows.filter(state=state.OPEN).order_by("requested_at")[:MOST])),
        (_("Waiting for the customer"),
         list(rows.filter(state=state.ANSWERED).order_by("valid_through")[:MOST])),
        (_("Booked or come to nothing"),
         list(rows.filter(state__in=(state.BOOKED, state.LAPSED)).order_by("-saved_at")[:20])),
    ]  # fmt: skip
    audit.record(
        verb="list", by=request.user, at=timezone.now(), reason="desk.quotes",
        count=sum(len(found) for _title, found in groups),
    )  # fmt: skip
    context = {**site.each_context(request), "title": _("Quotes"), "groups": groups}
    return TemplateResponse(request, "desk/quotes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(QuoteRequest)
def new_quote(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """A person asks for a price."""
    customer = person_or_404(request, pk)
    start, end = next_times()
    day = timedelta(days=1)
    initial = {"wanted_from": start + day, "wanted_to": end + day}
    form = QuoteForm(request.POST or None, initial=initial, customer=customer)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: quotes.ask(
                customer=customer, by=staff(request), at=timezone.now(), **form.cleaned_data
            ),
        )
        if made is not None:
            return redirect("admin:desk-quote", made.pk)
    context = {
        **site.each_context(request), "title": _("New quote"), "form": form, "customer": customer,
    }  # fmt: skip
    return TemplateResponse(request, "desk/quote_new.html", context)


@require_safe
@needs_sight(QuoteRequest)
def quote_page(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    quote = _quote_or_404(pk)
    looked_at(request, quote)
    return _page(request, site, quote)


def _page(
    request: HttpRequest, site: Any, quote: QuoteRequest, form: OfferForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    until = today + timedelta(days=quotes.HOLDS_DAYS)
    answerable = quote.state in quotes.ANSWERABLE
    may_write = permissions.may_write(request.user, QuoteRequest)
    context = {
        **site.each_context(request), "quote": quote, "customer": quote.customer,
        "title": _("Quote %(number)s") % {"number": quote.number or ""},
        "form": form or OfferForm(initial={"valid_through": until}),
        "lines": _lines(quote), "priced": _priced(quote) if answerable else None,
        "may_offer": may_write and answerable and quote.craft_class and quote.wanted_to,
        "may_write": may_write, "over": quotes.is_over(quote, on=today),
        "link": _link(quote) if quote.state == QuoteRequest.State.ANSWERED else "",
        "mail": ServiceMail.objects.filter(kind="quote", about=quote.pk).first(),
        "booking": getattr(quote, "booking", None),
    }  # fmt: skip
    return TemplateResponse(request, "desk/quote.html", context)


def _priced(quote: QuoteRequest) -> int | None:
    """What the price list says, in cents."""
    try:
        return sum(int(line.quantity) * line.unit_price_cents for line in quotes.price(quote))
    except quotes.Unpriced:
        return None


def _lines(quote: QuoteRequest) -> list[dict[str, Any]]:
    return [
        {"description": line.description, "quantity": line.quantity,
         "total_cents": int(line.quantity * line.unit_price_cents)}
        for line in quotes.lines_of(quote)
    ]  # fmt: skip


def _link(quote: QuoteRequest) -> str:
    with translation.override(quote.customer.language):
        return post_links.quote(quote)


@require_POST
@needs_to_write(QuoteRequest)
def offer(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Price it and send it."""
    quote, form = _quote_or_404(pk), OfferForm(request.POST)
    done = tried(form, lambda: _offer(quote, form, request)) if form.is_valid() else None
    if done is None:
        return _page(request, site, quote, form)
    messages.success(request, _("The quote is made. It goes out by e-mail, where there is one."))
    return redirect("admin:desk-quote", pk)


def _offer(quote: QuoteRequest, form: OfferForm, request: HttpRequest) -> QuoteRequest:
    return quotes.offer(
        quote=quote, lines=quotes.price(quote, **form.wanted()), by=staff(request),
        valid_through=form.cleaned_data["valid_through"], at=timezone.now(),
    )  # fmt: skip


@require_POST
@needs_to_write(QuoteRequest)
def accepted(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The customer said yes, here or on the phone."""
    try:
        booking = quotes.accept(quote=_quote_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("admin:desk-quote", pk)
    messages.success(request, _("Booking %(number)s is made.") % {"number": booking.number})
    return redirect("admin:desk-booking", booking.pk)


@require_POST
@needs_to_write(QuoteRequest)
def declined(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    try:
        quotes.decline(quote=_quote_or_404(pk), by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The quote came to nothing."))
    return redirect("admin:desk-quote", pk)
