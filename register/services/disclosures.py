"""What was given of one person to somebody outside the firm: to whom, what, and on which basis
(P3; GDPR 15(1)(c), 19). Nothing is given without a basis that the policy declares."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from register import clock, permissions, policy
from register.declare import DisclosureBasis
from register.models import Case, Customer, Disclosure, User
from register.services import audit, restrictions
from register.services.refusals import Refused

BASES: dict[str, DisclosureBasis] = {basis.key: basis for basis in policy.DISCLOSURE_BASES}


class NoBasis(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("Without a basis nothing is given: choose the one it rests on."), field="basis"
        )


class WrongBasis(Refused):
    def __init__(self) -> None:
        super().__init__(_("This basis does not fit the recipient."), field="basis")


class NoStatute(Refused):
    def __init__(self) -> None:
        super().__init__(_("Name the statute and its section."), field="statute")


class NotYet(Refused):
    def __init__(self) -> None:
        super().__init__(_("This time is in the future."), field="disclosed_at")


class Stopped(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("The use of this person's data is restricted: it may only be stored."), field="basis"
        )


def recipients() -> tuple[str, ...]:
    """Keys of those to whom some basis lets data of one person be given, in the policy's order."""
    given = {key for basis in BASES.values() for key in basis.recipients}
    return tuple(key for key in policy.RECIPIENT_KEYS if key in given)


@transaction.atomic
def give(
    *,
    customer: Customer,
    recipient: str,
    office: str,
    categories: Sequence[str],
    what: str,
    basis: str,
    disclosed_at: datetime,
    by: User,
    at: datetime,
    statute: str = "",
    reference: str = "",
    case: Case | None = None,
) -> Disclosure:
    """Write down that data was given, or is about to be.

    `categories`: keys of the policy. `statute`: needed where the basis names none; else it makes
    the ground more exact. Raises NoBasis, WrongBasis, NoStatute, NotYet, Stopped, PermissionDenied.
    """
    if not permissions.may_write(by, Disclosure):
        raise PermissionDenied
    rests_on = _basis(basis, recipient)
    ground = ", ".join(filter(None, (rests_on.law, statute.strip())))
    if not ground:
        raise NoStatute
    if disclosed_at > at:
        raise NotYet
    if rests_on.purpose and not restrictions.allowed(customer=customer, purpose=rests_on.purpose):
        raise Stopped
    row = Disclosure.objects.create(
        customer=customer, recipient=recipient, office=office.strip(), categories=list(categories),
        what=what.strip(), basis=basis, legal_ground=ground, reference=reference.strip(),
        disclosed_at=disclosed_at, case=case, saved_at=at, saved_by=by,
        source=policy.FIRM.key,
    )  # fmt: skip
    audit.record(
        verb="disclosed", by=by, at=at, object=row, reason=basis, fields=["recipient", "categories"]
    )
    return row


def _basis(key: str, recipient: str) -> DisclosureBasis:
    if key not in BASES:
        raise NoBasis
    if recipient not in BASES[key].recipients:
        raise WrongBasis
    return BASES[key]


def of(customer: Customer) -> QuerySet[Disclosure]:
    """To whom the person's data was given, the last first."""
    return Disclosure.objects.filter(customer=customer).order_by("-disclosed_at")


def counted() -> list[tuple[int, str, str, int]]:
    """(year of Helsinki, recipient, ground, how many): the log without people, for the record of
    processing."""
    rows = (
        Disclosure.objects.order_by()
        .annotate(year=ExtractYear("disclosed_at", tzinfo=clock.HELSINKI))
        .values_list("year", "recipient", "legal_ground")
        .annotate(n=Count("pk"))
    )
    return sorted(rows, key=lambda row: (-row[0], row[1], row[2]))
