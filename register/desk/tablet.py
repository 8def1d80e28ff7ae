"""Signing on the tablet: the clerk hands it over, the renter reads and signs, the clerk takes it
back with her password. In between the session opens nothing else (kesajetti.tablet)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from register import permissions
from register.desk.access import agreement_or_404, needs_to_write, needs_whole, staff, tried
from register.desk.booking import after
from register.desk.forms import SignForm, StrokesForm
from register.models import Agreement, Rental
from register.services import audit, contracts

IN_HANDS = "tablet"
"""Key of the session: which agreement the customer has before her, the kind of photo ID that the
clerk saw, and how often a wrong password was tried. Opaque ids only."""
MOST_TRIES = 5


@require_POST
@needs_to_write(Agreement)
@needs_whole(*contracts.PRINTED)
def give(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The clerk has seen the photo ID and hands the tablet over."""
    agreement, form = agreement_or_404(pk), SignForm(request.POST)
    if not form.is_valid():
        return after(request, site, agreement.booking, form, "sign_form", None, "")
    if agreement.state != Agreement.State.DRAFT:
        messages.error(request, _("This agreement is not waiting for a signature any more."))
        return redirect("admin:desk-booking", agreement.booking_id)
    return begin(request, agreement, form.cleaned_data["document_type"])


def begin(request: HttpRequest, agreement: Agreement, document: str) -> HttpResponse:
    """From here on this session shows the agreement and nothing else."""
    request.session[IN_HANDS] = {"agreement": str(agreement.pk), "document": document, "tries": 0}
    audit.record(verb="tablet.given", by=request.user, at=timezone.now(), object=agreement)
    return redirect("admin:desk-tablet")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(Agreement)
def sign(request: HttpRequest, site: Any) -> HttpResponse:
    """The agreement in the customer's hands, in its own language. A signature that was sent twice,
    because the connection broke in between, counts once."""
    held = _held(request)
    if held is None:
        return redirect("admin:index")
    agreement = agreement_or_404(UUID(held["agreement"]))
    form = StrokesForm(request.POST or None)
    if request.method == "POST" and agreement.state == Agreement.State.DRAFT:
        with translation.override(agreement.language):
            _sign(request, agreement, form, held["document"])
    if request.method == "POST" and not form.errors:
        return redirect("admin:desk-tablet")
    return _page(request, agreement, form)


def _held(request: HttpRequest) -> dict[str, Any] | None:
    return cast("dict[str, Any] | None", request.session.get(IN_HANDS))


def _sign(request: HttpRequest, agreement: Agreement, form: StrokesForm, document: str) -> None:
    if form.is_valid():
        tried(
            form,
            lambda: contracts.sign(
                agreement=agreement, document_type=document, by=staff(request),
                at=timezone.now(), **form.cleaned_data,
            ),
        )  # fmt: skip


def _page(
    request: HttpRequest, agreement: Agreement, form: Any = None, *, wrong: str = ""
) -> HttpResponse:
    context = {
        **contracts.document(agreement), "form": form, "wrong": wrong,
        "clerk": staff(request).get_full_name() or staff(request).get_username(),
        "drawing_label": _("Drawing of the craft from above"),
        "back": reverse("admin:desk-tablet-back"), "out": reverse("admin:desk-tablet-out"),
    }  # fmt: skip
    with translation.override(agreement.language):  # the addresses stay in the clerk's own
        return render(request, "tablet/agreement.html", context)


@require_POST
@sensitive_post_parameters()
@needs_to_write(Agreement)
def take_back(request: HttpRequest, site: Any) -> HttpResponse:
    """The clerk's password gives the desk back. Who tries too often is signed out."""
    held = _held(request)
    if held is None:
        return redirect("admin:index")
    user, agreement = staff(request), agreement_or_404(UUID(held["agreement"]))
    if user.check_password(request.POST.get("password", "")):
        del request.session[IN_HANDS]
        audit.record(verb="tablet.back", by=user, at=timezone.now(), object=agreement)
        return _onwards(request, agreement)
    audit.record(verb="tablet.back", by=user, at=timezone.now(), object=agreement, outcome="denied")
    request.session[IN_HANDS] = {**held, "tries": held["tries"] + 1}
    if held["tries"] + 1 >= MOST_TRIES:
        return _signed_out(request)
    return _page(request, agreement, wrong=_("The password was wrong."))


@require_POST
@needs_to_write(Agreement)
def sign_out(request: HttpRequest, site: Any) -> HttpResponse:
    """Another member of staff takes the tablet back: she signs in as herself."""
    return _signed_out(request)


def _signed_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("admin:index")


def _onwards(request: HttpRequest, agreement: Agreement) -> HttpResponse:
    """To the handover where there is one to do, else to the booking."""
    ready = agreement.state == Agreement.State.SIGNED and agreement.booking.state == "reserved"
    if ready and permissions.may_write(request.user, Rental):
        messages.success(request, _("Signed. The craft can be handed over."))
        return redirect("admin:desk-handover", agreement.booking_id)
    return redirect("admin:desk-booking", agreement.booking_id)
