"""A walk-in in a minute: one page finds or makes the person, books, prices and writes the
agreement; the tablet and the handover follow by themselves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import permissions
from register.desk import tablet
from register.desk.access import needs_to_write, staff, tried
from register.desk.booking import _driver as driver_of
from register.desk.forms import (
    AgeField,
    CarefulForm,
    CraftField,
    DriverFormSet,
    next_times,
)
from register.desk.people import _looked_for as looked_for
from register.formfields import DateTimeField, PhoneField, retype
from register.models import Agreement, Booking, Craft, Customer, Extra, IdentityCheck, User
from register.services import bookings, contracts, customers, pricing, search, walk_ins
from register.services.duplicates import Alike
from register.services.refusals import Refused

LENGTHS = (1, 2, 3, 4, 6, 24, 48)
"""Hours."""
FIND, PAPER, TABLET = "find", "paper", "tablet"


def _length_names() -> list[tuple[int, Any]]:
    return [(h, f"{h} h" if h < 24 else f"{h // 24} {_('days')}") for h in LENGTHS]


class WalkInForm(CarefulForm):
    """Everything that a rental needs. Somebody known is chosen, or the names are filled in."""

    use_required_attribute = False

    q = forms.CharField(
        label=gettext_lazy("Find a person"), required=False, max_length=200,
    )  # fmt: skip
    person = forms.UUIDField(required=False)
    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    last_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    phone = PhoneField()
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Customer.Language)
    sure = forms.BooleanField(
        label=gettext_lazy("None of these: make a new customer"), required=False,
        widget=forms.HiddenInput,
    )  # fmt: skip

    craft = CraftField(
        label=gettext_lazy("Craft"), queryset=Craft.objects.none(),
        empty_label=gettext_lazy("Choose a craft"),
    )  # fmt: skip
    length = forms.TypedChoiceField(label=gettext_lazy("For how long"), coerce=int, initial=2)
    starts_at = DateTimeField(label=gettext_lazy("From"))
    age_group = AgeField()
    drives = forms.BooleanField(
        label=gettext_lazy("The renter drives"), required=False, initial=True
    )
    extras = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Extras"), queryset=Extra.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    wishes = forms.CharField(
        label=gettext_lazy("Wishes"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    document_type = forms.ChoiceField(
        label=gettext_lazy("Photo ID seen"), choices=IdentityCheck.Document,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Only the kind is kept: no copy, no number."),
    )  # fmt: skip
    contact_right = forms.BooleanField(
        label=gettext_lazy("Contact details are still right"), required=False
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        fields: Any = self.fields
        fields["length"].choices = _length_names()
        fields["extras"].queryset = Extra.objects.filter(in_use=True)
        fields["extras"].label_from_instance = _extra_name
        fields["craft"].queryset = Craft.objects.filter(
            state=Craft.State.IN_USE
        ).select_related("craft_class")  # fmt: skip
        fields["craft"].choices = self._crafts(fields["craft"])

    def _crafts(self, field: Any) -> list[Any]:
        """Those that are free in the next two hours stand first."""
        start, end = next_times()
        free = set(
            bookings.free_crafts(starts_at=start, ends_at=end, at=self.at).values_list(
                "pk", flat=True
            )
        )
        named = [(row, (row.pk, field.label_from_instance(row))) for row in field.queryset]
        return [
            ("", _("Choose a craft")),
            (_("Free now"), [choice for row, choice in named if row.pk in free]),
            (_("Not free now"), [choice for row, choice in named if row.pk not in free]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("person") and "person" not in self.errors:
            self._clean_new(cleaned)
        if cleaned.get("starts_at") and cleaned.get("length"):
            cleaned["ends_at"] = cleaned["starts_at"] + timedelta(hours=cleaned["length"])
        return cleaned

    def _clean_new(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("first_name") and not cleaned.get("last_name"):
            self.add_error("q", _("Choose a person, or fill in the names of a new one."))
            return
        for name in ("first_name", "last_name"):
            if not cleaned.get(name):
                self.add_error(name, _("Both names are needed in the agreement."))
        if "phone" in cleaned and not cleaned["phone"] and not cleaned.get("email"):
            self.add_error("phone", _("Give a phone number or an e-mail address, or both."))


def _extra_name(extra: Extra) -> str:
    return f"{extra} {extra.price_cents / 100:.2f} €".replace(".", ",")


@needs_to_write(Booking)
def walk_in(request: HttpRequest, site: Any) -> HttpResponse:
    at, going = timezone.now(), request.POST.get("go", "")
    start, _end = next_times()
    form = WalkInForm(request.POST or None, initial={"starts_at": start}, at=at)
    drivers = DriverFormSet(request.POST or None, prefix="drivers")
    alike: list[Alike] = []
    found = None
    if request.method == "POST" and going == FIND:
        found = search.find(query=request.POST.get("q", "")[:200], by=staff(request), at=at)
        form, drivers = _untouched(form), DriverFormSet(request.POST, prefix="drivers")
    elif request.method == "POST" and all([form.is_valid(), drivers.is_valid()]):
        alike = _alike(form, by=staff(request))
        made = None if alike else tried(form, lambda: _begin(form, drivers, by=staff(request)))
        if made is not None:
            return _onwards(request, made, form, going)
    context = {
        **site.each_context(request), **_priced(form), "form": form, "drivers": drivers,
        "alike": alike, "title": _("Walk-in"), "now": at, "start": start,
        "hits": found.hits if found else (), "asked": found is not None,
        "chosen": _chosen(request, form),
        "banned": form.has_error("__all__", "Banned"),
        "may_tablet": permissions.sees_whole(request.user, *contracts.PRINTED),
    }  # fmt: skip
    return TemplateResponse(request, "desk/walk_in.html", context)


def _untouched(form: WalkInForm) -> WalkInForm:
    """The form as it was typed, without complaints: it was not sent yet."""
    form.full_clean()
    form.errors.clear()
    return form


def _chosen(request: HttpRequest, form: WalkInForm) -> Customer | None:
    """The person chosen before, so that she is still shown when the form comes back."""
    if not form.is_bound or not (pk := form.cleaned_data.get("person")):
        return None
    return customers.visible_to(staff(request)).filter(pk=pk).first()


def _alike(form: WalkInForm, *, by: User) -> list[Alike]:
    """People who may be the same, before a new one is made: a look-up like any other."""
    data = form.cleaned_data
    if data["person"] or data["sure"]:
        return []
    alike = looked_for(
        by, first_name=data["first_name"], last_name=data["last_name"], email=data["email"],
        phone=str(data["phone"] or ""),
    )  # fmt: skip
    if alike:
        form.fields["sure"].widget = forms.CheckboxInput()
        retype(form, "sure", "")
    return alike


@transaction.atomic
def _begin(form: WalkInForm, drivers: Any, *, by: User) -> Agreement:
    at, data = timezone.now(), form.cleaned_data
    others = tuple(
        driver_of(row.cleaned_data, by=by, at=at) for row in drivers if row.has_changed()
    )
    wanted = walk_ins.Wanted(
        craft=data["craft"], starts_at=data["starts_at"], ends_at=data["ends_at"],
        age_group=data["age_group"], drives=data["drives"], others=others,
        extras=tuple(data["extras"]), wishes=data["wishes"],
    )  # fmt: skip
    return walk_ins.begin(
        customer=_customer(data, by=by, at=at), wanted=wanted, by=by, at=at,
        contact_right=data["contact_right"] and bool(data["person"]),
    )  # fmt: skip


def _customer(data: dict[str, Any], *, by: User, at: datetime) -> Customer:
    if data["person"]:
        known = customers.visible_to(by).filter(pk=data["person"]).first()
        if known is None:
            raise Refused(_("This person is not in the register any more: search again."))
        return known
    return customers.create(
        by=by, at=at, first_name=data["first_name"].strip(), last_name=data["last_name"].strip(),
        phone=data["phone"] or "", email=data["email"].strip().lower(), language=data["language"],
    )  # fmt: skip


def _onwards(
    request: HttpRequest, agreement: Agreement, form: WalkInForm, going: str
) -> HttpResponse:
    """To the tablet in the customer's hands, or to the booking, where the paper is printed."""
    seen = permissions.sees_whole(request.user, *contracts.PRINTED)
    if going != PAPER and seen:
        return tablet.begin(request, agreement, form.cleaned_data["document_type"])
    return redirect("admin:desk-booking", agreement.booking_id)


@require_POST
@needs_to_write(Booking)
def people(request: HttpRequest, site: Any) -> HttpResponse:
    """Who it may be, while the name is typed."""
    query = request.POST.get("q", "")[:200].strip()
    if len(query) < 3:
        return HttpResponse("")
    found = search.find(query=query, by=staff(request), at=timezone.now())
    context = {"hits": found.hits, "asked": True}
    return render(request, "desk/walk_in_people.html", context)


@require_POST
@needs_to_write(Booking)
def price(request: HttpRequest, site: Any) -> HttpResponse:
    """What it costs as the form stands. Changes nothing."""
    form = WalkInForm(request.POST, at=timezone.now())
    form.is_valid()
    return render(request, "desk/walk_in_price.html", _priced(form))


def _priced(form: WalkInForm) -> dict[str, Any]:
    data = form.cleaned_data if form.is_bound else {}
    craft, starts_at, ends_at = (data.get(name) for name in ("craft", "starts_at", "ends_at"))
    if not craft or not starts_at or not ends_at:
        return {"price": None}
    lines = [
        *pricing.rental_lines(craft_class=craft.craft_class, starts_at=starts_at, ends_at=ends_at),
        *walk_ins.extra_lines(data.get("extras") or (), get_language() or "fi"),
    ]
    priced = [(line, int(line.quantity * line.unit_price_cents)) for line in lines]
    free = bookings.free_crafts(starts_at=starts_at, ends_at=ends_at, at=form.at)
    return {
        "price": {
            "lines": priced, "total": sum(cents for _line, cents in priced), "ends_at": ends_at,
            "of": craft.craft_class, "craft": craft,
        },
        "others": _others(craft, free),
    }  # fmt: skip


def _others(craft: Craft, free: Iterable[Craft]) -> list[Craft] | None:
    """What is free instead, or None where the craft itself is."""
    rows = list(free)
    return None if craft in rows else rows[:8]
