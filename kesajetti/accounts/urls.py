"""Addresses of the sign-in. Nobody signs up by herself: the owner invites."""

from typing import Any

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from kesajetti.accounts import views


def whole(view: Any) -> Any:
    """A change to a sign-in and its audit line in one transaction. Not for signing in itself: a
    password takes a while to check, and nobody else could write meanwhile."""
    return transaction.atomic(view)


CHANGES = [
    path("salasana/", whole(account.password_change), name="account_change_password"),
    path("salasana/oma/", whole(account.password_set), name="account_set_password"),
    re_path(
        r"^salasana/uusi/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$",
        whole(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("vaihe/totp/activate/", whole(totp.activate_totp), name="mfa_activate_totp"),
    path("vaihe/totp/deactivate/", whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("vaihe/webauthn/add/", whole(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "vaihe/webauthn/keys/<int:pk>/remove/",
        whole(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "vaihe/recovery-codes/generate/",
        whole(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns = [
    *CHANGES,  # before allauth's own of the same addresses
    path("kirjaudu/", account.login, name="account_login"),
    path("ulos/", views.sign_out, name="account_logout"),
    path("suljettu/", account.account_inactive, name="account_inactive"),
    path("vahvista/", account.reauthenticate, name="account_reauthenticate"),
    path("salasana/unohtui/", account.password_reset, name="account_reset_password"),
    path(
        "salasana/unohtui/lahetetty/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "salasana/uusi/valmis/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path(
        "vaihe/webauthn/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
    path("vaihe/", RedirectView.as_view(pattern_name="mfa_index")),
    path("vaihe/", include("allauth.mfa.urls")),
    path("oma/", views.my_sign_in, name="mfa_index"),  # the last one of a name is its address
    path("istunnot/<int:pk>/lopeta/", views.end_session, name="session-end"),
    path("istunnot/lopeta-muut/", views.end_others, name="sessions-end-others"),
]
