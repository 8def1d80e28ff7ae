"""The declaration holds together, and what the notice promises has a place in it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from register import clock, policy
from register.declare import (
    Access,
    Basis,
    Category,
    Clock,
    Erase,
    Field,
    Origin,
    PolicyError,
    Purpose,
    Retain,
    Sight,
    Text,
    held,
)

WORDS = Text("sanat", "orden", "words")
ABOUT_CUSTOMERS = [category for category in policy.CATEGORIES if category.of_customers]
FIRST = policy.CATEGORIES[0]


# == The promises =================================================================================


@pytest.mark.parametrize("promise", [f"P{number}" for number in range(7, 17)])
def test_every_promise_about_data_is_kept_by_a_category(promise: str) -> None:
    assert any(category.promise == promise for category in ABOUT_CUSTOMERS)


def test_the_purposes_are_those_that_the_notice_names() -> None:
    promised = {
        "service", "communication", "marketing", "analysis", "loyalty", "development", "quality",
        "authorities",
    }  # fmt: skip
    assert promised <= set(policy.PURPOSE_KEYS)
    used = {purpose.key for category in policy.CATEGORIES for purpose in category.purposes}
    assert used == set(policy.PURPOSE_KEYS), "a purpose that no data serves, or the reverse"


def test_marketing_rests_on_consent_and_renting_on_the_contract() -> None:
    assert policy.MARKETING.basis is Basis.CONSENT
    assert policy.SERVICE.basis is Basis.CONTRACT


def test_a_legal_obligation_always_names_its_statute() -> None:
    for purpose in policy.PURPOSES:
        assert (purpose.basis is Basis.LEGAL_OBLIGATION) == bool(purpose.statute)


def test_the_two_periods_of_the_notice_are_counted_by_the_two_clocks() -> None:
    assert policy.THREE_YEARS.clock is Clock.LAST_EVENT
    assert policy.SIX_YEARS.clock is Clock.CONTRACT
    day = date(2026, 7, 15)
    assert clock.kept_through(last_event=day, has_contract=False) == date(2029, 7, 15)
    assert clock.kept_through(last_event=day, has_contract=True) == date(2032, 12, 31)


def test_data_about_customers_goes_by_a_period_that_ends() -> None:
    endless = {Clock.EMPLOYMENT, Clock.ACCOUNTABILITY}
    for category in ABOUT_CUSTOMERS:
        assert not endless & {retention.clock for retention in category.retention}, category.key


def test_every_declared_source_of_personal_data_is_used() -> None:
    used = {source.key for category in ABOUT_CUSTOMERS for source in category.sources}
    assert used == {source.key for source in policy.SOURCES if source.personal}


def test_every_group_of_people_is_named_somewhere() -> None:
    used = {subject.key for category in policy.CATEGORIES for subject in category.subjects}
    assert used == {subject.key for subject in policy.SUBJECTS}


def test_every_recipient_is_named_somewhere() -> None:
    used = {one.key for category in policy.CATEGORIES for one in category.recipients}
    assert used == set(policy.RECIPIENT_KEYS)


# == What moves the clock =========================================================================


def test_marketing_sent_by_the_firm_is_no_event() -> None:
    (message,) = [event for event in policy.EVENTS if event.table == "register.Message"]
    assert message.only == {"direction": "in"}


def test_withdrawing_a_consent_is_no_event() -> None:
    (consent,) = [event for event in policy.EVENTS if event.table == "register.Consent"]
    assert consent.only == {"action": "given"}


def test_staff_edits_and_using_ones_rights_are_no_events() -> None:
    tables = {event.table for event in policy.EVENTS}
    assert tables.isdisjoint(
        {"register.AuditEvent", "register.Customer", "register.Hold", "register.Disclosure"}
    )
    assert not any(table.startswith("requests_app.") for table in tables)


# == Who sees what ================================================================================


def test_no_role_sees_a_sealed_value_whole() -> None:
    for label, field in policy.FIELDS.items():
        if field.sealed:
            assert not policy.access(label).whole, label


def test_the_dock_sees_no_identity_number_and_no_card() -> None:
    for label in policy.FIELDS:
        if label.startswith(("register.Identity.", "register.CardOnFile.")):
            assert policy.sight(label, ("dock",)) is Sight.ABSENT, label


def test_the_bookkeeper_sees_no_communication() -> None:
    for label in policy.FIELDS:
        if label.startswith(("register.Message.", "register.Attachment.", "register.Feedback.")):
            assert policy.sight(label, ("bookkeeper",)) is Sight.ABSENT, label


def test_marketing_sees_no_booking_and_no_payment() -> None:
    for label in policy.FIELDS:
        if label.startswith(("register.Booking.", "register.Payment.", "register.Case.")):
            assert policy.sight(label, ("marketing",)) is Sight.ABSENT, label


def test_somebody_without_a_role_sees_nothing() -> None:
    for label in policy.FIELDS:
        assert policy.sight(label, ()) is Sight.ABSENT, label


def test_a_column_that_is_not_declared_is_not_shown_to_the_owner() -> None:
    assert policy.sight("register.Customer.shoe_size", ("owner",)) is Sight.ABSENT


def test_of_two_roles_the_wider_sight_counts() -> None:
    label = "register.Identity.personal_identity_code"
    assert policy.sight(label, ("dock", "desk")) is Sight.MASKED


def test_every_role_has_a_task_and_sees_something() -> None:
    for role in policy.ROLES:
        assert role.task.fi
        assert any(policy.sight(label, (role.key,)) is Sight.WHOLE for label in policy.FIELDS)


def test_a_role_writes_only_tables_of_which_it_sees_something() -> None:
    shared = {"register.MaintenanceBlock", "register.Craft", "register.CraftClass"}
    for role in policy.ROLES:
        for table in set(role.writes) - shared - {"*"}:
            assert policy.sees_table(table, (role.key,)), f"{role.key} writes {table} blindly"


# == Portability and erasure ======================================================================


def test_only_what_rests_on_consent_or_contract_can_be_portable() -> None:
    for label, field in policy.FIELDS.items():
        if field.portable:
            purposes = policy.CATEGORY_OF[label].purposes
            assert any(purpose.basis.makes_portable for purpose in purposes), label


def test_nothing_the_firm_derived_is_portable() -> None:
    derived = [field for field in policy.FIELDS.values() if field.origin is Origin.DERIVED]
    assert derived
    assert not [field.label for field in derived if field.portable]


def test_identity_numbers_and_communication_go_on_request_and_vouchers_stay() -> None:
    assert policy.on_erasure("register.Identity.personal_identity_code") == Erase()
    assert policy.on_erasure("register.Message.body") == Erase()
    kept = policy.on_erasure("register.Payment.amount_cents")
    assert isinstance(kept, Retain)
    assert "1336/1997" in kept.basis


def test_whatever_is_retained_says_why_by_what_and_how_long() -> None:
    kept = [policy.on_erasure(label) for label in policy.FIELDS]
    assert any(isinstance(one, Retain) for one in kept)
    for one in kept:
        if isinstance(one, Retain):
            assert one.reason.en
            assert one.basis
            assert one.period in policy.RETENTIONS


# == What cannot be declared at all ===============================================================


@pytest.mark.parametrize("lacking", ["reason", "basis", "period"])
def test_nothing_is_retained_without_reason_basis_and_period(lacking: str) -> None:
    whole: dict[str, Any] = {"reason": WORDS, "basis": "Laki 1 §", "period": policy.SIX_YEARS}
    assert Retain(**whole).basis
    with pytest.raises(PolicyError):
        Retain(**(whole | {lacking: ""}))
    del whole[lacking]
    with pytest.raises(TypeError):
        Retain(**whole)


@pytest.mark.parametrize("missing", ["fi", "sv", "en"])
def test_a_text_speaks_all_three_languages(missing: str) -> None:
    with pytest.raises(PolicyError):
        Text(**({"fi": "a", "sv": "b", "en": "c"} | {missing: ""}))


def test_a_legal_obligation_without_a_statute_is_refused() -> None:
    with pytest.raises(PolicyError, match="statute"):
        Purpose(key="x", name=WORDS, basis=Basis.LEGAL_OBLIGATION, describes=WORDS)


def test_nobody_reveals_what_they_do_not_see_masked() -> None:
    with pytest.raises(PolicyError):
        Access(masked=("desk",), reveal=("dock",))


@pytest.mark.parametrize("label", ["Customer.phone", "register.Customer", "a.b.c.d"])
def test_a_label_names_app_table_and_column(label: str) -> None:
    with pytest.raises(PolicyError):
        Field(label=label, origin=Origin.SUPPLIED)


def test_a_derived_column_cannot_be_declared_portable() -> None:
    with pytest.raises(PolicyError, match="portable"):
        Field(label="a.B.c", origin=Origin.DERIVED, portable=True)


def test_a_column_without_an_origin_is_refused() -> None:
    with pytest.raises(PolicyError, match="origin"):
        held("a.B", supplied="c", portable="d")


@pytest.mark.parametrize("what", ["purposes", "subjects", "sources", "retention", "fields"])
def test_a_category_lacks_nothing_that_the_record_of_processing_asks(what: str) -> None:
    assert isinstance(FIRST, Category)
    with pytest.raises(PolicyError, match=what):
        replace(FIRST, **{what: ()})
