"""Photos and scanned papers on their way into the register: drawn anew, sealed, written down."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import router, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from register import policy
from register.models import Agreement, Attachment, Booking, Case, Customer, User
from register.services import audit
from register.services.refusals import Refused
from register.vault.files import SealedContent
from register.vault.images import Picture

TAKEN_BACK_WITHIN = timedelta(minutes=15)
IN_ORDER = timedelta(microseconds=1)  # photos that came together stay in the order they came in

Owner = Booking | Case | Agreement
"""What a photo or a paper is about. It belongs to that row's person, and goes with her."""


class NotOnesOwn(Refused):
    """Somebody else's photo."""


class TooLate(Refused):
    """It has stood long enough to be relied on."""


@transaction.atomic
def add(
    *,
    of: Owner,
    pictures: Sequence[Picture],
    by: User,
    at: datetime,
    kind: str = Attachment.Kind.PHOTO,
    moment: str = "",
) -> list[Attachment]:
    """Seal these pictures and hang them on the row, with one audit line each.

    A Picture is made by :func:`register.vault.images.redrawn` only: what a camera writes beside
    the pixels does not come this far. `moment`: handover or return, of a booking's photos. Adding
    a photo is no event: it does not move the retention clock (DOMAIN, section 2).
    """
    rows = [
        Attachment(
            customer_id=of.customer_id, kind=kind, moment=moment, media_type=picture.media_type,
            content=picture.content, taken_at=at + number * IN_ORDER, saved_at=at, saved_by=by,
            source=policy.DEALINGS.key, **_links(of),
        )
        for number, picture in enumerate(pictures)
    ]  # fmt: skip
    Attachment.objects.bulk_create(rows)
    for row in rows:
        audit.record(verb="attachment.added", by=by, at=at, object=row)
    return rows


@transaction.atomic
def keep_paper(*, customer: Customer, paper: Picture, by: User, at: datetime) -> Attachment:
    """Seal a paper that a person has signed about herself, such as a consent."""
    row = Attachment(
        customer=customer, kind=Attachment.Kind.PAPER, media_type=paper.media_type,
        content=paper.content, taken_at=at, saved_at=at, saved_by=by, source=policy.PERSON.key,
    )  # fmt: skip
    row.save()
    audit.record(verb="attachment.added", by=by, at=at, object=row)
    return row


@transaction.atomic
def take_back(*, row: Attachment, by: User, at: datetime) -> None:
    """A photo of the wrong craft, or of somebody else, goes again while whoever saved it notices:
    in a package it would reach the wrong person. Later it is evidence, and stays.

    Raises NotOnesOwn, TooLate.
    """
    if row.saved_by_id != by.pk:
        raise NotOnesOwn(_("Only whoever saved the photo takes it back."))
    if not may_take_back(row, by=by, at=at):
        raise TooLate(
            _("A photo can be taken back for %(minutes)s minutes: now it stays.")
            % {"minutes": TAKEN_BACK_WITHIN // timedelta(minutes=1)}
        )
    if row.consents.exists():
        raise TooLate(_("A consent rests on this paper: it stays as its proof."))
    audit.record(verb="attachment.taken_back", by=by, at=at, object=row)
    content = row.content
    row.delete()
    if isinstance(content, SealedContent):
        content.remove_after_commit(using=router.db_for_write(Attachment))


def may_take_back(row: Attachment, *, by: User, at: datetime) -> bool:
    return row.saved_by_id == by.pk and at - row.saved_at <= TAKEN_BACK_WITHIN


def of_row(row: Owner) -> QuerySet[Attachment]:
    """The row's photos and papers, oldest first; a booking's own, not those of its cases."""
    found: QuerySet[Attachment] = Attachment.objects.filter(**_key(row)).select_related("saved_by")
    own = found.filter(case=None) if isinstance(row, Booking) else found
    return own.order_by("taken_at", "saved_at", "pk")


@transaction.atomic
def open_to(*, rows: Iterable[Attachment], reason: str, by: User, at: datetime) -> list[Attachment]:
    """Write down that each of these is opened, and why; those whose content is gone are left out.

    Raises ValueError for a reason that the policy does not declare, restrictions.Restricted where
    a person has restricted what the reason serves; then none is opened.
    """
    opened = []
    for row in rows:
        if isinstance(row.content, SealedContent):
            row.content.note_reveal(reason=reason, by=by, at=at)
            opened.append(row)
    return opened


def _key(row: Owner) -> dict[str, Owner]:
    return {type(row)._meta.model_name or "": row}


def _links(of: Owner) -> dict[str, Owner | None]:
    booking = of if isinstance(of, Booking) else of.booking
    return {"booking": booking, **_key(of)}
