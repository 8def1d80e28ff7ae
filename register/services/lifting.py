"""A restriction is lifted when the person has been told and the day that she was told has come
(GDPR 18(3)): by mail, or by letter or phone where she has no e-mail address."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, controller, pdf, permissions
from register.models import Channel, Message, ProcessingRestriction, User
from register.services import audit, restrictions
from register.services.refusals import Refused

Kind = ProcessingRestriction.Kind


class NotThisWay(Refused):
    """The restriction is over, or it is an objection, of whose end nobody is told beforehand."""

    def __init__(self) -> None:
        super().__init__(gettext_lazy("This restriction is not lifted this way."))


class TooSoon(Refused):
    """The day must leave the person time to say something."""

    field = "lifts_on"

    def __init__(self) -> None:
        super().__init__(gettext_lazy("Choose a day after today: the person is told first."))


class NotTold(Refused):
    def __init__(self) -> None:
        super().__init__(gettext_lazy("The person has not been told yet, or the day has not come."))


@transaction.atomic
def announce(
    *, restriction: ProcessingRestriction, lifts_on: date, by: User, at: datetime
) -> ProcessingRestriction:
    """Decide the day of the lifting and tell the person by mail, where she has an address.

    Nothing is lifted by it. Raises NotThisWay or TooSoon.
    """
    row = _standing(restriction, by)
    if row.kind != Kind.RESTRICTION or row.told_before_lifting_at is not None:
        raise NotThisWay
    if lifts_on <= clock.local_date(at):
        raise TooSoon
    row.lifts_on = lifts_on
    row.save(update_fields=["lifts_on"])
    audit.record(verb="restriction.to_be_lifted", by=by, at=at, object=row, fields=["lifts_on"])
    if row.customer.email:
        for tell in _tellers:
            transaction.on_commit(partial(tell, str(row.pk)))
    return row


_tellers: list[Callable[[str], object]] = []


def tell_with(tell: Callable[[str], object]) -> None:
    """Who sends the mail: a job of the worker (register.tasks), which calls `mail`."""
    if tell not in _tellers:
        _tellers.append(tell)


@transaction.atomic
def mail(*, restriction_id: UUID, at: datetime) -> bool:
    """Send the mail, once; only then is the person told. False when nothing was sent. Raises what
    the mail server says."""
    row = ProcessingRestriction.objects.select_for_update(of=("self",)).filter(
        pk=restriction_id, lifted_at=None, told_before_lifting_at=None, lifts_on__isnull=False
    ).select_related("customer").first()  # fmt: skip
    if row is None or not row.customer.email:
        return False
    who = controller.details()
    said = paragraphs(row)
    with override(row.customer.language):
        subject, hello = title(), _("Hello")
    _told(row, Channel.EMAIL, subject, said, by=None, at=at)
    EmailMessage(
        subject=subject,
        body="\n\n".join(
            [f"{hello},", *said, f"{who['trade_name']}\n{who['phone']} · {who['email']}"]
        ),
        to=[row.customer.email],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
    return True


@transaction.atomic
def told(*, restriction: ProcessingRestriction, channel: str, by: User, at: datetime) -> None:
    """Note that the person was told by phone, at the desk or by letter. Raises NotThisWay before
    the day is decided."""
    row = _standing(restriction, by)
    if row.lifts_on is None or row.told_before_lifting_at is not None:
        raise NotThisWay
    with override(row.customer.language):
        subject = title()
    _told(row, channel, subject, paragraphs(row), by=by, at=at)


def _told(
    row: ProcessingRestriction, channel: str, subject: str, said: list[str], *, by: Any,
    at: datetime,
) -> None:  # fmt: skip
    row.told_before_lifting_at = at
    row.save(update_fields=["told_before_lifting_at"])
    Message.objects.create(
        customer=row.customer, channel=channel, direction=Message.Direction.OUT, subject=subject,
        body="\n\n".join(said), happened_at=at, saved_at=at, saved_by=by, source="firm",
    )  # fmt: skip
    audit.record(verb="restriction.told", by=by, at=at, object=row, reason=channel)


@transaction.atomic
def lift(*, restriction: ProcessingRestriction, by: User, at: datetime) -> None:
    """End it: a restriction once she was told and the day has come, an objection when the person
    takes it back. Raises NotTold."""
    row = _standing(restriction, by)
    try:
        restrictions.lift(restriction=row, at=at, by=by)
    except restrictions.NotToldYet:
        raise NotTold from None


def _standing(restriction: ProcessingRestriction, by: User) -> ProcessingRestriction:
    rows = ProcessingRestriction.objects.select_for_update(of=("self",))
    row = rows.select_related("customer").get(pk=restriction.pk)
    if row.lifted_at is not None or not permissions.may_write(by, ProcessingRestriction):
        raise NotThisWay
    return row


# -- What is said ---------------------------------------------------------------------------------


def title() -> str:
    """In the active language; nothing personal in it."""
    return _("A restriction will be lifted")


def paragraphs(row: ProcessingRestriction) -> list[str]:
    """In the person's language. The use that was restricted is named: she asked for it."""
    assert row.lifts_on is not None
    day = f"{row.lifts_on.day}.{row.lifts_on.month}.{row.lifts_on.year}"
    with override(row.customer.language):
        return [
            _(
                "You asked us to restrict the use of your data. The restriction concerns: "
                "%(purpose)s."
            )
            % {"purpose": row.get_purpose_display()},
            _(
                "We will lift it on %(day)s. From then on we may use the data for this again; "
                "until then we only store it."
            )
            % {"day": day},
            _(
                "If you think that the restriction should stand, tell us before that day. You can "
                "also complain to the Data Protection Ombudsman: tietosuoja@om.fi, 029 566 6700."
            ),
        ]


def letter(row: ProcessingRestriction, *, at: datetime) -> bytes:
    """The same on paper, in the person's language, with her name."""
    said = paragraphs(row)
    with override(row.customer.language):
        subject = title()
    return pdf.render(
        "pdf/lifting.html",
        {"paragraphs": said, "name": row.customer.full_name, "written_at": at},
        language=row.customer.language,
        title=subject,
        styles=("pdf/letter.css",),
    )
