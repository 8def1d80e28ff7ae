"""Forms of the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from register import policy, validators
from register.formfields import DateTimeField, EuroField, PhoneField, retype, straighten
from register.models import (
    Channel,
    Company,
    Craft,
    Customer,
    Deposit,
    Driver,
    IdentityCheck,
    Message,
    Method,
    OrderLine,
)
from register.models.choices import in_active_language
from register.money import euros
from register.services import bookings, pricing


class CarefulForm(forms.Form):
    """No text of the desk takes a card number, or turns the page that it is read on."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        straighten(self, cleaned)
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and name != "seen":
                try:
                    validators.refuse_card_numbers(value)
                except ValidationError as refused:
                    self.add_error(name, refused)
        return cleaned


class SeenForm(CarefulForm):
    """Remembers when the row was last saved, so that a second clerk is told what changed."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def clean_seen(self) -> datetime:
        seen = parse_datetime(self.cleaned_data["seen"])
        if seen is None:
            raise ValidationError(_("Open the page again: the form is broken."))
        return seen

    def tell_changes(self, row: Model) -> None:
        """Say what stands in the register now, and let the next save count."""
        retype(self, "seen", row.saved_at.isoformat())  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            now = getattr(row, name, None)
            if name != "seen" and hasattr(row, name) and now != self.cleaned_data.get(name):
                shown = bookings.moment(now) if isinstance(now, datetime) else now or "–"
                self.add_error(
                    None, _("%(field)s is now: %(now)s") % {"field": field.label, "now": shown}
                )


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=200, strip=True)


def _text(label: Any, *, required: bool = True, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=100, required=required, widget=forms.TextInput(attrs=attrs)
    )


def _note(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=2000, required=required, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ContactForm(SeenForm):
    """Contact details, corrected on the spot (P22)."""

    first_name = _text(_("First name"), autocomplete="off")
    last_name = _text(_("Last name"), autocomplete="off")
    phone = PhoneField(help_text=_("In any habit: 040 123 4567 or +46 70 123 45 67."))
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Customer.Language)

    field_order: tuple[str, ...] = (
        "first_name", "last_name", "phone", "email", "language", "seen",
    )  # fmt: skip

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class PersonForm(ContactForm):
    """A new person. `sure` is asked when somebody alike is already in the register."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Customer.Kind)
    secrecy_order = forms.BooleanField(
        label=_("Secrecy order"), required=False,
        help_text=_("Contact details are shown only to the roles that need them."),
    )  # fmt: skip
    wishes = _note(_("Wishes that stand"))
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    seen = None  # type: ignore[assignment]

    field_order = (*ContactForm.field_order[:-1], "kind", "secrecy_order", "wishes")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        asked = "phone" in cleaned and "email" in cleaned
        if asked and not cleaned["phone"] and not cleaned["email"]:
            self.add_error("phone", _("Give a phone number or an e-mail address, or both."))
        return cleaned

    def details(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "sure"}


class CraftField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A craft with its prices."""

    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, Craft)
        price = obj.craft_class
        return _("%(craft)s · %(class)s · %(hour)s an hour, %(day)s a day") % {
            "craft": obj, "class": price, "hour": euros(price.hour_price_cents),
            "day": euros(price.day_price_cents),
        }  # fmt: skip


class AgeField(forms.ChoiceField):
    """Age as an answer, not as a date: no birth date is asked or kept."""

    CHOICES = (
        ("", _("Choose")),
        (Driver.AgeGroup.ADULT.value, Driver.AgeGroup.ADULT.label),
        (Driver.AgeGroup.YOUTH.value, Driver.AgeGroup.YOUTH.label),
        (bookings.CHILD, _("under 15 years")),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Age"), choices=self.CHOICES, **kwargs)


class TimeForm(CarefulForm):
    """Which craft, and when."""

    craft = CraftField(
        label=_("Craft"), queryset=Craft.objects.none(), empty_label=_("Choose a craft")
    )
    starts_at = DateTimeField(label=_("From"))
    ends_at = DateTimeField(label=_("To"))
    wishes = _note(
        _("Wishes"), help_text=_("What the customer asked for: no health details, no card numbers.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_use = Craft.objects.filter(state=Craft.State.IN_USE).select_related("craft_class")
        self.fields["craft"].queryset = in_use  # type: ignore[attr-defined]


class BookingForm(TimeForm):
    """A new booking of one person."""

    company = forms.ModelChoiceField(
        label=_("Paid by the company"), queryset=Company.objects.none(), required=False,
        empty_label=_("No, by the person"),
    )  # fmt: skip
    age_group = AgeField(
        help_text=_("The renter is at least 18. Seen from a photo ID at handover.")
    )
    drives = forms.BooleanField(label=_("The renter drives"), required=False, initial=True)

    field_order = (
        "override", "craft", "starts_at", "ends_at", "age_group", "drives", "company", "wishes",
    )  # fmt: skip

    override = _note(
        _("Why the ban does not stop this booking"),
        help_text=_("You may let it through. The reason is kept and logged."),
    )

    def __init__(
        self, *args: Any, customer: Customer, may_override: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not may_override:
            del self.fields["override"]
        companies = Company.objects.filter(
            contacts__customer=customer, contacts__ended_on__isnull=True
        )
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]
        self.fields["company"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        if not companies.exists():
            del self.fields["company"]


class OverrideForm(CarefulForm):
    """Why a ban does not stop a booking."""

    override = _note(_("Why the ban does not stop this booking"), required=True)


class NoteForm(CarefulForm):
    """A quick note of what was said, in which channel, by whom."""

    channel = forms.ChoiceField(
        label=_("Channel"), initial=Channel.PHONE,
        choices=[(c.value, c.label) for c in Channel if c != Channel.AUTOMATIC],
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=_("Who made contact"), choices=Message.Direction, initial=Message.Direction.IN
    )
    body = _note(_("What was said"), required=True)


class ChangeBookingForm(SeenForm, TimeForm):
    """Move a booking or change its wishes."""

    field_order = ("craft", "starts_at", "ends_at", "wishes", "seen")


class DriverForm(CarefulForm):
    """One more driver. Somebody with the same phone and name is the same person."""

    first_name = _text(_("First name"), autocomplete="off")
    last_name = _text(_("Last name"), autocomplete="off")
    phone = PhoneField()
    age_group = AgeField()


class OptionalDriverForm(DriverForm):
    """A row of the booking form that may be left empty."""

    use_required_attribute = False

    def has_changed(self) -> bool:
        return bool({"first_name", "last_name", "phone"} & set(self.changed_data))


DriverFormSet = forms.formset_factory(OptionalDriverForm, extra=2, max_num=6)


class LineForm(CarefulForm):
    """An extra, or a discount."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (OrderLine.Kind.EXTRA, OrderLine.Kind.FUEL,
                 OrderLine.Kind.GIFT_CARD, OrderLine.Kind.VIOLATION, OrderLine.Kind.DISCOUNT)],
    )  # fmt: skip
    description = _text(_("Description"))
    quantity = forms.DecimalField(
        label=_("Quantity"), min_value=0, max_digits=7, decimal_places=2, initial=1, localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    unit_price = EuroField(label=_("Unit price, €"))

    def clean_quantity(self) -> Any:
        quantity = self.cleaned_data["quantity"]
        if quantity <= 0:
            raise ValidationError(_("The quantity is more than zero."))
        return quantity

    def clean_unit_price(self) -> int:
        price = int(self.cleaned_data["unit_price"])
        if price < 0:
            raise ValidationError(
                _("Write the price without a minus; choose “Discount” as the kind.")
            )
        return price

    def line(self) -> pricing.Line:
        data = self.cleaned_data
        sign = -1 if data["kind"] == OrderLine.Kind.DISCOUNT else 1
        return pricing.Line(
            data["kind"], data["description"], data["quantity"], sign * data["unit_price"]
        )


class AgreementForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the agreement"), choices=Customer.Language)


class SignForm(forms.Form):
    document_type = forms.ChoiceField(
        label=_("Photo ID seen"), choices=IdentityCheck.Document, widget=forms.RadioSelect,
        help_text=_("Only the kind is kept: no copy, no number."),
    )  # fmt: skip


def _strokes(label: Any, empty: Any) -> forms.CharField:
    return forms.CharField(
        widget=forms.HiddenInput, max_length=60_000, label=label,
        error_messages={"required": empty},
    )  # fmt: skip


class StrokesForm(forms.Form):
    """Both signatures as the tablet sends them (services.signatures)."""

    strokes = _strokes(_("Signature"), _("Sign in the box first."))
    firm_strokes = _strokes(
        _("Signature of the firm"),
        _("The firm signs as well: the clerk signs in the second box."),
    )


class MoneyForm(CarefulForm):
    """A payment, a refund or a deposit."""

    amount = EuroField(label=_("Amount, €"))
    method = forms.ChoiceField(label=_("Method"), choices=Method)
    confirmed = forms.BooleanField(
        label=_("The amount is right, although less is owed"), required=False,
        widget=forms.HiddenInput,
    )  # fmt: skip

    def ask_to_confirm(self) -> None:
        """Show the box: the amount was more than what is owed."""
        self.fields["confirmed"].widget = forms.CheckboxInput()

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if amount <= 0:
            raise ValidationError(_("The amount is more than zero."))
        return amount


class DepositForm(MoneyForm):
    """A deposit: a hold on a card lasts as long as the way in which the card was read."""

    reading = forms.ChoiceField(
        label=_("How the card was read"), choices=Deposit.Reading, required=False,
        initial=Deposit.Reading.READER, widget=forms.RadioSelect,
    )  # fmt: skip


class ReleaseForm(forms.Form):
    captured = EuroField(label=_("Used of it, €"), required=False)


class RevealForm(forms.Form):
    """Which sealed value, and why: a reason that the policy declares."""

    field = forms.ChoiceField(choices=())
    reason = forms.ChoiceField(label=_("Why"), choices=())

    def __init__(self, *args: Any, fields: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = list(fields)  # type: ignore[attr-defined]
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a reason")),
            *((reason.key, in_active_language(reason.name)) for reason in policy.REVEAL_REASONS),
        ]


def next_times() -> tuple[datetime, datetime]:
    """A walk-in's times: from the next quarter of an hour, two hours."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    start = now + timedelta(minutes=-now.minute % 15)
    return start, start + timedelta(hours=2)
