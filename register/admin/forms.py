"""The form of every record: sealed values go in and never out, two clerks do not overwrite each
other, and no card number hides in a text."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from register import validators
from register.admin import refusals
from register.formfields import retype, straighten
from register.services.refusals import ChangedMeanwhile
from register.vault.forms import SealedFormField

STRUCTURED = frozenset({"einvoice_address", "reference", "business_id", "registration", "seen"})
"""Columns whose own form is digits: a number in them is no hidden card."""


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Base of the admin's forms. `refusal` is what the database or a service said to the same
    input a moment ago."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    refusal: ValidationError | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say_how_sealed_values_work()
        if saved_at := self._saved_at():
            self.fields["seen"].initial = saved_at.isoformat()

    def _saved_at(self) -> datetime | None:
        row = self.instance
        return None if row._state.adding else getattr(row, "saved_at", None)

    def _say_how_sealed_values_work(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, SealedFormField):
                stored = None if self.instance._state.adding else getattr(self.instance, name)
                field.help_text = (
                    _("Stored, encrypted: %(mask)s. Type a new one to replace it.")
                    % {"mask": stored.masked}
                    if stored
                    else _("Optional. It is encrypted, and shown masked.")
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        straighten(self, cleaned)
        self._refuse_cards(cleaned)
        self._refuse_if_changed_meanwhile()
        if self.refusal is not None:
            self.add_error(None, self.refusal)
        return cleaned

    def _refuse_cards(self, cleaned: dict[str, Any]) -> None:
        for name, value in list(cleaned.items()):
            plain = not isinstance(self.fields.get(name), SealedFormField)
            if plain and name not in STRUCTURED and isinstance(value, str):
                try:
                    validators.refuse_card_numbers(value)
                except ValidationError as refused:
                    self.add_error(name, refused)

    def _refuse_if_changed_meanwhile(self) -> None:
        seen = parse_datetime(self.cleaned_data.get("seen") or "")
        if seen is None or self._saved_at() is None:
            return
        row = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        if row.saved_at == seen:
            return
        retype(self, "seen", row.saved_at.isoformat())
        self.add_error(None, ValidationError([str(ChangedMeanwhile()), *self._differences(row)]))

    def _differences(self, row: Any) -> list[str]:
        """What stands in the register now, where it differs from what was typed."""
        lines = []
        for name, field in self.fields.items():
            if name == "seen" or isinstance(field, SealedFormField) or not hasattr(row, name):
                continue
            if getattr(row, name) != self.cleaned_data.get(name):
                now = field.prepare_value(getattr(row, name))
                lines.append(_("%(field)s is now: %(now)s") % {"field": field.label, "now": now})
        return lines

    def _update_errors(self, errors: ValidationError) -> None:
        """Constraints speak by name: give them words."""
        super()._update_errors(errors)  # type: ignore[misc]
        for message in self.errors.as_data().get(NON_FIELD_ERRORS, []):
            message.message = str(refusals.of_text(str(message.message)))
