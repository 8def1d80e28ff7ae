"""Quotes, bookings and what follows from them, money included.

Bookings, agreements and handovers are made on the desk's own pages; here they are looked at, and
what was written down wrongly is put right.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect

from register import clock
from register.admin.base import PolicyAdmin, ReadOnlyAdmin
from register.desk import photos
from register.models import (
    Agreement,
    Booking,
    Case,
    Deposit,
    Driver,
    OrderLine,
    Payment,
    QuoteRequest,
    Rental,
)
from register.services import customers, numbers


@admin.register(QuoteRequest)
class QuoteRequestAdmin(PolicyAdmin):
    columns = ("person", "requested_at", "craft_class", "wanted_from", "state", "quoted_cents")
    filters = ("state", "requested_at", "craft_class")
    list_select_related = ("customer", "craft_class")
    now_in = ("requested_at",)

    def before_save(self, request: HttpRequest, obj: QuoteRequest, form: Any, change: bool) -> None:
        customers.ensure_may_serve(customer=obj.customer)


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    """A booking is looked at and worked on at the desk."""

    columns = ("person", "craft", "starts_at", "ends_at", "state")
    filters = ("state", "starts_at", "craft")
    list_select_related = ("customer", "craft")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:desk-booking", object_id)


@admin.register(Driver)
class DriverAdmin(ReadOnlyAdmin):
    columns = ("person", "booking", "drove_on", "is_renter", "age_group", "briefed_at")
    filters = ("is_renter", "age_group", "drove_on")
    list_select_related = ("customer", "booking")


@admin.register(Rental)
class RentalAdmin(PolicyAdmin):
    adds = False
    columns = ("person", "booking", "handed_over_at", "returned_at")
    filters = ("handed_over_at", "returned_at")
    readonly_fields = ("handed_over_at", "returned_at")
    list_select_related = ("customer", "booking")


@admin.register(OrderLine)
class OrderLineAdmin(PolicyAdmin):
    columns = (
        "person",
        "booking",
        "kind",
        "description",
        "quantity",
        "unit_price_cents",
        "ordered_on",
    )
    filters = ("kind", "ordered_on")
    list_select_related = ("customer", "booking")


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    columns = ("person", "booking", "state", "made_at", "price_cents")
    filters = ("state", "language", "made_at")
    list_select_related = ("customer", "booking")


@admin.register(Case)
class CaseAdmin(PolicyAdmin):
    columns = ("person", "kind", "state", "occurred_at", "estimate_cents", "fee_cents")
    filters = ("kind", "state", "occurred_at")
    list_select_related = ("customer",)
    now_in = ("occurred_at",)
    readonly_fields = ("state", "charged_at", "objected_at", "answer", "answered_at", "settled_at")
    """What moves a case is done on its page of the desk, step by step (services.cases)."""

    change_form_template = "admin/case_change.html"

    def before_save(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        if not change:
            obj.number = numbers.reserve("case")

    def render_change_form(self, request: HttpRequest, context: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        case = kwargs.get("obj")
        context["photos"] = photos.panel(request, case) if case is not None else None
        return super().render_change_form(request, context, **kwargs)


@admin.register(Payment)
class PaymentAdmin(PolicyAdmin):
    columns = ("number", "person", "booking", "kind", "method", "amount_cents", "paid_at")
    filters = ("kind", "method", "paid_at")
    list_select_related = ("customer", "booking")
    now_in = ("paid_at",)

    def before_save(self, request: HttpRequest, obj: Payment, form: Any, change: bool) -> None:
        if not change:
            obj.number = numbers.receipt_number(on=clock.local_date(obj.paid_at))


@admin.register(Deposit)
class DepositAdmin(PolicyAdmin):
    columns = (
        "person",
        "booking",
        "method",
        "amount_cents",
        "held_at",
        "expires_at",
        "released_at",
    )
    filters = ("method", "held_at", "released_at")
    list_select_related = ("customer", "booking")
    now_in = ("held_at",)
