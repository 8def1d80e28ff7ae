"""The day's cash-up: counted in the evening, closed once."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from register import permissions
from register.desk.access import looked_at, needs_sight, staff, tried
from register.desk.forms import CarefulForm
from register.formfields import EuroField
from register.models import CashUp, Method, User
from register.models.cash import COUNTED
from register.services import audit, cash

DAYS_SHOWN = 31


class CashForm(CarefulForm):
    """What was counted, method by method."""

    note = forms.CharField(
        label=gettext_lazy("Why it differs"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for method in COUNTED:
            label = _("%(method)s, counted €") % {"method": method.label}
            self.fields[method.value] = EuroField(label=label)
        self.order_fields([*(method.value for method in COUNTED), "note"])

    def counted(self) -> dict[str, int]:
        return {method.value: self.cleaned_data[method.value] for method in COUNTED}


@require_http_methods(["GET", "HEAD", "POST"])
@needs_sight(CashUp)
def till(request: HttpRequest, site: Any) -> HttpResponse:
    """What is expected now, the form that closes the day, and the days before."""
    user, at = staff(request), timezone.now()
    may_close = permissions.may_write(user, CashUp)
    form = CashForm(request.POST or None)
    if request.method == "POST" and not may_close:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: cash.close(
                counted=form.counted(), note=form.cleaned_data["note"], by=user, at=at
            ),
        )
        if made is not None:
            messages.success(request, _("The day is closed."))
            return redirect("admin:desk-cash-up", made.pk)
    found = cash.till(at=at)
    audit.record(verb="list", by=user, at=at, reason="desk.cash")
    counted = [(method.label, found.expected[method]) for method in COUNTED]
    others = [m for m in Method if m not in COUNTED]
    context = {
        **site.each_context(request), "title": _("Cash-up"), "form": form, "till": found,
        "counted": counted, "others": [(m.label, found.expected[m]) for m in others],
        "clerks": cash.clerks(found.by_clerk, to=user),
        "closed_today": CashUp.objects.filter(day=timezone.localdate(at)).first(),
        "before": _named(user), "may_close": may_close,
    }  # fmt: skip
    return TemplateResponse(request, "desk/cash.html", context)


def _named(user: User) -> list[tuple[CashUp, str]]:
    rows = CashUp.objects.select_related("saved_by")[:DAYS_SHOWN]
    return [(row, cash.named(row.saved_by, to=user)) for row in rows]


@require_safe
@needs_sight(CashUp)
def closed(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """A day as it was closed."""
    row = get_object_or_404(CashUp.objects.select_related("saved_by"), pk=pk)
    looked_at(request, row)
    context = {
        **site.each_context(request), "title": _("Cash-up"), "row": row,
        "closer": cash.named(row.saved_by, to=staff(request)),
        "lines": row.lines.order_by("method"),
        "clerks": cash.clerks(row.by_clerk, to=staff(request)),
    }  # fmt: skip
    return TemplateResponse(request, "desk/cash_closed.html", context)
