"""What the database refuses, said in words. Its own message would print values: it is never shown
and never logged."""

import re

from django.core.exceptions import ValidationError
from django.db import Error
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from register.services.refusals import Refused

Words = str | Promise

GENERAL = _("This cannot be saved as it stands: something in it contradicts itself.")
BY_NAME: dict[str, Words] = {
    "register_booking_no_overlap": _("The craft is already booked at that time."),
    "register_booking_one_out": _("The craft is still out with somebody else."),
    "register_terms_once_in_a_language": _("This version is already written in this language."),
    "register_booking_ends_after_start": _("The end is before the beginning: check the times."),
    "register_quote_ends_after_start": _("The end is before the beginning: check the times."),
    "register_maintenance_ends_after_start": _("The end is before the beginning: check the times."),
    "register_ban_ends_after_start": _("The ban ends before it begins: check the dates."),
    "register_ban_has_reason": _("A ban needs a reason."),
    "register_company_once": _("A company with this business ID is already in the register."),
    "register_company_business_id_form": _("A business ID reads like 1234567-8."),
    "register_craft_registration_form": _(
        "A registration number is a letter and digits, such as T12345."
    ),
    "register_contact_once_in_company": _("This person is already a contact of the company."),
    "register_driver_once_in_booking": _("This person is already a driver of the booking."),
    "register_driver_renter_is_adult": _("The renter is at least 18."),
    "register_loyalty_one_open": _("This person is already in the loyalty programme."),
    "register_loyalty_left_after_joined": _("The date of leaving is before the date of joining."),
    "register_payment_in_closed_cash_up": _(
        "The cash-up of that time is closed: enter the money with today's time."
    ),
    "register_payment_amount_positive": _("The amount is more than zero."),
    "register_deposit_captured_within": _("More cannot be used of the deposit than was taken."),
    "register_deposit_released_after_held": _("The deposit was released before it was taken."),
    "register_line_quantity_positive": _("The quantity is more than zero."),
    "register_line_only_discount_negative": _("Only a discount is negative, and it always is."),
    "register_line_vat_percent": _("VAT is between 0 and 100 per cent."),
    "register_rental_returned_after_handover": _("The return is before the handover."),
    "register_rental_hours_run_forward": _("The engine hours are fewer than at handover."),
    "register_rental_fuel_not_negative": _("Fuel is never less than nothing."),
    "register_feedback_score_1_to_5": _("The score is from 1 to 5."),
    "register_message_marketing_goes_out": _("Marketing is something that we send, not receive."),
    "register_consent_given_has_proof": _(
        "A consent given needs its proof: the words shown and the version of the notice."
    ),
    "register_case_settled_has_time": _(
        "A settled case has the time of settling; an open one has not."
    ),
    "register_case_settled_after_event": _(
        "The case was settled before it happened: check the times."
    ),
    "register_case_charged_has_fee": _("The fee is on the bill: it cannot be emptied."),
    "register_card_last_four_digits": _("The last four digits are four digits."),
    "register_card_destroyed_is_gone": _("The number of this card has been destroyed."),
    "register_restriction_told_before_lifting": _(
        "The person is told before a restriction is lifted."
    ),
    "register_hold_released_after_placed": _("The hold was released before it was placed."),
    "register_folder_destroyed_by_somebody": _(
        "A destroyed folder needs the date and who destroyed it."
    ),
    "register_mandate_for_another": _("Nobody acts on behalf of themselves."),
    "register_agreement_one_in_force": _("The booking already has an agreement."),
}  # fmt: skip
APPEND_ONLY = _("This record is only added to, never changed.")


def in_words(problem: Exception) -> ValidationError:
    """The refusal as a form shows it."""
    if isinstance(problem, ValidationError):
        return problem
    if isinstance(problem, Refused):
        return ValidationError(str(problem), code=type(problem).__name__)
    assert isinstance(problem, Error)
    return ValidationError(str(_sentence(_constraint(problem))), code="constraint")


def of_text(text: str) -> Words:
    """Words for a message of Django's that holds a constraint's name; else the message."""
    for name, sentence in BY_NAME.items():
        if name in text:
            return sentence
    return GENERAL if re.search(r"\b(register|requests)_\w+", text) else text


def _sentence(text: str) -> Words:
    if "append-only" in text:
        return APPEND_ONLY
    return next((words for name, words in BY_NAME.items() if name in text), GENERAL)


def _constraint(problem: Error) -> str:
    """The constraint's name: from PostgreSQL's diagnosis, or from SQLite's message."""
    diag = getattr(problem.__cause__, "diag", None)
    if diag is not None and diag.constraint_name:
        return str(diag.constraint_name)
    return str(problem)
