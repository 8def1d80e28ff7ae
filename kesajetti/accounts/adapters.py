"""Where our sign-in differs from allauth's own: who is slowed, what is said, what is sealed."""

import base64
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kesajetti.accounts import tallies
from register.desk.access import is_proven
from requests_app import throttle

TOO_MANY = gettext_lazy(
    "Too many wrong tries from here. Wait a quarter of an hour and try again; a passkey works "
    "all the time."
)
SAID: dict[str, Any] = {
    "account/messages/password_changed.txt": gettext_lazy("Your password is changed."),
    "account/messages/password_set.txt": gettext_lazy("Your password is set."),
    "account/messages/logged_out.txt": gettext_lazy("You have signed out."),
    "mfa/messages/totp_activated.txt": gettext_lazy("The app is now your second step."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The app is no longer your second step."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is saved."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy("Here are your new recovery codes."),
}
"""allauth's messages in our words; what is not here is not said."""


class AccountAdapter(DefaultAccountAdapter):
    """Passwords, throttling and re-authentication."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The user name or the password is wrong."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": gettext_lazy("The password is wrong."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "invalid_password_reset": gettext_lazy("This link has been used or has run out."),
    }

    # -- Throttling --------------------------------------------------------------------------------

    def get_client_ip(self, request: HttpRequest) -> str:
        return throttle.address_of(request) or "0.0.0.0"  # noqa: S104 - nothing is bound here

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords count per account and address together: a guesser shuts out herself."""
        return f"{ratelimit.get_ip(request)}/{_account(credentials)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Besides, an account that is guessed at from everywhere is closed for a while to all
        addresses but those from which its owner has signed in of late."""
        super().pre_authenticate(request, **credentials)
        self._account_usage: Any = None
        account = _account(credentials)
        if tallies.knows(account=account, address=self.get_client_ip(request)):
            return
        self._account_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_account", key=account
        )
        if not self._account_usage:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if self._account_usage:
            self._account_usage.rollback()

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        tallies.remember(account=user.get_username(), address=self.get_client_ip(request))
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    # -- What is said, and where one goes ----------------------------------------------------------

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: Any = None, extra_tags: str = "", message: str | None = None,
    ) -> None:  # fmt: skip
        words = message or SAID.get(message_template or "")
        if words:
            super().add_message(request, level, message=str(words), extra_tags=extra_tags)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the passkey's challenge is fetched; a form's answer is always a page."""
        return request.method == "GET" and request.headers.get("Accept") == "application/json"

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of this very site."""
        here = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={here.get_host()}, require_https=here.is_secure()
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has signed in a minute ago is not asked again; the rule of `require_proof`."""
        if is_proven(context.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A touch of the passkey is the quickest; then the password, then the app's code."""
        words = {
            "reauthenticate": _("With the password"),
            "mfa_reauthenticate": _("With a code of the app"),
            "mfa_reauthenticate:webauthn": _("With the passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        order = list(reversed(words)) if len(methods) > 2 else list(words)
        known = [{**method, "description": words[method["id"]]} for method in methods]
        return sorted(
            known,
            key=lambda method: (not method["id"].endswith("webauthn"), order.index(method["id"])),
        )


def _account(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username", "")).strip().lower()


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of the second step are sealed; the passkeys' home is the public address."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("The code is wrong, or its time has run out."),
    }

    def encrypt(self, text: str) -> str:
        return _sealer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": passkey_home(), "name": settings.CONTROLLER["trade_name"]}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {
            **super().get_public_key_credential_user_entity(user),
            "name": user.get_username(),
            "display_name": user.get_full_name() or user.get_username(),
        }


def passkey_home() -> str:
    """The host for which passkeys are made: never taken from a request of a real installation."""
    if settings.HTTPS:
        return urlsplit(settings.PUBLIC_URL).hostname or ""
    return str(context.request.get_host().rpartition(":")[0] or context.request.get_host())


def _sealer() -> MultiFernet:
    """Keys from SECRET_KEY, which is in no database or backup; older ones still open."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kesajetti second step")
    return base64.urlsafe_b64encode(derive.derive(secret.encode()))
