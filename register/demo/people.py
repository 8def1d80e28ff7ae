"""Invented people: who they are, how they are reached, what they may have shown at the desk."""

from datetime import date, datetime, timedelta
from typing import Any

from register import policy
from register.demo import invented
from register.demo.names import TONGUE_OF, TONGUE_WEIGHTS, TONGUES, Tongue
from register.demo.stage import Stage
from register.models import Company, CompanyContact, Customer, Identity, LoyaltyMembership, Mandate

FIRST_BORN, LAST_BORN = date(1946, 1, 1), date(2003, 12, 31)
_BIRTHDAYS = (LAST_BORN - FIRST_BORN).days + 1
_STRIDE = 7_919  # a prime, so that neighbours in the register are not born on neighbouring days


def tongue_of(person: Customer) -> Tongue:
    return TONGUE_OF[person.language]


def person(
    stage: Stage, at: datetime, *, kind: str = Customer.Kind.PRIVATE, **fields: Any
) -> Customer:
    """Somebody who came into the register at that time."""
    stage.people += 1
    tongue = stage.rng.choices(TONGUES, TONGUE_WEIGHTS)[0]
    first_name = stage.pick(tongue.first_names)
    last_name = tongue.last_name(stage.rng.randrange(tongue.last_names))
    named: dict[str, Any] = {
        "kind": kind,
        "first_name": first_name,
        "last_name": last_name,
        "email": invented.email(first_name, last_name, stage.people) if stage.chance(0.93) else "",
        "phone": phone(stage, tongue) if stage.chance(0.95) else "",
        "language": tongue.language,
        "secrecy_order": stage.chance(0.006),
        "wishes": stage.pick(tongue.wishes) if stage.chance(0.08) else "",
        "source": policy.PERSON.key,
    }
    row = stage.add(Customer, at, **(named | fields))
    row.normalise()
    if stage.chance(0.3):
        row.contact_checked_at = stage.before_now(at + timedelta(minutes=3))
        row.contact_checked_by = stage.staff["desk"]
    return row


def phone(stage: Stage, tongue: Tongue) -> str:
    if tongue.language == "en" and stage.chance(0.6):
        return invented.american_phone(stage.people)
    if tongue.language == "sv" and stage.chance(0.4):
        return invented.swedish_phone(stage.people)
    return invented.finnish_phone(100_000 + stage.people)


def identity(stage: Stage, of: Customer, at: datetime) -> Identity | None:
    """The numbers that a renter gave, if any: always optional."""
    numbers: dict[str, str] = {}
    if of.language == "en":
        if stage.chance(0.6):
            numbers["passport_number"] = f"ZZ{9_000_000 + stage.people}"
    elif stage.chance(0.55):
        numbers["personal_identity_code"] = nth_identity_code(stage.people)
    if stage.chance(0.15):
        numbers["driving_licence_number"] = f"KUV-{900_000 + stage.people}"
    if not numbers:
        return None
    return stage.add(Identity, at, customer=of, source=policy.PERSON.key, **numbers)


def nth_identity_code(number: int) -> str:
    """The `number`-th invented identity code, all different; the first of each day is left to
    the cast of the tests."""
    born = FIRST_BORN + timedelta(days=number * _STRIDE % _BIRTHDAYS)
    return invented.identity_code(born, 1 + number // _BIRTHDAYS)


def company_contact(stage: Stage, at: datetime, company: Company, role_title: str) -> Customer:
    """A person who speaks for a company or a partner."""
    partner = company.kind == Company.Kind.PARTNER
    kind = Customer.Kind.PARTNER_CONTACT if partner else Customer.Kind.COMPANY_CONTACT
    row = person(stage, at, kind=kind, group=Customer.Group.COMPANY)
    stage.add(CompanyContact, at, customer=row, company=company, role_title=role_title)
    return row


def representative(stage: Stage, at: datetime, of: Customer) -> Customer:
    """Somebody who acts for a customer, such as a proxy."""
    row = person(stage, at, kind=Customer.Kind.REPRESENTATIVE, last_name=of.last_name)
    ground = stage.pick(Mandate.Ground.values)
    stage.add(Mandate, at, customer=row, on_behalf_of=of, ground=ground, source=policy.PERSON.key)
    return row


def loyal(stage: Stage, of: Customer, at: datetime) -> LoyaltyMembership:
    """A member of the loyalty programme; one in ten has left it."""
    joined = at.date()
    left = min(joined + timedelta(days=200), stage.today) if stage.chance(0.1) else None
    return stage.add(
        LoyaltyMembership, at, customer=of, joined_on=joined, left_on=left, source=policy.PERSON.key
    )
