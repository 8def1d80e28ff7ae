"""Running numbers without gaps."""

import pytest
from django.db import transaction

from register.services import numbers
from tests import cast


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_number_whose_booking_failed_is_given_to_the_next() -> None:
    with transaction.atomic():
        first = numbers.reserve("booking")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        numbers.reserve("booking")
        _ = 1 / 0
    with transaction.atomic():
        assert numbers.reserve("booking") == first + 1


@pytest.mark.django_db(databases=["default", "vault"])
def test_agreements_are_numbered_from_one_each_year() -> None:
    with transaction.atomic():
        given = [
            numbers.agreement_number(on=cast.TODAY.replace(year=y)) for y in (2026, 2026, 2027)
        ]
    assert given == ["V-2026-0001", "V-2026-0002", "V-2027-0001"]


@pytest.mark.django_db(databases=["default", "vault"], transaction=True)
def test_outside_a_transaction_no_number_is_given() -> None:
    with pytest.raises(RuntimeError):
        numbers.reserve("booking")
