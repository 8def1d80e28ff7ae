"""While a restriction stands, data is only stored for that purpose."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from register import policy
from register.models import Customer, ProcessingRestriction
from register.services import restrictions
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
SERVICE, MARKETING = policy.SERVICE.key, policy.MARKETING.key


def restrict(
    person: Customer, purpose: str = SERVICE, kind: str = "restriction"
) -> ProcessingRestriction:
    return restrictions.restrict(
        customer=person,
        purpose=purpose,
        kind=kind,
        ground="accuracy_contested",
        at=cast.NOW,
        by=cast.petra(),
    )


def test_a_restriction_of_one_purpose_leaves_the_others_alone() -> None:
    aino = cast.aino()
    restrict(aino)
    assert not restrictions.allowed(customer=aino, purpose=SERVICE)
    assert restrictions.allowed(customer=aino, purpose=MARKETING)
    with pytest.raises(restrictions.Restricted):
        restrictions.ensure_allowed(customer=aino, purpose=SERVICE)


def test_when_the_restriction_cannot_be_read_the_answer_is_no(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aino = cast.aino()
    assert restrictions.allowed(customer=aino, purpose=SERVICE)

    def unreadable() -> None:
        raise OperationalError

    monkeypatch.setattr(restrictions, "in_force", unreadable)
    assert not restrictions.allowed(customer=aino, purpose=SERVICE)


def test_restricted_people_are_left_out_of_a_selection() -> None:
    aino, eero = cast.aino(), cast.eero()
    restrict(aino, MARKETING, "objection")
    people = restrictions.unrestricted(Customer.objects.all(), purpose=MARKETING)
    assert list(people) == [eero]


def test_a_restriction_is_not_lifted_before_the_person_has_been_told() -> None:
    row = restrict(cast.aino())
    with pytest.raises(restrictions.NotToldYet):
        restrictions.lift(restriction=row, at=cast.NOW, by=cast.petra())
    row.told_before_lifting_at = cast.NOW
    row.save()
    restrictions.lift(restriction=row, at=cast.NOW + timedelta(days=1), by=cast.petra())
    assert restrictions.allowed(customer=row.customer, purpose=SERVICE)


def test_nobody_objects_to_bookkeeping() -> None:
    with pytest.raises(restrictions.CannotObject):
        restrict(cast.aino(), policy.BOOKKEEPING.key, "objection")
