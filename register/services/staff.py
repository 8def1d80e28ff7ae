"""Accounts of the staff and their roles. Only the owner's role gives and takes; the last owner
stays. Accounts are closed and later made nameless, never deleted: the log points at them."""

from datetime import date, datetime
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from register import clock, permissions, policy
from register.models import RoleGrant, User
from register.services import audit, invitations
from register.services.refusals import Refused


class NotTheOwner(Refused):
    """Only whoever has the verb "roles" gives and takes them."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Only the owner gives and takes roles."))


class LastOwner(Refused):
    """Somebody must be left who can give roles."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("This is the last owner without an end date: make another one first.")
        )


# -- Roles -----------------------------------------------------------------------------------------


@transaction.atomic
def give_role(
    *, user: User, role: str, by: Any, at: datetime, expires_on: date | None = None
) -> RoleGrant:
    """Give the role, through its last day if there is one. An earlier grant of it is replaced."""
    _require_owner(by)
    if role not in policy.ROLE_KEYS:
        raise Refused(_("Choose a role."), field="role")
    if expires_on is not None and expires_on < clock.local_date(at):
        raise Refused(_("The last day has passed already."), field="expires_on")
    for earlier in _grants(user).filter(role=role):
        _end(earlier, by=by, at=at)
    grant = RoleGrant.objects.create(
        user=user, role=role, granted_by=by, granted_at=at, expires_on=expires_on
    )
    _require_an_owner(at)
    audit.record(verb="role.given", by=by, at=at, object=user, reason=role)
    return grant


@transaction.atomic
def take_role(*, grant: RoleGrant, by: Any, at: datetime) -> None:
    """Gone at the user's next page. Taking it twice changes nothing. Raises LastOwner."""
    _require_owner(by)
    grant.refresh_from_db()
    if grant.taken_at is not None:
        return
    _end(grant, by=by, at=at)
    _require_an_owner(at)
    audit.record(verb="role.taken", by=by, at=at, object=grant.user, reason=grant.role)


def _grants(user: User) -> Any:
    return RoleGrant.objects.select_for_update().filter(user=user, taken_at__isnull=True)


def _end(grant: RoleGrant, *, by: Any, at: datetime) -> None:
    grant.taken_by, grant.taken_at = by, at
    grant.save(update_fields=["taken_by", "taken_at"])


def _require_owner(by: Any) -> None:
    """Asked anew and under a lock: two owners who take each other's role at the same moment come
    here one after the other, and the second is none any more."""
    _one_at_a_time()
    today = User.objects.filter(pk=by.pk).first() if by is not None else None
    if not permissions.may(today, "roles"):
        raise NotTheOwner


def _one_at_a_time() -> None:
    list(RoleGrant.objects.select_for_update().filter(role=policy.OWNER.key).order_by("pk"))
    list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk"))


def owners(*, at: datetime) -> list[User]:
    """Open accounts that hold the owner's role for good."""
    lasting = RoleGrant.objects.in_force(on=clock.local_date(at)).filter(
        role=policy.OWNER.key, expires_on__isnull=True
    )
    accounts = Q(pk__in=lasting.values("user")) | Q(is_superuser=True)
    return list(User.objects.filter(accounts, is_active=True))


def _require_an_owner(at: datetime) -> None:
    if not owners(at=at):
        raise LastOwner


def without_second_step() -> QuerySet[User]:
    """Open accounts that neither an app nor a passkey guards: the register is shut to them."""
    guarded = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return User.objects.filter(is_active=True).exclude(pk__in=guarded.values("user"))


# -- Accounts --------------------------------------------------------------------------------------


@transaction.atomic
def invite(
    *, username: str, first_name: str, last_name: str, email: str, by: Any, at: datetime
) -> User:
    """A new account without a password; the link to set one goes by mail."""
    _require_owner(by)
    _require_address(email)
    user = User(
        username=username.strip().lower(), first_name=first_name.strip(), email=email.strip(),
        last_name=last_name.strip(), is_staff=True, date_joined=at,
    )  # fmt: skip
    user.set_unusable_password()
    if User.objects.filter(username__iexact=user.username).exists():
        raise Refused(_("Somebody has this user name already."), field="username")
    try:
        user.save()
    except IntegrityError:
        raise Refused(_("Somebody has this user name already."), field="username") from None
    audit.record(verb="account.invited", by=by, at=at, object=user)
    transaction.on_commit(partial(invitations.tell, user.pk))
    return user


def _require_address(email: str) -> None:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise Refused(_("The invitation needs an e-mail address."), field="email") from None


@transaction.atomic
def invite_again(*, user: User, by: Any, at: datetime) -> None:
    """Another link to set a password, for one that ran out or was lost."""
    _require_owner(by)
    _require_address(user.email)
    audit.record(verb="account.invited", by=by, at=at, object=user)
    transaction.on_commit(partial(invitations.tell, user.pk))


@transaction.atomic
def close(*, user: User, by: Any, at: datetime) -> None:
    """Nothing opens any more: sign-ins end at once, the password and the second step are gone, the
    roles are taken. Raises LastOwner."""
    _require_owner(by)
    for grant in _grants(user):
        _end(grant, by=by, at=at)
    _forget_sign_in(user)
    row = User.objects.get(pk=user.pk)  # the caller's stays as it is if the last owner must stay
    row.is_active = row.is_superuser = False
    row.set_unusable_password()
    row.save(update_fields=["is_active", "is_superuser", "password"])
    _require_an_owner(at)
    audit.record(verb="account.closed", by=by, at=at, object=user)


@transaction.atomic
def reopen(*, user: User, by: Any, at: datetime) -> None:
    """The account opens again without a role and without a password: invite again, give roles."""
    _require_owner(by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(verb="account.reopened", by=by, at=at, object=user)


@transaction.atomic
def take_second_step_off(*, user: User, by: Any, at: datetime) -> None:
    """For somebody who lost phone and codes and has shown who she is: sign-ins end, and at the next
    one she sets up a new second step. The removal leaves its own line (signing_in)."""
    _require_owner(by)
    _forget_sign_in(user)
    audit.record(verb="second_step.reset", by=by, at=at, object=user)


@transaction.atomic
def rescue(*, user: User, at: datetime) -> None:
    """The same from the machine itself, for an owner whom no other owner can help."""
    _forget_sign_in(user)
    audit.record(verb="second_step.reset", at=at, object=user, reason="command")


@transaction.atomic
def make_nameless(*, user: User, by: Any, at: datetime) -> None:
    """The name and address of somebody who left go; the number stays, which the log points at."""
    _require_owner(by)
    user.refresh_from_db()
    if user.is_active:
        raise Refused(_("Close the account first."))
    _forget_sign_in(user)
    user.username, user.first_name, user.last_name = f"gone-{user.pk}", "", ""
    user.email, user.last_login = "", None
    user.save()
    audit.record(verb="account.nameless", by=by, at=at, object=user)


def _forget_sign_in(user: User) -> None:
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
    for second in Authenticator.objects.filter(user=user):
        second.delete()
