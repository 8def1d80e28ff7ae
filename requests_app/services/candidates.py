"""Who of the register may have made a request: help for the clerk, never a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from register.models import Customer
from register.services import audit, customers
from requests_app.models import DataSubjectRequest

MOST = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who is alike, and in what."""

    customer: Customer
    alike: tuple[str, ...]


def find(*, request: DataSubjectRequest, by: Any, at: datetime) -> list[Candidate]:
    """People with the same e-mail, phone or name, those alike in most things first."""
    wanted = _alike(request)
    if not wanted:
        return []
    people = customers.visible_to(by).filter(wanted)[:MOST]
    found = [Candidate(person, _in_what(person, request)) for person in people]
    audit.record(verb="search", by=by, at=at, object=request, reason="request", count=len(found))
    return sorted(found, key=lambda candidate: -len(candidate.alike))


def _alike(request: DataSubjectRequest) -> Q:
    wanted = Q()
    if request.email:
        wanted |= Q(email=request.email)
    if request.phone:
        wanted |= Q(phone=request.phone)
    words = _whose(request).lower().split()
    if len(words) > 1:
        wanted |= Q(search_text__startswith=f"{words[-1]} {words[0]}")
    return wanted


def _whose(request: DataSubjectRequest) -> str:
    """The name of the person whom the request is about."""
    return (request.subject_name or request.name).strip()


def _in_what(person: Customer, request: DataSubjectRequest) -> tuple[str, ...]:
    same = (
        (_("e-mail"), bool(request.email) and person.email == request.email),
        (_("phone"), bool(request.phone) and person.phone == request.phone),
        (_("name"), person.full_name.lower() == _whose(request).lower()),
    )
    return tuple(what for what, is_same in same if is_same)
