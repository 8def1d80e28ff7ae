"""My sign-in: the second step, recovery codes, the password, and where I am signed in."""

from typing import Any

from allauth.account.views import logout as account_logout
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kesajetti.accounts import browsers, sessions
from kesajetti.accounts.adapters import passkey_home
from register.desk.access import require_proof
from register.services import audit


class MySignIn(IndexView):
    """The one page of the account; the only one that opens while there is no second step."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        kinds = context["authenticators"]
        rows = sorted(
            UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True
        )
        return {
            **admin.site.each_context(self.request),
            **context,
            "title": _("My sign-in"),
            "has_second_step": sessions.has_second_step(user),
            "app": kinds.get(Authenticator.Type.TOTP),
            "passkeys": kinds.get(Authenticator.Type.WEBAUTHN, []),
            "codes": kinds.get(Authenticator.Type.RECOVERY_CODES),
            "passkeys_work_here": not passkey_home().replace(".", "").isdigit(),
            "my_sessions": [(row, browsers.named(row.user_agent)) for row in rows],
            "has_permission": settings.DEMO or sessions.has_second_step(user),
        }


my_sign_in = MySignIn.as_view()


def sign_out(request: HttpRequest) -> HttpResponse:
    """Signing out also empties what the browser has kept of the site."""
    response: HttpResponse = account_logout(request)
    if request.method == "POST" and request.is_secure():
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my own sessions, such as on a tablet that was left somewhere."""
    row = get_object_or_404(UserSession, pk=pk, user=request.user)
    require_proof(request)
    is_this = row.session_key == request.session.session_key
    _end(request, [row])
    if is_this:
        return sign_out(request)
    messages.success(request, _("That sign-in is over."))
    return redirect("mfa_index")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    require_proof(request)
    mine = UserSession.objects.filter(user=request.user)
    others = mine.exclude(session_key=request.session.session_key)
    _end(request, list(others))
    messages.success(request, _("You are signed in only here now."))
    return redirect("mfa_index")


def _end(request: HttpRequest, rows: list[UserSession]) -> None:
    audit.record(verb="session.ended", by=request.user, at=timezone.now(), count=len(rows))
    for row in rows:
        row.end()
