"""A sign-in lasts so long, without a pause of so long, in the browser in which it was made, and
for those who have a second step. Looked at before every page."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import clear_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from kesajetti.middleware import unavailable
from register.services import audit
from requests_app import throttle

Handler = Callable[[HttpRequest], HttpResponse]

STARTED, SEEN, BROWSER, ADDRESS = "started_at", "seen_at", "browser", "address"
NOTE_EVERY = 60
"""Seconds between notes of when and where a session was last used."""

WITHOUT_SECOND_STEP = ("account_", "mfa_", "session")
"""How the names of pages begin that need one step only: those that set up the other."""

ENDED: dict[str, Any] = {
    "idle": gettext_lazy("You were signed out after a pause. Sign in again."),
    "absolute": gettext_lazy("Your sign-in had lasted the day. Sign in again."),
}


class KeepWatch:
    """Middleware: after the user, before every view."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            try:
                refused = watch(request)
            except audit.Unwritable:
                refused = unavailable(request)
            if refused is not None:
                return refused
        response = self.get_response(request)
        if request.user.is_authenticated and STARTED not in request.session:
            begin(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Whoever has no second step yet gets only the page on which to set one up."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.is_authenticated or name.startswith(WITHOUT_SECOND_STEP):
            return None
        if name == "admin:logout" or settings.DEMO or has_second_step(request.user):
            return None
        return redirect("mfa_index")


def has_second_step(user: Any) -> bool:
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def begin(request: HttpRequest) -> None:
    """The session is young: remember when, and in which browser."""
    now = _now()
    request.session.update(
        {STARTED: now, SEEN: now, BROWSER: _browser(request), ADDRESS: _address(request)}
    )


def renew(*, request: HttpRequest, reauthenticated: bool = False, **kwargs: Any) -> None:
    """After a proof of who she is the session gets another key; whoever had the old one has
    nothing."""
    if not reauthenticated:
        return
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def watch(request: HttpRequest) -> HttpResponse | None:
    """The answer to a request whose session is over; None if it goes on."""
    session = request.session
    if STARTED not in session:
        begin(request)
        return None
    now = _now()
    if now - session[STARTED] > settings.SESSION_COOKIE_AGE:
        return _ended(request, "absolute")
    if now - session[SEEN] > settings.SESSION_IDLE:
        return _ended(request, "idle")
    if not hmac.compare_digest(session[BROWSER], _browser(request)):
        return _moved(request)
    if session[ADDRESS] != _address(request):
        _elsewhere(request)
    if now - session[SEEN] > NOTE_EVERY:
        session[SEEN] = now
        UserSession.objects.create_from_request(request)
    return None


def _ended(request: HttpRequest, why: str) -> HttpResponse:
    audit.record(verb="sign_out", by=request.user, at=timezone.now(), reason=why)
    _forget(request)
    messages.warning(request, str(ENDED[why]))
    where = f"{reverse('account_login')}?{urlencode({'next': _back_to(request)})}"
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": where})
    return redirect(where)


def _back_to(request: HttpRequest) -> str:
    return request.path if request.method == "GET" else reverse("admin:index")


def _moved(request: HttpRequest) -> HttpResponse:
    """The cookie came from another browser than the one that signed in: it may be stolen."""
    audit.record(verb="session.moved", by=request.user, at=timezone.now(), outcome="denied")
    _forget(request)
    return render(request, "account/moved.html", status=403)


def _elsewhere(request: HttpRequest) -> None:
    """Another network, as when a tablet leaves the office: noticed, and what is sealed asks for
    the password anew."""
    audit.record(verb="session.elsewhere", by=request.user, at=timezone.now())
    clear_authentication_records(request)
    request.session[ADDRESS] = _address(request)


def _forget(request: HttpRequest) -> None:
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
    request.user = AnonymousUser()


def _now() -> int:
    return int(timezone.now().timestamp())


def _browser(request: HttpRequest) -> str:
    return _digest(request.headers.get("User-Agent", ""))


def _address(request: HttpRequest) -> str:
    return _digest(throttle.address_of(request))


def _digest(text: str) -> str:
    key = hashlib.sha256(b"kesajetti.sessions\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
