"""How often one address may send a public form. Only a keyed hash of the address is kept, in the
cache, for an hour."""

import hashlib
import hmac

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600
WITH_PROOF = 30
WITHOUT_PROOF = 6
"""A browser without JavaScript brings no proof of work: it is trusted with fewer tries."""


def allowed(request: HttpRequest, *, form: str, proven: bool) -> bool:
    """Count this try, and say whether it is within the hour's measure."""
    key = f"throttle:{form}:{tag(address_of(request))}"
    cache.add(key, 0, timeout=HOUR)
    try:
        tries = cache.incr(key)
    except ValueError:  # ran out between the two lines
        tries = 1
    return tries <= (WITH_PROOF if proven else WITHOUT_PROOF)


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind a proxy, the one that the proxy itself saw."""
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()


def tag(address: str) -> str:
    key = hashlib.sha256(b"requests.throttle\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
