"""The one search box of the desk: what was typed is recognised by its form, and people are found.

A question never reaches an address or a log: the desk posts it, and the audit keeps a keyed hash.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from register import clock, permissions
from register.models import Booking, Company, Customer, User
from register.services import audit, customers, finders
from register.services.customers import Flags
from register.services.finders import LIMIT

COMPANIES = 5


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
    """The answer to one question. `more`: the list was cut. `booking`: the query was its number.
    `companies`: those whose name or business ID it was."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    booking: Booking | None = None
    companies: tuple[Company, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hits or self.booking or self.companies)


class NotAllowed(Exception):
    """The user's roles do not search people."""


@transaction.atomic
def find(*, query: str, by: User, at: datetime) -> Found:
    """The people that the query means, at most LIMIT, within what the user may see.

    Recognised: e-mail, identity code (whole, only for roles that may reveal it), agreement,
    booking, customer, case and request numbers, registration of a craft, phone in any habit,
    names with parts and typing errors, names and business IDs of companies. Raises NotAllowed.
    """
    if not permissions.may(by, "search"):
        raise NotAllowed
    text = " ".join(query.split())
    if not text:
        return Found()
    people, how = look_up(text, user=by, at=at)
    hits = _hits(people[:LIMIT], text, how, user=by, on=clock.local_date(at))
    audit.record(verb="search", by=by, at=at, count=len(hits), query=text)
    return Found(
        hits=hits,
        more=len(people) > LIMIT,
        booking=_booking(text, by),
        companies=_companies(text, how, by),
    )


def look_up(text: str, *, user: User, at: datetime) -> tuple[list[Customer], str]:
    """The people by the first way of reading the text that finds anybody, and that way's key.
    One statement a way. Whoever works with the people of these days finds nobody else."""
    for way in finders.WAYS:
        ids = way.find(text, user)
        if ids is None:
            continue
        people = _people(ids, user=user, at=at)
        if people or way.final:
            return people, way.key
    return [], "name"


def _people(ids: finders.Ids, *, user: User, at: datetime) -> list[Customer]:
    """Ids in an order of their own keep it; others are sorted by name."""
    allowed = customers.listed_to(user, at=at)
    if not isinstance(ids, list):
        return list(_sorted(allowed.filter(pk__in=ids))[: LIMIT + 1])
    place = {pk: number for number, pk in reversed(list(enumerate(ids)))}
    found = allowed.filter(pk__among=list(place)) if place else Customer.objects.none()
    return sorted(found.order_by(), key=lambda person: place[person.pk])[: LIMIT + 1]


def _sorted(people: QuerySet[Customer]) -> QuerySet[Customer]:
    erased_last = F("erased_on").asc(nulls_first=True)
    return people.order_by(erased_last, "last_name", "first_name", "number")


def _hits(people: list[Customer], text: str, how: str, *, user: User, on: date) -> tuple[Hit, ...]:
    flags: dict[UUID, Flags] = customers.flags(people, user=user, on=on) if people else {}
    return tuple(
        Hit(person, _by(person, text, how), flags[person.pk], _phone(user, person))
        for person in people
    )


def _by(person: Customer, text: str, how: str) -> str:
    """Who was not found by her own name speaks for a company that was."""
    return "company" if how == "name" and not finders.is_named(person, text) else how


def _phone(user: User, person: Customer) -> str:
    seen = finders.sees(user, Customer, "phone") and customers.shows_contact(user, person)
    return str(person.phone) if seen else ""


def _booking(text: str, user: User) -> Booking | None:
    number = finders.number_in(text)
    if number is None or not permissions.may_see(user, Booking):
        return None
    return Booking.objects.filter(number=number).select_related("craft", "customer").first()


def _companies(text: str, how: str, user: User) -> tuple[Company, ...]:
    """Companies stand beside people found by name, or by the company itself."""
    ids = finders.companies(text, user) if how in ("name", "company", "likeness") else None
    return () if ids is None else tuple(Company.objects.filter(pk__in=ids)[:COMPANIES])


def how(key: str) -> Any:
    """How a hit was found, in the reader's language."""
    return next(way.name for way in finders.WAYS if way.key == key)
