"""Forms of numbers and codes that people type."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from register import validators


@pytest.mark.parametrize(
    ("check", "typed", "kept"),
    [
        (validators.identity_code, " 131052-308t ", "131052-308T"),
        (validators.business_id, "1234567-1", "1234567-1"),
        (validators.business_id, "12345671", "1234567-1"),
        (validators.registration, "t 12345", "T12345"),
        (validators.document_number, "ab 123-456", "AB123456"),
        (validators.card_number, "4242-4242 42424242", "4242424242424242"),
        (validators.card_expiry, "07 / 2028", "07/28"),
        (validators.phone, "040 123 4567", "+358401234567"),
        (validators.phone, "0046 70 123 45 67", "+46701234567"),
    ],
)
def test_what_is_typed_in_any_habit_is_kept_in_one(
    check: Callable[[str], str], typed: str, kept: str
) -> None:
    assert check(typed) == kept


@pytest.mark.parametrize(
    ("check", "typed"),
    [
        (validators.identity_code, "131052-308U"),
        (validators.identity_code, "311352-308T"),
        (validators.business_id, "7654321-1"),
        (validators.registration, "99"),
        (validators.registration, "T1234567"),
        (validators.document_number, "A1"),
        (validators.card_number, "4242 4242 4242 4241"),
        (validators.card_number, "4242"),
        (validators.card_expiry, "13/28"),
    ],
)
def test_what_cannot_be_right_is_refused_without_repeating_it(
    check: Callable[[str], str], typed: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        check(typed)
    assert typed not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "kortti 5555 5555 5555 4444, kiitos",
        "3782-822463-10005",
        "num:4000056655665556.",
    ],
)
def test_a_card_number_is_seen_in_a_text(text: str) -> None:
    assert validators.holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["4242424242424241", "soita +358401234567", "viite 1234567890", "15.7.2026 klo 12.30", ""],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not validators.holds_card_number(text)


HOSTILE = "Aino\u202e\u2066 \u200fAal\x1blokko\x9b"


def test_a_name_reads_in_one_direction_on_one_line() -> None:
    assert validators.one_line(f" {HOSTILE}\r\n\t Oy\u2028") == "Aino Aallokko Oy"


def test_a_text_keeps_its_lines_and_letters_and_loses_what_turns_it() -> None:
    text = "Öljy,\n\tשלום \u2067مرحبا\u2069 €\u061c"
    assert validators.straight(text) == "Öljy,\n\tשלום مرحبا €"
