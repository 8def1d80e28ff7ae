"""How was it? A number from one to five, and words if there are any."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from register import validators
from requests_app.forms.public import refuse_secrets

SCORES = (
    ("5", _("5 – very good")),
    ("4", _("4 – good")),
    ("3", _("3 – all right")),
    ("2", _("2 – poor")),
    ("1", _("1 – very poor")),
)


class FeedbackForm(forms.Form):
    score = forms.ChoiceField(
        label=_("How was it?"), choices=SCORES, required=False, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("In your own words"),
        help_text=_("What went well, what should be better? You may leave this empty."),
        required=False,
        max_length=4000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_text(self) -> str:
        return validators.straight(str(self.cleaned_data["text"])).strip()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("score") and not cleaned.get("text"):
            self.add_error("score", _("Choose a number, or write a few words."))
        return cleaned

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"score": int(data["score"]) if data["score"] else None, "text": data["text"]}
