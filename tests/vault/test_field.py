"""Sealed columns on the register's own tables: written sealed, read lazily, bound to their row."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F
from django.forms import modelform_factory

from register.models import Attachment, Customer, Identity
from register.vault import Erased, PlainValueError, Sealed, Secret, TamperedError, keyring, keys
from register.vault.fields import SealedField
from register.vault.models import DataKey
from tests import cast
from tests.vault.conftest import CODE, PASSPORT

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def column(row: models.Model, name: str) -> bytes | None:
    """The raw bytes of one column, as the database holds them."""
    table, key = row._meta.db_table, row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{name}" FROM "{table}" WHERE id = %s', [key])
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def overwrite(row: models.Model, name: str, value: bytes | None) -> None:
    table, key = row._meta.db_table, row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET "{name}" = %s WHERE id = %s', [value, key])


def test_ainos_code_is_stored_sealed_and_reads_back(ainos):
    stored = column(ainos, "personal_identity_code")

    assert stored is not None
    assert len(stored) == 42
    assert CODE.encode() not in stored
    assert ainos.personal_identity_code.expose() == CODE
    assert ainos.personal_identity_code.masked == "131052-****"


def test_short_and_long_passport_numbers_take_the_same_room(ainos, eero):
    eeros = Identity.objects.create(customer=eero, passport_number="A1")

    assert len(column(ainos, "passport_number")) == 31 + 24
    assert len(column(eeros, "passport_number")) == 31 + 24
    assert Identity.objects.get(pk=eeros.pk).passport_number.expose() == "A1"


def test_a_photo_is_sealed_as_bytes(aino):
    photo = cast.attachment(aino, content=b"\xff\xd8\x00 not text")
    read = Attachment.objects.get(pk=photo.pk)

    assert read.content.expose_bytes() == b"\xff\xd8\x00 not text"
    assert b"not text" not in column(photo, "content")


def test_the_column_opens_by_the_format_alone(ainos):
    """Straight from the format: unwrap the data key with the key file, then open the column."""
    file = json.loads(settings.MASTER_KEY)
    stored_key = DataKey.objects.get(customer_id=ainos.customer_id)
    wrapped, sealed = bytes(stored_key.wrapped), column(ainos, "personal_identity_code")
    master = base64.b64decode(file["keys"][str(int.from_bytes(wrapped[1:3]))])
    owner, row = ainos.customer_id.bytes, ainos.pk.bytes

    key = AESGCM(master).decrypt(
        wrapped[3:15], wrapped[15:], b"dek" + wrapped[:3] + owner + sealed[1:3]
    )
    label = b"identity.personal_identity_code"
    authenticated = sealed[:3] + len(label).to_bytes(2) + label + owner + row
    plain = AESGCM(key).decrypt(sealed[3:15], sealed[15:], authenticated)

    assert (wrapped[0], sealed[0], len(wrapped)) == (1, 1, 63)
    assert plain == CODE.encode()


def test_a_value_is_normalised_before_it_is_sealed(aino):
    stored = Identity.objects.create(customer=aino, personal_identity_code=" 131052-308t ")

    assert Identity.objects.get(pk=stored.pk).personal_identity_code.expose() == CODE


@pytest.mark.parametrize("nothing", [None, "", "   "])
def test_nothing_is_stored_as_nothing(aino, nothing):
    stored = Identity.objects.create(customer=aino, personal_identity_code=nothing)

    assert column(stored, "personal_identity_code") is None
    assert Identity.objects.get(pk=stored.pk).personal_identity_code is None
    assert not keys.exists(aino.pk)


def test_an_assigned_value_does_not_print_before_it_is_saved(aino):
    unsaved = Identity(customer=aino, personal_identity_code=CODE)

    assert isinstance(unsaved.personal_identity_code, Secret)
    assert CODE not in f"{vars(unsaved)}"


def test_saving_again_leaves_the_sealed_bytes_alone(ainos):
    before = column(ainos, "personal_identity_code")
    assert ainos.personal_identity_code.expose() == CODE

    ainos.save()

    assert column(ainos, "personal_identity_code") == before


def test_refreshing_a_row_keeps_it_sealed(ainos):
    before = column(ainos, "personal_identity_code")
    ainos.refresh_from_db()
    ainos.save()

    assert isinstance(vars(ainos)["personal_identity_code"], Sealed)
    assert column(ainos, "personal_identity_code") == before


def test_a_deferred_column_is_fetched_when_it_is_asked_for(ainos):
    lean = Identity.objects.only("customer").get(pk=ainos.pk)

    assert "personal_identity_code" not in vars(lean)
    assert lean.personal_identity_code.expose() == CODE


def test_bytes_changed_in_the_database_raise(ainos):
    stored = bytearray(column(ainos, "personal_identity_code"))
    stored[20] ^= 1
    overwrite(ainos, "personal_identity_code", bytes(stored))

    with pytest.raises(TamperedError):
        _ = Identity.objects.get(pk=ainos.pk).personal_identity_code


@pytest.mark.parametrize("junk", [b"", b"131052-308T", b"\x01" + bytes(41), b"\x02" * 60])
def test_bytes_that_were_never_sealed_never_come_back_as_a_value(ainos, junk):
    overwrite(ainos, "personal_identity_code", junk)

    with pytest.raises(TamperedError):
        value = Identity.objects.get(pk=ainos.pk).personal_identity_code
        assert isinstance(value, Erased)  # a generation that never was reads as one that is gone
        raise TamperedError


def test_ainos_bytes_do_not_open_in_eeros_row(ainos, eero):
    eeros = Identity.objects.create(customer=eero, personal_identity_code="010203A1230")
    overwrite(eeros, "personal_identity_code", column(ainos, "personal_identity_code"))

    with pytest.raises(TamperedError):
        _ = Identity.objects.get(pk=eeros.pk).personal_identity_code


def test_ainos_passport_does_not_open_as_her_licence(ainos):
    overwrite(ainos, "driving_licence_number", column(ainos, "passport_number"))

    with pytest.raises(TamperedError):
        _ = Identity.objects.get(pk=ainos.pk).driving_licence_number


def test_a_row_copied_whole_is_refused_and_a_copied_value_is_sealed_anew(ainos, eero):
    copy = Identity.objects.get(pk=ainos.pk)
    copy.pk, copy.customer, copy._state.adding = Identity().pk, eero, True
    with pytest.raises(TamperedError, match="another row"), transaction.atomic():
        copy.save()

    eeros = Identity.objects.create(customer=eero, passport_number=ainos.passport_number)
    assert Identity.objects.get(pk=eeros.pk).passport_number.expose() == PASSPORT
    assert column(eeros, "passport_number") != column(ainos, "passport_number")


def test_once_ainos_key_is_destroyed_everything_of_hers_reads_as_erased(ainos, aino):
    cast.attachment(aino, content=b"photo")
    assert keys.destroy(aino.pk) == 1

    read = Identity.objects.get(pk=ainos.pk)
    assert isinstance(read.personal_identity_code, Erased)
    assert isinstance(ainos.passport_number, Erased)
    assert isinstance(Attachment.objects.get(customer=aino).content, Erased)
    assert read.driving_licence_number is None


def test_an_erased_value_cannot_be_copied(ainos, eero):
    keys.destroy(ainos.customer_id)

    with pytest.raises(PlainValueError):
        Identity(customer=eero, passport_number=ainos.passport_number)


def test_a_row_with_an_erased_value_can_still_be_saved(ainos):
    before = column(ainos, "personal_identity_code")
    keys.destroy(ainos.customer_id)
    read = Identity.objects.get(pk=ainos.pk)
    assert not read.personal_identity_code

    read.save()

    assert column(ainos, "personal_identity_code") == before


@pytest.mark.parametrize("wrong", [b"bytes", 131052, ["131052-308T"]])
def test_a_text_column_takes_text_only(aino, wrong):
    with pytest.raises(PlainValueError):
        Identity(customer=aino, personal_identity_code=wrong)


def test_a_value_without_its_person_cannot_be_sealed():
    with pytest.raises(ValueError, match="customer_id"):
        Identity(personal_identity_code=CODE).save()


def test_update_with_plain_text_fails_closed(ainos):
    before = column(ainos, "personal_identity_code")
    with pytest.raises(PlainValueError, match="sealed row by row") as caught, transaction.atomic():
        Identity.objects.update(personal_identity_code="010203A1230")

    assert "010203A1230" not in str(caught.value)
    assert column(ainos, "personal_identity_code") == before


def test_bulk_update_with_plain_text_fails_closed(ainos):
    ainos.passport_number = "NEW1"
    with pytest.raises(PlainValueError):
        Identity.objects.bulk_update([ainos], ["passport_number"])


def test_update_from_another_column_fails_closed(ainos):
    with pytest.raises(PlainValueError):
        Identity.objects.update(driving_licence_number=F("passport_number"))


def test_update_to_nothing_empties_the_column(ainos):
    Identity.objects.update(personal_identity_code=None)

    assert Identity.objects.get(pk=ainos.pk).personal_identity_code is None
    assert not Identity.objects.filter(personal_identity_code=CODE)


def test_values_gives_sealed_bytes_that_show_nothing(ainos):
    row = Identity.objects.values("personal_identity_code").get()

    assert repr(row) == "{'personal_identity_code': <Sealed>}"


def test_many_rows_are_sealed_at_once(django_assert_num_queries):
    people = [cast.customer() for _ in range(20)]
    rows = [Identity(customer=who, passport_number=f"P{n}") for n, who in enumerate(people)]
    keyring.active()
    # Keys: ask, make (in a savepoint, the master held), ask; and the tags (in a savepoint).
    with django_assert_num_queries(9, using="vault"):
        Identity.objects.bulk_create(rows)

    read = Identity.objects.order_by("saved_at").select_related("customer")
    assert {row.passport_number.expose() for row in read} == {f"P{n}" for n in range(20)}


def test_many_rows_that_failed_are_sealed_anew_at_the_next_attempt(aino, eero):
    rows = [Identity(customer=who, passport_number="P") for who in (aino, aino)]
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(using="vault"),
        transaction.atomic(),
    ):
        Identity.objects.bulk_create(rows)  # one row of identity numbers a person
    rows[1].customer = eero
    Identity.objects.bulk_create(rows)

    assert {row.passport_number.expose() for row in Identity.objects.all()} == {"P"}


def test_many_rows_open_with_one_query_for_their_keys(django_assert_num_queries):
    people = [cast.customer() for _ in range(20)]
    Identity.objects.bulk_create(Identity(customer=who, passport_number="P") for who in people)
    keys.forget()

    rows = list(Identity.objects.all())
    with django_assert_num_queries(1, using="vault"):
        assert {row.passport_number.expose() for row in rows} == {"P"}


def test_rows_of_erased_people_cost_no_query_each(django_assert_num_queries):
    people = [cast.customer() for _ in range(20)]
    Identity.objects.bulk_create(Identity(customer=who, passport_number="P") for who in people)
    keys.destroy(who.pk for who in people)

    rows = list(Identity.objects.all())
    with django_assert_num_queries(1, using="vault"):
        assert not any(row.passport_number for row in rows)


def test_rows_that_are_not_opened_ask_for_no_keys(ainos, django_assert_num_queries):
    with django_assert_num_queries(0, using="vault"):
        assert len(Identity.objects.all()) == 1


def test_a_dump_holds_the_sealed_bytes_and_loads_back(ainos):
    dump = serializers.serialize("json", Identity.objects.all())
    assert CODE not in dump
    assert PASSPORT not in dump

    Identity.objects.all().delete()
    for restored in serializers.deserialize("json", dump):
        restored.save()

    assert Identity.objects.get(pk=ainos.pk).personal_identity_code.expose() == CODE


def test_a_longer_value_than_fits_is_refused_with_a_sentence(aino):
    with pytest.raises(ValidationError) as caught:
        Identity.objects.create(customer=aino, passport_number="X" * 21)

    assert caught.value.code == "max_length"
    assert "XXX" not in str(caught.value)


def test_a_sealing_that_was_rolled_back_is_done_again(aino):
    unsaved = Identity(customer=aino, personal_identity_code=CODE)
    with pytest.raises(RuntimeError), transaction.atomic(), transaction.atomic(using="vault"):
        unsaved.save()
        raise RuntimeError("the till is on fire")
    assert not keys.exists(aino.pk)

    unsaved.save(force_insert=True)

    assert Identity.objects.get(pk=unsaved.pk).personal_identity_code.expose() == CODE


def test_a_form_never_shows_the_stored_value_and_keeps_it_when_left_empty(ainos):
    form_class = modelform_factory(Identity, fields=["personal_identity_code", "passport_number"])
    assert CODE not in form_class(instance=ainos).as_p()

    form = form_class({"personal_identity_code": "", "passport_number": "np1"}, instance=ainos)
    assert form.is_valid(), form.errors
    assert form.changed_data == ["passport_number"]
    form.save()

    read = Identity.objects.get(pk=ainos.pk)
    assert read.personal_identity_code.expose() == CODE
    assert read.passport_number.expose() == "NP1"


def test_a_form_tells_of_a_value_that_is_too_long_beside_its_field(aino):
    form_class = modelform_factory(Identity, fields=["customer", "passport_number"])
    form = form_class({"customer": aino.pk, "passport_number": "X" * 21})

    assert form.errors["passport_number"]


def test_the_migration_form_of_a_column_makes_the_same_column():
    field = Identity._meta.get_field("personal_identity_code")
    _name, path, args, kwargs = field.deconstruct()
    again = SealedField(*args, **kwargs)

    assert path == "register.vault.fields.SealedField"
    assert again.deconstruct()[3] == kwargs
    assert (again.exclusive, again.indexed, again.label) == (True, True, field.label)


def test_the_rows_of_everybody_are_of_their_own_key(ainos, eero):
    Identity.objects.create(customer=eero, passport_number=PASSPORT)
    first, second = DataKey.objects.values_list("wrapped", flat=True)

    assert bytes(first) != bytes(second)
    assert Customer.objects.count() == 2
