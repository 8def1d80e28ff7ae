"""At the dock: the condition before the craft leaves, handover, and return with its fees."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from register import permissions
from register.declare import Sight
from register.desk import uploads
from register.desk.access import booking_or_404, looked_at, needs_to_write, staff, tried
from register.desk.dock_forms import (
    ChecklistForm,
    ConditionForm,
    HandoverForm,
    MarkFormSet,
    ReturnForm,
    as_initial,
    marks_in,
)
from register.models import (
    Agreement,
    Attachment,
    Booking,
    ConditionMark,
    Customer,
    Driver,
    Rental,
    User,
)
from register.services import attachments, conditions, contracts, customers, fees, rentals
from register.services.refusals import Refused

Moment = Attachment.Moment

# -- The condition before the craft leaves ---------------------------------------------------------


@uploads.takes_photos
@needs_to_write(ConditionMark)
def condition(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Marks on the drawing and words, which both sign: into the agreement, or its next edition."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    agreement = booking.agreements.exclude(state=Agreement.State.VOID).first()
    noted = conditions.of(booking, Moment.HANDOVER) or conditions.known(booking.craft)
    form = ConditionForm(
        request.POST or None, initial={"condition": agreement.condition if agreement else ""}
    )
    rows = MarkFormSet(request.POST or None, prefix="marks", initial=as_initial(noted))
    _keep_photos(request, booking, Moment.HANDOVER)
    done = None
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        done = tried(form, lambda: _note(form, rows, booking, by=staff(request)))
    if done is not None:
        unsigned = done.state == Agreement.State.DRAFT
        messages.success(
            request,
            _("The condition is in agreement %(number)s: both sign it.") % {"number": done.number}
            if unsigned
            else _("The condition is as it was signed."),
        )
        return redirect("admin:desk-booking", pk)
    context = {
        **site.each_context(request), **_drawing(booking), "form": form, "rows": rows,
        "booking": booking, "agreement": agreement, "photos_form": _photos_form(request),
        "from_last": bool(noted) and not booking.marks.exists(),
        "title": _("Condition at handover"),
    }  # fmt: skip
    return TemplateResponse(request, "desk/condition.html", context)


def _note(form: ConditionForm, rows: Any, booking: Booking, *, by: User) -> Agreement:
    if not permissions.may_write(by, Agreement) and not booking.agreements.exists():
        raise Refused(_("The desk writes the agreement first: then its condition is noted."))
    return contracts.note_condition(
        booking=booking, text=form.cleaned_data["condition"], marks=marks_in(rows), by=by,
        at=timezone.now(),
    )  # fmt: skip


def _drawing(booking: Booking) -> dict[str, Any]:
    marks = booking.marks.select_related("case")
    return {"marks": conditions.drawn(marks), "drawing_label": _("Drawing of the craft from above")}


def _photos_form(request: HttpRequest) -> uploads.PhotosForm | None:
    return uploads.PhotosForm() if permissions.may_write(request.user, Attachment) else None


def _keep_photos(request: HttpRequest, booking: Booking, moment: str) -> None:
    """Photos are kept as they come, whatever becomes of the form: a browser does not send them
    a second time."""
    if request.method != "POST" or not permissions.may_write(request.user, Attachment):
        return
    sent = uploads.photos(request)
    if not sent.pictures and not sent.refused:
        return
    attachments.add(
        of=booking, pictures=sent.pictures, moment=moment, by=staff(request), at=timezone.now()
    )
    uploads.tell(request, sent)


# -- Handover --------------------------------------------------------------------------------------


@needs_to_write(Rental)
def hand_over(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Briefing, equipment, gauges; then the craft goes."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    form = HandoverForm(request.POST or None, asks=_asks(request, booking))
    checklists = [
        (driver, ChecklistForm(request.POST or None, prefix=str(driver.pk)))
        for driver in booking.drivers.select_related("customer").order_by("-is_renter")
    ]
    if checklists and request.method != "POST":
        checklists[0][1].first()
    every = [form.is_valid(), *(ticks.is_valid() for _driver, ticks in checklists)]
    done = None
    if request.method == "POST" and all(every):
        done = tried(form, lambda: _hand_over(form, checklists, booking, by=staff(request)))
    if done is not None:
        messages.success(request, _("Handed over. Have a good ride!"))
        return redirect("admin:desk-booking", pk)
    agreement = booking.agreements.exclude(state=Agreement.State.VOID).first()
    context = {
        **site.each_context(request), **_drawing(booking), "form": form,
        "checklists": checklists, "booking": booking, "agreement": agreement,
        "contact": _contact(request, booking), "title": _("Handover"),
        "may_mark": permissions.may_write(request.user, ConditionMark),
    }  # fmt: skip
    return TemplateResponse(request, "desk/handover.html", context)


@transaction.atomic
def _hand_over(
    form: HandoverForm,
    checklists: Sequence[tuple[Driver, ChecklistForm]],
    booking: Booking,
    *,
    by: User,
) -> Rental:
    at, data = timezone.now(), form.cleaned_data
    agreement = booking.agreements.filter(state=Agreement.State.SIGNED).first()
    done = rentals.hand_over(
        booking=booking,
        checklist=[rentals.Checked(driver, **ticks.cleaned_data) for driver, ticks in checklists],
        condition=rentals.Condition(
            data["fuel_l"], data["hours_in"], agreement.condition if agreement else ""
        ),
        by=by,
        at=at,
    )
    _checked(form, booking, by=by)
    return done


def _asks(request: HttpRequest, booking: Booking) -> bool:
    """Whether this user may note that the contact details were checked (P21)."""
    erased = booking.customer.erased_on is not None
    return permissions.may(request.user, "check_contact") and not erased


def _checked(form: Any, booking: Booking, *, by: User) -> None:
    if form.cleaned_data.get("contact_right"):
        customers.check_contact(customer=booking.customer, by=by, at=timezone.now())


def _contact(request: HttpRequest, booking: Booking) -> dict[str, Any] | None:
    """Phone and e-mail of the renter, as far as the user sees them."""
    user, renter = staff(request), booking.customer
    if not _asks(request, booking) or not customers.shows_contact(user, renter):
        return None
    seen = {
        name: getattr(renter, name)
        for name in ("phone", "email")
        if permissions.sight(user, Customer, name) is Sight.WHOLE
    }
    return {**seen, "checked_at": renter.contact_checked_at, "pk": renter.pk}


# -- Return ----------------------------------------------------------------------------------------


@uploads.takes_photos
@needs_to_write(Rental)
def take_back(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The craft is back: fuel, damage, and the fees, which are charged only as they were shown."""
    booking = booking_or_404(pk)
    looked_at(request, booking)
    rental = Rental.objects.filter(booking=booking).first()
    form = ReturnForm(request.POST or None, rental=rental, asks=_asks(request, booking))
    rows = MarkFormSet(request.POST or None, prefix="marks")
    _keep_photos(request, booking, Moment.RETURN)
    done = None
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        done = tried(form, lambda: _take_back(request, form, rows, booking))
    if done is not None:
        messages.success(request, _("The craft is back."))
        return redirect("admin:desk-booking", pk)
    context = {
        **site.each_context(request), **_drawing(booking), "form": form, "rows": rows,
        "booking": booking, "rental": rental, "title": _("Return"), "now": timezone.now(),
        "is_late": timezone.now() > booking.ends_at, "fees": _due(form, booking, rental),
        "contact": _contact(request, booking), "photos_form": _photos_form(request),
        "asked_again": form.has_error("__all__", fees.FeesChanged.__name__),
    }  # fmt: skip
    return TemplateResponse(request, "desk/return.html", context)


@transaction.atomic
def _take_back(request: HttpRequest, form: ReturnForm, rows: Any, booking: Booking) -> Rental:
    data, by = form.cleaned_data, staff(request)
    done = rentals.take_back(
        booking=booking, condition=_gauges(form), by=by, at=timezone.now(),
        damage=form.harm_done(), charge_late=data["charge_late"], charge_fuel=data["charge_fuel"],
        marks=marks_in(rows), agreed=request.POST.get("agreed", ""),
    )  # fmt: skip
    _checked(form, booking, by=by)
    return done


def _gauges(form: ReturnForm) -> rentals.Condition:
    data = form.cleaned_data
    return rentals.Condition(data.get("fuel_l"), data.get("hours_in"), data.get("condition", ""))


@require_POST
@needs_to_write(Rental)
def fees_now(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The fees of what is filled in so far, while the clerk fills it in. Changes nothing."""
    booking = booking_or_404(pk)
    rental = Rental.objects.filter(booking=booking).first()
    form = ReturnForm(request.POST, rental=rental, asks=_asks(request, booking))
    form.is_valid()
    context = {"fees": _due(form, booking, rental), "booking": booking, "now": timezone.now()}
    return render(request, "desk/fees.html", context)


def _due(form: ReturnForm, booking: Booking, rental: Rental | None) -> fees.Fees | None:
    """The fees as the form stands; what is wrong in it counts as not filled in."""
    if rental is None:
        return None
    if not form.is_bound:
        return rentals.fees_of(
            booking=booking, rental=rental, condition=rentals.Condition(), at=timezone.now()
        )
    data = form.cleaned_data
    return rentals.fees_of(
        booking=booking, rental=rental, condition=_gauges(form), at=timezone.now(),
        charge_late=data.get("charge_late", True), charge_fuel=data.get("charge_fuel", True),
        damage=form.harm_done(),
    )  # fmt: skip
