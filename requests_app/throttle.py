"""How often one address may send a public form. Counted in the table of tallies, which all
processes share, under a keyed hash of the address, for an hour."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOT_FOUND, TOO_MANY = 404, 429
WITH_PROOF = 30
WITHOUT_PROOF = 6
"""A browser without JavaScript brings no proof of work: it is trusted with fewer tries."""
WRONG_LINKS = 60
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
        if not _count(request, dry_run=True):
            return render(request, "429.html", status=TOO_MANY)
        answer = view(request, *args, **kwargs)
        if answer.status_code == NOT_FOUND:
            _count(request)
        return answer

    return slowed


def _count(request: HttpRequest, *, dry_run: bool = False) -> bool:
    used = ratelimit.consume(
        request, app="requests", action="link", config={"link": f"{WRONG_LINKS}/h/ip"},
        limit_get=True, dry_run=dry_run,
    )  # fmt: skip
    return bool(used)


def address_of(request: HttpRequest) -> str:
    """The caller's address; behind a proxy, the one that the proxy itself saw."""
    if settings.SECURE_PROXY_SSL_HEADER is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
