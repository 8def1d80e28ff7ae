"""The staff's way in, for django.contrib.auth."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser


class StaffBackend(AuthenticationBackend):
    """A closed account answers as one that never was: allauth would say that it is closed to
    whoever knows its password."""

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> Any:
        return super()._stash_user(None)
