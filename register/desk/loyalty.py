"""The loyalty programme at the desk: joined, left, and how the tier was counted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import clock, loyalty, permissions
from register.desk import panels
from register.desk.access import needs_to_write, person_or_404, staff
from register.models import Customer, LoyaltyMembership
from register.services import loyalty as programme
from register.services.refusals import Refused


@require_POST
@needs_to_write(LoyaltyMembership)
def act(request: HttpRequest, site: Any, pk: UUID, joins: bool) -> HttpResponse:
    """She joins or leaves."""
    customer, at = person_or_404(request, pk), timezone.now()
    does = programme.join if joins else programme.leave
    try:
        does(customer=customer, by=staff(request), at=at)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        told = _("Joined the loyalty programme") if joins else _("Left the loyalty programme")
        messages.success(request, told)
    return redirect("admin:desk-person", pk)


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the person's page: the tier, what it gives, and the rentals that it was counted from."""
    if customer is None or not permissions.may_see(request.user, LoyaltyMembership):
        return None
    on = clock.local_date(timezone.now())
    member = programme.membership(customer, on=on)
    may = permissions.may_write(request.user, LoyaltyMembership) and not customer.erased_on
    if member is None and not may:
        return None
    return {
        "customer": customer,
        "member": member,
        "standing": programme.standing(customer, on=on) if member else None,
        "tiers": loyalty.TIERS,
        "months": loyalty.MONTHS,
        "may": may,
    }


panels.add(
    panels.Panel(place=panels.PERSON, template="desk/loyalty_panel.html", context=panel, order=70)
)
