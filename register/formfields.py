"""Form fields of the staff: euros, numbers instead of lists of names, the device's date pickers."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from register import validators

LOCAL = "%Y-%m-%dT%H:%M"
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]*)?|-?\.[0-9]+")


def retype(form: forms.BaseForm, name: str, value: str) -> None:
    """Put a value into a bound form, as if it had been typed."""
    data: Any = form.data
    data = data.copy()
    data[form.add_prefix(name)] = value
    form.data = data


def straighten(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """Take out of every text what turns its reading order; what is then empty was not filled in."""
    for name, value in list(cleaned.items()):
        if not isinstance(value, str) or (straight := validators.straight(value)) == value:
            continue
        cleaned[name] = straight
        field = form.fields.get(name)
        if field is not None and field.required and not straight.strip():
            form.add_error(name, ValidationError(field.error_messages["required"], "required"))


class DateTimeInput(forms.DateTimeInput):
    """The tablet's own picker of date and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format=LOCAL)


class DateInput(forms.DateInput):
    """The tablet's own picker of a date."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateTimeField(forms.DateTimeField):
    """Local time of Helsinki, as the picker writes it."""

    widget = DateTimeInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"input_formats": [LOCAL, "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"], **kwargs}
        )


class EuroField(forms.DecimalField):
    """Euros on the screen, cents in the register. Takes a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        for of_integers in ("step_size",):
            kwargs.pop(of_integers, None)
        kwargs["min_value"] = kwargs.get("min_value") and Decimal(kwargs["min_value"]) / 100
        kwargs["max_value"] = None
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "decimal", "class": "euros"})
        super().__init__(decimal_places=2, max_digits=9, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"[€\s]", "", value).replace("\N{MINUS SIGN}", "-").replace(",", ".")
            if value and not PLAIN_NUMBER.fullmatch(value):  # "1e5" is a number to Python
                raise ValidationError(_("Write the amount in figures, such as 49,90."), "invalid")
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        euros = super().clean(value)
        return None if euros is None else int(euros * 100)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}".replace(".", ",") if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True


class PhoneField(PhoneNumberField):  # type: ignore[misc]
    """A phone number in any habit. The package's own refusal is not in every language of ours."""

    default_error_messages = {"invalid": _("This is not a whole phone number.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Phone"), "region": "FI", "required": False, **kwargs})


class NumberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row chosen by its number: no list of names to scroll, and none to fish in."""

    widget = forms.TextInput
    default_error_messages = {"invalid_choice": _("There is nothing with this number.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs["to_field_name"] = "number"
        kwargs["widget"] = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, Model) else value  # type: ignore[attr-defined]
