"""Who enters which page of the desk. A refusal is written down before it is shown."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from register import permissions
from register.models import Agreement, Booking, Customer, User
from register.services import audit, customers
from register.services.refusals import Refused

View = Callable[..., HttpResponse]
T = TypeVar("T")


def staff(request: HttpRequest) -> User:
    """The signed-in member of staff; the admin site lets nobody else in."""
    return cast(User, request.user)


def _guard(allowed: Callable[[User], bool]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(staff(request)):
                audit.record(
                    verb="page",
                    by=request.user,
                    at=timezone.now(),
                    reason=view.__name__,
                    outcome="denied",
                )
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def needs_verb(verb: str) -> Callable[[View], View]:
    """Only for roles that have the verb."""
    return _guard(lambda user: permissions.may(user, verb))


def needs_any_verb(*verbs: str) -> Callable[[View], View]:
    """Only for roles that have one of the verbs."""
    return _guard(lambda user: any(permissions.may(user, verb) for verb in verbs))


def needs_any_role(view: View) -> View:
    """For everybody who has a role."""
    return _guard(lambda user: bool(permissions.roles_of(user)))(view)


def needs_sight(model: type[Model]) -> Callable[[View], View]:
    """Only for roles that see rows of the table."""
    return _guard(lambda user: permissions.may_see(user, model))


def needs_whole(*labels: str) -> Callable[[View], View]:
    """Only for roles that see each of the columns "app.Model.field" whole: a paper that bears
    them is not masked for the reader."""
    return _guard(lambda user: permissions.sees_whole(user, *labels))


def needs_to_write(model: type[Model]) -> Callable[[View], View]:
    """Only for roles that write rows of the table."""
    return _guard(lambda user: permissions.may_write(user, model))


def require_proof(request: HttpRequest) -> None:
    """Whoever opens what is sealed, or gives rights, has just shown who she is. Raises
    ReauthenticationRequired: allauth's middleware asks for the proof and then carries out this very
    request, nothing of it lost."""
    if not is_proven(request):
        raise ReauthenticationRequired


def is_proven(request: HttpRequest) -> bool:
    """Whether the user has shown within REAUTHENTICATION_MINUTES who she is: by signing in, or
    once more since."""
    user = staff(request)
    if not get_reauthentication_flows(user):
        return True  # neither password nor second step: nobody signs in so, a test does
    proofs = get_authentication_records(request, user)
    limit = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return bool(proofs) and time.time() - proofs[-1]["at"] <= limit


def person_or_404(request: HttpRequest, pk: UUID) -> Customer:
    """The person of the page. Whoever opens it has looked at her, and that leaves a line."""
    customer = get_object_or_404(customers.visible_to(staff(request)), pk=pk)
    looked_at(request, customer)
    return customer


def looked_at(request: HttpRequest, row: Model) -> None:
    """Write down that the page about the row was opened. What is posted leaves its own line."""
    if request.method in ("GET", "HEAD"):
        audit.record(verb="view", by=request.user, at=timezone.now(), object=row)


def booking_or_404(pk: UUID) -> Booking:
    return get_object_or_404(
        Booking.objects.select_related("customer", "company", "craft__craft_class"), pk=pk
    )


def agreement_or_404(pk: UUID) -> Agreement:
    return get_object_or_404(
        Agreement.objects.select_related(
            "customer", "booking__customer", "booking__company", "booking__craft__craft_class"
        ),
        pk=pk,
    )


def tried(form: forms.BaseForm, act: Callable[[], T]) -> T | None:
    """What the service gave, or None with its refusal beside the field or at the form's top."""
    try:
        return act()
    except Refused as refused:
        field = refused.field if refused.field in form.fields else None
        form.add_error(field, forms.ValidationError(str(refused), code=type(refused).__name__))
        return None
