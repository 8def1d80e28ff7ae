"""Photos and papers of a booking or a case: taken, and looked at together for one stated reason.

The panel stands on any page of the desk:

    context["photos"] = photos.panel(request, booking)      {% include "desk/photos.html" %}
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from register import permissions
from register.desk import attachments as files
from register.desk import uploads
from register.desk.access import booking_or_404, needs_sight, needs_to_write, require_proof, staff
from register.desk.forms import RevealForm
from register.models import Attachment, Booking, Case
from register.services import attachments
from register.services.refusals import Refused
from register.services.restrictions import Restricted
from register.vault import images
from register.vault.files import SealedContent

ANCHOR = "#photos"


class MomentForm(forms.Form):
    """What the photos show."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What they show"),
        choices=[
            ("photo", gettext_lazy("The craft or the damage")),
            ("paper", gettext_lazy("A paper")),
        ],
    )
    moment = forms.ChoiceField(
        label=gettext_lazy("When"), required=False,
        choices=[("", gettext_lazy("Some other time")), *Attachment.Moment.choices],
    )  # fmt: skip


def panel(request: HttpRequest, row: Booking | Case) -> dict[str, Any] | None:
    """What the panel shows of the row to this user; None where she sees no attachments."""
    user = staff(request)
    if not permissions.may_see(user, Attachment):
        return None
    now, of, adds = timezone.now(), _kind_of(row), permissions.may_write(user, Attachment)
    rows = [
        _shown(request, one, now, adds=adds) for one in attachments.of_row(row).defer("content")
    ]
    return {
        "rows": rows,
        "closed": any(not one["is_open"] for one in rows),
        "add": _address(f"desk-{of}-photos", row),
        "open": _address(f"desk-{of}-photos-open", row),
        "may_add": adds,
        "may_open": permissions.may_reveal(user, files.COLUMN),
        "is_time": _is_time(row),
        "form": uploads.PhotosForm(),
        "moment_form": MomentForm(initial={"moment": _moment_of(row)}),
        "reason_form": RevealForm(fields=[(files.COLUMN, files.COLUMN)], prefix="photos"),
    }


def _address(name: str, row: Booking | Case) -> str:
    return reverse(f"admin:{name}", args=[row.pk])


def _shown(request: HttpRequest, row: Attachment, now: datetime, *, adds: bool) -> dict[str, Any]:
    return {
        "goes": adds and attachments.may_take_back(row, by=staff(request), at=now),
        "row": row,
        "is_open": files.is_open(request, row.pk, now),
        "is_picture": row.media_type in images.MEDIA_TYPES,
    }


def _kind_of(row: Booking | Case) -> str:
    return "case" if isinstance(row, Case) else "booking"


def _is_time(row: Booking | Case) -> bool:
    """Whether photos are about to be taken: before the rental is over, while the case is open."""
    if isinstance(row, Case):
        return row.state in Case.OPEN_STATES
    return row.state in (Booking.State.RESERVED, Booking.State.OUT)


def _moment_of(row: Booking | Case) -> str:
    """What is most likely being photographed now."""
    if isinstance(row, Case):
        return ""
    before = row.state == Booking.State.RESERVED
    return Attachment.Moment.HANDOVER if before else Attachment.Moment.RETURN


OWNERS: dict[str, Callable[[UUID], Booking | Case]] = {
    "booking": booking_or_404,
    "case": lambda pk: get_object_or_404(Case.objects.select_related("booking"), pk=pk),
}


@require_POST
@uploads.takes_photos
@needs_to_write(Attachment)
def add(request: HttpRequest, site: Any, pk: UUID, of: str) -> HttpResponse:
    """Photos from the phone, sealed as they come."""
    row = OWNERS[of](pk)
    form, sent = MomentForm(request.POST), uploads.photos(request)
    what = form.cleaned_data if form.is_valid() else {}
    attachments.add(
        of=row, pictures=sent.pictures, kind=what.get("kind") or Attachment.Kind.PHOTO,
        moment=what.get("moment", ""), by=staff(request), at=timezone.now(),
    )  # fmt: skip
    uploads.tell(request, sent)
    return redirect(_page(row))  # to its top, where it is told what was saved


@require_POST
@needs_sight(Attachment)
def open_all(request: HttpRequest, site: Any, pk: UUID, of: str) -> HttpResponse:
    """All of them at once, for one reason; each leaves its own line."""
    files.ensure_may_open(request)
    row, now = OWNERS[of](pk), timezone.now()
    form = RevealForm(
        {"photos-field": files.COLUMN, "photos-reason": request.POST.get("photos-reason", "")},
        fields=[(files.COLUMN, files.COLUMN)], prefix="photos",
    )  # fmt: skip
    if not form.is_valid():
        messages.error(request, _("Say why you need the photos."))
        return redirect(_page(row))
    require_proof(request)
    try:
        files.open_to(request, attachments.of_row(row), form.cleaned_data["reason"], now)
    except Restricted as refused:
        messages.error(request, str(refused))
    return redirect(_page(row) + ANCHOR)


@require_POST
@needs_to_write(Attachment)
def take_back(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One photo, by whoever has just saved it."""
    row = get_object_or_404(Attachment.objects.select_related("booking", "case"), pk=pk)
    try:
        attachments.take_back(row=row, by=staff(request), at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The photo is taken back."))
    about = row.case or row.booking
    return redirect(_page(about) if about else reverse("admin:index"))


@needs_sight(Attachment)
def small(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """An overview's picture, while the file is open to this session."""
    files.ensure_may_open(request)
    row = get_object_or_404(Attachment, pk=pk)
    content = row.content
    shown = files.is_open(request, pk, timezone.now()) and row.media_type in images.MEDIA_TYPES
    if not shown or not isinstance(content, SealedContent):
        return redirect(
            "admin:desk-attachment", pk
        )  # which asks for the reason, or says it is gone
    small_one = images.small(content.expose_bytes())
    return HttpResponse(small_one, content_type="image/jpeg", headers=files.HEADERS)


def _page(row: Booking | Case) -> str:
    is_booking = isinstance(row, Booking)
    return _address("desk-booking" if is_booking else "desk-case", row)
