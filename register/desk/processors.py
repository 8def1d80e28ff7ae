"""The list of those who process data for the firm, with the dates of their agreements."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from register import clock, formfields, validators
from register.desk.access import needs_verb, staff, tried
from register.models import Processor
from register.services import audit, processors

DATES = ("signed_on", "valid_through", "review_on", "ended_on")
STEPS = (
    ("who", ("name", "business_id", "recipient", "acts_as")),
    ("what", ("processes", "country", "place", "safeguard", "subprocessors")),
    ("agreement", DATES),
)
COUNTRY = forms.RegexField(
    r"^[A-Za-z]{2}$",
    label=gettext_lazy("Country where the data is"),
    initial="FI",
    help_text=gettext_lazy("Two letters, such as FI, SE or US."),
    error_messages={"invalid": gettext_lazy("Write the country as two letters, such as FI.")},
    widget=forms.TextInput(attrs={"maxlength": "2", "autocapitalize": "characters"}),
)


class ProcessorForm(forms.ModelForm):  # type: ignore[type-arg]
    country = COUNTRY

    class Meta:
        model = Processor
        fields = processors.FIELDS
        widgets = {
            "acts_as": forms.RadioSelect,
            "processes": forms.Textarea(attrs={"rows": 3}),
            **dict.fromkeys(DATES, formfields.DateInput),
        }
        help_texts = {
            "name": gettext_lazy("The company only: write no people here."),
            "valid_through": gettext_lazy("Empty: until further notice."),
            "safeguard": gettext_lazy("Only when the data leaves the EU and the EEA."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["acts_as"].choices = Processor.ActsAs.choices  # type: ignore[attr-defined]
        for name in ("name", "processes", "place", "subprocessors"):
            self.fields[name].validators.append(validators.refuse_card_numbers)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The parts of the form, in the order in which they come up."""
        return [(key, [self[name] for name in names]) for key, names in STEPS]

    def _post_clean(self) -> None:
        """The service judges the whole; the row is not touched before."""


@require_safe
@needs_verb("processors")
def listed(request: HttpRequest, site: Any) -> HttpResponse:
    """Everybody in the list, those who need something first."""
    at = timezone.now()
    on, rows = clock.local_date(at), list(Processor.objects.all())
    audit.record(verb="list", by=staff(request), at=at, reason="desk.processors", count=len(rows))
    current = set(processors.in_force(on=on).values_list("pk", flat=True))
    context = {
        **site.each_context(request),
        "title": _("Processors and recipients"),
        "current": [_judged(row, on) for row in rows if row.pk in current],
        "ended": [row for row in rows if row.pk not in current],
    }
    return TemplateResponse(request, "desk/processors.html", context)


def _judged(row: Processor, on: Any) -> dict[str, Any]:
    one = Processor.objects.filter(pk=row.pk)
    return {
        "row": row,
        "lacks": row.lacks_agreement(on),
        "soon": (processors.ending_soon(on=on) & one).exists(),
        "untold": (processors.not_told(on=on) & one).exists(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("processors")
def processor(request: HttpRequest, site: Any, pk: UUID | None = None) -> HttpResponse:
    """A new one, or what has changed."""
    row = get_object_or_404(Processor, pk=pk) if pk else None
    form = ProcessorForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kept = tried(
            form,
            lambda: processors.keep(row=row, said=said, by=staff(request), at=timezone.now()),
        )
        if kept is not None:
            messages.success(request, _("%(name)s is in the list.") % {"name": kept.name})
            return redirect("admin:processors")
    context = {
        **site.each_context(request),
        "title": row.name if row else _("A new processor or recipient"),
        "form": form,
        "row": row,
    }
    return TemplateResponse(request, "desk/processor.html", context)
