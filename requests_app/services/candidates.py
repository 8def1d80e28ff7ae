"""Who of the register may have made a request: help for the clerk, never a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from register.models import Customer, Mandate
from register.services import audit, customers, likeness
from requests_app.models import DataSubjectRequest

MOST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is alike, and in what."""

    customer: Customer
    alike: tuple[str, ...]


@transaction.atomic
def find(*, request: DataSubjectRequest, by: Any, at: datetime) -> list[Candidate]:
    """People with the same e-mail, phone or name, or a name a slip away, those alike in most things
    first. Of a representative only the mandate counts: her own address is not the person's."""
    wanted = _alike(request)
    if wanted is None:
        return []
    like = likeness.people(_whose(request))[:MOST]
    people = list(
        customers.visible_to(by).filter(wanted | Q(pk__among=like)).distinct()[: MOST * 5]
    )
    found = [Candidate(person, _in_what(person, request)) for person in people]
    audit.record(verb="search", by=by, at=at, object=request, reason="request", count=len(found))
    return sorted(found, key=_likest)[:MOST]


def _likest(candidate: Candidate) -> tuple[int, bool, int]:
    only_like = candidate.alike == (_("a name like it"),)
    return -len(candidate.alike), only_like, -candidate.customer.number


def _is_represented(request: DataSubjectRequest) -> bool:
    return request.made_by != DataSubjectRequest.MadeBy.SELF


def _alike(request: DataSubjectRequest) -> Q | None:
    """None where the request says nothing that somebody could be found by."""
    words = _whose(request).lower().split()
    wanted = _of_address(request)
    if len(words) > 1:
        for last, first in ((words[-1], words[0]), (words[0], words[-1])):
            name = Q(search_text__startswith=f"{last} {first}")
            wanted = name if wanted is None else wanted | name
    return wanted


def _of_address(request: DataSubjectRequest) -> Q | None:
    same: Q | None = None
    for name in ("email", "phone"):
        if value := getattr(request, name):
            path = f"represented_by__customer__{name}" if _is_represented(request) else name
            one = Q(**{path: value})
            same = one if same is None else same | one
    return same


def _whose(request: DataSubjectRequest) -> str:
    """The name of the person whom the request is about."""
    return (request.subject_name or request.name).strip()


def _in_what(person: Customer, request: DataSubjectRequest) -> tuple[str, ...]:
    represented = _is_represented(request)
    own_name = sorted(person.full_name.lower().split())
    same = (
        (_("e-mail"), not represented and bool(request.email) and person.email == request.email),
        (_("phone"), not represented and bool(request.phone) and person.phone == request.phone),
        (_("mandate of the one who asks"), represented and _has_mandate(person, request)),
        (_("name"), own_name == sorted(_whose(request).lower().split())),
    )
    return tuple(what for what, is_same in same if is_same) or (_("a name like it"),)


def _has_mandate(person: Customer, request: DataSubjectRequest) -> bool:
    acts = Mandate.objects.filter(on_behalf_of=person)
    by_email = bool(request.email) and acts.filter(customer__email=request.email).exists()
    return by_email or (bool(request.phone) and acts.filter(customer__phone=request.phone).exists())
