"""A company's page: who speaks for it, what it has booked, where its bills go."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from register import permissions
from register.desk.access import looked_at, needs_sight, staff
from register.models import Booking, Company, CompanyContact, Customer, User
from register.services import customers

BOOKINGS = 50


@needs_sight(Company)
def company(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Everything about one company that the role may see."""
    row = get_object_or_404(Company, pk=pk)
    looked_at(request, row)
    user = staff(request)
    context = {
        **site.each_context(request),
        "title": row.name,
        "company": row,
        "contacts": _contacts(user, row),
        "bookings": _bookings(user, row),
        "may_book": permissions.may_write(user, Booking),
        "edit": _link(user, Company, "change", row.pk),
        "add_contact": _link(user, CompanyContact, "add", number=row.number),
    }
    return TemplateResponse(request, "desk/company.html", context)


def _contacts(user: User, company: Company) -> list[tuple[CompanyContact, str, str]]:
    """Contacts with phone and e-mail as far as the user may see them; those who left come last."""
    rows = company.contacts.select_related("customer").filter(
        customer__in=customers.visible_to(user).values("pk")
    )
    ordered = rows.order_by("ended_on", "customer__last_name", "customer__first_name")
    shown = sorted(ordered, key=lambda row: row.ended_on is not None)
    return [(row, *_reached(user, row.customer)) for row in shown]


def _reached(user: User, person: Customer) -> tuple[str, str]:
    if not customers.shows_contact(user, person):
        return "", ""
    return tuple(  # type: ignore[return-value]
        str(getattr(person, name))
        if permissions.sees_whole(user, f"register.Customer.{name}")
        else ""
        for name in ("phone", "email")
    )


def _bookings(user: User, company: Company) -> list[Booking] | None:
    if not permissions.may_see(user, Booking):
        return None
    rows = company.bookings.select_related("customer", "craft").order_by("-starts_at")
    return list(rows[:BOOKINGS])


def _link(user: User, model: Any, page: str, *args: Any, number: int | None = None) -> str:
    """Address of the admin's form, where the user may write there."""
    if not (permissions.may_write(user, model) and permissions.may_see(user, model)):
        return ""
    address = reverse(f"admin:register_{model._meta.model_name}_{page}", args=args)
    return f"{address}?company={number}" if number else address
