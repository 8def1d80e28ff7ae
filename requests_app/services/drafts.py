"""What somebody has answered so far on the public form. Nothing of it is a request yet.

The database holds it sealed under a key that only the person's browser has, in a cookie: whoever
has the database, or its backup, reads nothing. It goes HOURS after the last answer.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from requests_app.models import RequestDraft

HOURS = 2
NONCE = 12


@dataclass(slots=True)
class Draft:
    """`answers`: what each step's form took, by the step's key. `sent`: the reference, once it has
    become a request; the answers are then forgotten. `lost`: earlier answers had run out. `tried`:
    what was last typed and not taken, with its page, so that the page can be shown again by its
    address: a browser's Back never has to send anything again."""

    secret: str
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: str = ""
    lost: bool = False
    tried: dict[str, Any] = field(default_factory=dict)


def begin() -> Draft:
    """A new one, not saved yet. Its secret is 256 bits."""
    return Draft(secrets.token_urlsafe(32))


def find(secret: str, *, at: datetime, hold: bool = False) -> Draft | None:
    """The draft of this browser, or None where there is none any more. `hold`: until the end of
    the transaction nobody else gets it."""
    if not secret:
        return None
    rows = RequestDraft.objects.select_for_update() if hold else RequestDraft.objects.all()
    row = rows.filter(key_hash=_name(secret), expires_at__gt=at).first()
    return _opened(secret, bytes(row.content)) if row else None


def save(draft: Draft, *, at: datetime) -> None:
    """Keep it for HOURS from now. What ran out of others goes at the same time."""
    RequestDraft.objects.filter(expires_at__lte=at).delete()
    RequestDraft.objects.update_or_create(
        key_hash=_name(draft.secret),
        defaults={"content": _sealed(draft), "expires_at": at + timedelta(hours=HOURS)},
    )


def forget(secret: str) -> None:
    RequestDraft.objects.filter(key_hash=_name(secret)).delete()


def _name(secret: str) -> str:
    """What the row is found by; it tells nothing of the key."""
    return hashlib.sha256(b"draft name\0" + secret.encode()).hexdigest()


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"draft key\0" + secret.encode()).digest())


def _sealed(draft: Draft) -> bytes:
    text = json.dumps({name: value for name, value in asdict(draft).items() if name != "secret"})
    nonce = secrets.token_bytes(NONCE)
    name = _name(draft.secret).encode()
    return nonce + _cipher(draft.secret).encrypt(nonce, text.encode(), name)


def _opened(secret: str, content: bytes) -> Draft | None:
    name = _name(secret).encode()
    try:
        text = _cipher(secret).decrypt(content[:NONCE], content[NONCE:], name)
    except InvalidTag:
        return None
    return Draft(secret, **json.loads(text))
