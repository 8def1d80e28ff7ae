"""Who works here and who comes."""

from datetime import date
from typing import Any

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction

from register.demo import invented
from register.models import (
    CardOnFile,
    Company,
    Customer,
    Identity,
    RoleGrant,
    User,
)
from register.services import numbers
from tests.cast.days import serial

STAFF = {
    "kaisa": ("desk", "Kaisa", "Kaislikko"),
    "olli": ("dock", "Olli", "Laituri"),
    "birgit": ("bookkeeper", "Birgit", "Hamn"),
    "mauri": ("marketing", "Mauri", "Merituuli"),
    "petra": ("privacy", "Petra", "Poukama"),
    "leena": ("owner", "Leena", "Luoto"),
}
AINOS_CODE = invented.identity_code(date(1952, 10, 13), 0)
AINOS_PASSPORT = "XP9876501"
AINOS_LICENCE = "131052-9K01"
AINOS_CARD = invented.card_number(1)


def staff(role: str, username: str = "", **fields: Any) -> User:
    """Somebody who works in the role ("desk", "dock" …). Groups are made from the policy."""
    if not Group.objects.filter(name=role).exists():
        call_command("sync_roles", verbosity=0, stdout=_Quiet())
    user = User(username=username or f"{role}-{next(serial)}", is_staff=True, **fields)
    user.set_unusable_password()
    user.save()
    RoleGrant.objects.create(user=user, role=role, granted_at=user.date_joined)
    return user


class _Quiet:
    def write(self, text: str) -> None: ...


def _cast_member(username: str, **fields: Any) -> User:
    if existing := User.objects.filter(username=username).first():
        return existing
    role, first_name, last_name = STAFF[username]
    return staff(role, username, **({"first_name": first_name, "last_name": last_name} | fields))


def kaisa(**fields: Any) -> User:
    """Customer service."""
    return _cast_member("kaisa", **fields)


def olli(**fields: Any) -> User:
    """The dock."""
    return _cast_member("olli", **fields)


def birgit(**fields: Any) -> User:
    """Bookkeeping."""
    return _cast_member("birgit", **fields)


def mauri(**fields: Any) -> User:
    """Marketing."""
    return _cast_member("mauri", **fields)


def petra(**fields: Any) -> User:
    """Privacy."""
    return _cast_member("petra", **fields)


def leena(**fields: Any) -> User:
    """The owner."""
    return _cast_member("leena", **fields)


def everybody_at_work() -> dict[str, User]:
    """One user per role, by the role's key."""
    return {role: _cast_member(username) for username, (role, *_rest) in STAFF.items()}


def customer(**fields: Any) -> Customer:
    """A private customer."""
    number = next(serial)
    named = {
        "first_name": "Meri",
        "last_name": "Ulappa",
        "email": f"meri.ulappa{number}@posti.example",
        "phone": invented.finnish_phone(number),
    }
    with transaction.atomic():
        row = Customer(number=numbers.reserve("customer"), **(named | fields))
        row.normalise()
        row.save()
    return row


def aino(**fields: Any) -> Customer:
    """Aino Aallokko rents. Her identity code, passport and licence are in the vault."""
    named = {
        "first_name": "Aino",
        "last_name": "Aallokko",
        "email": "aino.aallokko@posti.example",
        "phone": invented.finnish_phone(10_001),
        "wishes": "Toivoo punaista liiviä kokoa M.",
    }
    row = customer(**(named | fields))
    identity(
        row,
        personal_identity_code=AINOS_CODE,
        passport_number=AINOS_PASSPORT,
        driving_licence_number=AINOS_LICENCE,
    )
    return row


def eero(**fields: Any) -> Customer:
    """Eero Eteläranta drives: he has no booking of his own."""
    named = {
        "first_name": "Eero",
        "last_name": "Eteläranta",
        "email": "eero.etelaranta@posti.example",
        "phone": invented.finnish_phone(10_002),
    }
    return customer(**(named | fields))


def identity(of: Customer, **fields: Any) -> Identity:
    return Identity.objects.create(customer=of, **fields)


def card(of: Customer, **fields: Any) -> CardOnFile:
    number = fields.get("number", AINOS_CARD)
    named = {
        "number": number,
        "expiry": "08/29",
        "brand": CardOnFile.Brand.VISA,
        "last_four": number[-4:] if number else "0000",
    }
    return CardOnFile.objects.create(customer=of, **(named | fields))


def company(**fields: Any) -> Company:
    number = next(serial)
    named = {
        "name": "Saaristomatkat Kuvitelma Oy",
        "business_id": invented.business_id(number),
        "street": "Keksitty katu 1",
        "postcode": "00999",
        "city": "Kuvitelma",
    }
    with transaction.atomic():
        return Company.objects.create(number=numbers.reserve("company"), **(named | fields))
