"""The system checks: each error is made to happen once, by spoiling the declaration."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.checks import CheckMessage

from register import checks, policy
from register.declare import Access, Event, Field, Origin, Retain, Sight

ALL = (
    checks.every_column_is_declared,
    checks.every_label_exists,
    checks.sealed_is_sealed,
    checks.every_role_is_declared,
    checks.everything_retained_says_why,
    checks.every_event_exists,
    checks.every_term_is_declared,
)
EXCUSED = {"register.PaperFolder.entry_list", "register.PaperFolder.destroyed_by"}
"""Columns of tables that are said to be about no person as a whole."""


def found() -> list[CheckMessage]:
    return [error for check in ALL for error in check(app_configs=None)]


def ids_of(*labels: str) -> set[str]:
    """Ids of the errors that name one of the labels."""
    return {str(e.id) for e in found() if any(label in e.msg for label in labels)}


@pytest.fixture
def fields(monkeypatch: pytest.MonkeyPatch) -> dict[str, Field]:
    """The declared columns, open to spoiling."""
    copy = dict(policy.FIELDS)
    monkeypatch.setattr(policy, "FIELDS", copy)
    return copy


def test_the_declaration_and_the_database_tell_the_same_story() -> None:
    assert found() == []


@pytest.mark.parametrize("label", sorted(set(policy.FIELDS) - EXCUSED))
def test_a_column_whose_classification_is_removed_stops_the_project(
    fields: dict[str, Field], label: str
) -> None:
    del fields[label]
    assert "register.E001" in ids_of(label)


def test_a_new_table_of_a_many_to_many_is_not_overlooked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rest = {k: v for k, v in policy.NOT_PERSONAL.items() if k != "register.User_groups"}
    monkeypatch.setattr(policy, "NOT_PERSONAL", rest)
    assert ids_of("register.User_groups") == {"register.E001"}


def test_a_label_whose_column_is_gone_stops_the_project(fields: dict[str, Field]) -> None:
    gone = "register.Customer.fax"
    fields[gone] = Field(label=gone, origin=Origin.SUPPLIED)
    policy_category = policy.CATEGORY_OF["register.Customer.phone"]
    policy.CATEGORY_OF[gone] = policy_category
    try:
        assert ids_of(gone) == {"register.E002"}
    finally:
        del policy.CATEGORY_OF[gone]


def test_a_table_that_is_not_personal_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "NOT_PERSONAL", {**policy.NOT_PERSONAL, "register.Fax": "gone"})
    assert ids_of("register.Fax") == {"register.E002"}


def test_a_sealed_category_in_a_plain_column_stops_the_project(fields: dict[str, Field]) -> None:
    label = "register.Customer.phone"
    fields[label] = replace(fields[label], sealed=True)
    assert ids_of(label) == {"register.E003"}


def test_a_sealed_column_that_is_declared_plain_stops_the_project(
    fields: dict[str, Field],
) -> None:
    label = "register.Identity.passport_number"
    fields[label] = replace(fields[label], sealed=False)
    assert ids_of(label) == {"register.E004"}


def test_a_role_that_is_not_declared_stops_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = replace(policy.CATEGORIES[0], access=Access(whole=("desk", "intern")))
    monkeypatch.setattr(policy, "CATEGORIES", (stranger, *policy.CATEGORIES[1:]))
    assert ids_of("'intern'") == {"register.E005"}


def test_a_role_taken_out_of_the_declaration_stops_the_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rest = tuple(key for key in policy.ROLE_KEYS if key != "dock")
    monkeypatch.setattr(policy, "ROLE_KEYS", rest)
    assert ids_of("'dock'") == {"register.E005"}


def test_something_retained_for_an_undeclared_period_stops_the_project(
    fields: dict[str, Field],
) -> None:
    label = "register.Customer.phone"
    endless = replace(policy.SIX_YEARS, key="endless")
    kept = Retain(reason=policy.VOUCHER.reason, basis="?", period=endless)
    fields[label] = replace(fields[label], on_erasure=kept)
    assert ids_of(label) == {"register.E006"}


@pytest.mark.parametrize(
    "event",
    [
        Event(table="register.Booking", when="dreamt_at"),
        Event(table="register.Message", when="happened_at", only={"mood": "good"}),
        Event(table="register.Seance", when="held_at"),
    ],
    ids=["column", "condition", "table"],
)
def test_an_event_that_does_not_exist_stops_the_project(
    monkeypatch: pytest.MonkeyPatch, event: Event
) -> None:
    monkeypatch.setattr(policy, "EVENTS", (*policy.EVENTS, event))
    assert {str(error.id) for error in found()} == {"register.E007"}


@pytest.mark.parametrize(
    ("kind", "declared"),
    [
        ("purposes", policy.PURPOSES),
        ("subjects", policy.SUBJECTS),
        ("sources", policy.SOURCES),
        ("recipients", policy.RECIPIENTS),
        ("retention", policy.RETENTIONS),
    ],
)
def test_a_term_that_is_used_but_not_declared_stops_the_project(
    monkeypatch: pytest.MonkeyPatch, kind: str, declared: Any
) -> None:
    stranger = replace(declared[0], key="stranger")
    odd = replace(policy.CATEGORIES[0], **{kind: (stranger,)})
    monkeypatch.setattr(policy, "CATEGORIES", (odd, *policy.CATEGORIES[1:]))
    assert ids_of("'stranger'") == {"register.E008"}


def test_the_checks_run_with_the_rest_of_django() -> None:
    from django.core.checks.registry import registry

    assert set(ALL) <= set(registry.get_checks())


def test_what_is_said_to_be_shown_is_what_the_access_says() -> None:
    for label in policy.FIELDS:
        for role in policy.ROLE_KEYS:
            whole = role in policy.access(label).whole
            assert (policy.sight(label, (role,)) is Sight.WHOLE) is whole
