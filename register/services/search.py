"""The one search box of the desk: what was typed is recognised by its form, and people are found.

A question never reaches an address or a log: the desk posts it, and the audit keeps a keyed hash.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from stdnum.fi import hetu

from register import clock, permissions, validators
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
    User,
)
from register.services import audit, customers
from register.services.customers import Flags

LIMIT = 20
INNER_LIMIT = 500  # a common name is cut before it is sorted: ten times as fast at a million
AGREEMENT = re.compile(r"^[Vv]-?(\d{4})-(\d{1,6})(?:-\d{1,2})?$")
IDENTITY_CODE_LABEL = "register.Identity.personal_identity_code"


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found, by what, and what the clerk should know. `phone` tells namesakes apart;
    empty for roles that do not see it and under a secrecy order."""

    customer: Customer
    by: str
    flags: Flags
    phone: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one question. `more`: the list was cut. `booking`: the query was its number."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    booking: Booking | None = None


class NotAllowed(Exception):
    """The user's roles do not search people."""


Ids = Iterable[UUID]
Finder = Callable[[str, User], "Ids | None"]


@transaction.atomic
def find(*, query: str, by: User, at: datetime) -> Found:
    """The people that the query means, at most LIMIT, within what the user may see.

    Recognised: e-mail, identity code (whole, only for roles that may reveal it), agreement,
    booking, customer and case numbers, registration of a craft, phone in any habit, parts of
    names, names of companies. Raises NotAllowed.
    """
    if not permissions.may(by, "search"):
        raise NotAllowed
    text = " ".join(query.split())
    if not text:
        return Found()
    ids, how = _ids(text, by)
    people = list(_in_order(ids, by)[: LIMIT + 1])
    if how == "craft":
        people.sort(key=lambda person: ids.index(person.pk))
    hits = _hits(people[:LIMIT], how, user=by, on=clock.local_date(at))
    audit.record(verb="search", by=by, at=at, count=len(hits), query=text)
    return Found(hits=hits, more=len(people) > LIMIT, booking=_booking(text, by))


def _ids(text: str, user: User) -> tuple[list[UUID], str]:
    """Ids of the first way of reading the text that applies, and its name."""
    for how, finder in FINDERS:
        found = finder(text, user)
        if found is not None:
            ids = list(dict.fromkeys(found))
            if ids or how in ("email", "identity"):
                return ids, how
    return [], "name"


def _in_order(ids: list[UUID], user: User) -> QuerySet[Customer]:
    people = customers.visible_to(user).filter(pk__among=ids)
    return people.order_by("erased_on", "last_name", "first_name", "number")


def _hits(people: list[Customer], how: str, *, user: User, on: date) -> tuple[Hit, ...]:
    flags = customers.flags(people, user=user, on=on)
    return tuple(Hit(person, how, flags[person.pk], _phone(user, person)) for person in people)


def _phone(user: User, person: Customer) -> str:
    seen = _sees(user, Customer, "phone") and customers.shows_contact(user, person)
    return str(person.phone) if seen else ""


def _contact(user: User) -> QuerySet[Customer]:
    """People whom the user may find by contact details: a found number is a seen number."""
    people = Customer.objects.all()
    return people if permissions.may(user, "check_contact") else people.filter(secrecy_order=False)


def _sees(user: User, model: Any, field: str) -> bool:
    return bool(permissions.sight(user, model, field).value == 2)


def _by_email(text: str, user: User) -> Ids | None:
    if "@" not in text or not _sees(user, Customer, "email"):
        return None
    start = text.lower()
    people = _contact(user).filter(email__gte=start, email__lt=start + "\uffff")
    return people.values_list("pk", flat=True)[:INNER_LIMIT]


def _by_identity_code(text: str, user: User) -> Ids | None:
    code = "".join(text.split()).upper()
    if not hetu.is_valid(code, allow_temporary=True):
        return None
    if not permissions.may_reveal(user, IDENTITY_CODE_LABEL):
        return []
    return Identity.objects.filter(personal_identity_code=code).values_list(
        "customer_id", flat=True
    )


def _by_agreement(text: str, user: User) -> Ids | None:
    match = AGREEMENT.match(text.replace(" ", ""))
    if not match or not permissions.may_see(user, Agreement):
        return None
    number = f"V-{match[1]}-{int(match[2]):04d}"  # every edition has the first one's customer
    return Agreement.objects.filter(number=number).values_list("customer_id", flat=True)


def _by_registration(text: str, user: User) -> Ids | None:
    """Whoever has the craft now, then who has it next or had it last."""
    compact = "".join(text.split()).upper()
    if not validators.REGISTRATION.match(compact) or not permissions.may_see(user, Booking):
        return None
    craft = Craft.objects.filter(registration=compact).first()
    if craft is None:
        return None
    out_first = Exact(F("state"), Booking.State.OUT)
    newest = craft.bookings.exclude(state=Booking.State.CANCELLED).order_by(
        out_first.desc(), "-starts_at"
    )
    return newest.values_list("customer_id", flat=True)[:LIMIT]


def _by_number(text: str, user: User) -> Ids | None:
    """Booking, customer or case number."""
    digits = text.lstrip("#").replace(" ", "")
    if not digits.isdigit() or len(digits) > 7:
        return None
    number = int(digits)
    found = [*Customer.objects.filter(number=number).values_list("pk", flat=True)]
    if permissions.may_see(user, Booking):
        found += Booking.objects.filter(number=number).values_list("customer_id", flat=True)
        found += Driver.objects.filter(booking__number=number).values_list("customer_id", flat=True)
    if permissions.may_see(user, Case):
        found += Case.objects.filter(number=number).values_list("customer_id", flat=True)
    return found


def _by_phone(text: str, user: User) -> Ids | None:
    if sum(c.isdigit() for c in text) < 5 or re.search(r"[^\d\s+()\-./]", text):
        return None
    if not _sees(user, Customer, "phone"):
        return []
    start = validators.phone(text) or _phone_beginning(text)
    # As text: the phone field would parse a beginning of a number into another one.
    plain = ExpressionWrapper(F("phone"), output_field=CharField())
    people = _contact(user).alias(e164=plain)
    people = people.filter(e164__gte=start, e164__lt=start + ":")  # ":" follows "9"
    return people.values_list("pk", flat=True)[:INNER_LIMIT]


def _phone_beginning(text: str) -> str:
    digits = re.sub(r"[^\d+]", "", text)
    if digits.startswith("+"):
        return digits
    return f"+{digits[2:]}" if digits.startswith("00") else f"+358{digits.lstrip('0')}"


def _by_name(text: str, user: User) -> Ids | None:
    words = text.lower().split()
    wanted = Q()
    for word in words:
        wanted &= _word(word)
    people = Customer.objects.filter(wanted).order_by()
    found = list(people.values_list("pk", flat=True)[:INNER_LIMIT])
    if permissions.may_see(user, Company) and len(text) >= 3:
        found += CompanyContact.objects.filter(company__name__icontains=text).values_list(
            "customer_id", flat=True
        )[:INNER_LIMIT]
    return found


def _word(word: str) -> Q:
    """Three letters have a trigram to look up by; shorter words are beginnings of a name."""
    if len(word) >= 3:
        return Q(search_text__contains=word)
    return Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")


def _booking(text: str, user: User) -> Booking | None:
    digits = text.lstrip("#").replace(" ", "")
    if not digits.isdigit() or len(digits) > 7 or not permissions.may_see(user, Booking):
        return None
    return Booking.objects.filter(number=int(digits)).select_related("craft", "customer").first()


FINDERS: tuple[tuple[str, Finder], ...] = (
    ("email", _by_email),
    ("identity", _by_identity_code),
    ("agreement", _by_agreement),
    ("craft", _by_registration),
    ("number", _by_number),
    ("phone", _by_phone),
    ("name", _by_name),
)
HOW = {
    "email": _("by e-mail"),
    "identity": _("by identity code"),
    "agreement": _("by agreement number"),
    "craft": _("by craft"),
    "number": _("by number"),
    "phone": _("by phone"),
    "name": _("by name"),
}
"""How a hit was found, in the reader's language."""
