"""The form field of a sealed column: it takes a new value and never shows the stored one."""

from typing import Any

from django import forms

from .values import Secret


class SealedFormField(forms.CharField):
    """Left empty, the stored value stays as it is."""

    def __init__(self, *, sealed_field: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sealed_field = sealed_field
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return "" if isinstance(value, Secret) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data and str(data).strip())

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.sealed_field.normal(text) if text else None
