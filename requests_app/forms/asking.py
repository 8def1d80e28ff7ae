"""The public form, one thing a page. Never asks for a personal identity code.

Each form is one page: its question, its fields, and how its answers are read back before sending.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from register import policy, validators
from register.models import Channel
from requests_app.forms.public import KINDS, ProofField, on_one_line, refuse_secrets
from requests_app.models import DataSubjectRequest
from requests_app.services.effects import OPEN_TO_OBJECTION

Kind = DataSubjectRequest.Kind
MadeBy = DataSubjectRequest.MadeBy
Read = tuple[str | Promise, str]
NO_ANSWER = gettext_noop("Not answered")
LANGUAGES = (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English"))


class Page(forms.Form):
    """One page. `question` is its heading; `lead` stands under it. `grouped`: the page is one group
    of choices, and the heading is the group's own name."""

    question: ClassVar[str | Promise] = ""
    lead: ClassVar[str | Promise] = ""
    grouped: ClassVar[str] = ""

    def read_back(self, given: Mapping[str, Any]) -> Iterator[Read]:
        """What was answered, as (what, answer), in the active language."""
        for name, field in self.fields.items():
            yield field.label or self.question, _said(field, given.get(name))


def _said(field: forms.Field, answer: Any) -> str:
    if not answer:
        return _now(NO_ANSWER)
    if not isinstance(field.widget, forms.widgets.ChoiceWidget):
        return str(answer)
    names = {str(key): str(title) for key, title in field.widget.choices}
    chosen = answer if isinstance(answer, list) else [answer]
    return ", ".join(names.get(str(key), str(key)) for key in chosen)


def _words(label: Any, *, required: Any = "", **more: Any) -> forms.CharField:
    """A field for the person's own words. `required`: what to say where nothing was written."""
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=4000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": required} if required else {},
        **more,
    )


# -- What, for whom, who ------------------------------------------------------------------------


class KindPage(Page):
    question = _("What do you ask for?")
    lead = _(
        "It costs nothing, and you get an answer within a month. First you confirm the request by "
        "e-mail; before personal data is handed over, we check a photo ID at our desk."
    )
    grouped = "kind"

    kind = forms.ChoiceField(
        label="",
        choices=[(key, title) for key, title, _text in KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask for.")},
    )


class ForWhomPage(Page):
    question = _("Do you ask for yourself?")
    grouped = "made_by"

    made_by = forms.ChoiceField(
        label="",
        choices=[
            (MadeBy.SELF, _("Yes, for myself")),
            (MadeBy.GUARDIAN, _("For my child")),
            (MadeBy.TRUSTEE, _("For somebody whose trustee I am")),
            (MadeBy.AUTHORISED, _("For somebody who has authorised me")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for whom you ask.")},
    )


class SubjectPage(Page):
    question = _("Whom is the request about?")
    lead = _(
        "When you visit our desk, bring your own photo ID and your mandate, such as a power of "
        "attorney. We look at them and keep no copy."
    )

    subject_name = forms.CharField(
        label=_("Name of the person whom the request is about"),
        max_length=200,
        validators=[refuse_secrets],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Write the name of the person for whom the request is made.")
        },
    )

    def clean_subject_name(self) -> str:
        return _a_name(
            self.cleaned_data["subject_name"],
            _now("Write the name of the person for whom the request is made."),
        )


class ContactPage(Page):
    question = _("How do we reach you?")
    lead = _("We ask for neither your personal identity code nor a copy of a document.")

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        validators=[refuse_secrets],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send a link there, and you confirm the request with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": _("Write your e-mail address."),
            "invalid": _("This is not a whole e-mail address. It reads like name@example.fi."),
        },
    )
    phone = forms.CharField(
        label=_("Your phone number (if you like)"),
        help_text=_("Any way of writing it will do."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language of our answer"), choices=LANGUAGES)

    def clean_name(self) -> str:
        return _a_name(self.cleaned_data["name"], _now("Write your name."))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        if not typed:
            return ""
        number = validators.phone(typed)
        if number is None:
            raise ValidationError(
                _("This is not a whole phone number. Check it, or leave it empty.")
            )
        return number


def _a_name(typed: str, missing: str) -> str:
    name = on_one_line(typed)
    if not name:
        raise ValidationError(missing, code="required")
    return name


# -- What it is about, by kind ------------------------------------------------------------------


class AboutPage(Page):
    """Remembers for which kind it was answered. `in_words`: what the staff read, in the language
    of the request; `wanted`: what was ticked, as keys."""

    question = _("What is it about?")

    def in_words(self, given: Mapping[str, Any]) -> str:
        if len(self.fields) == 1:
            return str(given.get("details") or "")
        told = [(what, said) for what, said in self.read_back(given) if said != _now(NO_ANSWER)]
        return "\n\n".join(f"{what}: {said}" for what, said in told)

    @staticmethod
    def wanted(given: Mapping[str, Any]) -> dict[str, Any]:
        return {key: given[key] for key in ("uses", "case", "consents") if given.get(key)}


class AccessPage(AboutPage):
    question = _("Do you look for something in particular?")
    details = _words(
        _("What you want to see (if you like)"),
        help_text=_("Leave it empty, and you get everything that we hold about you."),
    )


class RectificationPage(AboutPage):
    question = _("What should be corrected?")
    lead = _("If there are several things, write them all in the same order.")
    wrong = _words(
        _("What is wrong or missing"),
        required=_("Write what is wrong or missing."),
        help_text=_("For instance: the billing address is an old one."),
    )
    right = _words(_("How it should read"), required=_("Write how it should read."))


class ErasurePage(AboutPage):
    question = _("Is there something that we should know?")
    lead = _(
        "We erase what we may. The law obliges us to keep the vouchers of agreements and payments "
        "for some years; we tell you what is kept, why and until when."
    )
    details = _words(
        _("Tell us more (if you like)"),
        help_text=_("Leave it empty, if you want everything erased that can be."),
    )


class PortabilityPage(AboutPage):
    question = _("Is there something that we should know?")
    lead = _(
        "You get what you have given us yourself, as a file that another service can read (JSON)."
    )
    details = _words(
        _("Tell us more (if you like)"), help_text=_("For instance to which service you move.")
    )


class UsesPage(AboutPage):
    """Which uses of the data are meant."""

    uses = forms.MultipleChoiceField(
        label=_("Which use of your data"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose which use of your data you mean.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "fi"
        meant = [one for one in policy.PURPOSES if one.key in OPEN_TO_OBJECTION]
        self.fields["uses"].choices = [  # type: ignore[attr-defined]
            (one.key, one.name.to(language)) for one in meant
        ]


class ObjectionPage(UsesPage):
    question = _("Which use do you object to?")
    lead = _(
        "Marketing stops without reasons. For other uses, tell what in your situation speaks "
        "against them."
    )
    details = _words(_("Your reasons (not needed for marketing)"))


class RestrictionPage(UsesPage):
    question = _("Which use should be limited, and why?")
    lead = _("While the use is limited we only store the data. We tell you before that ends.")
    case = forms.ChoiceField(
        label=_("Why it should be limited"),
        choices=[
            ("accuracy_contested", _("The data is wrong, and you are checking it")),
            ("unlawful_no_erasure", _("The use is unlawful, but I do not want the data erased")),
            ("needed_for_claim", _("I need the data for a legal claim")),
            ("objection_pending", _("I have objected, and you are weighing my reasons")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the use should be limited.")},
    )
    details = _words(_("Tell us more (if you like)"))
    field_order = ("uses", "case", "details")


class WithdrawalPage(AboutPage):
    question = _("Which consents do you withdraw?")
    lead = _("What was done before you withdraw stays lawful. Saying no costs you nothing.")
    consents = forms.MultipleChoiceField(
        label=_("Consents"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Tick none, and we take it that you withdraw every consent."),
    )
    details = _words(_("Another consent, or something else (if you like)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consents"].choices = [  # type: ignore[attr-defined]
            (f"{purpose}:{channel}", _consent(purpose, channel))
            for purpose, channel in policy.CONSENT_WORDS
        ]

    def read_back(self, given: Mapping[str, Any]) -> Iterator[Read]:
        for what, said in super().read_back(given):
            every = what == self.fields["consents"].label and not given.get("consents")
            yield what, _now("Every consent is withdrawn") if every else said


def _consent(purpose: str, channel: str) -> str:
    """The purpose and, where it is asked channel by channel, the channel."""
    named = {one.key: one.name for one in policy.PURPOSES}[purpose].to(get_language() or "fi")
    return f"{named}: {Channel(channel).label}" if channel else named


ABOUT: dict[str, type[AboutPage]] = {
    Kind.ACCESS: AccessPage,
    Kind.RECTIFICATION: RectificationPage,
    Kind.ERASURE: ErasurePage,
    Kind.RESTRICTION: RestrictionPage,
    Kind.OBJECTION: ObjectionPage,
    Kind.PORTABILITY: PortabilityPage,
    Kind.WITHDRAWAL: WithdrawalPage,
}


# -- Sending ------------------------------------------------------------------------------------


class SendForm(forms.Form):
    """The last page's button. `website` is filled in by machines only."""

    website = forms.CharField(required=False, label=_("Leave this empty"))
    proof = ProofField()

    @property
    def is_bot(self) -> bool:
        return bool(self.cleaned_data.get("website"))

    @property
    def proven(self) -> bool:
        return bool(self.cleaned_data.get("proof"))


__all__ = ["ABOUT", "ContactPage", "ForWhomPage", "KindPage", "SendForm", "SubjectPage"]
