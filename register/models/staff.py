"""The people who work here. Accounts are closed, never deleted: records point at them."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A member of staff. Roles are groups, made from the policy by `sync_roles`."""

    def __str__(self) -> str:
        return self.get_username()


class Tally(models.Model):
    """A count of wrong passwords, of forms sent, a code that was used: Django's cache, shared by
    all processes. Keys are keyed hashes, values are counts and times (settings.CACHES)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "register_tally"
        default_permissions = ()

    def __str__(self) -> str:
        return self.cache_key
