"""Forms of the dock: condition, handover and return."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from register.desk.forms import CarefulForm
from register.formfields import EuroField
from register.models import ConditionMark, Rental
from register.services import conditions, rentals
from register.services.conditions import Mark

LITRES, HOURS = 5, 7
"""Most digits of the gauges, one after the comma among them."""


def _gauge(label: Any, digits: int) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_digits=digits, decimal_places=1, required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip


def _note(label: Any, *, help_text: Any = "", rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, required=False, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class MarkForm(CarefulForm):
    """One mark. A row without a part of the craft is no mark."""

    use_required_attribute = False

    zone = forms.ChoiceField(
        label=_("Part of the craft"), required=False,
        choices=[("", _("Choose")), *ConditionMark.Zone.choices],
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What"), choices=ConditionMark.Kind.choices, required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    x = forms.IntegerField(
        required=False, min_value=0, max_value=ConditionMark.WIDTH, widget=forms.HiddenInput
    )
    y = forms.IntegerField(
        required=False, min_value=0, max_value=ConditionMark.HEIGHT, widget=forms.HiddenInput
    )

    def has_changed(self) -> bool:
        return bool({"zone", "note"} & set(self.changed_data)) or bool(self.initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("note") and not cleaned.get("zone"):
            self.add_error("zone", _("Choose the part of the craft."))
        return cleaned

    def mark(self) -> Mark | None:
        data = self.cleaned_data
        if not data.get("zone") or data.get("DELETE"):
            return None
        placed = data.get("x") is not None and data.get("y") is not None
        at = (data["x"], data["y"]) if placed else (None, None)
        kind = data.get("kind") or ConditionMark.Kind.SCRATCH.value
        return Mark(data["zone"], kind, data.get("note", ""), *at)


MarkFormSet = forms.formset_factory(
    MarkForm, extra=2, max_num=conditions.MOST, can_delete=True, absolute_max=conditions.MOST + 10
)


def marks_in(rows: Any) -> list[Mark]:
    """The marks of a valid formset."""
    found = [row.mark() for row in rows if row.cleaned_data]
    return [mark for mark in found if mark is not None]


def as_initial(marks: list[Mark]) -> list[dict[str, Any]]:
    return [
        {"zone": one.zone, "kind": one.kind, "note": one.note, "x": one.x, "y": one.y}
        for one in marks
    ]


class ConditionForm(CarefulForm):
    condition = _note(
        _("Condition in words"),
        help_text=_("What the drawing does not show. Both sign it."),
    )


class ChecklistForm(forms.Form):
    """The checklist of one driver: rentals.CHECKLIST."""

    LABELS = {
        "age_checked": _("Age seen from a photo ID"),
        "briefed": _("Briefing given: throttle, reverse, climbing back"),
        "area_shown": _("Area, distances and speed limits shown"),
        "rules_told": _("Rules and alcohol limit told"),
        "life_jacket": _("Life jacket on"),
        "kill_switch": _("Kill-switch lanyard on"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rentals.CHECKLIST:
            self.fields[name] = forms.BooleanField(label=self.LABELS[name], required=False)

    def first(self) -> "ChecklistForm":
        """The page begins here: the keyboard is on its first box."""
        self.fields[rentals.CHECKLIST[0]].widget.attrs["autofocus"] = True
        return self


class StillRightForm(CarefulForm):
    """Asks the contact details once more (P21), where the role may note the answer."""

    contact_right = forms.BooleanField(label=_("Contact details are still right"), required=False)

    def __init__(self, *args: Any, asks: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["contact_right"]


class HandoverForm(StillRightForm):
    fuel_l = _gauge(_("Fuel, litres"), LITRES)
    hours_in = _gauge(_("Engine hours"), HOURS)

    field_order = ("fuel_l", "hours_in", "contact_right")


class ReturnForm(StillRightForm):
    """Three taps: fuel, damage, back. The rest is for what is not as usual."""

    SAME, LESS = "same", "less"
    NONE, NEW = "none", "new"

    fuel = forms.ChoiceField(label=_("Fuel"), widget=forms.RadioSelect, required=False, choices=())
    fuel_l = _gauge(_("Fuel, litres"), LITRES)
    harm = forms.ChoiceField(
        label=_("Damage"), widget=forms.RadioSelect,
        choices=[(NONE, _("No new damage")), (NEW, _("New damage"))],
        error_messages={"required": _("Look at the craft: is there new damage or not?")},
    )  # fmt: skip
    damage = _note(_("What is damaged"))
    estimate = EuroField(label=_("Estimate of the damage, €"), required=False)
    charge_damage = forms.BooleanField(
        label=_("Put the damage fee on the bill now"), required=False,
        help_text=_("Otherwise the case stays open, and the fee is decided later."),
    )  # fmt: skip
    hours_in = _gauge(_("Engine hours"), HOURS)
    condition = _note(_("Condition in words"), help_text=_("How the craft looks now."))
    charge_late = forms.BooleanField(label=_("Charge a late return"), required=False, initial=True)
    charge_fuel = forms.BooleanField(label=_("Charge missing fuel"), required=False, initial=True)

    USUAL = ("fuel", "fuel_l", "harm")
    HARM = ("damage", "estimate", "charge_damage")
    field_order = (
        *USUAL, *HARM, "hours_in", "condition", "charge_late", "charge_fuel", "contact_right",
    )  # fmt: skip

    def __init__(self, *args: Any, rental: Rental | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fuel_out = rental.fuel_out_l if rental else None
        if self.fuel_out is None:
            del self.fields["fuel"]
            return
        same = _("As at handover, %(litres)s l") % {"litres": _plain(self.fuel_out)}
        self.fields["fuel"].choices = [(self.SAME, same), (self.LESS, _("Less: fill in below"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_fuel(cleaned)
        if cleaned.get("harm") == self.NONE and (cleaned.get("damage") or cleaned.get("estimate")):
            self.add_error("harm", _("You wrote about damage: is there new damage or not?"))
        if cleaned.get("harm") == self.NEW and not cleaned.get("damage"):
            self.add_error("damage", _("Say what the damage is."))
        if cleaned.get("charge_damage") and not cleaned.get("estimate"):
            self.add_error("estimate", _("Write the estimate first: the fee comes from it."))
        return cleaned

    def _clean_fuel(self, cleaned: dict[str, Any]) -> None:
        if "fuel" not in self.fields:
            return
        told, litres = cleaned.get("fuel"), cleaned.get("fuel_l")
        if told == self.SAME:
            if litres is not None and litres != self.fuel_out:
                self.add_error("fuel", _("You wrote the litres as well: which of them is right?"))
            cleaned["fuel_l"] = self.fuel_out
        elif litres is None and "fuel_l" in cleaned:
            self.add_error("fuel", _("Read the fuel gauge: as at handover, or how many litres?"))

    def harm_done(self) -> rentals.Damage | None:
        data = self.cleaned_data
        if data.get("harm") != self.NEW:
            return None
        return rentals.Damage(
            data.get("damage", ""), data.get("estimate"), data.get("charge_damage", False)
        )


def _plain(litres: Decimal) -> str:
    return f"{litres:.1f}".rstrip("0").rstrip(".").replace(".", ",")
