"""Rental bans: who stands under one, and whom somebody authorised lets through all the same."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from register import clock, permissions
from register.models import Ban, BanOverride, Booking, Customer, User
from register.services import audit
from register.services.refusals import Refused

VERB = "override_ban"


class Banned(Refused):
    """The firm does not rent to this person now."""


class NotAuthorised(Refused):
    """The user's roles do not let anybody through a ban."""


def standing(*, customer: Customer, on: date, booking: Booking | None = None) -> Ban | None:
    """The ban that speaks against renting to the person that day, and of `booking` one through
    which nobody has let it."""
    rows = Ban.objects.in_force(on=on).filter(customer=customer)
    if booking is not None:
        rows = rows.exclude(overrides__booking=booking)
    return rows.first()


def ensure_none(*, customer: Customer, on: date, booking: Booking | None = None) -> None:
    """Raises Banned."""
    ban = standing(customer=customer, on=on, booking=booking)
    if ban is not None:
        until = f"{ban.ends_on:%-d.%-m.%Y}" if ban.ends_on else "–"
        raise Banned(
            _("%(name)s is under a rental ban (until %(until)s). Reason: %(reason)s")
            % {"name": customer.full_name, "until": until, "reason": ban.reason}
        )


def may_let_through(user: User | None) -> bool:
    return permissions.may(user, VERB)


@transaction.atomic
def let_through(*, booking: Booking, reason: str, by: User | None, at: datetime) -> int:
    """Let this booking through every ban that stands now; returns how many there were.

    It holds for this booking alone, from the agreement to the handover. Raises NotAuthorised, and
    Refused where no reason is given.
    """
    if not may_let_through(by):
        raise NotAuthorised(_("Only the owner lets somebody rent in spite of a ban."))
    if not reason.strip():
        raise Refused(_("Say why the ban does not stop this booking."), field="override")
    done = 0
    on = clock.local_date(at)
    while ban := standing(customer=booking.customer, on=on, booking=booking):
        row = BanOverride.objects.create(
            customer_id=booking.customer_id, ban=ban, booking=booking, reason=reason.strip(),
            given_at=at, saved_at=at, saved_by=by,
        )  # fmt: skip
        audit.record(verb="ban.overridden", by=by, at=at, object=row)
        done += 1
    return done


def let_through_if(reason: str, *, booking: Booking, by: User | None, at: datetime) -> None:
    """Let a new booking through, where a reason was given at all."""
    if reason:
        let_through(booking=booking, reason=reason, by=by, at=at)
