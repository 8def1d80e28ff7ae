"""While the tablet is in a customer's hand, the session opens one agreement and nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from register.desk.tablet import IN_HANDS

Handler = Callable[[HttpRequest], HttpResponse]
OPEN = frozenset({"admin:desk-tablet", "admin:desk-tablet-back", "admin:desk-tablet-out"})


def only_the_agreement(get_response: Handler) -> Handler:
    """Every other address leads back to the agreement, in every window of the browser, until a
    member of staff has shown who she is. It hangs on the session, so no page has to think of it."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.session.get(IN_HANDS) or _is_open(request.path_info):
            return get_response(request)
        return redirect("admin:desk-tablet")

    return handle


def _is_open(path: str) -> bool:
    if path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
        return True
    try:
        return resolve(path).view_name in OPEN
    except Resolver404:
        return False
