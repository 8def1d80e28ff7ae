"""Makes the groups and their permissions what the policy says. Idempotent; run after migrate."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Q

from register import permissions, policy
from register.declare import Role


class Command(BaseCommand):
    help = "Make the groups and their permissions what register/policy.py declares."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for role in policy.ROLES:
            group, _ = Group.objects.get_or_create(name=role.key)
            group.permissions.set(Permission.objects.filter(granted(role)))
        strangers = Group.objects.exclude(name__in=policy.ROLE_KEYS)
        for group in strangers:
            self.stderr.write(f"The group {group.pk} is not declared in the policy: left alone.")
        self.stdout.write(f"Roles are as declared: {', '.join(policy.ROLE_KEYS)}.")


def granted(role: Role) -> Q:
    """Permissions of the role: view what it sees, add and change what it writes. Deleting is
    nobody's: the erasure engine does it."""
    wanted = Q(pk__in=[])
    for model in apps.get_models():
        table = model._meta.label
        name = model._meta.model_name
        of_table = Q(content_type__app_label=model._meta.app_label, content_type__model=name)
        if policy.sees_table(table, (role.key,)) or permissions.is_shared(table):
            wanted |= of_table & Q(codename=f"view_{name}")
        if table in role.writes or ("*" in role.writes and table in policy.TABLES):
            wanted |= of_table & Q(codename__in=[f"add_{name}", f"change_{name}"])
    return wanted
