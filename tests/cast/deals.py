"""The fleet, and what people do with it."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from register import references
from register.clock import local_date
from register.demo.files import png
from register.models import (
    Agreement,
    AgreementTerms,
    Attachment,
    Booking,
    Case,
    CashUp,
    ConditionMark,
    Craft,
    CraftClass,
    Customer,
    Deposit,
    Driver,
    Extra,
    Feedback,
    ImportKey,
    Invoice,
    Message,
    OrderLine,
    Payment,
    PostWords,
    QuoteRequest,
    Rental,
    ServiceMail,
)
from register.services import invoices, numbers
from tests.cast.days import NOW, date, moment, serial
from tests.cast.people import aino


def craft_class(**fields: Any) -> CraftClass:
    named = {
        "name": f"Retki {next(serial)}",
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
        "registration": f"T{80_000 + next(serial)}",
        "name": "Tiira",
        "model": "Kuvitelma 130",
    }
    return Craft.objects.create(**(named | fields))


def extra(**fields: Any) -> Extra:
    word = f"Märkäpuku {next(serial)}"
    named = {"name_fi": word, "name_sv": word, "name_en": word, "price_cents": 1_500}
    return Extra.objects.create(**(named | fields))


def terms(**fields: Any) -> AgreementTerms:
    named = {
        "version": f"2027-{next(serial)}",
        "language": "fi",
        "in_force_on": NOW.date(),
        "text": "Vuokraaja on vähintään {renter_age}-vuotias.",
    }
    return AgreementTerms.objects.create(**(named | fields))


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


def invoice(of: Booking, **fields: Any) -> Invoice:
    """Of four hours, due in two weeks, as services.invoices would write it."""
    told = {
        "recipient": ["Saaristomatkat Kuvitelma Oy", "Keksitty katu 1", "00999 Kuvitelma"],
        "seller": {"name": "LM Group Oy"}, "booking": of.number, "craft": str(of.craft),
        "from": of.starts_at.isoformat(), "to": of.ends_at.isoformat(), "iban": "", "vats": [],
        "lines": [],
    }  # fmt: skip
    with transaction.atomic():
        number = fields.pop("number", None) or numbers.invoice_number(on=NOW.date())
    named = {
        "customer": of.customer, "company": of.company, "language": "fi", "number": number,
        "issued_on": NOW.date(), "due_on": NOW.date() + timedelta(days=14), "content": told,
        "reference": references.reference(number), "recipient": "\n".join(told["recipient"]),
        "total_cents": 39_600,
    }  # fmt: skip
    named |= fields
    named.setdefault("sha256", invoices.digest(named["content"]))
    return Invoice.objects.create(booking=of, **named)


def service_mail(of: Booking, **fields: Any) -> ServiceMail:
    """A reminder of the booking that waits to be sent."""
    named = {"customer": of.customer, "kind": "reminder", "about": of.pk, "asked_at": NOW}
    return ServiceMail.objects.create(booking=of, **(named | fields))


def post_words(**fields: Any) -> PostWords:
    named = {"kind": "reminder", "language": "fi", "subject": "Pian", "body": "Hei {name}"}
    return PostWords.objects.create(**(named | fields))


def import_key(of: Customer, **fields: Any) -> ImportKey:
    """Her number in the old system."""
    return ImportKey.objects.create(customer=of, **({"key": f"A-{next(serial)}"} | fields))


def cash_up(**fields: Any) -> CashUp:
    """A day long ago, closed without a difference; each on a day of its own."""
    day = date(2000, 1, 1) + timedelta(days=next(serial))
    named = {
        "day": day, "until_at": moment(day), "difference_cents": 0, "note": "",
    }  # fmt: skip
    return CashUp.objects.create(**(named | fields))


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


def mark(of: Booking, **fields: Any) -> ConditionMark:
    """A scratch at the bow, seen at handover."""
    named = {
        "customer": of.customer,
        "moment": "handover",
        "zone": ConditionMark.Zone.BOW,
        "kind": ConditionMark.Kind.SCRATCH,
        "note": "Vanha naarmu.",
        "seen_at": of.starts_at,
    }
    return ConditionMark.objects.create(booking=of, **(named | fields))


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
