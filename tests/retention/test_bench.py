"""The bench's people fit the register as it stands: a new constraint must not be found by whoever
wants to measure."""

import pytest

from bench import retention as bench
from register.models import Customer
from register.services import retention
from tests import cast


@pytest.mark.django_db
def test_the_people_of_the_bench_are_accepted_and_go_in_their_night() -> None:
    shares = {"as shipped": range(3), "floor, one way": range(3, 5)}
    bench.SHARES.update(shares)
    bench.seed(range(8), shares)
    told = retention.apply(on=cast.TODAY, at=cast.NOW, today=cast.TODAY)
    assert (told.people, told.index_mended, told.problems) == (3, 0, [])
    assert told.rows["register.Booking"] == 3 * told.people
    assert Customer.objects.count() == 5
