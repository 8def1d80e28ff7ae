"""The day's cash-up: what the register expects in the drawer and on the terminal's slip, what was
counted, and why they differ. Cents."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from register import clock, permissions
from register.models import CashUp, CashUpLine, Deposit, Method, Payment, User
from register.models.cash import COUNTED
from register.money import euros
from register.services import audit, bills, numbers
from register.services.refusals import Refused


class DifferenceUnexplained(Refused):
    """What was counted is not what is expected, and nobody said why."""

    field = "note"


class ClosedAlready(Refused):
    """The day has been cashed up."""


@dataclass(slots=True)
class Till:
    """The money since the last closing. `expected`: method → cents; `by_clerk`: user id → method →
    cents, with None for what the system itself did."""

    from_at: datetime | None
    until_at: datetime
    expected: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_clerk: dict[int | None, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def add(self, method: str, clerk: int | None, cents: int) -> None:
        self.expected[method] += cents
        self.by_clerk[clerk][method] += cents


def last() -> CashUp | None:
    return CashUp.objects.order_by("-until_at").first()


def till(*, at: datetime) -> Till:
    """What was taken and given back since the last closing, all methods."""
    before = last()
    found = Till(from_at=before.until_at if before else None, until_at=at)
    since = Q(paid_at__gte=found.from_at) if found.from_at else Q()
    columns = ("method", "saved_by_id", "kind", "amount_cents")
    for method, clerk, kind, cents in Payment.objects.filter(
        since, paid_at__lt=at
    ).order_by().values_list(*columns):  # fmt: skip
        found.add(method, clerk, bills.SIGN[kind] * cents)
    _add_deposits(found)
    return found


def _add_deposits(found: Till) -> None:
    """Cash taken as a deposit lies in the drawer until it is given back. On a card only what is
    used of a hold is money."""
    for row in Deposit.objects.filter(_within("held_at", found), method=Method.CASH):
        found.add(row.method, row.saved_by_id, row.amount_cents)
    for row in Deposit.objects.filter(_within("released_at", found)):
        given_back = row.amount_cents - row.captured_cents
        cents = row.captured_cents if row.method == Method.CARD else -given_back
        if row.method in (Method.CASH, Method.CARD):
            found.add(row.method, row.saved_by_id, cents)


def _within(name: str, found: Till) -> Q:
    within = Q(**{f"{name}__lt": found.until_at})
    return within & Q(**{f"{name}__gte": found.from_at}) if found.from_at else within


@transaction.atomic
def close(*, counted: Mapping[str, int], note: str, by: User, at: datetime) -> CashUp:
    """Close the day. `counted`: cents per method of COUNTED.

    Raises ClosedAlready, DifferenceUnexplained.
    """
    day = clock.local_date(at)
    numbers.wait_for(f"receipt-{day.year}")  # no payment is on its way while the sums are taken
    if CashUp.objects.filter(Q(day=day) | Q(until_at__gte=at)).exists():
        raise ClosedAlready(_("The day has been cashed up already."))
    found = till(at=at)
    lines = {method: (found.expected[method], counted.get(method, 0)) for method in COUNTED}
    difference = sum(have - expected for expected, have in lines.values())
    if any(have != expected for expected, have in lines.values()) and not note.strip():
        raise DifferenceUnexplained(
            _("What was counted differs by %(amount)s: count once more, or write down why.")
            % {"amount": euros(difference)}
        )
    made = _save(found, day, difference, note.strip(), by=by, at=at)
    CashUpLine.objects.bulk_create(
        CashUpLine(
            cash_up=made, method=method, expected_cents=expected, counted_cents=have,
            saved_at=at, saved_by=by,
        )
        for method, (expected, have) in lines.items()
    )  # fmt: skip
    audit.record(verb="cash.closed", by=by, at=at, object=made)
    return made


def _save(found: Till, day: Any, difference: int, note: str, *, by: User, at: datetime) -> CashUp:
    try:
        with transaction.atomic():
            return CashUp.objects.create(
                day=day, from_at=found.from_at, until_at=found.until_at, note=note,
                difference_cents=difference, saved_at=at, saved_by=by,
                by_clerk={str(pk or ""): dict(sums) for pk, sums in found.by_clerk.items()},
            )  # fmt: skip
    except IntegrityError:
        raise ClosedAlready(_("The day has been cashed up already.")) from None


def clerks(
    by_clerk: Mapping[Any, Mapping[str, int]], *, to: User
) -> list[tuple[str, list[tuple[Any, int]]]]:
    """The sums as they are shown: the clerk, and (name of the method, cents)."""
    ids = [int(pk) for pk in by_clerk if pk]
    users = {user.pk: named(user, to=to) for user in User.objects.filter(pk__in=ids)}
    labels = dict(Method.choices)
    return [
        (
            users.get(int(pk), str(pk)) if pk else str(_("The system")),
            [(labels[method], cents) for method, cents in sorted(sums.items()) if cents],
        )
        for pk, sums in by_clerk.items()
        if any(sums.values())
    ]


def named(user: User | None, *, to: User) -> str:
    """A colleague by name to whom the policy shows names; by number to the others."""
    if user is None:
        return ""
    if user == to or permissions.sees_whole(to, "register.User.last_name"):
        return user.get_full_name() or user.username
    return str(_("Clerk %(number)s") % {"number": user.pk})
