"""How often one address may send a public form. Counted in the table of tallies, which all
processes share, under a keyed hash of the address, for an hour."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOT_FOUND, TOO_MANY = 404, 429
WITH_PROOF = 30
WITHOUT_PROOF = 6
"""A browser without JavaScript brings no proof of work: it is trusted with fewer tries."""
WRONG_LINKS = 60
LINKS = f"{WRONG_LINKS}/h/ip"
"""A token is too long to guess; who tries anyway, or walks through addresses, is stopped."""


def allowed(request: HttpRequest, *, form: str, proven: bool) -> bool:
    """Count this try, and say whether it is within the hour's measure."""
    rate = f"{WITH_PROOF if proven else WITHOUT_PROOF}/h/ip"
    return bool(ratelimit.consume(request, app="requests", action=form, config={form: rate}))


def slows_guessing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For pages that a secret link opens: an address that has asked for WRONG_LINKS pages that are
    not there gets no page at all for the rest of the hour."""

    @wraps(view)
    def slowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _within_measure(request):
            return render(request, "429.html", status=TOO_MANY)
        answer = view(request, *args, **kwargs)
        if answer.status_code == NOT_FOUND:
            ratelimit.consume(
                request, app="requests", action="link", config={"link": LINKS}, limit_get=True
            )
        return answer

    return slowed


def _within_measure(request: HttpRequest) -> bool:
    """Only looks: a page that is there costs one question and counts nothing."""
    rate = ratelimit.parse_rate(LINKS)
    key = ratelimit.get_cache_key(request, app="requests", action="link", rate=rate)
    within, _history = ratelimit.apply_rate(cache.get(key, []), time.time(), rate, dry_run=True)
    return bool(within)


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind a proxy, the one that the proxy itself saw."""
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
