"""Two people: one asks, another approves, and only for exactly that, once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from register.models import Approval, AuditEvent
from register.services import approvals
from tests import cast

pytestmark = pytest.mark.django_db
LIST = {"table": "register.Booking", "rows": 12}
KIND = "mass_export"


def asked(**more) -> Approval:
    named = {"kind": KIND, "what": LIST, "about": "Varaukset", "by": cast.birgit(), "at": cast.NOW}
    return approvals.ask(**(named | more))


def approved(**more) -> Approval:
    return approvals.decide(approval=asked(**more), approve=True, by=cast.leena(), at=cast.NOW)


def test_what_was_approved_is_done_once() -> None:
    approved()
    used = approvals.require(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)
    assert used.used_at == cast.NOW
    with pytest.raises(approvals.NeedsAnother):
        approvals.require(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)


@pytest.mark.parametrize(
    "what, who",
    [
        ({"table": "register.Booking", "rows": 13}, cast.birgit),
        ({"table": "register.Customer", "rows": 12}, cast.birgit),
        (LIST, cast.leena),
        (LIST, cast.petra),
    ],
)
def test_an_approval_is_of_no_use_for_anything_or_anybody_else(what, who) -> None:
    approved()
    assert approvals.use(kind=KIND, what=what, by=who(), at=cast.NOW) is None
    assert approvals.use(kind="erase_contract", what=LIST, by=cast.birgit(), at=cast.NOW) is None


def test_the_order_of_the_words_changes_nothing() -> None:
    approved(what={"rows": 12, "table": "register.Booking"})
    assert approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)


def test_the_one_who_asks_does_not_approve() -> None:
    waiting = asked(by=cast.leena())
    with pytest.raises(approvals.CannotDecide):
        approvals.decide(approval=waiting, approve=True, by=cast.leena(), at=cast.NOW)
    assert not approvals.waiting_for(cast.leena(), at=cast.NOW)
    assert list(approvals.waiting_for(cast.petra(), at=cast.NOW)) == [waiting]


def test_the_database_itself_refuses_one_person_in_both_places() -> None:
    waiting = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=waiting.pk).update(
            outcome="approved", decided_by=cast.birgit(), decided_at=cast.NOW
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=waiting.pk).update(used_at=cast.NOW)


@pytest.mark.parametrize("who", [cast.kaisa, cast.olli, cast.mauri])
def test_a_role_without_the_verb_neither_sees_nor_approves_it(who) -> None:
    waiting = asked()
    assert not approvals.waiting_for(who(), at=cast.NOW)
    with pytest.raises(approvals.CannotDecide):
        approvals.decide(approval=waiting, approve=True, by=who(), at=cast.NOW)


def test_what_is_refused_or_lapsed_opens_nothing() -> None:
    approvals.decide(approval=asked(), approve=False, by=cast.petra(), at=cast.NOW)
    assert approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW) is None
    later = cast.NOW + approvals.STANDS_FOR + timedelta(seconds=1)
    waiting = asked(at=cast.NOW)
    with pytest.raises(approvals.CannotDecide):
        approvals.decide(approval=waiting, approve=True, by=cast.petra(), at=later)
    approvals.decide(approval=waiting, approve=True, by=cast.petra(), at=cast.NOW)
    assert approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=later) is None


def test_nothing_is_decided_twice_and_the_same_question_waits_once() -> None:
    assert asked() == asked()
    done = approved()
    with pytest.raises(approvals.CannotDecide):
        approvals.decide(approval=done, approve=False, by=cast.petra(), at=cast.NOW)


def test_an_act_that_fails_gives_its_approval_back() -> None:
    approved()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)
        raise ZeroDivisionError
    assert approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)


def test_asking_approving_and_doing_each_leave_a_line() -> None:
    approved()
    approvals.use(kind=KIND, what=LIST, by=cast.birgit(), at=cast.NOW)
    verbs = list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["approval.asked", "approval.approved", "approval.used"]
