"""The timeline: craft by time, for a day, a week or the season; a booking is moved where it
stands."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register import permissions
from register.desk.access import booking_or_404, needs_sight, needs_to_write, staff
from register.desk.forms import SeenForm
from register.formfields import LOCAL, DateTimeField
from register.models import Booking, Craft, MaintenanceBlock
from register.services import audit, bookings, planner
from register.services.refusals import ChangedMeanwhile, Refused

VIEWS = (planner.DAY, planner.WEEK, planner.SEASON)
STEP = {planner.DAY: 1, planner.WEEK: 7, planner.SEASON: 365}


class MoveForm(SeenForm):
    """Where a booking is dropped. Its length stays."""

    booking = forms.UUIDField()
    craft = forms.ModelChoiceField(queryset=Craft.objects.all())
    starts_at = DateTimeField()


def _asked(data: Any) -> tuple[str, date]:
    """View and day of the address; what makes no sense is today's."""
    view = data.get("view", planner.DAY)
    try:
        day = parse_date(data.get("day", "")) or timezone.localdate()
    except ValueError:
        day = timezone.localdate()
    near = 2000 < day.year < 2100
    return view if view in VIEWS else planner.DAY, day if near else timezone.localdate()


def address(view: str, day: date) -> str:
    asked = urlencode({"view": view, "day": day.isoformat()})
    return f"{reverse('admin:desk-timeline')}?{asked}"


@require_safe
@needs_sight(Booking)
def timeline(request: HttpRequest, site: Any) -> HttpResponse:
    view, day = _asked(request.GET)
    at = timezone.now()
    plan = planner.plan(view=view, day=day, at=at)
    audit.record(
        verb="list", by=staff(request), at=at, reason="desk.timeline", count=len(plan.bookings)
    )
    context = {
        **site.each_context(request), "plan": plan, "now": at, "day": day, "view": view,
        "title": _("Timeline"), "heads": _heads(plan), "count": len(plan.columns),
        "times": ",".join(timezone.localtime(a).strftime(LOCAL) for a, _b in plan.columns),
        "earlier": address(view, _shifted(view, day, -1)),
        "later": address(view, _shifted(view, day, 1)), "today": address(view, at.date()),
        "views": [(one, address(one, day), name) for one, name in _names()],
        "may_move": permissions.may_write(request.user, Booking) and view != planner.SEASON,
        "may_block": permissions.may_write(request.user, MaintenanceBlock),
        "hides_returned": view != planner.SEASON,
    }  # fmt: skip
    return TemplateResponse(request, "desk/timeline.html", context)


def _names() -> list[tuple[str, str]]:
    return [(planner.DAY, _("Day")), (planner.WEEK, _("Week")), (planner.SEASON, _("Season"))]


def _shifted(view: str, day: date, steps: int) -> date:
    if view == planner.SEASON:
        return date(day.year + steps, 6, 1)
    return date.fromordinal(day.toordinal() + steps * STEP[view])


def _heads(plan: planner.Plan) -> list[dict[str, Any]]:
    """Hours, days or weeks over the columns."""
    width = {planner.DAY: 4, planner.WEEK: 9, planner.SEASON: 7}[plan.view]
    heads = []
    for first in range(0, len(plan.columns), width):
        part = plan.columns[first : first + width]
        heads.append({"start": first + 1, "width": len(part), "at": part[0][0]})
    return heads


@require_POST
@needs_to_write(Booking)
def move(request: HttpRequest, site: Any) -> HttpResponse:
    """Dropped on another craft or time: the same service as the form, the same refusals."""
    form, back = MoveForm(request.POST), address(*_asked(request.POST))
    if not form.is_valid():
        messages.error(request, _("The booking was not moved: open the timeline again."))
        return redirect(back)
    data = form.cleaned_data
    booking = booking_or_404(data["booking"])
    try:
        had = booking.agreements.exclude(state="void").exists()
        moved = bookings.change(
            booking=booking, seen=data["seen"], craft=data["craft"], wishes=booking.wishes,
            starts_at=data["starts_at"],
            ends_at=data["starts_at"] + (booking.ends_at - booking.starts_at),
            by=staff(request), at=timezone.now(),
        )  # fmt: skip
    except ChangedMeanwhile:
        messages.error(request, _changed(booking))
    except Refused as refused:
        messages.error(request, f"{refused} {_('The booking was not moved.')}")
    else:
        messages.success(request, _moved(moved, had))
    return redirect(back)


def _changed(booking: Booking) -> str:
    return _(
        "Somebody else has changed booking %(number)s in the meantime: it is now %(craft)s, "
        "%(from)s – %(to)s. It was not moved; move it again if it should be elsewhere."
    ) % _where(booking)


def _moved(booking: Booking, had_agreement: bool) -> str:
    told = _("Booking %(number)s is now %(craft)s, %(from)s – %(to)s.") % _where(booking)
    return f"{told} {_('Its agreement is void: write it again.')}" if had_agreement else told


def _where(booking: Booking) -> dict[str, Any]:
    return {
        "number": booking.number, "craft": booking.craft,
        "from": bookings.moment(booking.starts_at), "to": bookings.moment(booking.ends_at),
    }  # fmt: skip
