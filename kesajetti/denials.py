"""What is refused to somebody signed in is written down, wherever in the project it was refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kesajetti.middleware import unavailable
from register.services import audit

Handler = Callable[[HttpRequest], HttpResponse]


def write_down_denials(get_response: Handler) -> Handler:
    """Every 403 leaves one line: who, and the name of the page. A view that has written a line of
    its own, with more in it, is not repeated. Strangers are left out: their refusals say nothing
    and could be made by the million."""

    def handle(request: HttpRequest) -> HttpResponse:
        with audit.denials() as written:
            response = get_response(request)
        if response.status_code == 403 and request.user.is_authenticated and not written:
            try:
                _write_down(request)
            except audit.Unwritable:
                return unavailable(request)
        return response

    return handle


def _write_down(request: HttpRequest) -> None:
    match = request.resolver_match
    audit.record(
        verb="page",
        by=request.user,
        at=timezone.now(),
        reason=(match.view_name or "")[:60] if match else "",
        outcome="denied",
    )
