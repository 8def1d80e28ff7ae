"""The cast itself: rows in every personal table, nothing that the database refuses."""

import pytest
from django.apps import apps

from register import permissions, policy
from tests import cast

pytestmark = pytest.mark.django_db


def test_aino_has_a_row_in_every_table_that_can_hold_something_of_her() -> None:
    story = cast.story()
    for table in policy.TABLES:
        model = apps.get_model(table)
        if model._meta.app_label != "register" or not hasattr(model, "customer"):
            continue
        assert model._base_manager.filter(customer=story.aino).exists(), table


def test_everybody_at_work_holds_exactly_one_role() -> None:
    people = cast.everybody_at_work()
    assert set(people) == set(policy.ROLE_KEYS)
    for role, user in people.items():
        assert permissions.roles_of(user) == (role,)


def test_ainos_identity_code_is_found_by_the_code_alone() -> None:
    from register.models import Identity

    aino = cast.aino()
    assert Identity.objects.get(personal_identity_code=cast.AINOS_CODE).customer_id == aino.pk
