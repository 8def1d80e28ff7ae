"""A mailing as one person gets it: the firm's words, and under them the way out.

The words are the same for everybody of a language; only the links are hers. HTML is made from the
plain text: paragraphs and links, nothing that was typed is markup.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from register import controller
from register.models import Channel, Customer, Mailing
from register.services import own_links


def email(*, mailing: Mailing, to: Customer) -> EmailMultiAlternatives:
    """The mail to one person, in her language."""
    return _email(mailing, to.email, to.language, to.pk, "")


def test_email(*, mailing: Mailing, to: str, language: str) -> EmailMultiAlternatives:
    """The same to somebody of the staff: its links are nobody's."""
    with translation.override(language):
        mark = _("Test")
    return _email(mailing, to, language, own_links.NOBODY, f"[{mark}] ")


def _email(
    mailing: Mailing, to: str, language: str, whose: UUID, mark: str
) -> EmailMultiAlternatives:
    subject, body = mailing.words(language)
    way_out = own_links.leave_url(whose, Channel.EMAIL.value, language)
    with translation.override(language):
        context = _context(subject, body, way_out, whose, language)
        message = EmailMultiAlternatives(
            subject=f"{mark}{subject}",
            body=render_to_string("mail/marketing.txt", context),
            to=[to],
            headers=headers(way_out),
        )
        message.attach_alternative(render_to_string("mail/marketing.html", context), "text/html")
    return message


def headers(way_out: str) -> dict[str, str]:
    """RFC 8058: the mail client itself posts to the address, at one click."""
    domain = settings.PUBLIC_URL.rpartition("//")[2].partition("/")[0].partition(":")[0]
    return {
        "List-Unsubscribe": f"<{way_out}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<marketing.{domain}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }


def _context(
    subject: str, body: str, way_out: str, whose: UUID, language: str
) -> Mapping[str, Any]:
    return {
        "subject": subject,
        "body": body,
        "way_out": way_out,
        "choices": own_links.choices_url(whose, language),
        "controller": controller.details(),
        "language": language,
    }


def text_message(*, mailing: Mailing, to: Customer) -> str:
    """The text message to one person, with a short way out."""
    _subject, body = mailing.words(to.language)
    way_out = own_links.leave_url(to.pk, Channel.SMS.value, to.language)
    with translation.override(to.language):
        words = _("No more messages:")
    return f"{body}\n\n{words} {way_out}"
