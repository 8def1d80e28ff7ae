"""What a member of staff may see and do is what the policy says, and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser

from register import permissions
from register.declare import Sight
from register.models import Craft, Customer, Identity, Message, User
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
CODE = "personal_identity_code"


def test_dock_staff_see_ainos_phone_but_not_her_identity_code() -> None:
    olli = cast.olli()
    assert permissions.sight(olli, Customer, "phone") is Sight.WHOLE
    assert permissions.sight(olli, Identity, CODE) is Sight.ABSENT
    assert not permissions.may_see(olli, Identity)


def test_the_desk_sees_the_mask_and_may_reveal() -> None:
    kaisa = cast.kaisa()
    assert permissions.sight(kaisa, Identity, CODE) is Sight.MASKED
    assert permissions.may_reveal(kaisa, f"register.Identity.{CODE}")


def test_the_bookkeeper_sees_no_messages() -> None:
    assert not permissions.may_see(cast.birgit(), Message)


def test_everybody_at_work_sees_the_fleet_and_nobody_signed_out_does() -> None:
    assert all(permissions.may_see(user, Craft) for user in cast.everybody_at_work().values())
    assert not permissions.may_see(AnonymousUser(), Craft)


def test_a_closed_account_has_no_roles() -> None:
    leena = cast.leena()
    leena.is_active = False
    assert permissions.roles_of(leena) == ()


def test_a_superuser_sees_what_the_owner_sees_and_no_more() -> None:
    root = User.objects.create(username="root", is_superuser=True)
    assert permissions.roles_of(root) == ("owner",)
    assert permissions.sight(root, Identity, CODE) is Sight.MASKED


def test_a_column_nobody_declared_is_seen_by_nobody() -> None:
    assert permissions.sight(cast.leena(), Customer, "shoe_size") is Sight.ABSENT
