"""Links that are a person's own: to her choices, and out of marketing. None is stored.

The way out is short enough for a text message: a letter for the channel, the person's id and a
keyed digest over both, 39 characters. Both links work as long as the site knows the key that made
them, and open nothing but her own choices.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from register.models import Channel

CHOICES = signing.Signer(salt="requests.choices")
NOBODY = UUID(int=0)
"""Whose link stands in a test mail."""
LETTERS = {"e": Channel.EMAIL.value, "s": Channel.SMS.value}
_LETTER_OF = {channel: letter for letter, channel in LETTERS.items()}
_DIGEST = 12


def choices_token(customer_id: UUID) -> str:
    return CHOICES.sign(customer_id.hex)


def chooser(token: str) -> UUID | None:
    """Whose choices the link opens; None for a link that nobody made here."""
    try:
        return UUID(hex=CHOICES.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def choices_url(customer_id: UUID, language: str) -> str:
    return _absolute("choices", choices_token(customer_id), language)


def leave_token(customer_id: UUID, channel: str) -> str:
    said = _LETTER_OF[channel].encode() + customer_id.bytes
    return said[:1].decode() + _text(said[1:] + _digest(said, settings.SECRET_KEY))


def leaver(token: str) -> tuple[UUID, str] | None:
    """Whose marketing in which channel the link ends; None for a link that nobody made here."""
    channel = LETTERS.get(token[:1])
    if channel is None:
        return None
    try:
        told = base64.urlsafe_b64decode(token[1:] + "=" * (-len(token[1:]) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(told) != 16 + _DIGEST:
        return None
    said, proof = token[:1].encode() + told[:16], told[16:]
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(hmac.compare_digest(proof, _digest(said, key)) for key in known):
        return None
    return UUID(bytes=told[:16]), channel


def leave_url(customer_id: UUID, channel: str, language: str) -> str:
    return _absolute("leave", leave_token(customer_id, channel), language)


def _digest(said: bytes, key: str) -> bytes:
    secret = hashlib.sha256(b"register.leave\0" + key.encode()).digest()
    return hmac.new(secret, said, hashlib.sha256).digest()[:_DIGEST]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _absolute(name: str, token: str, language: str) -> str:
    with translation.override(language):
        return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(name, args=[token])}"
