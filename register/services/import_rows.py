"""What a row of the firm's spreadsheet means: which column is which, and its cells in the forms of
the register. A cell that cannot be understood is told by the key of a message, never repeated.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fi import ytunnus

from register import validators
from register.models import Customer

FIELDS: dict[str, Any] = {
    "key": _("Number in the old system"),
    "name": _("Whole name in one column"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "language": _("Language"),
    "personal_identity_code": _("Personal identity code"),
    "passport_number": _("Passport number"),
    "driving_licence_number": _("Driving licence number"),
    "wishes": _("Wishes that stand"),
    "company": _("Company's name"),
    "business_id": _("Company's business ID"),
    "role_title": _("Role in the company"),
    "secrecy_order": _("Secrecy order"),
    "last_dealing": _("Day of the last dealing"),
}
"""What a column can be."""

KNOWN: dict[str, str] = {
    "asiakasnumero": "key", "asiakasnro": "key", "id": "key", "numero": "key", "nro": "key",
    "kundnummer": "key", "customer number": "key", "number": "key", "tunnus": "key",
    "nimi": "name", "asiakas": "name", "namn": "name", "name": "name", "koko nimi": "name",
    "etunimi": "first_name", "etunimet": "first_name", "förnamn": "first_name",
    "first name": "first_name", "sukunimi": "last_name", "efternamn": "last_name",
    "last name": "last_name", "surname": "last_name",
    "sähköposti": "email", "sähköpostiosoite": "email", "email": "email", "e-mail": "email",
    "e-post": "email", "puhelin": "phone", "puhelinnumero": "phone", "puh": "phone",
    "gsm": "phone", "matkapuhelin": "phone", "phone": "phone", "telefon": "phone",
    "kieli": "language", "asiointikieli": "language", "språk": "language", "language": "language",
    "henkilötunnus": "personal_identity_code", "hetu": "personal_identity_code",
    "personbeteckning": "personal_identity_code", "passi": "passport_number",
    "passin numero": "passport_number", "pass": "passport_number",
    "ajokortti": "driving_licence_number", "ajokortin numero": "driving_licence_number",
    "toiveet": "wishes", "huom": "wishes", "önskemål": "wishes", "wishes": "wishes",
    "yritys": "company", "företag": "company", "company": "company", "y-tunnus": "business_id",
    "ytunnus": "business_id", "fo-nummer": "business_id", "business id": "business_id",
    "rooli": "role_title", "asema": "role_title", "roll": "role_title", "role": "role_title",
    "turvakielto": "secrecy_order", "spärrmarkering": "secrecy_order",
    "viimeisin asiointi": "last_dealing", "viimeisin varaus": "last_dealing",
    "viimeksi": "last_dealing", "last visit": "last_dealing",
}  # fmt: skip
"""Headings as the firm's lists have them, in lower case without a full stop at the end."""

MESSAGES: dict[str, Any] = {
    "name_missing": _("There is no name."),
    "no_contact": _("There is neither a phone number nor an e-mail address."),
    "phone": _("This is not a whole phone number."),
    "email": _("This is not an e-mail address."),
    "date": _("This is not a day: write it as 31.7.2026."),
    "future": _("The day is still to come."),
    "language": _("The language is Finnish, Swedish or English."),
    "personal_identity_code": _("This is not a Finnish personal identity code."),
    "document_number": _("A document number has 5 to 20 letters and digits."),
    "business_id": _("This is not a Finnish business ID: it reads like 1234567-8."),
    "yes_no": _("Write yes or no."),
    "card": _("There is a card number in the row: cards are not imported."),
    "formula": _("A cell begins like a formula."),
    "long": _("The text is too long."),
    "twice": _("The same person stands in the file before."),
    "code_of_another": _("The identity code belongs to somebody else in the register."),
    "restricted": _("The use of this person's data is restricted: nothing was changed."),
    "too_old": _("The last dealing is so long ago that the person may not be kept."),
}
"""What is wrong with a cell, by key."""

Problem = tuple[str, str]
"""Field and key of a message; the field is "" for the whole row."""

LANGUAGES = {
    "fi": "fi", "suomi": "fi", "finnish": "fi", "finska": "fi", "sv": "sv", "ruotsi": "sv",
    "svenska": "sv", "swedish": "sv", "se": "sv", "en": "en", "englanti": "en", "english": "en",
    "engelska": "en",
}  # fmt: skip
YES, NO = {"k", "kyllä", "on", "x", "1", "ja", "yes", "y"}, {"", "e", "ei", "0", "nej", "no", "n"}
FINNISH_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s.*)?")
TEXTS = ("first_name", "last_name", "email", "phone", "language", "wishes")


@dataclass(slots=True)
class Entry:
    """A row understood. `values`: field → value in the register's form, empty cells left out."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def guess(headings: Iterable[str]) -> dict[str, str]:
    """Column number → field, for headings that are known; each field once."""
    found: dict[str, str] = {}
    for place, heading in enumerate(headings):
        meant = KNOWN.get(heading.strip().rstrip(".:").lower())
        if meant and meant not in found.values():
            found[str(place)] = meant
    return found


def understand(number: int, cells: list[str], mapping: Mapping[str, str], *, today: date) -> Entry:
    """The row as the register would have it, with everything that is wrong with it."""
    entry = Entry(number)
    if any(validators.holds_card_number(cell) for cell in cells):
        entry.problems.append(("", "card"))
    for place, name in mapping.items():
        cell = cells[int(place)].strip() if int(place) < len(cells) else ""
        if not cell:
            continue
        if cell[0] in "=@":
            entry.problems.append((name, "formula"))
            continue
        try:
            entry.values[name] = READERS[name](cell, today)
        except _Wrong as wrong:
            entry.problems.append((name, wrong.key))
    _join_name(entry)
    return entry


def _join_name(entry: Entry) -> None:
    whole = entry.values.pop("name", "")
    if whole and not entry.values.get("last_name"):
        first, last = split_name(whole)
        entry.values |= {"first_name": first, "last_name": last}
    if not (entry.values.get("first_name") or entry.values.get("last_name")):
        entry.problems.append(("", "name_missing"))
    told = {name for name, _key in entry.problems}
    has = {"phone", "email", "key"} & (entry.values.keys() | told)
    if not has:
        entry.problems.append(("", "no_contact"))


def split_name(whole: str) -> tuple[str, str]:
    """ "Aallokko, Aino" and "Aino Aallokko" are the same person."""
    if "," in whole:
        last, _comma, first = whole.partition(",")
        return first.strip(), last.strip()
    first, _blank, last = whole.strip().rpartition(" ")
    return first.strip(), last.strip()


class _Wrong(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _text(longest: int) -> Callable[[str, date], str]:
    def read(cell: str, today: date) -> str:
        text = validators.one_line(cell)
        if len(text) > longest:
            raise _Wrong("long")
        return text

    return read


def _key(cell: str, today: date) -> str:
    """Numbers that a spreadsheet wrote as 1001,0 or 1001.00 are 1001."""
    text = re.sub(r"^(\d+)[.,]0+$", r"\1", validators.one_line(cell))
    if len(text) > 40:
        raise _Wrong("long")
    return text


def _phone(cell: str, today: date) -> str:
    found = validators.phone(re.sub(r"^00", "+", cell.replace("(0)", "")))
    if found is None:
        raise _Wrong("phone")
    return found


def _email(cell: str, today: date) -> str:
    address = cell.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise _Wrong("email") from None
    return address


def _language(cell: str, today: date) -> str:
    if (found := LANGUAGES.get(cell.lower())) is None:
        raise _Wrong("language")
    return found


def _identity_code(cell: str, today: date) -> str:
    try:
        return validators.identity_code(cell)
    except ValidationError:
        raise _Wrong("personal_identity_code") from None


def _document(cell: str, today: date) -> str:
    try:
        return validators.document_number(cell)
    except ValidationError:
        raise _Wrong("document_number") from None


def _business_id(cell: str, today: date) -> str:
    try:
        return str(ytunnus.format(ytunnus.validate(cell)))
    except NumberError:
        raise _Wrong("business_id") from None


def _yes(cell: str, today: date) -> bool:
    if cell.lower() in YES | NO:
        return cell.lower() in YES
    raise _Wrong("yes_no")


def _day(cell: str, today: date) -> date:
    try:
        found = FINNISH_DAY.fullmatch(cell)
        if found:
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            day = datetime.fromisoformat(cell).date()
    except ValueError:
        raise _Wrong("date") from None
    if day > today:
        raise _Wrong("future")
    return day


READERS: dict[str, Callable[[str, date], Any]] = {
    "key": _key,
    "name": _text(200),
    "first_name": _text(100),
    "last_name": _text(100),
    "email": _email,
    "phone": _phone,
    "language": _language,
    "personal_identity_code": _identity_code,
    "passport_number": _document,
    "driving_licence_number": _document,
    "wishes": _text(2000),
    "company": _text(200),
    "business_id": _business_id,
    "role_title": _text(100),
    "secrecy_order": _yes,
    "last_dealing": _day,
}


def same_name(customer: Customer, values: Mapping[str, Any]) -> bool:
    """Whether the row names the person, capitals aside."""
    mine = (customer.first_name.lower(), customer.last_name.lower())
    given = (values.get("first_name", "").lower(), values.get("last_name", "").lower())
    return mine == given
