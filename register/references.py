"""The numbers by which a bank knows an invoice: the reference number and the bar code's digits.

Rules of the Finnish banks: a reference number is 4 to 20 digits, the last of them a check digit by
weights 7, 3, 1 from the right (Finanssiala ry, "Suomalaisen viitenumeron rakenneohje"); the bar
code's 54 digits are version 4 of the "Pankkiviivakoodi-opas" of the same.
"""

from datetime import date
from itertools import cycle

WEIGHTS = (7, 3, 1)
MOST_EUROS = 999_999


def check_digit(base: int) -> int:
    """What the weighted sum of the digits lacks of the next ten."""
    weighted = zip(reversed(str(base)), cycle(WEIGHTS), strict=False)
    return -sum(int(digit) * weight for digit, weight in weighted) % 10


def reference(base: int) -> str:
    """The reference number of an invoice: `base` (3 to 19 digits) and its check digit."""
    if not 100 <= base < 10**19:
        raise ValueError("a reference number is made of 3 to 19 digits")
    return f"{base}{check_digit(base)}"


def is_reference(text: str) -> bool:
    """Whether the digits are a reference number, blanks aside."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit() and 4 <= len(digits.lstrip("0")) <= 20):
        return False
    return check_digit(int(digits[:-1])) == int(digits[-1])


def spaced(text: str, size: int = 5) -> str:
    """In groups from the right, as it is printed: "20 26000 01234"."""
    head = len(text) % size
    groups = [text[:head], *(text[i : i + size] for i in range(head, len(text), size))]
    return " ".join(group for group in groups if group)


def bar_code(*, iban: str, cents: int, reference: str, due_on: date) -> str:
    """The 54 digits of the virtual bar code, version 4; "" where the account is not Finnish or
    the sum has no room in it (then the payer types it)."""
    compact = "".join(iban.split()).upper()
    if not (compact.startswith("FI") and len(compact) == 18) or not 0 <= cents < 100_000_000:
        return ""
    euros, rest = divmod(cents, 100)
    return f"4{compact[2:]}{euros:06d}{rest:02d}000{reference:0>20}{due_on:%y%m%d}"


def spaced_iban(iban: str) -> str:
    """In fours, as it is printed: "FI21 1234 5600 0007 85"."""
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
