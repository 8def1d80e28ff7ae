"""Invented numbers: right in form and check digit, and nobody's.

Identity codes use the individual numbers 900–999, which the population register never gives to a
resident. Phones use the prefix 048, which no Finnish operator holds, the numbers that the Swedish
authority keeps for drama, and the American 555-01xx. E-mail lives under `.example` (RFC 2606).
"""

from collections.abc import Iterator
from datetime import date
from itertools import islice

CONTROL = "0123456789ABCDEFHJKLMNPRSTUVWXY"
CENTURY_SIGNS = {18: "+", 19: "-YXWVU", 20: "ABCDEF"}
INDIVIDUALS = range(900, 1000)
_PEOPLE_PER_SIGN = len(INDIVIDUALS)
_BUSINESS_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_ASCII = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u", "ø": "o", " ": "-"})


def identity_code(born: date, serial: int = 0) -> str:
    """The `serial`-th invented identity code of somebody born on that day.

    One hundred for each sign of the century; a serial beyond them raises ValueError.
    """
    signs = CENTURY_SIGNS[born.year // 100]
    if not 0 <= serial < len(signs) * _PEOPLE_PER_SIGN:
        raise ValueError("no invented identity codes are left for this day")
    sign, individual = (
        signs[serial // _PEOPLE_PER_SIGN],
        INDIVIDUALS[serial % _PEOPLE_PER_SIGN],
    )
    digits = f"{born:%d%m%y}{individual}"
    return f"{born:%d%m%y}{sign}{individual}{CONTROL[int(digits) % 31]}"


def finnish_phone(serial: int) -> str:
    """E.164, one million of them: +358 48 0xx xxxx."""
    return f"+358480{serial % 1_000_000:06d}"


def swedish_phone(serial: int) -> str:
    """E.164, 95 of them."""
    return f"+46701740{605 + serial % 95}"


def american_phone(serial: int) -> str:
    """E.164, 100 of them."""
    return f"+12025550{100 + serial % 100}"


def business_ids() -> Iterator[str]:
    """`1234567-8` with valid check digits, from a range that begins with 9: the trade register
    has not come so far. Some 900 000 of them."""
    for body in range(9_000_000, 10_000_000):
        remainder = sum(w * int(d) for w, d in zip(_BUSINESS_WEIGHTS, str(body), strict=True)) % 11
        if remainder != 1:  # has no check digit: never given
            yield f"{body}-{(11 - remainder) % 11}"


def business_id(serial: int) -> str:
    """The `serial`-th of them."""
    return next(islice(business_ids(), serial, None))


def card_number(serial: int) -> str:
    """Sixteen digits that pass Luhn's check, in the range that card schemes keep for tests."""
    body = f"400000{serial % 1_000_000_000:09d}"
    return body + _luhn_digit(body)


def _luhn_digit(body: str) -> str:
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def email(first_name: str, last_name: str, serial: int | None = None) -> str:
    """`aino.aallokko@posti.example`; a serial keeps namesakes apart."""
    local = f"{first_name}.{last_name}".lower().translate(_ASCII)
    return f"{local}{'' if serial is None else serial}@posti.example"
