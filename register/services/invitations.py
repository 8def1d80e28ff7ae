"""Mails to the staff about their accounts. Links come from PUBLIC_URL, never from a Host header."""

from collections.abc import Callable
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register.models import User
from register.services import audit

_tellers: list[Callable[[int], object]] = []


def tell_with(teller: Callable[[int], object]) -> None:
    """Name what is called with the id of an account that is invited: the mail's task."""
    if teller not in _tellers:
        _tellers.append(teller)


def tell(user_id: int) -> None:
    for teller in _tellers:
        teller(user_id)


def password_link(user: User) -> str:
    """The address at which the account's password is set, once, within PASSWORD_LINK_HOURS."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def send_invitation(*, user_id: int) -> bool:
    """Mail somebody new the link to set her first password. False if there is no such account."""
    user = _reachable(user_id)
    if user is None:
        return False
    _send(user, _("Your account in the register"), "mail/invitation.txt", password_link(user))
    return True


def send_password_link(*, user_id: int, at: datetime) -> bool:
    """Mail the link to an open account that has an address. False if there is none."""
    user = _reachable(user_id)
    if user is None:
        return False
    audit.record(verb="password.asked", at=at, object=user)
    _send(user, _("A new password for the register"), "mail/password.txt", password_link(user))
    return True


def tell_of_changed_sign_in(*, user_id: int) -> bool:
    """Whoever changed it, the person herself learns that it was changed."""
    user = _reachable(user_id)
    if user is None:
        return False
    _send(user, _("Your sign-in was changed"), "mail/sign_in_changed.txt", "")
    return True


def _reachable(user_id: int) -> User | None:
    return User.objects.filter(pk=user_id, is_active=True).exclude(email="").first()


def _send(user: User, subject: str, template: str, link: str) -> None:
    context = {"link": link, "controller": settings.CONTROLLER, "username": user.get_username()}
    with translation.override(settings.LANGUAGE_CODE):
        EmailMessage(
            subject=subject,
            body=render_to_string(template, context),
            to=[user.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
