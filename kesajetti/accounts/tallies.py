"""What is counted and remembered about sign-ins, in one table shared by all processes."""

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache

MONTH = 30 * 24 * 3600
CODE_LIVES = 120
"""Seconds: longer than any code of an app is good for."""


def hashed(key: str, key_prefix: str, version: int) -> str:
    """KEY_FUNCTION of the cache: a keyed hash of 64 characters, so that nobody who reads the table
    learns an address or an account."""
    secret = hashlib.sha256(b"kesajetti.tallies\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(secret, f"{key_prefix}:{version}:{key}".encode(), hashlib.sha256).hexdigest()


def remember(*, account: str, address: str) -> None:
    """Somebody signed in to the account from this address: she is let try here even while others
    are guessing at the account elsewhere."""
    cache.set(f"known:{account.lower()}@{address}", True, MONTH)


def knows(*, account: str, address: str) -> bool:
    return bool(cache.get(f"known:{account.lower()}@{address}"))


def was_used(*, user_id: int, code: str) -> bool:
    return bool(cache.get(f"code:{user_id}:{code}"))


def mark_used(*, user_id: int, code: str) -> None:
    cache.set(f"code:{user_id}:{code}", True, CODE_LIVES)
