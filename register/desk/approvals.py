"""What waits for a second person: for those who may approve, and for those who asked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from register import permissions, policy
from register.desk import panels
from register.desk.access import needs_any_role, needs_verb, require_proof, staff
from register.models import Approval, Customer
from register.services import approvals
from register.services.refusals import Refused

PAGES: dict[str, str] = {"register.Customer": "admin:desk-person"}
"""Where the row of an approval is looked at; other apps add theirs."""

REASONS = {reason.key: reason.name for reason in policy.EXPORT_REASONS}


@require_safe
@needs_any_role
def waiting(request: HttpRequest, site: Any) -> HttpResponse:
    """What others ask of me, and what I have asked of others."""
    user, at = staff(request), timezone.now()
    context = {
        **site.each_context(request),
        "title": _("Approvals"),
        "waiting": [_shown(row) for row in approvals.waiting_for(user, at=at)],
        "mine": [_shown(row) for row in approvals.asked_by(user, at=at)],
    }
    return TemplateResponse(request, "desk/approvals.html", context)


@require_POST
@needs_verb("approve")
def decide(request: HttpRequest, site: Any, pk: UUID, approve: bool) -> HttpResponse:
    """Yes or no."""
    row = get_object_or_404(Approval, pk=pk)
    require_proof(request)
    try:
        approvals.decide(approval=row, approve=approve, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = _("Approved. The one who asked may do it now.") if approve else _("Not approved.")
        messages.success(request, words)
    return redirect("admin:desk-approvals")


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """The box on the front page: None where nothing waits for this user."""
    user, at = staff(request), timezone.now()
    if not permissions.roles_of(user):
        return None
    waits = [_shown(row) for row in approvals.waiting_for(user, at=at)]
    ready = [row for row in map(_shown, approvals.asked_by(user, at=at)) if row["is_decided"]]
    return {"waiting": waits, "ready": ready} if waits or ready else None


def _shown(row: Approval) -> dict[str, Any]:
    return {
        "approval": row,
        "kind": policy.NEEDS_TWO[row.kind].name,
        "address": _address(row),
        "reason": REASONS.get(row.reason),
        "is_decided": row.outcome != Approval.Outcome.WAITING,
    }


def _address(row: Approval) -> str:
    """The page of the row that it is about; of an export, the page on which it is fetched."""
    if row.kind == policy.MASS_EXPORT.key:
        return reverse("admin:desk-export")
    name = PAGES.get(row.object_label)
    if not name and row.object_label:
        meta = apps.get_model(row.object_label)._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
    try:
        return reverse(name, args=[row.object_id]) if name else ""
    except NoReverseMatch:
        return ""


def put_on_the_desk() -> None:
    panels.add(
        panels.Panel(
            place=panels.FRONT, template="desk/approvals_panel.html", context=panel, order=10
        )
    )
