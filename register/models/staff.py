"""The people who work here. Accounts are closed, never deleted: records point at them."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff. Roles are groups, made from the policy by `sync_roles`."""

    def __str__(self) -> str:
        return self.get_username()
