"""Look-up tags without a row, in doubt or lost are put right by the upkeep, and no others."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import router
from django.utils import timezone

from register.models import Identity
from register.vault import blind_index, keyring, upkeep
from register.vault.models import IndexTag
from tests import cast
from tests.vault.conftest import ANOTHER_CODE, CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def _nobody_to_wait_for(monkeypatch):
    monkeypatch.setattr(keyring, "TRUST_SECONDS", 0.0)


def later() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_a_tag_of_a_row_that_never_came_is_swept_once_it_is_old(ainos):
    field = Identity._meta.get_field("personal_identity_code")
    nobody = cast.customer()
    entry = blind_index.Entry(nobody.pk, nobody.pk, ANOTHER_CODE)
    blind_index.add(field.column_of_index, [entry], holds=field.holder("default"))

    assert upkeep.sweep(before=timezone.now() - timedelta(hours=1)) == (0, 0, 0)
    assert upkeep.sweep(before=later()).swept == 1
    assert Identity.objects.get(personal_identity_code=CODE) == ainos


def test_a_tag_in_doubt_is_settled_by_what_stands_in_the_row(ainos):
    ainos.personal_identity_code = ANOTHER_CODE
    ainos.save()
    assert IndexTag.objects.filter(settled=False).count() == 2

    assert upkeep.sweep(before=later()) == (1, 1, 0)
    assert IndexTag.objects.filter(settled=False).count() == 0
    assert Identity.objects.get(personal_identity_code=ANOTHER_CODE) == ainos


def test_tags_of_a_row_deleted_by_itself_are_swept(ainos):
    ainos.delete()
    assert upkeep.sweep(before=later()).swept == 2
    assert not IndexTag.objects.exists()


def test_a_lost_index_is_rebuilt(ainos):
    IndexTag.objects.all().delete()
    assert not Identity.objects.filter(personal_identity_code=CODE)
    said = StringIO()
    call_command("rebuild_index", stdout=said)

    assert "2 look-up tags made" in said.getvalue()
    assert Identity.objects.get(personal_identity_code=CODE) == ainos


def test_rebuilding_a_sound_index_changes_nothing(ainos):
    before = set(IndexTag.objects.values_list("pk", flat=True))
    assert upkeep.rebuild(before=later()) == (0, 0, 0)
    assert set(IndexTag.objects.values_list("pk", flat=True)) == before
    assert router.db_for_write(IndexTag) == "vault"
