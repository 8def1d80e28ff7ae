"""The owner's words for the notice, one language at a time."""

from collections.abc import Iterator
from typing import Any

from django import forms

from requests_app import notice_words
from requests_app.forms.public import refuse_secrets
from requests_app.notice_words import CONTACT, LONGEST, PURPOSE


def name_of(key: str) -> str:
    """The form's name of a place; a dot would not do in one."""
    return key.replace(".", "-")


class ContactForm(forms.Form):
    """Whom to ask, in every language the same."""

    def __init__(self, *args: Any, stands: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for slot in notice_words.CONTACTS:
            field = slot.key.removeprefix(CONTACT)
            self.fields[name_of(slot.key)] = _contact_field(field, slot.title, stands[field])

    def words(self) -> Iterator[tuple[tuple[str, str], str]]:
        for slot in notice_words.CONTACTS:
            yield (slot.key, ""), str(self.cleaned_data[name_of(slot.key)])


def _contact_field(field: str, label: Any, initial: str) -> forms.Field:
    if field == "email":
        return forms.EmailField(label=label, initial=initial)
    return forms.CharField(label=label, initial=initial, max_length=100)


class WordsForm(forms.Form):
    """Introductions and purposes in one language. `stands`: what each place says now."""

    def __init__(self, *args: Any, language: str, stands: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self._slots = notice_words.slots(language)
        for slot in self._slots:
            self.fields[name_of(slot.key)] = forms.CharField(
                label=slot.title,
                initial=stands[slot.key],
                required=False,
                max_length=LONGEST,
                validators=[refuse_secrets],
                widget=forms.Textarea(attrs={"rows": 3, "lang": language, "spellcheck": "true"}),
            )

    def introductions(self) -> list[forms.BoundField]:
        return [f for f in self.visible_fields() if not f.name.startswith(name_of(PURPOSE))]

    def purposes(self) -> list[forms.BoundField]:
        return [f for f in self.visible_fields() if f.name.startswith(name_of(PURPOSE))]

    def words(self) -> Iterator[tuple[tuple[str, str], str]]:
        for slot in self._slots:
            yield (slot.key, self.language), self.cleaned_data[name_of(slot.key)]
