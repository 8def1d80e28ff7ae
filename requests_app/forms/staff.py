"""Staff's forms: a request that came by other ways, and the choices of each step."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from register import formfields, policy
from register.declare import Named
from register.models import Customer, IdentityCheck
from requests_app.forms.public import OnBehalf, refuse_secrets
from requests_app.models import DataSubjectRequest
from requests_app.services import correcting, errors
from requests_app.services.effects import OPEN_TO_OBJECTION, PER_USE, Uses

Channel = DataSubjectRequest.Channel
Decision = DataSubjectRequest.Decision
OLDEST = timedelta(days=365)
BY_STAFF = [(c.value, c.label) for c in Channel if c is not Channel.WEB]


CASES = ("accuracy_contested", "unlawful_no_erasure", "needed_for_claim", "objection_pending")
"""The cases of restriction, GDPR 18(1)(a)–(d); the other grounds are those of an objection."""


def _named(declared: Iterable[Named]) -> list[tuple[str, str]]:
    language = get_language()
    return [(one.key, one.name.to(language)) for one in declared]


def _text(label: Any, *, required: bool, rows: int = 4, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=4000, help_text=help_text,
        validators=[refuse_secrets], widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class EnterForm(OnBehalf):
    """A request received by e-mail, phone, paper or at the desk."""

    channel = forms.ChoiceField(label=_("Came by"), choices=BY_STAFF)
    received_at = formfields.DateTimeField(
        label=_("Received at"),
        help_text=_("When it really came: the month is counted from that day."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=DataSubjectRequest.Kind)
    name = forms.CharField(label=_("Name"), max_length=200, validators=[refuse_secrets])
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Left empty, every message waits to be told by phone or on paper."),
    )
    phone = formfields.PhoneField()
    language = forms.ChoiceField(label=_("Language"), choices=Customer.Language)
    details = _text(_("What the request is about"), required=False)
    subject_name = forms.CharField(
        label=_("Name of the person whom the request is about"),
        help_text=_("Only when somebody else asks. The mandate is looked at with the photo ID."),
        required=False,
        max_length=200,
        validators=[refuse_secrets],
    )
    field_order = ("channel", "received_at", "kind", "name", "made_by", "subject_name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def asked(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["phone"] = str(data["phone"] or "")
        return data

    def clean_received_at(self) -> datetime:
        received: datetime = self.cleaned_data["received_at"]
        if received < now() - OLDEST:
            raise ValidationError(_("That is more than a year ago. Check the day."))
        return received


class StepForm(forms.Form):
    """A step that only needs its button."""

    def fit(self, asked: DataSubjectRequest) -> None:
        """Ask only what fits the request."""

    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        return dict(self.cleaned_data)


class MatchForm(StepForm):
    customer = forms.IntegerField(
        label=_("Customer number"),
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Compare with what the person says; a likeness is not a proof."),
    )

    def clean_customer(self) -> Customer:
        found = Customer.objects.filter(number=self.cleaned_data["customer"]).first()
        if found is None:
            raise ValidationError(_("There is no customer with this number."))
        return found


class IdentifyForm(StepForm):
    document_type = forms.ChoiceField(
        label=_("Photo ID seen"),
        choices=IdentityCheck.Document,
        widget=forms.RadioSelect,
        help_text=_("Only the kind is kept: no copy, no number."),
    )
    mandate = forms.CharField(
        label=_("Mandate seen"),
        help_text=_("For instance: power of attorney dated 1.7.2026. No copy is kept."),
        required=False,
        max_length=200,
        validators=[refuse_secrets],
    )

    def fit(self, asked: DataSubjectRequest) -> None:
        """A mandate is asked for only where somebody represents the person."""
        if asked.made_by == DataSubjectRequest.MadeBy.SELF:
            del self.fields["mandate"]
        else:
            self.fields["mandate"].required = True


class DecideForm(StepForm):
    decision = forms.ChoiceField(label=_("Decision"), choices=Decision, widget=forms.RadioSelect)
    purposes = forms.MultipleChoiceField(
        label=_("Which use of the data"), widget=forms.CheckboxSelectMultiple, required=False
    )
    case = forms.ChoiceField(label=_("Why it is restricted"), required=False)
    ground = forms.ChoiceField(
        label=_("Ground"),
        required=False,
        help_text=_("When something is refused: the letter tells the ground and the law."),
    )
    grounds = _text(
        _("Reasons in this case"),
        required=False,
        help_text=_("Told to the person. When something is refused, choose a ground or write why."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purposes"].choices = _named(  # type: ignore[attr-defined]
            purpose for purpose in policy.PURPOSES if purpose.key in OPEN_TO_OBJECTION
        )
        cases = [case for case in policy.RESTRICTION_GROUNDS if case.key in CASES]
        self.fields["case"].choices = [("", "–"), *_named(cases)]  # type: ignore[attr-defined]
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *_named(policy.DECISION_GROUNDS)
        ]  # fmt: skip

    def fit(self, asked: DataSubjectRequest) -> None:
        self.kind = asked.kind
        fitting = [one for one in policy.DECISION_GROUNDS if asked.kind in one.kinds]
        self.fields["ground"].choices = [("", "–"), *_named(fitting)]  # type: ignore[attr-defined]
        if asked.kind not in PER_USE:
            del self.fields["purposes"]
        elif asked.kind == DataSubjectRequest.Kind.OBJECTION:
            self.fields["purposes"].initial = [policy.MARKETING.key]
        if asked.kind != DataSubjectRequest.Kind.RESTRICTION:
            del self.fields["case"]
        if correcting.is_worked(asked):  # the decision follows from the fields
            del self.fields["decision"], self.fields["ground"]
            self.fields["grounds"].help_text = _(
                "Told to the person. What was corrected and what was not, and why, is told anyway."
            )
        for name, key in (("purposes", "uses"), ("case", "case")):
            if name in self.fields and asked.wanted.get(key):
                self.fields[name].initial = asked.wanted[key]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refusing = cleaned.get("decision") not in (None, "", Decision.GRANTED)
        if refusing and not (cleaned.get("grounds") or cleaned.get("ground")):
            self.add_error("grounds", _("Say the grounds: the person has a right to them."))
        if "case" in self.fields and cleaned.get("decision") == Decision.GRANTED:
            for name in ("purposes", "case"):
                if not cleaned.get(name):
                    self.add_error(name, str(errors.PurposesMissing()))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        data = super().chosen()
        purposes, case = data.pop("purposes", []), data.pop("case", "")
        return {**data, "uses": Uses(tuple(purposes), case) if purposes else None}


class CloseForm(DecideForm):
    """Ends a request that has not been decided: what was decided is said here."""


class CodeForm(forms.Form):
    """How the code of a package is given. By phone only where there is a number to call."""

    way = forms.ChoiceField(
        label=_("How you give it"),
        choices=DataSubjectRequest.CodeWay,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, number: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = number
        if not number:
            self.fields["way"].choices = [  # type: ignore[attr-defined]
                (DataSubjectRequest.CodeWay.DESK.value, DataSubjectRequest.CodeWay.DESK.label)
            ]
            self.fields["way"].initial = DataSubjectRequest.CodeWay.DESK


class HandOverForm(StepForm):
    document_type = forms.ChoiceField(
        label=_("Photo ID seen"),
        choices=IdentityCheck.Document,
        widget=forms.RadioSelect,
        help_text=_("Only the kind is kept: no copy, no number."),
    )


class ExtendForm(StepForm):
    reason = _text(
        _("Why more time"),
        required=True,
        help_text=_("Told to the person now. Three months from receipt in all, once."),
    )


class EraseForm(StepForm):
    """Erases by the plan that stands beside it. `seen` is that plan's fingerprint."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
