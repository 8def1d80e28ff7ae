"""Forms of numbers and codes that people type, and what free text may not hold.

Each function takes what was typed and gives its normal form, or raises ValidationError with a
sentence that says what to do. No message repeats what was typed.
"""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fi import hetu, ytunnus

REGISTRATION = re.compile(r"^[A-ZÅÄÖ][0-9]{1,6}$")
# 13–19 digits in the groups in which cards are printed, beginning with 2–6 as payment cards do.
CARD_IN_TEXT = re.compile(r"(?<![\d+])[2-6](?:[ \-]?\d){12,18}(?!\d)")
CODE = re.compile(r"^[A-Z0-9]{5,20}$")
# Marks that turn the reading order (Unicode's bidirectional controls), and controls other than
# tabulator and line ends: invisible where they are typed, they rewrite what is read beside them.
UNSEEN = re.compile(
    r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)


def straight(text: str) -> str:
    """The text without marks that turn its reading order or control a screen; its lines stay."""
    return UNSEEN.sub("", text)


def one_line(text: str) -> str:
    """A name or a heading: straight, on one line, single blanks."""
    return " ".join(straight(text).split())


def identity_code(text: str) -> str:
    """Finnish personal identity code in its stored form, such as `131052-308T`."""
    code = "".join(text.split()).upper()
    try:
        return str(hetu.validate(code, allow_temporary=True))
    except NumberError:
        raise ValidationError(
            _(
                "This is not a Finnish personal identity code: check the digits and the last "
                "character. Somebody without one is registered without it."
            ),
            code="identity_code",
        ) from None


def business_id(text: str) -> str:
    """Finnish business ID (Y-tunnus) in its stored form, `1234567-8`."""
    try:
        return str(ytunnus.format(ytunnus.validate(text)))
    except NumberError:
        raise ValidationError(
            _("This is not a Finnish business ID: it reads like 1234567-8."),
            code="business_id",
        ) from None


def registration(text: str) -> str:
    """Registration number of a craft, a letter and up to six digits."""
    compact = "".join(text.split()).upper()
    if not REGISTRATION.match(compact):
        raise ValidationError(
            _("A registration number is a letter and digits, such as T12345."),
            code="registration",
        )
    return compact


def document_number(text: str) -> str:
    """Passport or driving licence number: letters and digits without blanks."""
    compact = "".join(text.split()).upper().replace("-", "")
    if not CODE.match(compact):
        raise ValidationError(
            _("A document number has 5 to 20 letters and digits."),
            code="document_number",
        )
    return compact


def card_number(text: str) -> str:
    """Card number as digits only, with its check digit right."""
    digits = re.sub(r"[ \-]", "", text)
    if not (digits.isdigit() and 13 <= len(digits) <= 19 and luhn.is_valid(digits)):
        raise ValidationError(_("This is not a card number: check the digits."), code="card_number")
    return digits


def card_expiry(text: str) -> str:
    """Expiry as `MM/YY`."""
    match = re.match(r"^\s*(0[1-9]|1[0-2])\s*[/.\-]?\s*(?:20)?([0-9]{2})\s*$", text)
    if not match:
        raise ValidationError(_("Write the expiry as month and year, such as 07/28."))
    return f"{match[1]}/{match[2]}"


def phone(text: str) -> str | None:
    """E.164 of a phone number written in any habit (Finland by default), or None."""
    try:
        number = phonenumbers.parse(text, "FI")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def holds_card_number(text: str) -> bool:
    """Whether a valid payment card number stands somewhere in the text."""
    return any(luhn.is_valid(re.sub(r"\D", "", found[0])) for found in CARD_IN_TEXT.finditer(text))


def refuse_card_numbers(text: str) -> None:
    """PCI DSS 4.0.1: a card number is never kept in the clear, so free text does not take one."""
    if holds_card_number(text):
        raise ValidationError(
            _(
                "This text holds a card number. Take it out: "
                "a card is kept only under Card on file."
            ),
            code="card_number",
        )
