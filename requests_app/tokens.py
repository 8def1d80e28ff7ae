"""Secrets of links. None is stored: a token is derived from the row's id by the site's key, so a
task or a mail can be made from the id alone, and the database holds only its SHA-256.

A token is 256 bits. What a link may do is bound in: a status token opens no package.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.core import signing

STATUS = "status"
CONFIRM = "confirm"
PACKAGE = "package"


def derive(use: str, row_id: UUID, *, key: str = "") -> str:
    """The token of a row for one use, safe in an address."""
    secret = hashlib.sha256(b"requests.token\0" + (key or settings.SECRET_KEY).encode()).digest()
    made = hmac.new(secret, f"{use}\0{row_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest(token: str) -> str:
    """What the database keeps of a token: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def current(use: str, row_id: UUID, *, stored: str) -> str:
    """The token whose digest is `stored`, also after the site's key was changed.

    Raises LookupError when no key that the site still knows made it.
    """
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = derive(use, row_id, key=key)
        if hmac.compare_digest(digest(token), stored):
            return token
    raise LookupError(f"no key of this site made the {use} token")


def sign(value: str, *, use: str) -> str:
    """A value that a link carries in the open, proof against change."""
    return signing.Signer(salt=f"requests.{use}").sign(value)


def unsign(signed: str, *, use: str) -> str | None:
    try:
        return signing.Signer(salt=f"requests.{use}").unsign(signed)
    except signing.BadSignature:
        return None
