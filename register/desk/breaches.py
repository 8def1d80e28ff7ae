"""Personal data breaches: the log, and a guided entry with its clock of 72 hours."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import formfields, permissions, validators
from register.desk import panels
from register.desk.access import needs_verb, staff, tried
from register.models import Breach, Customer
from register.services import audit, breaches
from register.services.refusals import Refused

TEXTS = (
    "what", "consequences", "measures", "delay_reason", "authority_why_not", "people_why_not",
)  # fmt: skip
TIMES = ("known_at", "happened_at", "authority_told_at", "people_told_at")
STEPS = (
    ("happened", ("known_at", "happened_at", "kind", "what")),
    ("whom", ("whom", "people", "data")),
    ("risk", ("consequences", "risk", "measures")),
    ("authority", ("authority_told_at", "delay_reason", "authority_why_not")),
    ("people", ("people_told_at", "people_why_not")),
)


class BreachForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Breach
        fields = breaches.FIELDS
        field_classes = dict.fromkeys(TIMES, formfields.DateTimeField)
        widgets = {
            "kind": forms.RadioSelect,
            "risk": forms.RadioSelect,
            **dict.fromkeys(TIMES, formfields.DateTimeInput),
            **{name: forms.Textarea(attrs={"rows": 3}) for name in TEXTS},
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = Breach.Kind.choices
        for name in (*TEXTS, "whom", "data"):
            self.fields[name].validators.append(validators.refuse_card_numbers)

    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The guided parts of the form, in the order in which they come up."""
        return [(key, [self[name] for name in names]) for key, names in STEPS]


@require_safe
@needs_verb("breach")
def log(request: HttpRequest, site: Any) -> HttpResponse:
    """Every breach, open ones first by what is left of their time."""
    at, rows = timezone.now(), list(Breach.objects.all())
    audit.record(verb="list", by=staff(request), at=at, reason="desk.breaches", count=len(rows))
    context = {
        **site.each_context(request),
        "title": _("Data breaches"),
        "open": [row for row in reversed(rows) if not row.closed_at],
        "closed": [row for row in rows if row.closed_at],
        "now": at,
    }
    return TemplateResponse(request, "desk/breaches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("breach")
def begin(request: HttpRequest, site: Any) -> HttpResponse:
    """Write a breach down: little is enough to begin with, the clock runs."""
    at = timezone.now()
    form = BreachForm(request.POST or None, initial={"known_at": timezone.localtime(at)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = tried(form, lambda: breaches.begin(said=said, by=staff(request), at=at))
        if made is not None:
            messages.success(request, _("Written down. The clock is running."))
            return redirect("admin:breach", pk=made.pk)
    return _page(request, site, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("breach")
def breach(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One breach: what is known, what is missing, how much time is left."""
    row, at = get_object_or_404(Breach, pk=pk), timezone.now()
    if request.method != "POST":
        audit.record(verb="view", by=staff(request), at=at, object=row)
        return _page(request, site, BreachForm(instance=row), row)
    form = BreachForm(request.POST, instance=get_object_or_404(Breach, pk=pk))
    if form.is_valid():
        said = form.cleaned_data
        done = tried(form, lambda: breaches.go_on(breach=row, said=said, by=staff(request), at=at))
        if done is not None:
            messages.success(request, _("Kept."))
            return redirect("admin:breach", pk=pk)
    return _page(request, site, form, row)


def _page(request: HttpRequest, site: Any, form: BreachForm, row: Breach | None) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": row.reference if row else _("A new data breach"),
        "form": form,
        "row": row,
        "missing": breaches.missing(row) if row and not row.closed_at else (),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "desk/breach.html", context)


@require_POST
@needs_verb("breach")
def close(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Breach, pk=pk)
    try:
        breaches.close(breach=row, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Closed. It stays in the log."))
    return redirect("admin:breach", pk=pk)


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the front page while the authority waits to be told."""
    if customer is not None or not permissions.may(request.user, "breach"):
        return None
    at = timezone.now()
    rows = list(breaches.waiting(at=at))
    return {"rows": rows, "now": at} if rows else None


panels.add(
    panels.Panel(place=panels.FRONT, template="desk/breaches_panel.html", context=panel, order=5)
)
