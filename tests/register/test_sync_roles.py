"""Groups and permissions are made from the policy, and from nothing else."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from register import policy
from tests import cast

pytestmark = pytest.mark.django_db


def sync_roles() -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("sync_roles", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def granted() -> dict[str, set[str]]:
    return {
        group.name: {permission.codename for permission in group.permissions.all()}
        for group in Group.objects.all()
    }


def test_every_declared_role_becomes_a_group() -> None:
    told, _err = sync_roles()
    assert set(granted()) == set(policy.ROLE_KEYS)
    assert all(role in told for role in policy.ROLE_KEYS)


def test_a_second_run_changes_nothing() -> None:
    sync_roles()
    once = granted()
    sync_roles()
    assert granted() == once


def test_a_permission_given_by_hand_is_taken_back() -> None:
    sync_roles()
    dock = Group.objects.get(name="dock")
    dock.permissions.add(Permission.objects.get(codename="change_identity"))
    sync_roles()
    assert "change_identity" not in granted()["dock"]


def test_the_dock_gets_nothing_of_identity_numbers_and_cards() -> None:
    sync_roles()
    assert not [name for name in granted()["dock"] if "identity" in name or "card" in name]
    assert "view_identity" in granted()["desk"]


def test_nobody_may_delete_by_hand() -> None:
    sync_roles()
    for role, names in granted().items():
        assert not [name for name in names if name.startswith("delete_")], role


def test_a_role_sees_what_the_policy_shows_it_and_no_other_table() -> None:
    sync_roles()
    labels = {f"view_{table.rpartition('.')[2].lower()}": table for table in policy.TABLES}
    for role, names in granted().items():
        for codename in names & set(labels):
            assert policy.sees_table(labels[codename], (role,)), f"{role}: {codename}"


def test_a_group_that_is_not_declared_is_told_and_left_alone() -> None:
    stranger = Group.objects.create(name="interns")
    _out, err = sync_roles()
    assert str(stranger.pk) in err
    assert Group.objects.filter(name="interns").exists()


def test_olli_holds_the_permissions_of_the_dock() -> None:
    assert cast.olli().has_perm("register.change_rental")
    assert not cast.olli().has_perm("register.view_identity")
