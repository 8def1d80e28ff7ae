"""Whole stories."""

from dataclasses import dataclass
from datetime import timedelta

from register.demo.files import wav
from register.models import (
    Agreement,
    Booking,
    Case,
    Customer,
    Message,
    QuoteRequest,
    Rental,
)
from tests.cast.choices import (
    ban,
    choice,
    consent,
    contact,
    delivery,
    disclosure,
    hold,
    identity_check,
    loyalty,
    mandate,
    merged,
    override,
    restriction,
)
from tests.cast.days import NOW
from tests.cast.deals import (
    agreement,
    attachment,
    booking,
    case,
    deposit,
    driver,
    feedback,
    import_key,
    invoice,
    line,
    mark,
    message,
    payment,
    quote,
    rental,
    service_mail,
)
from tests.cast.people import aino, card, eero


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
    invoice(booked)
    service_mail(booked)
    import_key(renter)
    deposit(booked)
    card(renter)
    damaged = case(renter, booking=booked)
    mark(booked, moment="return", case=damaged)
    written = message(renter)
    attachment(renter, case=damaged)
    attachment(renter, kind="recording", media_type="audio/wav", content=wav(), message=written)
    attachment(renter, kind="signature", agreement=signed)
    _everything_else(renter, booked, on_behalf_of=co_driver)
    return Story(renter, co_driver, booked, signed, driven, damaged, written)


def _everything_else(of: Customer, booking: Booking, *, on_behalf_of: Customer) -> None:
    makers = (
        feedback, consent, choice, loyalty, contact, identity_check, disclosure, delivery,
    )  # fmt: skip
    for make in makers:
        make(of)
    override(of, booking, ban(of, lifted_at=NOW))
    merged(of)
    restriction(of, told_before_lifting_at=NOW, lifted_at=NOW)
    hold(of, released_at=NOW)
    mandate(of, on_behalf_of)
