"""What the nights did, what needs somebody, and who is due soon: for privacy and the owner."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register import clock, permissions
from register.desk import panels
from register.desk.access import needs_verb, staff
from register.models import Customer, ErasureTrouble, RetentionRun
from register.services import audit, nights, retention, troubles

NIGHTS = 30
SOONEST = 50


@require_safe
@needs_verb("audit")
def forgetting(request: HttpRequest, site: Any) -> HttpResponse:
    """How forgetting stands, the last nights, and the warning list."""
    user, at = staff(request), timezone.now()
    soon = list(retention.due_soon(on=clock.local_date(at))[:SOONEST])
    audit.record(verb="list", by=user, at=at, reason="desk.forgetting", count=len(soon))
    context = {
        **site.each_context(request),
        "title": _("Deletion"),
        "watch": nights.watch(at=at),
        "runs": RetentionRun.objects.all()[:NIGHTS],
        "soon": soon,
        "failing": ErasureTrouble.objects.all()[:SOONEST],
        "may_let_through": permissions.may(user, "evidence"),
    }
    return TemplateResponse(request, "desk/forgetting.html", context)


@require_safe
@needs_verb("audit")
def night(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The report of one night."""
    run = get_object_or_404(RetentionRun, pk=pk)
    context = {
        **site.each_context(request),
        "title": _("Deletion"),
        "run": run,
        "held_because": sorted(run.report.get("held_because", {}).items()),
        "rows": sorted(run.counts.items()),
    }
    return TemplateResponse(request, "desk/night.html", context)


@require_POST
@needs_verb("evidence")
def let_through(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The owner answers the brake."""
    run = get_object_or_404(RetentionRun, pk=pk, state=RetentionRun.State.STOPPED)
    retention.let_through(run=run, by=staff(request), at=timezone.now())
    messages.success(request, _("The next night deletes those who are due."))
    return redirect("admin:forgetting")


@require_POST
@needs_verb("erase")
def try_again(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Somebody has looked at why an erasure fails."""
    get_object_or_404(ErasureTrouble, pk=pk)
    troubles.try_again(customer_id=pk, by=staff(request), at=timezone.now())
    messages.success(request, _("The next night tries again."))
    return redirect("admin:forgetting")


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the front page, for whoever reads the audit, while something needs somebody."""
    if customer is not None or not permissions.may(request.user, "audit"):
        return None
    found = nights.watch(at=timezone.now())
    if found.last is None and settings.DEMO:
        return None  # a demo on somebody's machine has no timer
    return {"watch": found} if found.needs_somebody else None


panels.add(
    panels.Panel(place=panels.FRONT, template="desk/forgetting_panel.html", context=panel, order=10)
)
