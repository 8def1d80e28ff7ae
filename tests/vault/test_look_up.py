"""Finding Aino by her identity code: exactly, through the vault, and by nothing else."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from register.demo.invented import identity_code
from register.models import Customer, Identity
from register.vault import DuplicateSealedValue, SealedLookupError, Secret, blind_index, keys
from register.vault.models import IndexTag
from tests.vault.conftest import CODE, PASSPORT

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ANOTHER = identity_code(date(1990, 1, 1), 7)


def found(**question: object) -> list[Identity]:
    return list(Identity.objects.filter(**question))


@pytest.mark.parametrize("typed", [CODE, "131052-308t", " 131052 -308T\n", Secret(CODE)])
def test_aino_is_found_however_her_code_is_typed(ainos, typed):
    assert found(personal_identity_code=typed) == [ainos]


@pytest.mark.parametrize("typed", ["131052-308", "131052-308TT" * 9, "131052-307T", "", "%"])
def test_nobody_is_found_by_another_code(ainos, typed):
    assert found(personal_identity_code=typed) == []


def test_the_look_up_works_across_tables_and_in_combination(ainos, eero):
    by_code = Q(identity__personal_identity_code=CODE)

    assert Customer.objects.get(by_code).pk == ainos.customer_id
    assert list(Customer.objects.filter(~by_code)) == [eero]
    assert Customer.objects.filter(by_code | Q(pk=eero.pk)).count() == 2


def test_in_and_isnull_are_answered(ainos, eero):
    eeros = Identity.objects.create(customer=eero, passport_number="E1")

    assert found(personal_identity_code__in=[CODE, ANOTHER, None]) == [ainos]
    assert found(personal_identity_code__in=[]) == []
    assert found(personal_identity_code__isnull=True) == [eeros]
    assert found(personal_identity_code=None) == [eeros]


@pytest.mark.parametrize(
    "question",
    ["iexact", "contains", "icontains", "startswith", "endswith", "regex", "gt", "lt", "range"],
)
def test_every_other_question_is_refused_with_a_sentence(question):
    with pytest.raises(SealedLookupError, match="answers exact, in and isnull"):
        Identity.objects.filter(**{f"personal_identity_code__{question}": "1"})


def test_a_column_without_index_answers_isnull_only(aino):
    with pytest.raises(SealedLookupError, match="no index"):
        Customer.objects.filter(cardonfiles__number="4111111111111111")
    assert not Customer.objects.filter(cardonfiles__number__isnull=False)


def test_a_sealed_column_gives_no_order():
    with pytest.raises(SealedLookupError, match="no order"):
        Identity.objects.order_by("-personal_identity_code")


def test_the_code_never_reaches_any_sql(aino):
    with (
        CaptureQueriesContext(connections["default"]) as register,
        CaptureQueriesContext(connections["vault"]) as vault,
    ):
        Identity.objects.create(customer=aino, personal_identity_code=CODE)
        query = Identity.objects.filter(personal_identity_code=CODE)
        assert query.count() == 1
        shown = f"{query.query} {query!r}"

    said = " ".join(q["sql"] for q in (*register.captured_queries, *vault.captured_queries))
    assert CODE not in said + shown
    assert CODE.encode().hex() not in said.lower()


def test_an_exact_look_up_asks_each_database_once(ainos, django_assert_num_queries):
    with (
        django_assert_num_queries(1, using="vault"),
        django_assert_num_queries(1, using="default"),
    ):
        assert found(personal_identity_code=CODE)


def test_tags_stand_in_the_vault_and_differ_by_column(ainos):
    by_code = blind_index.tags("identity.personal_identity_code", CODE)[1]
    by_passport = blind_index.tags("identity.passport_number", CODE)[1]

    assert by_code != by_passport
    assert len(by_code) == 16
    stored = {bytes(tag) for tag in IndexTag.objects.values_list("tag", flat=True)}
    assert stored == {by_code, blind_index.tags("identity.passport_number", PASSPORT)[1]}


def test_a_changed_code_is_found_by_its_new_value_only(ainos, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ainos.personal_identity_code = ANOTHER
        ainos.save()

    assert found(personal_identity_code=ANOTHER) == [ainos]
    assert found(personal_identity_code=CODE) == []
    assert IndexTag.objects.filter(label="identity.personal_identity_code").get().settled


def test_a_change_that_died_before_it_was_tidied_up_is_still_answered_rightly(ainos):
    ainos.personal_identity_code = ANOTHER
    ainos.save()  # the test's transaction never commits: nothing is tidied

    assert IndexTag.objects.filter(label="identity.personal_identity_code").count() == 2
    assert found(personal_identity_code=ANOTHER) == [ainos]
    assert found(personal_identity_code=CODE) == []


def test_a_change_that_is_rolled_back_leaves_the_old_code_to_be_found(ainos):
    with pytest.raises(RuntimeError), transaction.atomic():
        ainos.personal_identity_code = ANOTHER
        ainos.save()
        raise RuntimeError("the power went")

    assert found(personal_identity_code=CODE) == [Identity.objects.get()]
    assert found(personal_identity_code=ANOTHER) == []


def test_an_emptied_code_is_found_no_more(ainos, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ainos.personal_identity_code = None
        ainos.save()

    assert found(personal_identity_code=CODE) == []
    assert not IndexTag.objects.filter(label="identity.personal_identity_code")


def test_tags_go_with_the_key(ainos):
    keys.destroy(ainos.customer_id)

    assert not IndexTag.objects.exists()
    assert found(personal_identity_code=CODE) == []


def test_tags_of_a_row_that_goes_alone_are_forgotten_by_name(ainos):
    row = ainos.pk
    ainos.delete()

    assert blind_index.forget(row) == 2
    assert not IndexTag.objects.exists()


def test_one_code_belongs_to_one_person(ainos, eero):
    with pytest.raises(DuplicateSealedValue) as caught, transaction.atomic():
        Identity.objects.create(customer=eero, personal_identity_code="131052-308t")

    assert caught.value.code == "unique"
    assert "308" not in f"{caught.value} {caught.value!r}"
    assert isinstance(caught.value, ValidationError)


def test_the_code_of_somebody_else_is_refused_on_a_change_too(ainos, eero):
    eeros = Identity.objects.create(customer=eero, personal_identity_code=ANOTHER)
    eeros.personal_identity_code = CODE
    with pytest.raises(DuplicateSealedValue), transaction.atomic():
        eeros.save()

    assert found(personal_identity_code=ANOTHER) == [Identity.objects.get(pk=eeros.pk)]


def test_two_new_rows_of_one_code_are_refused_together(aino, eero):
    rows = [Identity(customer=who, personal_identity_code=CODE) for who in (aino, eero)]
    with pytest.raises(DuplicateSealedValue), transaction.atomic():
        Identity.objects.bulk_create(rows)

    assert not Identity.objects.exists()


def test_full_clean_tells_of_a_duplicate_beside_its_field(ainos, eero):
    second = Identity(customer=eero, personal_identity_code=CODE)
    with pytest.raises(ValidationError) as caught:
        second.full_clean()

    assert list(caught.value.error_dict) == ["personal_identity_code"]
    ainos.full_clean()  # her own code is no duplicate of itself


def test_a_passport_number_may_stand_twice(ainos, eero):
    eeros = Identity.objects.create(customer=eero, passport_number=PASSPORT)

    assert set(found(passport_number=PASSPORT)) == {ainos, eeros}


def test_a_tag_left_by_a_row_that_never_came_to_be_gives_way(aino, eero):
    with pytest.raises(RuntimeError), transaction.atomic():
        Identity.objects.create(customer=aino, personal_identity_code=CODE)
        raise RuntimeError("the power went")
    assert IndexTag.objects.count() == 1  # the vault had committed already

    eeros = Identity.objects.create(customer=eero, personal_identity_code=CODE)

    assert found(personal_identity_code=CODE) == [eeros]
    assert IndexTag.objects.count() == 1


def test_a_code_given_up_by_aino_is_free_for_eero(ainos, eero):
    ainos.personal_identity_code = ANOTHER
    ainos.save()

    eeros = Identity.objects.create(customer=eero, personal_identity_code=CODE)

    assert found(personal_identity_code=CODE) == [eeros]


def test_saving_an_unsaved_row_twice_is_no_duplicate(aino):
    row = Identity(customer=aino, personal_identity_code=CODE)
    with pytest.raises(RuntimeError), transaction.atomic():
        row.save()
        raise RuntimeError("the power went")
    row.save(force_insert=True)
    row.save()

    assert found(personal_identity_code=CODE) == [row]
