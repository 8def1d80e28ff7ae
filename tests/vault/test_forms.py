"""Forms of sealed values: what is typed goes in, what is stored never comes out."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import modelform_factory

from register.models import Identity
from tests.vault.conftest import ANOTHER_CODE, CODE, PASSPORT

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

FIELDS = ["personal_identity_code", "passport_number"]
IdentityForm = modelform_factory(Identity, fields=FIELDS)
WRONG = CODE[:-1] + "U"


def typed(row: Identity, **data: str):
    return IdentityForm({**dict.fromkeys(FIELDS, ""), **data}, instance=row)


def read(row: Identity) -> Identity:
    return Identity.objects.get(pk=row.pk)


def test_a_form_never_shows_what_is_stored(ainos):
    shown = IdentityForm(instance=ainos).as_p()

    assert CODE not in shown
    assert PASSPORT not in shown
    assert "personal_identity_code-empty" in shown


def test_a_form_offers_to_empty_only_what_is_there(aino):
    row = Identity.objects.create(customer=aino, passport_number=PASSPORT)
    shown = IdentityForm(instance=read(row)).as_p()

    assert "passport_number-empty" in shown
    assert "personal_identity_code-empty" not in shown


def test_a_field_left_empty_keeps_what_is_stored(ainos):
    form = typed(ainos)
    assert form.is_valid()
    assert not form.has_changed()
    form.save()

    assert read(ainos).personal_identity_code.expose() == CODE


def test_the_box_empties_the_field_and_only_this_one(ainos, django_capture_on_commit_callbacks):
    form = typed(ainos, **{"personal_identity_code-empty": "on"})
    assert form.is_valid()
    assert form.changed_data == ["personal_identity_code"]
    with django_capture_on_commit_callbacks(execute=True):
        form.save()

    assert read(ainos).personal_identity_code is None
    assert read(ainos).passport_number.expose() == PASSPORT
    assert not Identity.objects.filter(personal_identity_code=CODE)


def test_a_new_value_and_the_box_together_are_asked_about(ainos):
    form = typed(ainos, passport_number="NEW1", **{"passport_number-empty": "on"})

    assert not form.is_valid()
    assert list(form.errors) == ["passport_number"]
    assert "NEW1" in form.as_p()


def test_a_code_in_lower_case_with_blanks_is_taken_in_its_normal_form(aino):
    form = IdentityForm(
        {"personal_identity_code": " 131052 - 308t ", "passport_number": ""},
        instance=Identity(customer=aino),
    )
    assert form.is_valid(), form.errors
    row = form.save()

    assert read(row).personal_identity_code.expose() == CODE
    assert Identity.objects.get(personal_identity_code="131052-308t  ") == row


def test_a_code_with_a_wrong_check_digit_is_refused_beside_its_field(aino):
    form = IdentityForm({"personal_identity_code": WRONG}, instance=Identity(customer=aino))

    assert not form.is_valid()
    assert list(form.errors) == ["personal_identity_code"]
    assert WRONG in form.as_p()  # nothing typed is lost
    assert WRONG not in str(form.errors)


def test_a_code_with_a_wrong_check_digit_is_not_stored_by_any_way(aino, ainos, eero):
    with pytest.raises(ValidationError), transaction.atomic():
        Identity.objects.create(customer=eero, personal_identity_code=WRONG)
    with pytest.raises(ValidationError), transaction.atomic():
        Identity.objects.bulk_create([Identity(customer=eero, personal_identity_code=WRONG)])
    ainos.personal_identity_code = WRONG
    with pytest.raises(ValidationError), transaction.atomic():
        ainos.save()

    assert Identity.objects.count() == 1
    assert read(ainos).personal_identity_code.expose() == CODE
    assert not Identity.objects.filter(personal_identity_code=WRONG)


def test_a_wrong_passport_number_cannot_be_told_and_is_taken(ainos):
    form = typed(ainos, passport_number=" ab 12 ")
    form.is_valid()
    form.save()

    assert read(ainos).passport_number.expose() == "AB12"


def test_a_value_longer_than_its_field_is_refused_and_the_old_one_stays(ainos):
    form = typed(ainos, passport_number="X" * 21)
    assert not form.is_valid()
    with pytest.raises(ValidationError), transaction.atomic():
        ainos.passport_number = "X" * 21
        ainos.save()

    assert read(ainos).passport_number.expose() == PASSPORT
    assert ANOTHER_CODE not in str(form.errors)
