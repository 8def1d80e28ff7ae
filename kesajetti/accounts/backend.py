"""The staff's way in, for django.contrib.auth."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from register import permissions


class StaffBackend(AuthenticationBackend):
    """A closed account answers as one that never was: allauth would say that it is closed to
    whoever knows its password."""

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> Any:
        return super()._stash_user(None)

    def _get_group_permissions(self, user_obj: Any) -> QuerySet[Permission]:
        """Of the roles that the user holds today; being a member of a group gives nothing."""
        return Permission.objects.filter(group__name__in=permissions.roles_of(user_obj))
