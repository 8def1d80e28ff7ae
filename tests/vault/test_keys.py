"""People's data keys: one each, made once, gone when they are destroyed."""

from uuid import uuid4

import pytest
from django.db import transaction

from register.models import Identity
from register.vault import Erased, TamperedError, keys
from register.vault.models import DataKey, IndexTag
from tests import cast
from tests.vault.conftest import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_a_person_has_one_key_however_often_it_is_asked_for(aino):
    assert not keys.exists(aino.pk)
    keys.ensure(aino.pk)
    keys.ensure(aino.pk)

    assert keys.exists(aino.pk)
    assert DataKey.objects.filter(customer_id=aino.pk).count() == 1


def test_destroying_tells_how_many_people_had_a_key(aino, eero):
    keys.ensure(aino.pk)
    keys.ensure(eero.pk)

    assert keys.destroy([aino.pk, uuid4()]) == 1
    assert keys.destroy(aino.pk) == 0
    assert not keys.exists(aino.pk)
    assert keys.exists(eero.pk)


def test_destroying_takes_keys_and_tags_and_nothing_of_others(ainos, eero):
    Identity.objects.create(customer=eero, passport_number="E1")

    keys.destroy({ainos.customer_id})

    assert DataKey.objects.get().customer_id == eero.pk
    assert IndexTag.objects.get().customer_id == eero.pk


def test_a_key_destroyed_here_is_gone_here_at_once(ainos):
    assert ainos.personal_identity_code.expose() == CODE  # the key is in memory now

    keys.destroy(ainos.customer_id)

    assert isinstance(ainos.personal_identity_code, Erased)


def test_a_key_destroyed_by_another_process_is_gone_within_seconds(ainos, monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(keys, "monotonic", lambda: now[0])
    keys.forget()
    assert ainos.personal_identity_code.expose() == CODE
    DataKey.objects.all().delete()  # what another process did

    now[0] += keys.TRUST_SECONDS - 0.1
    assert ainos.personal_identity_code.expose() == CODE  # still trusted: the race is real
    now[0] += 0.2
    assert isinstance(ainos.personal_identity_code, Erased)


def test_writing_never_trusts_a_key_from_memory(ainos):
    assert ainos.personal_identity_code.expose() == CODE
    DataKey.objects.all().delete()  # what another process did

    ainos.passport_number = "NEW1"
    with transaction.atomic():
        ainos.save(update_fields=["passport_number"])

    keys.forget()
    assert Identity.objects.get().passport_number.expose() == "NEW1"


def test_a_key_that_was_rolled_back_and_made_anew_opens_what_it_sealed(aino):
    with pytest.raises(RuntimeError), transaction.atomic(using="vault"):
        keys.ensure(aino.pk)
        raise RuntimeError("the power went")
    other = dict(keys.memory)  # the key that never was
    row = Identity.objects.create(customer=aino, personal_identity_code=CODE)
    keys.memory.update(other)

    assert Identity.objects.get(pk=row.pk).personal_identity_code.expose() == CODE


def test_the_memory_of_keys_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(keys, "REMEMBERED", 5)
    people = [cast.customer().pk for _ in range(12)]
    keys.current(people)

    assert len(keys.memory) == 5
    rows = [Identity(customer_id=who, passport_number="P") for who in people]
    Identity.objects.bulk_create(rows)
    read = Identity.objects.all()
    assert [row.passport_number.expose() for row in read] == ["P"] * 12


def test_a_data_key_given_to_another_person_opens_nothing(ainos, eero):
    stolen = DataKey.objects.get(customer_id=ainos.customer_id)
    DataKey.objects.create(customer_id=eero.pk, generation=1, wrapped=bytes(stolen.wrapped))

    with pytest.raises(TamperedError, match="data key"):
        keys.current([eero.pk])
