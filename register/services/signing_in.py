"""Sign-ins and sign-outs leave a line, by the hooks that Django's own sign-in offers. A line that
cannot be written ends the sign-in: the session is not saved.

What was typed is never kept: in a hurry people type their password into the field for the name.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from register.models import AuditEvent
from register.services import audit


def signed_in(*, user: Any, **kwargs: Any) -> None:
    audit.record(verb="sign_in", by=user, at=timezone.now(), object=user)


def signed_out(*, user: Any, **kwargs: Any) -> None:
    if user is not None:
        audit.record(verb="sign_out", by=user, at=timezone.now(), object=user)


def failed(*, credentials: dict[str, Any], **kwargs: Any) -> None:
    """One line for each failure; it leads to the account only if there is one of that name."""
    name = credentials.get(get_user_model().USERNAME_FIELD) or ""
    account = get_user_model().objects.filter(username=name).first()
    audit.record(
        verb="sign_in", at=timezone.now(), object=account, outcome=AuditEvent.Outcome.FAILED
    )


def listen() -> None:
    """Called once when the register starts."""
    user_logged_in.connect(signed_in, dispatch_uid="register.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="register.signed_out")
    user_login_failed.connect(failed, dispatch_uid="register.sign_in_failed")
