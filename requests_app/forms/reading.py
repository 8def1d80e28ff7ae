"""What is done with one row that may tell of others: a proposal, and a second person's answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from register.models.choices import withholding_grounds
from requests_app.models import Passage
from requests_app.packages.passages import Found

Verdict = Passage.Verdict
LATER = ("", _("Read it later"))


class ProposalForm(forms.Form):
    """A verdict, its ground, and for redacting the words as they may leave."""

    verdict = forms.ChoiceField(label=_("What is done with it"), required=False)
    ground = forms.ChoiceField(label=_("Why something is left out"), required=False)

    def __init__(self, *args: Any, one: Found, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one = one
        offered = [v for v in Verdict if not (one.is_file and v is Verdict.REDACT)]
        self._choices("verdict", [LATER, *((v.value, v.label) for v in offered)])
        self._choices("ground", [("", "–"), *withholding_grounds()])
        for word in one.words if not one.is_file else ():
            self.fields[f"words-{word.name}"] = forms.CharField(
                label=word.title,
                required=False,
                initial=word.text,
                max_length=20_000,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("Take others' data out here, if that is your choice."),
            )

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        words = {w.name: data.get(f"words-{w.name}", "") for w in self.one.words}
        return {"verdict": data["verdict"], "ground": data["ground"], "words": words}


class AnswerForm(forms.Form):
    """Approve it or send it back; unanswered, it waits on."""

    answer = forms.ChoiceField(
        label=_("Second person"),
        required=False,
        choices=[("", _("Decide later")), ("yes", _("Approve")), ("no", _("Send back"))],
    )
