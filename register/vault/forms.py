"""The form field of a sealed column: it takes a new value and never shows the stored one.

Left empty, the stored value stays as it is. A box beside the field empties it.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .values import Secret


class _Shown(str):
    """What the input shows, and whether something is stored that could be emptied."""

    __slots__ = ("stored",)
    stored: bool

    @classmethod
    def of(cls, text: object, *, stored: bool) -> "_Shown":
        shown = cls(text if isinstance(text, str) else "")
        shown.stored = stored
        return shown


class _Both(str):
    """A new value was typed and the box to empty it ticked: which of them is meant?"""

    __slots__ = ()


class SealedInput(forms.TextInput):
    """A text input and, where something is stored, a box to empty it."""

    template_name = "widgets/sealed_input.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        can_be_emptied = getattr(value, "stored", False) and not self.is_required
        context["widget"]["empty_name"] = self.empty_name(name) if can_be_emptied else ""
        return context

    @staticmethod
    def empty_name(name: str) -> str:
        return f"{name}-empty"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        if not forms.CheckboxInput().value_from_datadict(data, files, self.empty_name(name)):
            return typed
        return _Both(typed) if typed and typed.strip() else False

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and self.empty_name(name) not in data


class SealedFormField(forms.CharField):
    """Cleans to the normalised text, to None (leave it alone) or to False (empty it)."""

    widget = SealedInput

    def __init__(self, *, sealed_field: Any, **kwargs: Any) -> None:
        # The column counts characters of the normal form: blanks may be typed beside them.
        kwargs.pop("max_length", None)
        super().__init__(**kwargs)
        self.sealed_field = sealed_field
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return _Shown.of("", stored=True) if isinstance(value, Secret) else value

    def bound_data(self, data: Any, initial: Any) -> Any:
        return _Shown.of(data, stored=isinstance(initial, Secret))

    def has_changed(self, initial: Any, data: Any) -> bool:
        if data is False:
            return isinstance(initial, Secret)
        return bool(data and str(data).strip())

    def clean(self, value: Any) -> Any:
        if isinstance(value, _Both):
            raise ValidationError(
                _("Either type a new value or tick the box to empty the field, not both."),
                code="contradiction",
            )
        if value is False and not self.required:
            return False
        text = super().clean(value or "")
        return self.sealed_field.normal(text) if text else None
