"""The public form of a request: what is asked, and what is never taken."""

import json
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_altcha import AltchaField, AltchaWidget, get_altcha_challenge
from stdnum.fi import hetu

from register import validators
from requests_app.models import DataSubjectRequest

Kind = DataSubjectRequest.Kind
MadeBy = DataSubjectRequest.MadeBy

CODE_IN_TEXT = re.compile(r"(?<!\d)\d{6}\s?[-+A-FYXWVU]\s?\d{3}[0-9A-Z](?![0-9A-Z])", re.IGNORECASE)
CODE_DIGITS = 8
WORK = 40_000
"""Hashes that the browser tries at most: about a second on a phone."""

KINDS: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    (Kind.ACCESS, _("See my data"), _("A copy of everything you hold about me.")),
    (Kind.RECTIFICATION, _("Correct my data"), _("Something is wrong or missing.")),
    (Kind.ERASURE, _("Erase my data"), _("Forget me, as far as the law lets you.")),
    (Kind.RESTRICTION, _("Limit the use"), _("Only store my data for now.")),
    (Kind.OBJECTION, _("Object to the use"), _("Stop marketing, or another use of my data.")),
    (Kind.PORTABILITY, _("Take my data with me"), _("A file that another service can read.")),
    (Kind.WITHDRAWAL, _("Withdraw a consent"), _("I said yes earlier, and now say no.")),
)


def holds_identity_code(text: str) -> bool:
    """Whether a valid Finnish personal identity code stands somewhere in the text."""
    found = CODE_IN_TEXT.finditer(text)
    return any(hetu.is_valid(re.sub(r"\s", "", match[0]), allow_temporary=True) for match in found)


def refuse_secrets(text: str) -> None:
    """Free text takes neither an identity code nor a card number: it is not asked for, and it
    would lie there in the clear."""
    if holds_identity_code(text):
        raise ValidationError(
            _(
                "Please take the personal identity code out. We do not need it here: we check who "
                "you are at the desk."
            ),
            code="identity_code",
        )
    if validators.holds_card_number(text):
        raise ValidationError(
            _("Please take the card number out. We never need it for a request."),
            code="card_number",
        )


def on_one_line(text: Any) -> str:
    """Without line breaks, and without what turns the reading order: it would turn the staff's
    page."""
    return validators.one_line(str(text))


class ProofWidget(AltchaWidget):  # type: ignore[misc]
    """A hidden input with the puzzle beside it. Our own script solves it: the package's element
    needs inline styles and a worker from a blob, which our content policy refuses."""

    template_name = "public/proof.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super(AltchaWidget, self).get_context(name, None, attrs)
        challenge = get_altcha_challenge(max_number=WORK)
        context["widget"]["challenge"] = json.dumps(challenge.__dict__)
        return context


class ProofField(AltchaField):  # type: ignore[misc]
    """True when the browser did the work. A missing, stale or used proof is no error: without
    JavaScript there is none. The view then allows fewer tries."""

    widget = ProofWidget

    def clean(self, value: Any) -> bool:
        try:
            self.validate(value)
        except ValidationError:
            return False
        return True


class OnBehalf(forms.Form):
    """Whom the request is about, when it is not the one who makes it."""

    made_by = forms.ChoiceField(
        label=_("Who makes the request?"),
        choices=DataSubjectRequest.MadeBy,
        initial=DataSubjectRequest.MadeBy.SELF,
        required=False,
    )
    subject_name = forms.CharField(
        label=_("Name of the person whom the request is about"),
        help_text=_("Only if you ask for somebody else. We look at your mandate at our desk."),
        required=False,
        max_length=200,
        validators=[refuse_secrets],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_made_by(self) -> str:
        return str(self.cleaned_data["made_by"] or DataSubjectRequest.MadeBy.SELF)

    def clean_subject_name(self) -> str:
        """Kept only where somebody else asks: nothing is held without a reason."""
        if self.cleaned_data.get("made_by", "self") == DataSubjectRequest.MadeBy.SELF:
            return ""
        name = on_one_line(self.cleaned_data["subject_name"])
        if not name:
            raise ValidationError(
                _("Write the name of the person for whom the request is made."), code="required"
            )
        return name


class CodeForm(forms.Form):
    """The code beside a package's link."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Eight digits. Spaces do not matter."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}
        ),
        error_messages={"required": _("Write the code that you got from us.")},
    )

    def clean_code(self) -> str:
        digits = re.sub(r"\D", "", self.cleaned_data["code"])
        if len(digits) != CODE_DIGITS:
            raise ValidationError(
                _("The code has eight digits. This try was not counted: look again."), code="short"
            )
        return digits
