"""What a field should be, and what is decided of it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from register import formfields
from register.models.choices import correction_grounds
from register.services import rectifying
from register.vault.fields import SealedField
from requests_app.forms.public import refuse_secrets
from requests_app.services.correcting import Spot

YES, NO = "yes", "no"


class ValueForm(forms.Form):
    """The new value of one field, asked for as the register's own forms ask for it."""

    def __init__(self, *args: Any, spot: Spot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spot = spot
        self.fields["value"] = _field(spot)

    def clean_value(self) -> Any:
        """None where the person wants it emptied."""
        return rectifying.checked(self.spot.label, self.cleaned_data["value"])


def _field(spot: Spot) -> forms.Field:
    column = rectifying.column_of(spot.label)
    label = _("As it should be")
    may_be_empty = column.blank or column.null
    if isinstance(column, SealedField):
        return forms.CharField(
            label=label, required=not may_be_empty, max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=_("It is encrypted, and shown masked."),
        )  # fmt: skip
    made = _as_the_desk_does(column, label)
    made.help_text = _("Leave it empty if the register should hold nothing here.")
    if not may_be_empty:
        made.help_text = ""
    return made


def _as_the_desk_does(column: Any, label: Any) -> forms.Field:
    if column.name.endswith("_cents"):
        made: Any = column.formfield(form_class=formfields.EuroField, label=label)
    elif isinstance(column, models.DateTimeField):
        made = column.formfield(
            form_class=formfields.DateTimeField, widget=formfields.DateTimeInput, label=label
        )
    elif isinstance(column, models.DateField):
        made = column.formfield(widget=formfields.DateInput, label=label)
    elif isinstance(column, models.TextField):
        made = column.formfield(widget=forms.Textarea(attrs={"rows": 4}), label=label)
    else:
        made = column.formfield(label=label)
    assert isinstance(made, forms.Field)
    return made


class AnswerForm(forms.Form):
    """Corrected, or left as it is and why."""

    answer = forms.ChoiceField(
        label=_("What is done"),
        choices=[(YES, _("Correct it in the register now")), (NO, _("Leave it as it is"))],
        widget=forms.RadioSelect,
    )
    ground = forms.ChoiceField(
        label=_("Why it is left"), required=False, help_text=_("Told to the person with its law.")
    )
    reasons = forms.CharField(
        label=_("Reasons in this case"),
        required=False,
        max_length=2000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Told to the person. Name nobody else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ground = self.fields["ground"]
        assert isinstance(ground, forms.ChoiceField)
        ground.choices = [("", "–"), *correction_grounds()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == NO and not cleaned.get("ground"):
            message = _("Choose why it is left as it is: the person has a right to the reason.")
            self.add_error("ground", ValidationError(message, "required"))
        return cleaned


class ToldForm(forms.Form):
    """A recipient was told, or why it cannot be done."""

    on = forms.DateField(label=_("Told on"), widget=formfields.DateInput)
    why = forms.CharField(
        label=_("Why it cannot be done"),
        required=False,
        max_length=200,
        validators=[refuse_secrets],
        help_text=_("Only where it is impossible or takes a disproportionate effort (GDPR 19)."),
    )
