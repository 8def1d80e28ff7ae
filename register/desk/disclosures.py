"""Data of a person is given to an authority, the police or an insurer: a guided entry."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from register import formfields, permissions, policy
from register.desk import panels
from register.desk.access import needs_to_write, person_or_404, staff, tried
from register.desk.forms import CarefulForm
from register.models import Case, Customer, Disclosure
from register.services import disclosures

LONGEST_NUMBER = 16
STEPS = (
    ("whom", ("recipient", "office", "reference")),
    ("basis", ("basis", "statute")),
    ("what", ("categories", "what", "disclosed_at", "case")),
)


def _named(declared: Any) -> list[tuple[str, str]]:
    return [(one.key, one.name.to(get_language())) for one in declared]


def _bases() -> list[tuple[str, str]]:
    """Each basis with what it rests on."""
    bases = disclosures.BASES.values()
    named = [(one.key, one.name.to(get_language()), one.law) for one in bases]
    return [(key, f"{name} ({law})" if law else name) for key, name, law in named]


class CaseOf(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the person's own cases."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_kind_display()} {obj.number}"


class DisclosureForm(CarefulForm):
    recipient = forms.ChoiceField(label=gettext_lazy("To whom"), widget=forms.RadioSelect)
    office = forms.CharField(
        label=gettext_lazy("Which authority or company"), max_length=120,
        help_text=gettext_lazy("The office, not the official's name."),
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("Their reference"), max_length=60, required=False
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("On which basis"), widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy(
                "Without a basis nothing is given: choose the one it rests on."
            )
        },
    )  # fmt: skip
    statute = forms.CharField(
        label=gettext_lazy("Statute and section, if they named it"), max_length=120, required=False
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Which data"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Give only what they asked for and need."),
    )  # fmt: skip
    what = forms.CharField(label=gettext_lazy("What exactly"), max_length=200)
    disclosed_at = formfields.DateTimeField(label=gettext_lazy("When"))
    case = CaseOf(
        label=gettext_lazy("About which case"), queryset=Case.objects.none(), required=False
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = dict(self.fields)
        keys = disclosures.recipients()
        offered["recipient"].choices = _named(r for r in policy.RECIPIENTS if r.key in keys)
        offered["basis"].choices = _bases()
        offered["categories"].choices = _named(c for c in policy.CATEGORIES if c.of_customers)
        offered["case"].queryset = Case.objects.filter(customer=customer)
        if not offered["case"].queryset.exists():
            del self.fields["case"]

    def clean_disclosed_at(self) -> Any:
        when = self.cleaned_data["disclosed_at"]
        if when > timezone.now():
            raise ValidationError(str(disclosures.NotYet()))
        return when

    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The guided parts, in the order in which they come up."""
        return [
            (key, [self[name] for name in names if name in self.fields]) for key, names in STEPS
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(Disclosure)
def disclose(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """To whom, on which basis, what and when; refused without a basis."""
    customer, at = person_or_404(request, pk), timezone.now()
    form = DisclosureForm(
        request.POST or None, customer=customer, initial=_first(request, customer, at)
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        given = tried(
            form,
            lambda: disclosures.give(customer=customer, by=staff(request), at=at, **said),
        )
        if given is not None:
            messages.success(request, _("Written down. The person sees it in a copy of her data."))
            return redirect("admin:desk-person", pk)
    context = {
        **site.each_context(request),
        "title": _("Data given to others"),
        "form": form,
        "customer": customer,
        "given": disclosures.of(customer),
    }
    return TemplateResponse(request, "desk/disclosure.html", context)


def _first(request: HttpRequest, customer: Customer, at: Any) -> dict[str, Any]:
    """What stands in the form at first; with ?case=…, what an insurer asks about a damage."""
    number = request.GET.get("case", "")
    asked = int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else 0
    case = Case.objects.filter(customer=customer, number=asked).first()
    first: dict[str, Any] = {"disclosed_at": timezone.localtime(at)}
    if case:
        first |= {
            "case": case.pk, "recipient": policy.INSURER.key, "basis": "claim",
            "categories": [policy.CASES.key],
        }  # fmt: skip
    return first


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the person's page of those who see to whom her data was given."""
    if customer is None or not permissions.may_see(request.user, Disclosure):
        return None
    return {
        "customer": customer,
        "rows": list(disclosures.of(customer)[:20]),
        "may_give": permissions.may_write(request.user, Disclosure),
    }


panels.add(
    panels.Panel(
        place=panels.PERSON, template="desk/disclosures_panel.html", context=panel, order=80
    )
)
