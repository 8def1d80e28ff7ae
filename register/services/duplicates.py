"""Is she here already? People with the same phone, e-mail or name, told with what is the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from register import validators
from register.models import Customer, User
from register.services import customers, finders, likeness

MOST = 5
PHONE, EMAIL, NAME, ALMOST = "phone", "email", "name", "almost"


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who may be the same, and by what: of PHONE, EMAIL, NAME, ALMOST."""

    customer: Customer
    same: tuple[str, ...]


def alike(
    *, first_name: str = "", last_name: str = "", email: str = "", phone: str = "", user: User
) -> list[Alike]:
    """People of the register, at most MOST, those with most in common first. Somebody whom the
    user would not find by her contact details is not given away by them."""
    found: dict[UUID, list[str]] = {}
    asked = (
        (PHONE, _by_phone(phone, user)),
        (EMAIL, _by_email(email, user)),
        (NAME, _by_name(first_name, last_name)),
        (ALMOST, _almost(first_name, last_name)),
    )
    for what, ids in asked:
        for pk in ids:
            reasons = found.setdefault(pk, [])
            if what != ALMOST or NAME not in reasons:
                reasons.append(what)
    people = customers.visible_to(user).filter(pk__among=list(found), erased_on__isnull=True)
    known = [Alike(person, tuple(found[person.pk])) for person in people.order_by("-number")]
    return sorted(known, key=lambda one: (-len(one.same), one.same == (ALMOST,)))[:MOST]


def of(customer: Customer, *, user: User) -> list[Alike]:
    """People who may be the same as this one."""
    found = alike(
        first_name=customer.first_name, last_name=customer.last_name, email=customer.email,
        phone=str(customer.phone), user=user,
    )  # fmt: skip
    return [one for one in found if one.customer.pk != customer.pk]


def _by_phone(phone: str, user: User) -> Iterable[UUID]:
    number = validators.phone(phone) if phone.strip() else None
    if number is None or not finders.sees(user, Customer, "phone"):
        return ()
    return finders.reachable(user).filter(phone=number).values_list("pk", flat=True)[: 2 * MOST]


def _by_email(email: str, user: User) -> Iterable[UUID]:
    address = email.strip().lower()
    if "@" not in address or not finders.sees(user, Customer, "email"):
        return ()
    return finders.reachable(user).filter(email=address).values_list("pk", flat=True)[: 2 * MOST]


def _by_name(first_name: str, last_name: str) -> Iterable[UUID]:
    """By the whole name, in either order of its parts: forms are filled in the wrong way round."""
    first, last = (validators.one_line(name).lower() for name in (first_name, last_name))
    if not first or not last:
        return ()
    texts = [f"{last} {first} {last}", f"{first} {last} {first}"]
    rows = Customer.objects.filter(search_text__in=texts).order_by()
    return rows.values_list("pk", flat=True)[: 2 * MOST]


def _almost(first_name: str, last_name: str) -> Iterable[UUID]:
    if len(first_name.strip()) < 2 or len(last_name.strip()) < 2:
        return ()
    return likeness.people(f"{first_name} {last_name}")[:MOST]
