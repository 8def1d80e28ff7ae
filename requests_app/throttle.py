"""How often one address may send a public form. Counted in the table of tallies, which all
processes share, under a keyed hash of the address, for an hour."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

WITH_PROOF = 30
WITHOUT_PROOF = 6
"""A browser without JavaScript brings no proof of work: it is trusted with fewer tries."""


def allowed(request: HttpRequest, *, form: str, proven: bool) -> bool:
    """Count this try, and say whether it is within the hour's measure."""
    rate = f"{WITH_PROOF if proven else WITHOUT_PROOF}/h/ip"
    return bool(ratelimit.consume(request, app="requests", action=form, config={form: rate}))


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind a proxy, the one that the proxy itself saw."""
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
