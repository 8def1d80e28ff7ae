"""Ways of reading what was typed into the desk's one box. Each recognises its own shape and asks
one indexed question; `services.search` tries them in order.

A way gives None where the text has not its shape, else a question for ids of people, or their ids
in the order in which they are to be shown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from stdnum.fi import hetu

from register import permissions, validators
from register.models import (
    Agreement,
    Booking,
    Case,
    Company,
    CompanyContact,
    Craft,
    Customer,
    Driver,
    Identity,
    Merge,
    User,
)
from register.services import likeness

LIMIT = 20
INNER_LIMIT = 500  # a common name is cut before it is sorted: ten times as fast at a million
AGREEMENT = re.compile(r"^[Vv]-?(\d{4})-(\d{1,6})(?:-\d{1,2})?$")
BUSINESS_ID = re.compile(r"^(?:FI)?\d{7}-?\d$", re.IGNORECASE)
IDENTITY_CODE_LABEL = "register.Identity.personal_identity_code"

Ids = QuerySet[Any, Any] | list[UUID]
Finder = Callable[[str, User], Ids | None]


@dataclass(frozen=True, slots=True)
class Way:
    """`final`: what has this shape is nothing else, even when nobody is found by it."""

    key: str
    name: Any
    find: Finder
    final: bool = False


def sees(user: User, model: Any, field: str) -> bool:
    return bool(permissions.sight(user, model, field).value == 2)


def reachable(user: User) -> QuerySet[Customer]:
    """People whom the user may find by contact details: a found number is a seen number."""
    people = Customer.objects.order_by()
    return people if permissions.may(user, "check_contact") else people.filter(secrecy_order=False)


def _by_email(text: str, user: User) -> Ids | None:
    if "@" not in text or not sees(user, Customer, "email"):
        return None
    return reachable(user).filter(email__begins=text.lower()).values("pk")[:INNER_LIMIT]


def _by_identity_code(text: str, user: User) -> Ids | None:
    code = "".join(text.split()).upper()
    if not hetu.is_valid(code, allow_temporary=True):
        return None
    if not permissions.may_reveal(user, IDENTITY_CODE_LABEL):
        return []
    rows = Identity.objects.filter(personal_identity_code=code)
    return list(rows.values_list("customer_id", flat=True))


def _by_agreement(text: str, user: User) -> Ids | None:
    match = AGREEMENT.match(text.replace(" ", ""))
    if not match or not permissions.may_see(user, Agreement):
        return None
    number = f"V-{match[1]}-{int(match[2]):04d}"  # every edition has the first one's customer
    return Agreement.objects.filter(number=number).order_by().values("customer_id")


def _by_registration(text: str, user: User) -> Ids | None:
    """Whoever has the craft now, then who has it next or had it last."""
    compact = "".join(text.split()).upper()
    if not validators.REGISTRATION.match(compact) or not permissions.may_see(user, Booking):
        return None
    craft = Craft.objects.filter(registration=compact).values_list("pk", flat=True).first()
    if craft is None:
        return None
    out_first = Exact(F("state"), Booking.State.OUT)
    rows = Booking.objects.filter(craft=craft).exclude(state=Booking.State.CANCELLED)
    newest = rows.order_by(out_first.desc(), "-starts_at").values_list("customer_id", flat=True)
    return list(newest[:LIMIT]) or None


def _by_number(text: str, user: User) -> Ids | None:
    """Booking, customer or case number, also that of a record merged into another."""
    number = number_in(text)
    if number is None:
        return None
    found = [
        Customer.objects.filter(number=number).order_by().values("pk"),
        Merge.objects.filter(former_number=number).order_by().values("customer_id"),
    ]
    if permissions.may_see(user, Booking):
        rented, drove = Booking.objects.filter(number=number), Driver.objects.order_by()
        found.append(rented.order_by().values("customer_id"))
        found.append(drove.filter(booking__number=number).values("customer_id"))
    if permissions.may_see(user, Case):
        found.append(Case.objects.filter(number=number).order_by().values("customer_id"))
    united: QuerySet[Any, Any] = found[0].union(*found[1:], all=True)
    return united


def number_in(text: str) -> int | None:
    """The running number that was typed, if it is one: at most seven digits."""
    digits = text.lstrip("#").replace(" ", "")
    return int(digits) if digits.isdigit() and len(digits) <= 7 else None


def _by_phone(text: str, user: User) -> Ids | None:
    if sum(c.isdigit() for c in text) < 5 or re.search(r"[^\d\s+()\-./]", text):
        return None
    if not sees(user, Customer, "phone"):
        return []
    start = validators.phone(text) or _phone_beginning(text)
    # As text: the phone field would parse a beginning of a number into another one.
    plain = ExpressionWrapper(F("phone"), output_field=CharField())
    people = reachable(user).alias(e164=plain).filter(e164__begins=start)
    return people.values("pk")[:INNER_LIMIT]


def _phone_beginning(text: str) -> str:
    digits = re.sub(r"[^\d+]", "", text)
    if digits.startswith("+"):
        return digits
    return f"+{digits[2:]}" if digits.startswith("00") else f"+358{digits.lstrip('0')}"


def _by_name(text: str, user: User) -> Ids | None:
    """Parts of names in any order, and people who speak for a company of that name."""
    wanted = Q()
    for word in text.lower().split():
        wanted &= _word(word)
    found = [Customer.objects.filter(wanted).order_by().values("pk")]
    if (rows := companies(text, user)) is not None:
        found.append(_speaking_for(rows))
    if connection.features.supports_slicing_ordering_in_compound:
        found = [rows[:INNER_LIMIT] for rows in found]
    return found[0].union(*found[1:], all=True)


def _word(word: str) -> Q:
    """Three letters have a trigram to look up by; shorter words are beginnings of a name."""
    if len(word) >= 3:
        return Q(search_text__holds=word)
    return Q(search_text__begins=word) | Q(search_text__holds=f" {word}")


def _by_business_id(text: str, user: User) -> Ids | None:
    if not BUSINESS_ID.match("".join(text.split())):
        return None
    rows = companies(text, user)
    return None if rows is None else _speaking_for(rows)


def _speaking_for(rows: QuerySet[Company, Any]) -> QuerySet[Any, Any]:
    speaking = CompanyContact.objects.filter(ended_on__isnull=True, company__in=rows)
    return speaking.order_by().values("customer_id")


def is_named(person: Customer, text: str) -> bool:
    """Whether every word stands in the person's own name."""
    return all(word in person.search_text for word in text.lower().split())


def companies(text: str, user: User) -> QuerySet[Company, Any] | None:
    """Companies by name or business ID; None for roles that see none, and for too short a text."""
    if not permissions.may_see(user, Company):
        return None
    rows = Company.objects.order_by()
    if BUSINESS_ID.match(compact := "".join(text.split())):
        digits = re.sub(r"\D", "", compact)
        return rows.filter(business_id=f"{digits[:7]}-{digits[7:]}").values("pk")
    return rows.filter(name__icontains=text).values("pk") if len(text) >= 3 else None


def _by_likeness(text: str, user: User) -> Ids | None:
    """Names that are spelt almost so, the likest first."""
    return likeness.people(text)[:LIMIT] or None


WAYS: list[Way] = [
    Way("email", _("by e-mail"), _by_email, final=True),
    Way("identity", _("by identity code"), _by_identity_code, final=True),
    Way("agreement", _("by agreement number"), _by_agreement),
    Way("craft", _("by craft"), _by_registration),
    Way("company", _("by company"), _by_business_id),
    Way("number", _("by number"), _by_number),
    Way("phone", _("by phone"), _by_phone),
    Way("name", _("by name"), _by_name),
    Way("likeness", _("by a name like it"), _by_likeness),
]


def add(way: Way) -> None:
    """A way of an app above this one, tried before names; the same one twice counts once."""
    if way.key not in [one.key for one in WAYS]:
        WAYS.insert(2, way)
