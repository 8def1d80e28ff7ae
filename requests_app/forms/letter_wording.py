"""The owner's words in the letters of one kind, in every language beside each other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app import letter_words
from requests_app.forms.public import refuse_secrets
from requests_app.models import LetterWords

TITLES = {LetterWords.OPENING: _("Opening"), LetterWords.CLOSING: _("Closing")}


class LetterForm(forms.Form):
    """`stands`: language → place → what the letters say now."""

    def __init__(self, *args: Any, stands: dict[str, dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, words in stands.items():
            for place, text in words.items():
                self.fields[f"{language}-{place}"] = forms.CharField(
                    label=TITLES[place],
                    initial=text,
                    required=False,
                    max_length=letter_words.LONGEST,
                    validators=[refuse_secrets],
                    widget=forms.Textarea(
                        attrs={"rows": 4, "lang": language, "spellcheck": "true"}
                    ),
                )

    def tongues(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Language → its fields, for the page."""
        return [
            (language, [self[f"{language}-{place}"] for place in letter_words.PLACES])
            for language in letter_words.LANGUAGES
        ]

    def words(self) -> dict[tuple[str, str], str]:
        """(language, place) → text."""
        return {
            (language, place): self.cleaned_data[f"{language}-{place}"]
            for language in letter_words.LANGUAGES
            for place in letter_words.PLACES
        }
