"""Roles of a member of staff, and what they may do. Everything here is read from the policy."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils import timezone

from register import policy
from register.declare import Role, Sight
from register.models import RoleGrant


def roles_of(user: Any) -> tuple[str, ...]:
    """Keys of the roles the user holds; none for somebody signed out or closed.

    A superuser holds the owner's role: there is no sight wider than the policy's.
    The answer is kept on the user object for the length of a request.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return ()
    cached: tuple[str, ...] | None = getattr(user, "_role_keys", None)
    if cached is None:
        names = set(_granted(user))
        if user.is_superuser:
            names.add(policy.OWNER.key)
        cached = tuple(key for key in policy.ROLE_KEYS if key in names)
        user._role_keys = cached
    return cached


def _granted(user: Any) -> Iterable[str]:
    """Read at every request, so that a right ends with its last day and what is taken away is
    gone at the next page. The day is Helsinki's, by the clock of the machine."""
    in_force = RoleGrant.objects.in_force(on=timezone.localdate())
    return in_force.filter(user_id=user.pk).values_list("role", flat=True)


def roles_held(user: Any) -> tuple[Role, ...]:
    keys = roles_of(user)
    return tuple(role for role in policy.ROLES if role.key in keys)


def may(user: Any, verb: str) -> bool:
    """Whether any of the user's roles has the verb, such as "search" or "identify"."""
    return any(verb in role.verbs for role in roles_held(user))


def works_with_current_people_only(user: Any) -> bool:
    """Whether none of the user's roles pages through everybody."""
    held = roles_held(user)
    return bool(held) and all(role.only_current for role in held)


def table_of(model: type[Model] | Model) -> str:
    """ "register.Customer" of the model or a row of it."""
    return model._meta.label


def may_see(user: Any, model: type[Model] | Model) -> bool:
    """Whether the user sees rows of the table at all. Tables without personal data are seen by
    every role."""
    roles = roles_of(user)
    if not roles:
        return False
    table = table_of(model)
    return policy.sees_table(table, roles) if table in policy.TABLES else is_shared(table)


def is_shared(table: str) -> bool:
    """Tables of the register that hold nothing personal and are open to every role."""
    return table in (
        "register.CraftClass",
        "register.SeasonPrice",
        "register.Extra",
        "register.AgreementTerms",
        "register.Craft",
        "register.MaintenanceBlock",
    )


def may_write(user: Any, model: type[Model] | Model) -> bool:
    """Whether one of the user's roles adds and changes rows of the table."""
    table = table_of(model)
    return any(table in role.writes or "*" in role.writes for role in roles_held(user))


def sight(user: Any, model: type[Model] | Model, field: str) -> Sight:
    """What the user sees of a column: the policy's answer for personal tables; whole for shared."""
    table = table_of(model)
    if table not in policy.TABLES:
        return Sight.WHOLE if may_see(user, model) else Sight.ABSENT
    return policy.sight(f"{table}.{field}", roles_of(user))


def sees_whole(user: Any, *labels: str) -> bool:
    """Whether the user sees each of the columns "app.Model.field" whole."""
    roles = roles_of(user)
    return all(policy.sight(label, roles) is Sight.WHOLE for label in labels)


def may_reveal(user: Any, label: str) -> bool:
    """Whether the user may open the sealed column "app.Model.field" for a stated reason."""
    return bool(set(policy.access(label).reveal) & set(roles_of(user)))
