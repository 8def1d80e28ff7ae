"""A plan says what an erasure does; its execution does just that, or nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase

from register import clock, policy
from register.models import (
    Agreement,
    AuditEvent,
    Booking,
    Case,
    Company,
    Customer,
    Driver,
    ErasureReceipt,
    Identity,
    Mandate,
    Payment,
    User,
)
from register.services import erasure, events, orphans, person_tables
from register.services.erasure import Ground, Outcome, Plan
from register.vault import keys
from register.vault.models import DataKey, IndexTag
from tests import cast
from tests.retention import traces
from tests.retention.test_holds import request_of

pytestmark = pytest.mark.django_db

LATER = date(2033, 1, 1)
CANARY = "kanarialintu"


@pytest.fixture
def story() -> cast.Story:
    """Aino's whole story, with her damage case settled."""
    told = cast.story()
    Case.objects.filter(pk=told.case.pk).update(state="settled", settled_at=cast.NOW)
    return told


def plan_of(person: Customer, ground: str = Ground.RETENTION, on: date = LATER) -> Plan:
    return erasure.plan(customer=person, on=on, ground=ground)


def execute(plan: Plan, by: User | None = None) -> ErasureReceipt:
    """As in production, where the key goes once the transaction has committed."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        receipt = erasure.execute(plan=plan, by=by, at=cast.NOW)
    receipt.refresh_from_db()
    return receipt


def erase(person: Customer, ground: str = Ground.RETENTION, on: date = LATER) -> ErasureReceipt:
    return execute(plan_of(person, ground, on))


def test_every_table_with_a_column_of_a_customer_is_walked_children_first() -> None:
    walked = [table.label for table in person_tables.tables()]
    declared = {field.table for c in policy.CATEGORIES if c.of_customers for field in c.fields} - {
        "register.Customer",
        "register.Company",
    }
    with_a_request = {
        one.child._meta.label for one in person_tables.references()
        if not (one.may_be_empty or one.parent.owners)
    }  # fmt: skip
    assert declared <= {*walked, *with_a_request}  # the request's own clock takes these
    for reference in person_tables.references():
        child, parent = reference.child._meta.label, reference.parent.label
        assert child not in walked or walked.index(child) < walked.index(parent)


def test_a_plan_after_the_period_erases_everything_and_changes_nothing_itself(
    story: cast.Story,
) -> None:
    before = traces.snapshot()
    made = plan_of(story.aino)
    assert traces.snapshot() == before
    assert made.erases_whole_person
    assert made.kept == ()
    assert {"register.Identity", "register.Agreement", "register.Customer"} <= made.counts().keys()


def test_a_purged_person_leaves_no_trace_in_any_column_of_either_database(
    story: cast.Story,
) -> None:
    aino = story.aino
    ids = [str(aino.pk), aino.pk.hex]
    canaries = ["aallokko", aino.email, cast.AINOS_CODE, str(aino.phone)]
    assert len(traces.places(*canaries, *ids)) > 20
    receipt = erase(aino)
    assert receipt.state == ErasureReceipt.State.COMPLETE
    assert traces.places(*canaries) == set()
    assert traces.places(*ids) == {
        "default.register_auditevent", "default.register_erasurereceipt"
    }  # fmt: skip
    assert not DataKey.objects.filter(customer_id=aino.pk).exists()
    assert not IndexTag.objects.filter(customer_id=aino.pk).exists()


def test_erasing_aino_leaves_eeros_own_rows_alone(story: cast.Story) -> None:
    erase(story.aino)
    driver = Driver.objects.get(customer=story.eero)
    assert driver.booking_id is None
    assert driver.drove_on == clock.local_date(story.booking.starts_at)
    assert Customer.objects.filter(pk=story.eero.pk).exists()
    assert not Mandate.objects.exists()


def test_a_receipt_counts_what_went_per_table(story: cast.Story) -> None:
    expected = {
        table.label: table.of([story.aino.pk]).count()
        for table in person_tables.tables()
        if table.of([story.aino.pk]).exists()
    }
    receipt = erase(story.aino)
    assert receipt.counts == expected | {"register.Customer": 1, "register.Company": 1}
    assert receipt.counts["register.Attachment"] == 3


def test_an_erasure_stands_in_the_audit_by_opaque_id_only(story: cast.Story) -> None:
    execute(plan_of(story.aino), by=cast.petra())
    line = AuditEvent.objects.get(verb="erase")
    assert (line.customer_id, line.reason) == (story.aino.pk, "retention")
    assert line.actor_id == cast.petra().pk
    assert "privacy" in line.actor_roles


def test_a_plan_that_no_longer_holds_is_refused_and_nothing_changes(story: cast.Story) -> None:
    made = plan_of(story.aino)
    cast.message(story.aino, happened_at=cast.NOW)
    before = traces.snapshot()
    with pytest.raises(erasure.PlanChanged):
        erasure.execute(plan=made, by=None, at=cast.NOW)
    assert traces.snapshot() == before


def test_a_plan_cannot_be_carried_out_twice(story: cast.Story) -> None:
    made = plan_of(story.aino)
    execute(made)
    with pytest.raises(erasure.PlanChanged):
        erasure.execute(plan=made, by=None, at=cast.NOW)
    assert ErasureReceipt.objects.filter(customer_id=story.aino.pk).count() == 1


def test_a_held_person_is_not_erased(story: cast.Story) -> None:
    cast.hold(story.aino, reason="police")
    before = traces.snapshot()
    with pytest.raises(erasure.Held, match="police"):
        erase(story.aino)
    assert traces.snapshot() == before


def test_a_row_that_somebody_else_cannot_be_without_stops_the_erasure(story: cast.Story) -> None:
    Agreement.objects.filter(pk=story.agreement.pk).update(customer=story.eero)
    with pytest.raises(erasure.StillNeeded):
        erase(story.aino)
    assert Booking.objects.filter(pk=story.booking.pk).exists()


def test_the_admins_log_of_the_persons_rows_goes_with_them(story: cast.Story) -> None:
    petra = cast.petra()
    for row in (story.aino, story.eero, story.booking):
        LogEntry.objects.create(
            user=petra,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
        )
    erase(story.aino)
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(story.eero.pk)]


def test_a_company_goes_with_the_last_person_who_spoke_for_it(story: cast.Story) -> None:
    [own] = Company.objects.all()
    cast.contact(story.eero, own)
    erase(story.aino)
    assert Company.objects.filter(pk=own.pk).exists()
    erase(story.eero)
    assert not Company.objects.exists()


# -- On request (art. 17) -----------------------------------------------------------------------


def test_a_request_of_somebody_without_accounts_erases_everything() -> None:
    eero = cast.eero()
    cast.quote(eero)
    cast.message(eero)
    assert plan_of(eero, Ground.REQUEST, cast.TODAY).erases_whole_person
    erase(eero, Ground.REQUEST, cast.TODAY)
    assert not Customer.objects.filter(pk=eero.pk).exists()


def test_a_request_erases_all_but_what_the_accounts_need(story: cast.Story) -> None:
    aino = story.aino
    receipt = erase(aino, Ground.REQUEST, cast.TODAY)
    aino.refresh_from_db()
    assert (aino.first_name, aino.last_name) == ("Aino", "Aallokko")
    assert (aino.email, str(aino.phone), aino.wishes, aino.search_text) == ("", "", "", "")
    assert aino.erased_on == cast.TODAY
    left = {t.label for t in person_tables.tables() if t.of([aino.pk]).exists()}
    assert left == {
        "register.Agreement", "register.Booking", "register.Case", "register.Deposit",
        "register.Invoice", "register.Merge", "register.OrderLine", "register.Payment",
    }  # fmt: skip
    assert Booking.objects.get(pk=story.booking.pk).wishes == ""
    assert Booking.objects.get(pk=story.booking.pk).quote is None
    assert not Identity.objects.exists()
    assert not keys.exists(aino.pk)
    assert receipt.state == ErasureReceipt.State.COMPLETE
    assert {item["basis"] for item in receipt.kept} == {policy.VOUCHER.basis, policy.CLAIM.basis}


def test_what_a_request_leaves_is_kept_through_the_accounts_and_goes_by_itself(
    story: cast.Story,
) -> None:
    made = plan_of(story.aino, Ground.REQUEST, cast.TODAY)
    assert made.kept_until == date(2032, 12, 31)
    assert {item.until for item in made.kept} == {date(2032, 12, 31)}
    execute(made)
    story.aino.refresh_from_db()
    assert story.aino.kept_through == date(2032, 12, 31)
    assert not plan_of(story.aino, on=date(2032, 12, 31)).kept
    erase(story.aino)
    assert traces.places("aallokko") == set()


def test_the_accounts_clock_runs_from_the_accounts_not_from_later_talk(
    story: cast.Story, settings: Any
) -> None:
    settings.FINANCIAL_YEAR_END = (6, 30)
    later = datetime(2027, 3, 1, 12, tzinfo=UTC)
    cast.message(story.aino, happened_at=later)
    assert events.history(story.aino).kept_through == date(2033, 12, 31)
    erase(story.aino, Ground.REQUEST, date(2027, 3, 2))
    # The rental of July 2026 belongs to the financial year that ends on 30 June 2027.
    assert events.history(story.aino).kept_through == date(2033, 12, 31)
    settings.FINANCIAL_YEAR_END = (12, 31)
    assert events.history(story.aino).kept_through == date(2032, 12, 31)


def test_a_new_event_after_a_partial_erasure_starts_the_ordinary_clock(story: cast.Story) -> None:
    erase(story.aino, Ground.REQUEST, cast.TODAY)
    cast.message(story.aino, happened_at=cast.moment(date(2027, 5, 1)))
    story.aino.refresh_from_db()
    assert events.history(story.aino).kept_through == date(2033, 12, 31)


def test_the_open_request_to_be_erased_does_not_stop_itself(story: cast.Story) -> None:
    asked = request_of(story.aino, kind="erasure")
    assert plan_of(story.aino, Ground.REQUEST, cast.TODAY).held == frozenset()
    assert plan_of(story.aino).held == {"open_request"}
    erase(story.aino, Ground.REQUEST, cast.TODAY)
    asked.refresh_from_db()
    assert asked.customer == story.aino


def test_every_kept_item_names_its_reason_its_statute_and_its_date(story: cast.Story) -> None:
    made = plan_of(story.aino, Ground.REQUEST, cast.TODAY)
    assert made.kept
    for item in made.items:
        assert item.fields or item.table not in policy.TABLES
        if item.outcome is Outcome.KEEP:
            assert item.reason
            assert item.basis
            assert item.until


def test_a_closed_request_file_outlives_the_person_without_the_link() -> None:
    eero = cast.eero()
    closed = cast.moment(date(2026, 7, 1))
    asked = request_of(eero, state="closed", closed_at=closed)
    made = plan_of(eero, on=date(2029, 6, 1))
    [kept] = made.kept
    assert (kept.table, kept.count, kept.until) == (
        "requests_app.DataSubjectRequest", 1, date(2029, 7, 1)
    )  # fmt: skip
    erase(eero, on=date(2029, 6, 1))
    asked.refresh_from_db()
    assert asked.customer is None


# -- After a crash ------------------------------------------------------------------------------


def test_a_key_that_could_not_be_destroyed_leaves_the_receipt_incomplete_until_the_next_run(
    story: cast.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(keys, "destroy", lambda ids: 1 / 0)
        receipt = erase(story.aino)
    assert receipt.state == ErasureReceipt.State.ROWS_GONE
    assert keys.exists(story.aino.pk)
    assert erasure.reconcile(at=cast.NOW) == 1
    receipt.refresh_from_db()
    assert receipt.state == ErasureReceipt.State.COMPLETE
    assert not keys.exists(story.aino.pk)


def test_the_key_of_somebody_who_is_just_being_saved_is_left_alone() -> None:
    newcomer = Customer(number=1)
    keys.ensure(newcomer.pk)
    DataKey.objects.update(created_at=cast.NOW)
    assert erasure.reconcile(at=cast.NOW + timedelta(hours=1)) == 0
    assert keys.exists(newcomer.pk)
    assert erasure.reconcile(at=cast.NOW + timedelta(days=2)) == 1
    assert not keys.exists(newcomer.pk)


def test_reconciling_never_takes_the_key_of_somebody_who_is_there(story: cast.Story) -> None:
    DataKey.objects.update(created_at=cast.NOW - timedelta(days=400))
    assert erasure.reconcile(at=cast.NOW) == 0
    assert keys.exists(story.aino.pk)


def test_a_failure_halfway_rolls_everything_back(
    story: cast.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan_of(story.aino)
    before = traces.snapshot()
    monkeypatch.setattr(erasure, "forsaken_companies", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.execute(plan=made, by=None, at=cast.NOW)
    assert traces.snapshot() == before


def test_payments_of_another_person_for_the_booking_stay_hers(story: cast.Story) -> None:
    paid = cast.payment(story.booking, customer=story.eero, amount_cents=100)
    erase(story.aino)
    assert Payment.objects.get(pk=paid.pk).booking is None


def test_every_orphan_is_found_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "PART", 2)
    stays = cast.aino()
    for number in range(5):
        keys.ensure(Customer(number=number).pk)
    DataKey.objects.update(created_at=cast.NOW - timedelta(days=2))
    assert erasure.reconcile(at=cast.NOW) == 5
    assert set(DataKey.objects.values_list("customer_id", flat=True)) == {stays.pk}


def test_the_plan_names_the_company_that_nobody_is_left_of() -> None:
    aino, eero = cast.aino(), cast.eero()
    hers, shared = cast.company(), cast.company()
    cast.contact(aino, hers), cast.contact(aino, shared), cast.contact(eero, shared)
    plan = erasure.plan(customer=aino, on=cast.TODAY, ground=Ground.REQUEST)
    assert plan.counts()["register.Company"] == 1
    receipt = erasure.execute(plan=plan, by=cast.petra(), at=cast.NOW)
    assert receipt.counts["register.Company"] == 1
    assert not Company.objects.filter(pk=hers.pk).exists()
    assert Company.objects.filter(pk=shared.pk).exists()


def test_a_company_stays_while_somebody_elses_invoice_names_it() -> None:
    aino, hers = cast.aino(), cast.company()
    cast.contact(aino, hers)
    cast.invoice(cast.booking(cast.eero(), starts_at=cast.NOW), company=hers)
    plan = erasure.plan(customer=aino, on=cast.TODAY, ground=Ground.REQUEST)
    assert "register.Company" not in plan.counts()
    erasure.execute(plan=plan, by=cast.petra(), at=cast.NOW)
    assert Company.objects.filter(pk=hers.pk).exists()


def test_a_contact_who_comes_meanwhile_keeps_the_company_and_changes_the_plan() -> None:
    aino, company = cast.aino(), cast.company()
    cast.contact(aino, company)
    plan = erasure.plan(customer=aino, on=cast.TODAY, ground=Ground.REQUEST)
    cast.contact(cast.eero(), company)
    with pytest.raises(erasure.PlanChanged):
        erasure.execute(plan=plan, by=cast.petra(), at=cast.NOW)
