"""Communication, feedback, and what the person has chosen or the firm has decided about them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from register import policy
from register.admin.base import PolicyAdmin, ReadOnlyAdmin
from register.admin.forms import PolicyForm
from register.models import (
    Attachment,
    Ban,
    Choice,
    Consent,
    Disclosure,
    Feedback,
    Hold,
    Message,
    ProcessingRestriction,
)
from register.services import consents, holds, messaging, restrictions


@admin.register(Message)
class MessageAdmin(PolicyAdmin):
    columns = ("person", "channel", "direction", "topic", "subject", "happened_at")
    filters = ("channel", "direction", "topic", "happened_at")
    list_select_related = ("customer",)
    now_in = ("happened_at",)

    def before_save(self, request: HttpRequest, obj: Message, form: Any, change: bool) -> None:
        """What goes out is a use of the data; what came in is only stored."""
        if not change and obj.direction == Message.Direction.OUT:
            messaging.ensure_may_write_to(obj.customer, topic=obj.topic, channel=obj.channel)


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    columns = ("person", "kind", "media_type", "taken_at")
    filters = ("kind", "taken_at")
    list_select_related = ("customer",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")


@admin.register(Feedback)
class FeedbackAdmin(PolicyAdmin):
    columns = ("person", "kind", "score", "given_at")
    filters = ("kind", "score", "given_at")
    list_select_related = ("customer",)
    now_in = ("given_at",)


@admin.register(Disclosure)
class DisclosureAdmin(PolicyAdmin):
    """The log. Written at the person's page (register.desk.disclosures), never changed."""

    columns = ("person", "recipient", "office", "legal_ground", "reference", "disclosed_at")
    filters = ("recipient", "basis", "disclosed_at")
    list_select_related = ("customer",)
    adds = False
    changes = False


class ConsentForm(PolicyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "purpose" in self.fields:
            choices = [(purpose.key, str(name)) for purpose, name in _consented()]
            self.fields["purpose"] = forms.ChoiceField(label=_("purpose"), choices=choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("action") == Consent.Action.GIVEN and not cleaned.get("words_shown"):
            message = _("Copy here the words that the person saw or heard: they are the proof.")
            self.add_error("words_shown", forms.ValidationError(message, "required"))
        is_marketing = cleaned.get("purpose") == policy.MARKETING.key
        if is_marketing and not cleaned.get("channel"):
            self.add_error("channel", _("Marketing is agreed to channel by channel: choose one."))
        if not is_marketing and cleaned.get("channel"):
            self.add_error("channel", _("Only marketing has a channel: leave this empty."))
        return cleaned


def _consented() -> list[tuple[Any, Any]]:
    names = dict(Consent._meta.get_field("purpose").flatchoices)
    return [(purpose, names[purpose.key]) for purpose in consents.CONSENTED]


@admin.register(Consent)
class ConsentAdmin(PolicyAdmin):
    """Acts are only added: a withdrawal is an act of its own."""

    form = ConsentForm
    changes = False
    columns = ("person", "purpose", "channel", "action", "acted_at")
    filters = ("purpose", "channel", "action", "acted_at")
    readonly_fields = ("acted_at", "notice_version", "paper")
    list_select_related = ("customer",)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "words_shown":
            field.required = False
        return field

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_fields(request, obj)
        return names if obj else [n for n in names if n not in self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: bool) -> None:
        common: dict[str, Any] = {
            "customer": obj.customer, "purpose": obj.purpose, "channel": obj.channel,
            "language": obj.language, "taken_through": obj.taken_through,
            "at": self.now(), "by": request.user,
        }  # fmt: skip
        if obj.action == Consent.Action.GIVEN:
            made = consents.give(words_shown=obj.words_shown, source=obj.source, **common)
        else:
            made = consents.withdraw(**common)
        self.take_over(obj, made)


@admin.register(Choice)
class ChoiceAdmin(PolicyAdmin):
    columns = ("person", "key", "value", "chosen_at")
    filters = ("key",)
    list_select_related = ("customer",)
    now_in = ("chosen_at",)


@admin.register(Ban)
class BanAdmin(PolicyAdmin):
    columns = ("person", "starts_on", "ends_on", "lifted_at")
    filters = ("starts_on", "lifted_at")
    list_select_related = ("customer",)


@admin.register(ProcessingRestriction)
class ProcessingRestrictionAdmin(PolicyAdmin):
    columns = ("person", "kind", "purpose", "starts_at", "lifted_at")
    filters = ("kind", "purpose", "lifted_at")
    list_select_related = ("customer",)
    now_in = ("starts_at",)
    changes = False
    """One is lifted on the person's page, where she is told first (services.lifting)."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_fields(request, obj)
        later = ("told_before_lifting_at", "lifts_on", "lifted_at")
        return names if obj else [name for name in names if name not in later]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        try:
            made = restrictions.restrict(
                customer=obj.customer, purpose=obj.purpose, kind=obj.kind, ground=obj.ground,
                at=self.now(), by=request.user,
            )  # fmt: skip
        except restrictions.CannotObject:
            message = _("This purpose is a duty set by law: it cannot be objected to.")
            raise forms.ValidationError(message) from None
        self.take_over(obj, made)


@admin.register(Hold)
class HoldAdmin(PolicyAdmin):
    columns = ("person", "reason", "owner", "placed_at", "review_on", "released_at")
    filters = ("reason", "review_on", "released_at")
    list_select_related = ("customer", "owner")
    readonly_fields = ("owner", "placed_at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_fields(request, obj)
        return (
            names if obj else [n for n in names if n not in (*self.readonly_fields, "released_at")]
        )

    def save_model(self, request: HttpRequest, obj: Hold, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = holds.place(
            customer=obj.customer, reason=obj.reason, review_on=obj.review_on, at=self.now(),
            by=request.user,
        )  # fmt: skip
        self.take_over(obj, made)
