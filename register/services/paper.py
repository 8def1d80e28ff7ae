"""Paper folders (P19): what is in them is destroyed by a person, who says on which day."""

from datetime import date, datetime
from io import BytesIO

import qrcode
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from register import permissions
from register.models import PaperFolder, User
from register.services import audit
from register.services.refusals import Refused


class AlreadyDestroyed(Refused):
    def __init__(self) -> None:
        super().__init__(_("This folder is already marked as destroyed."))


class TooEarly(Refused):
    """A statute may still want the papers: the folder's own day comes first."""

    def __init__(self) -> None:
        super().__init__(_("The folder is kept until its day: it is not destroyed before."))


class NotYet(Refused):
    def __init__(self) -> None:
        super().__init__(_("The day of destruction cannot be in the future."))


def standing() -> QuerySet[PaperFolder]:
    """Folders not yet destroyed, the most urgent first."""
    rows = PaperFolder.objects.filter(destroyed_on__isnull=True)
    return rows.order_by("destroy_by", "label").prefetch_related("entry_list")


def destroyed() -> QuerySet[PaperFolder]:
    """Folders that are gone, the last first."""
    rows = PaperFolder.objects.filter(destroyed_on__isnull=False)
    return rows.order_by("-destroyed_on", "label").select_related("destroyed_by")


def nobody_enters() -> QuerySet[PaperFolder]:
    """Standing folders without a list of who may enter: nobody has decided it."""
    return PaperFolder.objects.filter(Q(entry_list=None), destroyed_on__isnull=True)


@transaction.atomic
def destroy(*, folder: PaperFolder, on: date, today: date, by: User, at: datetime) -> PaperFolder:
    """Record that the papers were destroyed on that day. It cannot be taken back.

    Raises AlreadyDestroyed, NotYet, TooEarly, PermissionDenied.
    """
    if not permissions.may(by, "shred"):
        raise PermissionDenied
    row = PaperFolder.objects.select_for_update().get(pk=folder.pk)
    if row.destroyed_on:
        raise AlreadyDestroyed
    if on > today:
        raise NotYet
    if on < row.destroy_by:
        raise TooEarly
    row.destroyed_on, row.destroyed_by = on, by
    row.save(update_fields=["destroyed_on", "destroyed_by"])
    audit.record(verb="paper.destroyed", by=by, at=at, object=row, fields=["destroyed_on"])
    return row


def address(folder: PaperFolder) -> str:
    """Where the folder's code leads: its page, behind the sign-in."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('admin:paper-folder', args=[folder.pk])}"


def code(folder: PaperFolder) -> bytes:
    """The QR code (ISO/IEC 18004) of that address, as a PNG in black and white."""
    drawn = BytesIO()
    made = qrcode.QRCode(border=2, box_size=8)
    made.add_data(address(folder))
    made.make_image().save(drawn, "PNG")
    return drawn.getvalue()
