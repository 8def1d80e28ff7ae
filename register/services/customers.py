"""People: found or made at the desk, kept right, flagged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from register import permissions, policy
from register.declare import Sight
from register.models import (
    Ban,
    Booking,
    Case,
    Channel,
    Customer,
    Driver,
    ProcessingRestriction,
    User,
)
from register.services import audit, bans, bills, consents, events, numbers, restrictions
from register.services.bans import Banned
from register.services.refusals import ChangedMeanwhile, Refused

__all__ = ["Banned"]

CONTACT = ("first_name", "last_name", "email", "phone", "language")


class Erased(Refused):
    """Only what a statute requires is left of this person: nothing new is begun on it."""


class Restricted(Refused):
    """The person's data may only be stored for this purpose (GDPR 18)."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the clerk should know before saying yes. Empty where the role may not know it."""

    ban: Ban | None = None
    open_cases: int = 0
    owes: bool = False
    restricted: tuple[str, ...] = ()
    erased: bool = False

    def __bool__(self) -> bool:
        return bool(self.ban or self.open_cases or self.owes or self.restricted or self.erased)


@dataclass(slots=True)
class _Found:
    ban: Ban | None = None
    open_cases: int = 0
    owes: bool = False
    restricted: list[str] = field(default_factory=list)


def visible_to(user: User) -> QuerySet[Customer]:
    """The people whose rows the user may see at all. Somebody who only does marketing sees only
    those who have agreed to it (Act 917/2014 s. 200) and have not objected since."""
    if permissions.roles_of(user) == (policy.MARKETER.key,):
        return _marketable()
    if not permissions.roles_of(user):
        return Customer.objects.none()
    return Customer.objects.all()


CURRENT = timedelta(days=2)
"""How far from now a rental is still of these days."""


def listed_to(user: User, *, at: datetime) -> QuerySet[Customer]:
    """The people whom lists show to the user. Whoever has only roles that work with the people of
    these days cannot page through everybody: renters and drivers about now, and open cases."""
    if not permissions.works_with_current_people_only(user):
        return visible_to(user)
    near = Booking.objects.filter(starts_at__lt=at + CURRENT, ends_at__gt=at - CURRENT)
    about_now = near | Booking.objects.filter(state=Booking.State.OUT)
    drivers = Driver.objects.filter(booking__in=about_now.values("pk"))
    cases = Case.objects.filter(state__in=Case.OPEN_STATES)
    return visible_to(user).filter(
        Q(pk__in=about_now.values("customer_id"))
        | Q(pk__in=drivers.values("customer_id"))
        | Q(pk__in=cases.values("customer_id"))
    )


def _marketable() -> QuerySet[Customer]:
    agreed = Q()
    for channel in (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.LETTER):
        people = consents.consenting(purpose=policy.MARKETING.key, channel=channel)
        agreed |= Q(pk__in=people.values("pk"))
    return restrictions.unrestricted(
        Customer.objects.filter(agreed, secrecy_order=False),
        purpose=policy.MARKETING.key,
    )


def shows_contact(user: User, customer: Customer) -> bool:
    """A secrecy order hides contact details from the roles that do not need them."""
    return not customer.secrecy_order or permissions.may(user, "check_contact")


def flags(people: Collection[Customer], *, user: User, on: date) -> dict[UUID, Flags]:
    """The flags of several people, in one question per kind."""
    ids = [person.pk for person in people]
    found = {pk: _Found() for pk in ids}
    if permissions.may_see(user, Ban):
        for ban in Ban.objects.in_force(on=on).filter(customer__among=ids):
            found[ban.customer_id].ban = ban
    _note_debts(found, user)
    if permissions.may_see(user, ProcessingRestriction):
        for row in restrictions.in_force().filter(customer__among=ids):
            found[row.customer_id].restricted.append(row.purpose)
    sees_erasure = permissions.sight(user, Customer, "erased_on") is Sight.WHOLE
    return {
        person.pk: Flags(
            ban=found[person.pk].ban,
            open_cases=found[person.pk].open_cases,
            owes=found[person.pk].owes,
            restricted=tuple(found[person.pk].restricted),
            erased=sees_erasure and person.erased_on is not None,
        )
        for person in people
    }


def _note_debts(found: Mapping[UUID, _Found], user: User) -> None:
    if not permissions.may_see(user, Case):
        return
    for pk in Case.objects.filter(
        customer__among=list(found), state__in=Case.OPEN_STATES
    ).values_list("customer_id", flat=True):
        found[pk].open_cases += 1
    for pk in _in_debt(list(found)):
        found[pk].owes = True


def _in_debt(ids: Collection[UUID]) -> set[UUID]:
    """Those with a rental that is over and not paid; a coming one is no debt yet."""
    over = Booking.objects.filter(
        customer__among=ids, state__in=(Booking.State.RETURNED, Booking.State.NO_SHOW)
    ).prefetch_related("lines", "payments", "deposits")
    return {row.customer_id for row in over if bills.due_cents(row) > 0}


def ensure_may_rent(
    *, customer: Customer, on: date, booking: Booking | None = None, override: str = ""
) -> None:
    """Raises Erased, Restricted or Banned; a restriction that cannot be read refuses too.
    `booking`: one that somebody authorised may have let through a ban; `override`: the reason for
    which one is about to be."""
    ensure_may_serve(customer=customer)
    if not override:
        bans.ensure_none(customer=customer, on=on, booking=booking)


def ensure_may_serve(*, customer: Customer) -> None:
    """Raises Erased or Restricted."""
    ensure_not_erased(customer)
    if not restrictions.allowed(customer=customer, purpose=policy.SERVICE.key):
        raise Restricted(
            _(
                "%(name)s has restricted the use of their data: it may only be stored for now. "
                "Ask the person who handles privacy."
            )
            % {"name": customer.full_name}
        )


def ensure_not_erased(customer: Customer) -> None:
    """Raises Erased."""
    if customer.erased_on is not None:
        raise Erased(
            _(
                "This person's data has been erased at their request; only what the law requires "
                "is left. Make a new person if they are a customer again."
            )
        )


def likely_same(*, first_name: str, last_name: str, email: str, phone: str) -> list[Customer]:
    """People already in the register with the same phone, e-mail or whole name; at most five.
    services.duplicates tells what is the same, and finds names with slips too."""
    same = Q(pk__isnull=True)
    if email:
        same |= Q(email=email.strip().lower())
    if phone:
        same |= Q(phone=phone)
    if first_name and last_name:
        text = f"{last_name} {first_name} {last_name}".lower()
        same |= Q(search_text=" ".join(text.split()))
    return list(Customer.objects.filter(same, erased_on__isnull=True).order_by("-number")[:5])


@transaction.atomic
def create(
    *,
    by: User | None,
    at: datetime,
    kind: str = Customer.Kind.PRIVATE,
    source: str = policy.PERSON.key,
    **details: object,
) -> Customer:
    """A new person with the next customer number. `details`: columns named in CONTACT, and
    `secrecy_order`, `wishes`."""
    customer = Customer(
        number=numbers.reserve("customer"),
        kind=kind,
        source=source,
        saved_at=at,
        saved_by=by,
        contact_checked_at=at if source == policy.PERSON.key else None,
        contact_checked_by=by if source == policy.PERSON.key else None,
        **details,
    )
    customer.normalise()
    customer.save()
    events.refresh([customer.pk])
    audit.record(verb="create", by=by, at=at, object=customer, fields=details)
    return customer


@transaction.atomic
def correct_contact(
    *, customer: Customer, seen: datetime, by: User, at: datetime, **details: object
) -> Customer:
    """Put contact details right on the spot (P22) and stamp them as checked (P21).

    `seen`: the row's `saved_at` when the form was opened. Raises ChangedMeanwhile.
    """
    row = Customer.objects.select_for_update().get(pk=customer.pk)
    ensure_not_erased(row)
    if row.saved_at != seen:
        raise ChangedMeanwhile
    changed = [name for name, value in details.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, details[name])
    row.saved_at, row.saved_by = at, by
    row.contact_checked_at, row.contact_checked_by = at, by
    row.normalise()
    row.save()
    audit.record(verb="rectify", by=by, at=at, object=row, fields=changed)
    return row


@transaction.atomic
def check_contact(*, customer: Customer, by: User, at: datetime) -> None:
    """The person said that the contact details are still right (P21)."""
    customer.contact_checked_at, customer.contact_checked_by = at, by
    customer.save(update_fields=["contact_checked_at", "contact_checked_by"])
    audit.record(verb="contact.checked", by=by, at=at, object=customer)
