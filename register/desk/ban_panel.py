"""A ban where the craft is about to go out: shown on the booking and at handover, and let through
by whoever may."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import permissions
from register.desk.access import booking_or_404, needs_verb, staff
from register.desk.forms import OverrideForm
from register.models import BanOverride, Booking, User
from register.services import bans
from register.services.refusals import Refused


def context(user: User, booking: Booking) -> dict[str, Any]:
    """`stands`: a ban stops this booking now. `overrides`: who let it through, and why."""
    on = timezone.localdate()
    reserved = booking.state == Booking.State.RESERVED
    ban = bans.standing(customer=booking.customer, on=on, booking=booking) if reserved else None
    sees = permissions.may_see(user, BanOverride)
    return {
        "stands": ban is not None and permissions.may_see(user, BanOverride),
        "may": ban is not None and bans.may_let_through(user),
        "form": OverrideForm(),
        "overrides": list(booking.ban_overrides.select_related("saved_by")) if sees else [],
    }


@require_POST
@needs_verb(bans.VERB)
def let_through(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The owner lets one booking through, and says why."""
    booking, form = booking_or_404(pk), OverrideForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["override"][0]))
        return redirect("admin:desk-booking", pk)
    try:
        reason = form.cleaned_data["override"]
        bans.let_through(booking=booking, reason=reason, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("This booking goes through in spite of the ban."))
    return redirect("admin:desk-booking", pk)
