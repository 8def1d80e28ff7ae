"""The people of the tests: Aino rents, Eero drives, Olli works the dock, Petra handles privacy,
Leena owns the firm; Kaisa is at the desk, Birgit keeps the books and Mauri sends the marketing.

Every function saves and returns rows. Whatever is left out is invented, right in form and nobody's
(register.demo.invented); any column can be given by name. `NOW` is a Wednesday in July 2026, noon
in Helsinki. Import it as `from tests import cast`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction

from register import policy
from register.clock import HELSINKI, local_date
from register.demo import invented
from register.demo.files import png, wav
from register.models import (
    Agreement,
    Attachment,
    Ban,
    Booking,
    CardOnFile,
    Case,
    Choice,
    Company,
    CompanyContact,
    Consent,
    Craft,
    CraftClass,
    Customer,
    Deposit,
    Disclosure,
    Driver,
    Feedback,
    Hold,
    Identity,
    IdentityCheck,
    LoyaltyMembership,
    MaintenanceBlock,
    Mandate,
    Message,
    OrderLine,
    PaperFolder,
    Payment,
    ProcessingRestriction,
    QuoteRequest,
    Rental,
    User,
)
from register.services import numbers

TODAY = date(2026, 7, 15)
AINOS_CODE = invented.identity_code(date(1952, 10, 13), 0)
AINOS_PASSPORT = "XP9876501"
AINOS_LICENCE = "131052-9K01"
AINOS_CARD = invented.card_number(1)
WORDS = "Saatte lähettää minulle tarjouksia sähköpostitse."
PASSWORD = "kolme-meritahtea-laiturilla"

STAFF = {
    "kaisa": ("desk", "Kaisa", "Kaislikko"),
    "olli": ("dock", "Olli", "Laituri"),
    "birgit": ("bookkeeper", "Birgit", "Hamn"),
    "mauri": ("marketing", "Mauri", "Merituuli"),
    "petra": ("privacy", "Petra", "Poukama"),
    "leena": ("owner", "Leena", "Luoto"),
}
_serial = count(1)


def moment(day: date = TODAY, hour: int = 12, minute: int = 0) -> datetime:
    """An instant by the wall clock of Helsinki."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HELSINKI)


NOW = moment()


# == Staff ========================================================================================


def staff(role: str, username: str = "", **fields: Any) -> User:
    """Somebody who works in the role ("desk", "dock" …). Groups are made from the policy."""
    if not Group.objects.filter(name=role).exists():
        call_command("sync_roles", verbosity=0, stdout=_Quiet())
    user = User(username=username or f"{role}-{next(_serial)}", is_staff=True, **fields)
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name=role))
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


# == People =======================================================================================


def customer(**fields: Any) -> Customer:
    """A private customer."""
    serial = next(_serial)
    named = {
        "first_name": "Meri",
        "last_name": "Ulappa",
        "email": f"meri.ulappa{serial}@posti.example",
        "phone": invented.finnish_phone(serial),
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
    serial = next(_serial)
    named = {
        "name": "Saaristomatkat Kuvitelma Oy",
        "business_id": invented.business_id(serial),
        "street": "Keksitty katu 1",
        "postcode": "00999",
        "city": "Kuvitelma",
    }
    with transaction.atomic():
        return Company.objects.create(number=numbers.reserve("company"), **(named | fields))


# == The fleet ====================================================================================


def craft_class(**fields: Any) -> CraftClass:
    named = {
        "name": f"Retki {next(_serial)}",
        "seats": 3,
        "hour_price_cents": 9_900,
        "day_price_cents": 39_000,
        "deposit_cents": 50_000,
        "deductible_cents": 200_000,
    }
    return CraftClass.objects.create(**(named | fields))


def craft(**fields: Any) -> Craft:
    if "craft_class" not in fields:
        fields["craft_class"] = CraftClass.objects.first() or craft_class()
    named = {
        "registration": f"T{80_000 + next(_serial)}",
        "name": "Tiira",
        "model": "Kuvitelma 130",
    }
    return Craft.objects.create(**(named | fields))


# == What they do =================================================================================


def quote(of: Customer, **fields: Any) -> QuoteRequest:
    named = {"requested_at": NOW - timedelta(days=14), "wishes": "Mahtuuko koira mukaan?"}
    return QuoteRequest.objects.create(customer=of, **(named | fields))


def booking(of: Customer | None = None, **fields: Any) -> Booking:
    """Four hours from noon tomorrow, booked a week ago, on a craft of its own."""
    of = fields.pop("customer", None) or of or aino()
    starts_at = fields.pop("starts_at", NOW + timedelta(days=1))
    named = {
        "craft": fields["craft"] if "craft" in fields else craft(),
        "booked_at": min(starts_at, NOW) - timedelta(days=7),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=4),
    }
    with transaction.atomic():
        number = fields.pop("number", None) or numbers.reserve("booking")
        return Booking.objects.create(customer=of, number=number, **(named | fields))


def driver(of: Customer, on: Booking, **fields: Any) -> Driver:
    named = {
        "drove_on": local_date(on.starts_at),
        "is_renter": of.pk == on.customer_id,
        "age_group": Driver.AgeGroup.ADULT,
    }
    return Driver.objects.create(customer=of, booking=on, **(named | fields))


def agreement(of: Booking, **fields: Any) -> Agreement:
    """Signed when the rental begins."""
    named = {
        "customer": of.customer,
        "state": Agreement.State.SIGNED,
        "terms_version": "2026",
        "made_at": of.starts_at,
        "signed_at": of.starts_at,
        "price_cents": 39_600,
        "deposit_cents": 50_000,
        "deductible_cents": 200_000,
    }
    with transaction.atomic():
        number = fields.pop("number", None) or numbers.agreement_number(on=local_date(of.starts_at))
        return Agreement.objects.create(booking=of, number=number, **(named | fields))


def rental(of: Booking, **fields: Any) -> Rental:
    """Handed over when the booking begins; still out unless `returned_at` is given."""
    named = {"customer": of.customer, "handed_over_at": of.starts_at, "fuel_out_l": "60.0"}
    return Rental.objects.create(booking=of, **(named | fields))


def line(of: Booking, **fields: Any) -> OrderLine:
    named = {
        "customer": of.customer,
        "kind": OrderLine.Kind.RENTAL,
        "description": "Vuokra 4 h",
        "quantity": 4,
        "unit_price_cents": 9_900,
        "ordered_on": local_date(of.starts_at),
    }
    return OrderLine.objects.create(booking=of, **(named | fields))


def payment(of: Booking, **fields: Any) -> Payment:
    named = {
        "customer": of.customer,
        "method": "card",
        "amount_cents": 39_600,
        "paid_at": of.starts_at,
        "reference": "RF00",
    }
    return Payment.objects.create(booking=of, **(named | fields))


def deposit(of: Booking, **fields: Any) -> Deposit:
    named = {
        "customer": of.customer,
        "amount_cents": 50_000,
        "held_at": of.starts_at,
        "expires_at": of.starts_at + timedelta(days=7),
    }
    return Deposit.objects.create(booking=of, **(named | fields))


def case(of: Customer, **fields: Any) -> Case:
    """An open damage case."""
    named = {
        "kind": Case.Kind.DAMAGE,
        "occurred_at": NOW - timedelta(days=1),
        "description": "Keulassa naarmu laiturista.",
        "estimate_cents": 45_000,
    }
    with transaction.atomic():
        number = fields.pop("number", None) or numbers.reserve("case")
        return Case.objects.create(customer=of, number=number, **(named | fields))


def message(of: Customer, **fields: Any) -> Message:
    """From the customer, by e-mail."""
    named = {
        "channel": "email",
        "direction": Message.Direction.IN,
        "subject": "Uimapuvusta",
        "body": "Pitääkö mukaan ottaa oma märkäpuku?",
        "happened_at": NOW - timedelta(days=3),
    }
    return Message.objects.create(customer=of, **(named | fields))


def attachment(of: Customer, **fields: Any) -> Attachment:
    """A photo unless `kind` says otherwise."""
    named = {
        "kind": Attachment.Kind.PHOTO,
        "media_type": "image/png",
        "taken_at": NOW - timedelta(days=1),
        "content": png(),
    }
    return Attachment.objects.create(customer=of, **(named | fields))


def feedback(of: Customer, **fields: Any) -> Feedback:
    named = {"score": 5, "text": "Opastus oli selkeä.", "given_at": NOW - timedelta(hours=20)}
    return Feedback.objects.create(customer=of, **(named | fields))


# == What they choose, and what stands against them ===============================================


def consent(of: Customer, **fields: Any) -> Consent:
    """Marketing by e-mail, given on the web form. `action="withdrawn"` ends it."""
    given = fields.get("action", Consent.Action.GIVEN) == Consent.Action.GIVEN
    named = {
        "purpose": policy.MARKETING.key,
        "channel": "email",
        "action": Consent.Action.GIVEN,
        "acted_at": NOW - timedelta(days=7),
        "taken_through": "web",
        "language": of.language,
        "notice_version": policy.VERSION if given else "",
        "words_shown": WORDS if given else "",
    }
    return Consent.objects.create(customer=of, **(named | fields))


def choice(of: Customer, **fields: Any) -> Choice:
    named = {"key": Choice.Key.REMINDERS, "value": "sms", "chosen_at": NOW - timedelta(days=7)}
    return Choice.objects.create(customer=of, **(named | fields))


def ban(of: Customer, **fields: Any) -> Ban:
    named = {"reason": "Ajoi uimarannalle kahdesti.", "starts_on": TODAY - timedelta(days=30)}
    return Ban.objects.create(customer=of, **(named | fields))


def restriction(of: Customer, **fields: Any) -> ProcessingRestriction:
    named = {
        "kind": ProcessingRestriction.Kind.RESTRICTION,
        "purpose": policy.SERVICE.key,
        "ground": "accuracy_contested",
        "starts_at": NOW - timedelta(days=2),
    }
    return ProcessingRestriction.objects.create(customer=of, **(named | fields))


def hold(of: Customer, **fields: Any) -> Hold:
    named = {
        "reason": "unpaid_claim",
        "owner": fields["owner"] if "owner" in fields else petra(),
        "placed_at": NOW - timedelta(days=10),
        "review_on": TODAY + timedelta(days=80),
    }
    return Hold.objects.create(customer=of, **(named | fields))


def loyalty(of: Customer, **fields: Any) -> LoyaltyMembership:
    return LoyaltyMembership.objects.create(
        customer=of, **({"joined_on": TODAY - timedelta(days=400)} | fields)
    )


def mandate(of: Customer, on_behalf_of: Customer, **fields: Any) -> Mandate:
    return Mandate.objects.create(
        customer=of, on_behalf_of=on_behalf_of, **({"ground": "power_of_attorney"} | fields)
    )


def contact(of: Customer, at_company: Company | None = None, **fields: Any) -> CompanyContact:
    return CompanyContact.objects.create(
        customer=of,
        company=at_company or company(),
        **({"role_title": "Retkivastaava"} | fields),
    )


def identity_check(of: Customer, **fields: Any) -> IdentityCheck:
    named = {"document_type": "passport", "occasion": "rental", "checked_at": NOW}
    return IdentityCheck.objects.create(customer=of, **(named | fields))


def disclosure(of: Customer, **fields: Any) -> Disclosure:
    named = {
        "recipient": policy.INSURER.key,
        "what": "Vauriokuvaus ja arvio",
        "legal_ground": "GDPR 6(1)(b)",
        "disclosed_at": NOW,
    }
    return Disclosure.objects.create(customer=of, **(named | fields))


def folder(**fields: Any) -> PaperFolder:
    named = {
        "label": f"Sopimukset {next(_serial)}",
        "contents": "Allekirjoitetut vuokrasopimukset",
        "place": "Toimiston lukittu kaappi",
        "destroy_by": TODAY + timedelta(days=365),
    }
    return PaperFolder.objects.create(**(named | fields))


def maintenance(of: Craft, **fields: Any) -> MaintenanceBlock:
    named = {"starts_at": NOW, "ends_at": NOW + timedelta(days=1), "reason": "Huolto"}
    return MaintenanceBlock.objects.create(craft=of, **(named | fields))


# == Whole stories ================================================================================


@dataclass(frozen=True)
class Story:
    """Aino's rental from quote to feedback, with Eero at the helm beside her."""

    aino: Customer
    eero: Customer
    booking: Booking
    agreement: Agreement
    rental: Rental
    case: Case
    message: Message


def story() -> Story:
    """Aino with a row in every table that can hold something of a person of the register.

    The rental took place yesterday at noon and is settled but for an open damage case.
    """
    renter, co_driver = aino(), eero()
    asked = quote(renter, state=QuoteRequest.State.BOOKED)
    booked = booking(
        renter,
        quote=asked,
        starts_at=NOW - timedelta(days=1),
        state=Booking.State.RETURNED,
        wishes="Aloitamme mieluiten etelälaiturilta.",
    )
    driver(renter, booked, age_checked_at=booked.starts_at, briefed_at=booked.starts_at)
    driver(co_driver, booked)
    signed = agreement(booked)
    driven = rental(booked, returned_at=booked.ends_at, fuel_in_l="31.5", condition_in="Naarmu.")
    line(booked)
    payment(booked)
    deposit(booked)
    card(renter)
    damaged = case(renter, booking=booked)
    written = message(renter)
    attachment(renter, case=damaged)
    attachment(renter, kind="recording", media_type="audio/wav", content=wav(), message=written)
    attachment(renter, kind="signature", agreement=signed)
    _everything_else(renter, on_behalf_of=co_driver)
    return Story(renter, co_driver, booked, signed, driven, damaged, written)


def _everything_else(of: Customer, *, on_behalf_of: Customer) -> None:
    for make in (feedback, consent, choice, loyalty, contact, identity_check, disclosure):
        make(of)
    ban(of, lifted_at=NOW)
    restriction(of, told_before_lifting_at=NOW, lifted_at=NOW)
    hold(of, released_at=NOW)
    mandate(of, on_behalf_of)
