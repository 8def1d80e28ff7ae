"""Tags of the public pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template import Context
from django.urls import translate_url
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from register import policy
from requests_app.forms.public import KINDS

register = template.Library()

OWN_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@dataclass(frozen=True, slots=True)
class LanguageLink:
    code: str
    name: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> tuple[LanguageLink, ...]:
    """The same page in each language of the site."""
    return tuple(_links(context["request"].get_full_path()))


def _links(path: str) -> Iterator[LanguageLink]:
    for code, _name in settings.LANGUAGES:
        yield LanguageLink(code, OWN_NAMES[code], translate_url(path, code), code == get_language())


@register.simple_tag
def attributes(field: BoundField) -> dict[str, str]:
    """What ties a field to its hint and its message for those who do not see them."""
    described = []
    if field.help_text:
        described.append(f"{field.auto_id}-hint")
    if field.errors:
        described.append(f"{field.auto_id}-error")
    made = {"aria-describedby": " ".join(described)} if described else {}
    return made | ({"aria-invalid": "true"} if field.errors else {})


@register.simple_tag
def widget(field: BoundField, attrs: dict[str, str]) -> str:
    return field.as_widget(attrs={**attrs})


@register.filter
def first_id(field: BoundField) -> str:
    """Where a link of the summary leads: the field itself, or the first of its buttons."""
    return str(field.id_for_label or f"{field.auto_id}_0")


@register.simple_tag
def group_attributes(field: BoundField) -> str:
    """The ids of what is read out with a group of choices: lead, hint and message."""
    form = field.form
    lead = getattr(form, "grouped", "") == field.name and getattr(form, "lead", "")
    told = [
        name
        for name, there in (("lead", lead), ("hint", field.help_text), ("error", field.errors))
        if there
    ]
    return " ".join(f"{field.auto_id}-{name}" for name in told)


@register.simple_tag
def option_text(field: BoundField, value: str) -> str:
    """What a choice means, in a few words; empty where its name says it all."""
    language = get_language() or "fi"
    if field.name == "kind":
        return str({key: text for key, _title, text in KINDS}.get(value, ""))
    if field.name == "uses":
        return {one.key: one.describes.to(language) for one in policy.PURPOSES}.get(value, "")
    return ""


@register.filter
def visible_errors(form: BaseForm) -> list[BoundField]:
    return [field for field in form.visible_fields() if field.errors]


@register.simple_tag
def proof_of(promise: str) -> str:
    """The place of a promise's live evidence (requests_app.notice_page.with_proofs)."""
    return mark_safe(f"<!--{promise}-->") if re.fullmatch(r"p\d+", promise) else ""


@register.filter
def as_published(html: str) -> str:
    """Our own HTML of a notice: made by our templates, where everything said is escaped."""
    return mark_safe(html)
