"""Sign-ins and sign-outs leave a line, by the hooks that Django's own sign-in offers. A line that
cannot be written ends the sign-in: the session is not saved.

What was typed is never kept: in a hurry people type their password into the field for the name.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.utils import timezone

from register.models import AuditEvent
from register.services import audit


def signed_in(*, user: Any, request: Any = None, **kwargs: Any) -> None:
    audit.record(
        verb="sign_in", by=user, at=timezone.now(), object=user, reason=_how(request, user)
    )


def _how(request: Any, user: Any) -> str:
    """ "password, totp" or "webauthn": the steps by which she came in."""
    if not hasattr(request, "session"):
        return ""
    steps = get_authentication_records(request, user)
    return ", ".join(str(step.get("type") or step.get("method")) for step in steps)[:60]


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


def refused_second_step(*, user: Any, **kwargs: Any) -> None:
    """The password was right, the second step was not."""
    audit.record(
        verb="second_step", at=timezone.now(), object=user, outcome=AuditEvent.Outcome.FAILED
    )


# -- Changes: whoever makes them, she whose sign-in it is hears of it by mail --------------------

_tellers: list[Callable[[int], object]] = []


def write_change(*, verb: str, user: Any, tell: bool = True) -> None:
    """In the transaction of the change (kesajetti.accounts.urls)."""
    audit.record(verb=verb, by=_who(), at=timezone.now(), object=user)
    for teller in _tellers if tell else ():
        transaction.on_commit(partial(teller, user.pk))


def _who() -> Any:
    """Who does it: the signed-in user of the request, which may be the owner; None elsewhere."""
    return getattr(context.request, "user", None)


def password_changed(*, user: Any, **kwargs: Any) -> None:
    write_change(verb="password.changed", user=user)


def second_step_saved(*, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        is_codes = instance.type == Authenticator.Type.RECOVERY_CODES
        verb = "second_step.renewed" if is_codes else "second_step.added"
        write_change(verb=verb, user=instance.user, tell=not (is_codes and _is_new(instance)))


def _is_new(codes: Authenticator) -> bool:
    """The first codes come with the first second step, of which one mail is enough."""
    just_now = codes.created_at - timedelta(minutes=1)
    others = Authenticator.objects.filter(user=codes.user, created_at__gte=just_now)
    return bool(others.exclude(pk=codes.pk).exists())


def second_step_removed(*, instance: Authenticator, **kwargs: Any) -> None:
    if instance.type != Authenticator.Type.RECOVERY_CODES:
        write_change(verb="second_step.removed", user=instance.user)


def listen(*, tell_with: Callable[[int], object]) -> None:
    """Called once when the register starts. `tell_with` is called with the id of an account whose
    sign-in was changed: the mail's task."""
    if tell_with not in _tellers:
        _tellers.append(tell_with)
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(password_changed, dispatch_uid="register.password_changed")
    saved, gone = models.signals.post_save, models.signals.post_delete
    saved.connect(second_step_saved, Authenticator, dispatch_uid="register.second_step_saved")
    gone.connect(second_step_removed, Authenticator, dispatch_uid="register.second_step_removed")
    mfa.authentication_failed.connect(refused_second_step, dispatch_uid="register.second_step")
    user_logged_in.connect(signed_in, dispatch_uid="register.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="register.signed_out")
    user_login_failed.connect(failed, dispatch_uid="register.sign_in_failed")
