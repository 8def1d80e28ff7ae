"""Restriction (art. 18) and objection (art. 21), per purpose. While one stands, data is only stored
for that purpose: services ask here before they use it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from register import permissions, policy
from register.clock import local_date
from register.declare import Category
from register.models import Customer, ProcessingRestriction
from register.services import audit
from register.services.refusals import Refused


class Restricted(Refused):
    """The person's data may only be stored for this purpose."""

    def __init__(self, purpose: str) -> None:
        super().__init__(
            _(
                "The person has restricted this use of the data or objected to it: it is only "
                "stored. Ask the person who handles privacy."
            )
        )
        self.purpose = purpose


class NotToldYet(Exception):
    """GDPR 18(3): the person is told before a restriction is lifted."""


class CannotObject(ValueError):
    """The purpose is a duty set by law: it cannot be objected to."""


def in_force() -> QuerySet[ProcessingRestriction]:
    return ProcessingRestriction.objects.filter(lifted_at__isnull=True)


def allowed(*, customer: Customer | UUID, purpose: str) -> bool:
    """Whether the person's data may be used for the purpose. Fails closed: no answer means no."""
    try:
        return not in_force().filter(customer=customer, purpose=purpose).exists()
    except DatabaseError:
        return False


def ensure_allowed(*, customer: Customer | UUID, purpose: str) -> None:
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
    """End a restriction. Raises NotToldYet unless the person was told beforehand, and the day that
    she was told has come."""
    told = restriction.told_before_lifting_at
    if restriction.kind == ProcessingRestriction.Kind.RESTRICTION and (
        told is None or told > at or not _has_come(restriction.lifts_on, at)
    ):
        raise NotToldYet
    restriction.lifted_at = at
    restriction.save(update_fields=["lifted_at"])
    audit.record(verb=f"{restriction.kind}.lifted", by=by, at=at, object=restriction)


def _has_come(day: date | None, at: datetime) -> bool:
    return day is None or day <= local_date(at)


# -- Lists --------------------------------------------------------------------------------------


def listed(
    people: QuerySet[Customer] | None, *, table: str, user: Any
) -> QuerySet[Customer] | None:
    """The people, None for everybody, whose rows of the table a list may show to the user: at least
    one purpose is left that both the table and the user's work serve. None when that is all.

    A table that carries out rights, and somebody whose work they are, always sees the rows.
    """
    served = {p.key for category in _categories(table) for p in category.purposes}
    work = {p.key for role in permissions.roles_held(user) for p in role.purposes}
    common = served & work
    if policy.RIGHTS.key in served | work or not common:
        return people
    standing = in_force().filter(purpose__in=common).order_by().values("customer")
    stopped = standing.annotate(n=Count("purpose", distinct=True)).filter(n__gte=len(common))
    everybody = Customer.objects.all() if people is None else people
    return everybody.exclude(pk__in=stopped.values("customer"))


def _categories(table: str) -> Collection[Category]:
    named = (policy.CATEGORY_OF[field.label] for field in policy.category_fields(table))
    return {category.key: category for category in named}.values()
