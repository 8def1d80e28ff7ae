"""Restriction (art. 18) and objection (art. 21), per purpose. While one stands, data is only stored
for that purpose: services ask here before they use it."""

from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from register import policy
from register.models import Customer, ProcessingRestriction
from register.services import audit


class Restricted(Exception):
    """The person's data may only be stored for this purpose."""

    def __init__(self, purpose: str) -> None:
        super().__init__(purpose)
        self.purpose = purpose


class NotToldYet(Exception):
    """GDPR 18(3): the person is told before a restriction is lifted."""


class CannotObject(ValueError):
    """The purpose is a duty set by law: it cannot be objected to."""


def in_force() -> QuerySet[ProcessingRestriction]:
    return ProcessingRestriction.objects.filter(lifted_at__isnull=True)


def allowed(*, customer: Customer, purpose: str) -> bool:
    """Whether the person's data may be used for the purpose. Fails closed: no answer means no."""
    try:
        return not in_force().filter(customer=customer, purpose=purpose).exists()
    except DatabaseError:
        return False


def ensure_allowed(*, customer: Customer, purpose: str) -> None:
    """Raises Restricted where the data may only be stored."""
    if not allowed(customer=customer, purpose=purpose):
        raise Restricted(purpose)


def unrestricted(people: QuerySet[Customer], *, purpose: str) -> QuerySet[Customer]:
    """Those of the people whose data may be used for the purpose."""
    standing = in_force().filter(customer=OuterRef("pk"), purpose=purpose)
    return people.filter(~Exists(standing))


@transaction.atomic
def restrict(
    *,
    customer: Customer,
    purpose: str,
    kind: str,
    ground: str,
    at: datetime,
    by: Any = None,
) -> ProcessingRestriction:
    """Begin a restriction or record an objection. Works from this moment.

    Raises CannotObject for an objection against a purpose that the law imposes.
    """
    declared = {p.key: p for p in policy.PURPOSES}[purpose]
    if kind == ProcessingRestriction.Kind.OBJECTION and not declared.subject_may_object:
        raise CannotObject(purpose)
    row = ProcessingRestriction.objects.create(
        customer=customer,
        purpose=purpose,
        kind=kind,
        ground=ground,
        starts_at=at,
        saved_by=by if by is not None and by.is_authenticated else None,
    )
    audit.record(verb=f"{kind}.began", by=by, at=at, object=row, fields=["purpose"], reason=ground)
    return row


@transaction.atomic
def lift(*, restriction: ProcessingRestriction, at: datetime, by: Any = None) -> None:
    """End a restriction. Raises NotToldYet unless the person was told beforehand."""
    told = restriction.told_before_lifting_at
    if restriction.kind == ProcessingRestriction.Kind.RESTRICTION and (told is None or told > at):
        raise NotToldYet
    restriction.lifted_at = at
    restriction.save(update_fields=["lifted_at"])
    audit.record(verb=f"{restriction.kind}.lifted", by=by, at=at, object=restriction)
