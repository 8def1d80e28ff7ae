"""A withdrawal that was the only basis of something ends it the next night."""

from datetime import timedelta

import pytest

from register import policy
from register.models import AuditEvent, Customer, ErasureReceipt, Feedback
from register.services import ended_consents
from requests_app import slips
from tests import cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = cast.NOW + 3 * DAY


def withdrawn(of: Customer, *purposes: str) -> None:
    for purpose in purposes:
        cast.consent(of, purpose=purpose)
        cast.consent(of, purpose=purpose, action="withdrawn", acted_at=cast.NOW)


def night() -> dict[str, int]:
    return dict(ended_consents.apply(on=cast.TODAY, at=cast.NOW + DAY))


def left_over() -> int:
    moment = slips.Moment(LATER)
    return next(slip.found for slip in slips.COUNTS["p15"](moment) if "suostumus" in slip.what
                and "poistamatta" in slip.what)  # fmt: skip


def test_feedback_goes_when_no_consent_to_learn_from_it_stands() -> None:
    aino = cast.aino()
    cast.feedback(aino)
    withdrawn(aino, "quality", "development")
    assert ended_consents.left_over(before=LATER) == 1
    assert night() == {"register.Feedback": 1}
    assert not Feedback.objects.exists()
    receipt = ErasureReceipt.objects.get()
    assert (receipt.ground, receipt.state, receipt.counts) == (
        "consent", "complete", {"register.Feedback": 1}
    )  # fmt: skip
    line = AuditEvent.objects.get(verb="erase.consent")
    assert (line.customer_id, line.count) == (aino.pk, 1)
    assert ended_consents.left_over(before=LATER) == 0
    assert night() == {}


def test_one_reason_that_stands_is_enough_to_keep_it() -> None:
    aino, eero, meri = cast.aino(), cast.eero(), cast.customer()
    for person in (aino, eero, meri):
        cast.feedback(person)
    withdrawn(aino, "quality")
    cast.consent(aino, purpose="development")
    withdrawn(eero, "marketing")
    withdrawn(meri, "quality")
    cast.consent(meri, purpose="quality", acted_at=cast.NOW + timedelta(hours=1))
    assert night() == {}
    assert Feedback.objects.count() == 3


def test_the_group_is_forgotten_with_the_consent_to_be_grouped() -> None:
    aino, eero = cast.aino(group="regular"), cast.eero(group="regular")
    withdrawn(aino, "analysis")
    assert night() == {"register.Customer": 1}
    groups = dict(Customer.objects.values_list("pk", "group"))
    assert (groups[aino.pk], groups[eero.pk]) == ("new", "regular")
    assert Customer.objects.get(pk=aino.pk).last_name == aino.last_name


def test_what_is_held_stays_and_is_no_broken_promise() -> None:
    aino = cast.aino(group="regular")
    hold = cast.hold(aino)
    withdrawn(aino, "analysis")
    assert night() == {}
    assert ended_consents.left_over(before=LATER) == 0
    hold.released_at = cast.NOW
    hold.save()
    assert ended_consents.left_over(before=LATER) == 1
    assert ended_consents.left_over(before=cast.NOW - DAY) == 0


def test_data_left_over_turns_the_promise_red() -> None:
    aino = cast.aino(group="regular")
    assert left_over() == 0
    withdrawn(aino, "analysis")
    assert left_over() == 1


def test_what_rests_on_consent_alone_is_read_from_the_policy() -> None:
    tables = {what.table: what for what in ended_consents.resting()}
    assert tables["register.Feedback"].whole_row
    assert not tables["register.Customer"].whole_row
    for label in policy.on_consent_alone():
        assert all(purpose.basis.value == "6(1)(a)" for purpose in policy.purposes(label))
