"""A person's page, and what is done there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from register import clock, masks, permissions
from register.declare import Sight
from register.desk import panels, person_parts, restricted
from register.desk.access import (
    needs_sight,
    needs_to_write,
    needs_verb,
    person_or_404,
    require_proof,
    staff,
    tried,
)
from register.desk.forms import ContactForm, NoteForm, PersonForm, RevealForm
from register.formfields import retype
from register.models import (
    Ban,
    Booking,
    CardOnFile,
    Consent,
    Customer,
    Hold,
    Identity,
    Message,
    ProcessingRestriction,
    QuoteRequest,
    User,
)
from register.services import (
    asking,
    audit,
    consents,
    customers,
    duplicates,
    merging,
    notes,
    restrictions,
)
from register.services.duplicates import Alike
from register.services.refusals import ChangedMeanwhile
from register.vault.fields import SealedField

SHOWN_FOR = 45
"""Seconds for which a revealed value stays on the screen."""

BASICS = ("phone", "email", "language", "kind", "group", "wishes")


@needs_sight(Customer)
def person(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Everything about one person that the role may see. A record that was merged into another
    leads to it."""
    survivor = merging.survivor_of(pk)
    if survivor is not None:
        return redirect("admin:desk-person", survivor.pk)
    customer = person_or_404(request, pk)
    return TemplateResponse(request, "desk/person.html", _context(request, site, customer))


def _context(request: HttpRequest, site: Any, customer: Customer, **more: Any) -> dict[str, Any]:
    user, on = staff(request), clock.local_date(timezone.now())
    return {
        **site.each_context(request),
        "title": customer.full_name,
        "customer": customer,
        "basics": _basics(user, customer),
        "flags": customers.flags([customer], user=user, on=on)[customer.pk],
        "sealed": _sealed(user, customer),
        "reveal": RevealForm(fields=_revealable(user)),
        "consents": _consents(user, customer),
        "restricted": (stands := restricted.standing(user, customer, on)),
        "still_allowed": restricted.still_allowed(stands or ()),
        "may_object": restricted.may_object(user, customer),
        "holds": _holds(user, customer),
        "may": _may(user, customer),
        "links": _links(user, customer),
        "kept_through": _kept_through(user, customer),
        "panels": panels.shown(panels.PERSON, request, customer),
        **person_parts.of(request, user, customer, on=on),
        **more,
    }


def _basics(user: User, customer: Customer) -> list[tuple[Any, Any]]:
    rows = []
    for name in BASICS:
        if permissions.sight(user, customer, name) is not Sight.WHOLE:
            continue
        hidden = name in ("phone", "email") and not customers.shows_contact(user, customer)
        display = getattr(customer, f"get_{name}_display", None)
        value = display() if display else getattr(customer, name)
        column: Any = Customer._meta.get_field(name)
        rows.append((column.verbose_name, masks.mask(str(value)) if hidden else value))
    return rows


def _kept_through(user: User, customer: Customer) -> Any:
    seen = permissions.sight(user, customer, "kept_through") is Sight.WHOLE
    return customer.kept_through if seen else None


def _may(user: User, customer: Customer) -> dict[str, bool]:
    alive = customer.erased_on is None
    return {
        "correct": alive and permissions.may_write(user, Customer),
        "check": alive and permissions.may(user, "check_contact"),
        "book": alive and permissions.may_write(user, Booking),
        "quote": alive and permissions.may_write(user, QuoteRequest),
        "consent": alive and permissions.may_write(user, Consent),
        "ban": alive and permissions.may_write(user, Ban),
        "identity": alive and permissions.may_write(user, Identity),
    }


def _links(user: User, customer: Customer) -> list[tuple[str, str]]:
    """Forms of the admin that begin with this person."""
    offered = (
        (QuoteRequest, _("New quote request")),
        (Ban, _("Rental ban")),
        (CardOnFile, _("Card on file")),
        (ProcessingRestriction, _("Restriction or objection")),
        (Hold, _("Hold")),
    )
    if customer.erased_on is not None:
        return []
    return [
        (f"{_admin(model, 'add')}?customer={customer.number}", label)
        for model, label in offered
        if permissions.may_write(user, model) and permissions.may_see(user, model)
    ]


def _admin(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


# -- Sealed values --------------------------------------------------------------------------------


def _sealed_columns(model: Any) -> list[SealedField]:
    columns = (f for f in model._meta.concrete_fields if isinstance(f, SealedField))
    return [column for column in columns if not column.binary]


def _sealed(user: User, customer: Customer) -> list[dict[str, Any]]:
    """Rows of identity numbers and cards with their masks; `key` names what may be revealed."""
    rows: list[dict[str, Any]] = []
    if permissions.may_see(user, Identity):
        row = Identity.objects.filter(customer=customer).first()
        edit = (
            _admin(Identity, "change", row.pk)
            if row
            else f"{_admin(Identity, 'add')}?customer={customer.number}"
        )
        rows.append(
            _group(user, Identity, row, edit if permissions.may_write(user, Identity) else "")
        )
    if permissions.may_see(user, CardOnFile):
        for card in customer.cardonfiles.all():
            rows.append(_group(user, CardOnFile, card, ""))
    return [group for group in rows if group["values"] or group["edit"]]


def _group(user: User, model: Any, row: Any, edit: str) -> dict[str, Any]:
    title = f"{row.get_brand_display()} ·{row.last_four}" if isinstance(row, CardOnFile) else ""
    values = (_masked(user, model, column, row) for column in _sealed_columns(model) if row)
    return {
        "title": title or model._meta.verbose_name,
        "edit": edit,
        "values": [value for value in values if value],
    }


def _masked(user: User, model: Any, column: SealedField, row: Any) -> tuple[Any, str, str] | None:
    """Name, mask, and the key to reveal it by (empty where the user may not)."""
    value = getattr(row, column.name)
    if value is None or permissions.sight(user, model, column.name) is Sight.ABSENT:
        return None
    may = bool(value) and _may_reveal(user, model, column)
    key = f"{model.__name__}.{column.name}.{row.pk}" if may else ""
    return column.verbose_name, value.masked, key


def _may_reveal(user: User, model: Any, column: SealedField) -> bool:
    return permissions.may_reveal(user, f"{model._meta.label}.{column.name}")


def _revealable(user: User) -> list[tuple[str, Any]]:
    """ "Model.column" of everything that the user may reveal."""
    return [
        (f"{model.__name__}.{column.name}", column.verbose_name)
        for model in (Identity, CardOnFile)
        for column in _sealed_columns(model)
        if _may_reveal(user, model, column)
    ]


@require_POST
@sensitive_post_parameters()
@needs_verb("reveal")
def reveal(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One sealed value, for a reason and to whoever has just shown who she is. It hides by itself
    (static/desk/reveal.js), and the browser does not keep it (no-store)."""
    customer, user, at = person_or_404(request, pk), staff(request), timezone.now()
    name, _dot, row_id = request.POST.get("key", "").rpartition(".")
    form = RevealForm(
        {"field": name, "reason": request.POST.get("reason", "")}, fields=_revealable(user)
    )
    if not form.is_valid():
        messages.error(request, _("Choose why you need to see it."))
        return redirect("admin:desk-person", pk)
    require_proof(request)
    reason = form.cleaned_data["reason"]
    try:
        revealed = _open(customer, name, row_id, reason=reason, by=user, at=at)
    except restrictions.Restricted as refused:
        messages.error(request, str(refused))
        return redirect("admin:desk-person", pk)
    context = _context(
        request,
        site,
        customer,
        revealed=revealed,
        revealed_key=request.POST["key"],
        shown_for=SHOWN_FOR,
    )
    response = TemplateResponse(request, "desk/person.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _open(
    customer: Customer, name: str, row_id: str, *, reason: str, by: User, at: datetime
) -> str:
    model_name, column = name.split(".")
    model: Any = {"Identity": Identity, "CardOnFile": CardOnFile}[model_name]
    row = model.objects.filter(customer=customer, pk=_uuid(row_id)).first()
    value = getattr(row, column, None)
    return str(value.reveal(reason=reason, by=by, at=at)) if value else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# -- What stands ----------------------------------------------------------------------------------


def _consents(user: User, customer: Customer) -> list[Consent] | None:
    """The newest act of each purpose and channel."""
    if not permissions.may_see(user, Consent):
        return None
    newest = asking.newest_acts(customer)
    order = [purpose.key for purpose in consents.CONSENTED]
    return sorted(newest.values(), key=lambda act: (order.index(act.purpose), act.channel))


def _holds(user: User, customer: Customer) -> list[Hold] | None:
    if not permissions.may_see(user, Hold):
        return None
    return list(Hold.objects.filter(customer=customer, released_at__isnull=True))


# -- Made, corrected, checked ---------------------------------------------------------------------


@needs_to_write(Customer)
def new_person(request: HttpRequest, site: Any) -> HttpResponse:
    """A new person, unless one like that is already here."""
    form = PersonForm(
        request.POST or None,
        initial={"language": Customer.Language.FI, "kind": Customer.Kind.PRIVATE},
    )
    alike: list[Alike] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if form.cleaned_data["sure"] else _alike(form, by=staff(request))
        if not alike:
            made = customers.create(by=staff(request), at=timezone.now(), **form.details())
            messages.success(request, _("%(name)s is in the register.") % {"name": made.full_name})
            return redirect("admin:desk-person", made.pk)
    context = {
        **site.each_context(request),
        "form": form,
        "alike": alike,
        "title": _("New customer"),
    }
    return TemplateResponse(request, "desk/person_new.html", context)


def _alike(form: PersonForm, *, by: User) -> list[Alike]:
    """People who may be the same, shown to the clerk: a look-up like any other."""
    data = form.cleaned_data
    found = _looked_for(
        by, first_name=data["first_name"], last_name=data["last_name"], email=data["email"],
        phone=str(data["phone"] or ""),
    )  # fmt: skip
    if found:
        retype(form, "sure", "on")
    return found


def _looked_for(by: User, **typed: str) -> list[Alike]:
    found = duplicates.alike(user=by, **typed)
    if found:
        audit.record(
            verb="list", by=by, at=timezone.now(), reason="desk.likely_same", count=len(found)
        )
    return found


@require_POST
@needs_to_write(Customer)
def alike_while_typing(request: HttpRequest, site: Any) -> HttpResponse:
    """Who may be meant, while a new person's form is being filled in: a part of the page."""
    names = ("first_name", "last_name", "email", "phone")
    typed = {name: request.POST.get(name, "")[:200] for name in names}
    found = _looked_for(staff(request), **typed)
    return TemplateResponse(request, "desk/alike.html", {"alike": found})


@needs_to_write(Customer)
def contact(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Contact details put right on the spot."""
    customer = person_or_404(request, pk)
    form = ContactForm(request.POST or None, initial=_contact_initial(customer))
    if request.method == "POST" and form.is_valid():
        saved = tried(form, lambda: _correct(form, customer, by=staff(request)))
        if saved is not None:
            messages.success(request, _("The contact details are saved and marked as checked."))
            return redirect("admin:desk-person", pk)
    context = {
        **site.each_context(request), "form": form, "customer": customer,
        "title": _("Contact details"),
    }  # fmt: skip
    return TemplateResponse(request, "desk/contact.html", context)


def _contact_initial(customer: Customer) -> dict[str, Any]:
    values = {name: getattr(customer, name) for name in customers.CONTACT}
    return {**values, "seen": customer.saved_at.isoformat()}


def _correct(form: ContactForm, customer: Customer, *, by: User) -> Customer:
    details = dict(form.cleaned_data)
    seen = details.pop("seen")
    try:
        return customers.correct_contact(
            customer=customer, seen=seen, by=by, at=timezone.now(), **details
        )
    except ChangedMeanwhile:
        form.tell_changes(Customer.objects.get(pk=customer.pk))
        raise


@require_POST
@needs_verb("check_contact")
def contact_checked(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """ "Still right?" – "Yes." (P21)"""
    customers.check_contact(
        customer=person_or_404(request, pk), by=staff(request), at=timezone.now()
    )
    messages.success(request, _("Marked: the contact details are right."))
    return redirect("admin:desk-person", pk)


@require_POST
@needs_to_write(Message)
def note(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """A quick note of what was said."""
    customer, form = person_or_404(request, pk), NoteForm(request.POST)
    if form.is_valid():
        made = tried(
            form,
            lambda: notes.note(
                customer=customer, by=staff(request), at=timezone.now(), **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, _("The note is in the log."))
            return redirect("admin:desk-person", pk)
    context = _context(request, site, customer, note_form=form)
    return TemplateResponse(request, "desk/person.html", context)
