"""The people who work here. Accounts are closed, never deleted: records point at them."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import choices


class User(AbstractUser):
    """A member of staff. What she may do follows from her `RoleGrant`s."""

    def __str__(self) -> str:
        return self.get_username()


class RoleGrants(models.QuerySet["RoleGrant"]):
    def in_force(self, *, on: date) -> "RoleGrants":
        """Not taken away, and not past their last day."""
        lasting = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
        return self.filter(lasting, taken_at__isnull=True)


class RoleGrant(models.Model):
    """Who gave whom which role, until when. Rows are kept: they are the proof of who could see
    what. The groups of django.contrib.auth say what a role may do; membership in one says nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="grants"
    )
    role = models.CharField(_("role"), max_length=20, choices=choices.roles)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("given by"), null=True,
        related_name="+",
    )  # fmt: skip
    granted_at = models.DateTimeField(_("given"))
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("taken away by"), null=True,
        related_name="+",
    )  # fmt: skip
    taken_at = models.DateTimeField(_("taken away"), null=True)

    objects = RoleGrants.as_manager()

    class Meta:
        verbose_name = _("role given")
        verbose_name_plural = _("roles given")
        ordering = ["granted_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(taken_at__isnull=True),
                name="register_one_grant_of_a_role",
            ),
            models.CheckConstraint(
                condition=Q(role__in=policy.ROLE_KEYS), name="register_rolegrant_role_declared"
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_at__gte=F("granted_at")),
                name="register_grant_taken_after_given",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


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
