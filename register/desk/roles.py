"""The owner's page: who works here, in which roles and until when, and what each role may see and
do. Gives and takes roles, invites, closes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import clock, permissions
from register.desk import panels, role_words
from register.desk.access import needs_verb, require_proof, staff, tried
from register.formfields import DateInput
from register.models import AuditEvent, Customer, RoleGrant, User, choices
from register.services import staff as accounts
from register.services.refusals import Refused

SOON, LATELY = timedelta(days=7), timedelta(days=7)


def panel(request: HttpRequest, customer: Customer | None) -> dict[str, Any] | None:
    """What the owner should know of the staff's accounts; None for everybody else and when there
    is nothing."""
    if not permissions.may(request.user, "roles"):
        return None
    at = timezone.now()
    on = clock.local_date(at)
    moved = AuditEvent.objects.filter(verb="session.moved", at__gte=at - LATELY)
    known = {
        "without": accounts.without_second_step().count(),
        "ending": RoleGrant.objects.in_force(on=on).filter(expires_on__lte=on + SOON).count(),
        "moved": moved.count(),
    }
    return known if any(known.values()) else None


def put_on_the_desk() -> None:
    panels.add(
        panels.Panel(place=panels.FRONT, template="staff/panel.html", context=panel, order=40)
    )


class InviteForm(forms.Form):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy("What she signs in with; small letters."),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=choices.roles)
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("Leave empty for a role without an end."),
    )


@require_safe
@needs_verb("roles")
def roles(request: HttpRequest, site: Any) -> HttpResponse:
    on = clock.local_date(timezone.now())
    context = {
        **site.each_context(request),
        "title": _("Staff and roles"),
        "people": _people(on).filter(is_active=True),
        "gone": User.objects.filter(is_active=False).order_by("username"),
        "told": role_words.told(),
        "two_steps": set(Authenticator.objects.values_list("user_id", flat=True)),
    }
    return TemplateResponse(request, "staff/roles.html", context)


def _people(on: Any) -> Any:
    held = RoleGrant.objects.in_force(on=on)
    people = User.objects.order_by("first_name", "last_name", "username")
    return people.prefetch_related(Prefetch("grants", held, to_attr="held"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("roles")
def invite(request: HttpRequest, site: Any) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        require_proof(request)
        made = tried(
            form,
            lambda: accounts.invite(by=staff(request), at=timezone.now(), **form.cleaned_data),
        )
        if made is not None:
            messages.success(request, _("Invited. Now give a role."))
            return redirect("admin:staff-person", made.pk)
    context = {**site.each_context(request), "title": _("Invite somebody"), "form": form}
    return TemplateResponse(request, "staff/invite.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("roles")
def person(request: HttpRequest, site: Any, pk: int) -> HttpResponse:
    """Somebody's roles now and before; a form to give one."""
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        require_proof(request)
        given = tried(
            form,
            lambda: accounts.give_role(
                user=user, by=staff(request), at=timezone.now(), **form.cleaned_data
            ),
        )
        if given is not None:
            messages.success(request, _("The role is given. It works from the next page on."))
            return redirect("admin:staff-person", pk)
    return TemplateResponse(request, "staff/person.html", _context(request, site, user, form))


def _context(request: HttpRequest, site: Any, user: User, form: RoleForm) -> dict[str, Any]:
    held = list(user.grants.in_force(on=clock.local_date(timezone.now())))
    return {
        **site.each_context(request),
        "title": user.get_full_name() or user.get_username(),
        "person": user,
        "form": form,
        "held": held,
        "before": user.grants.exclude(pk__in=[grant.pk for grant in held]).select_related(
            "granted_by", "taken_by"
        ),
        "two_steps": Authenticator.objects.filter(user=user).exists(),
        "sessions": UserSession.objects.filter(user=user).count(),
    }


@require_POST
@needs_verb("roles")
def take(request: HttpRequest, site: Any, pk: int) -> HttpResponse:
    grant = get_object_or_404(RoleGrant, pk=pk, taken_at__isnull=True)
    require_proof(request)
    _do(
        request,
        lambda: accounts.take_role(grant=grant, by=staff(request), at=timezone.now()),
        _("The role is taken away."),
    )
    return redirect("admin:staff-person", grant.user_id)


ACTS: dict[str, tuple[Callable[..., object], Any]] = {
    "sulje": (accounts.close, gettext_lazy("The account is closed; its sign-ins ended.")),
    "avaa": (accounts.reopen, gettext_lazy("The account is open. Invite again and give a role.")),
    "kutsu": (accounts.invite_again, gettext_lazy("A new link is on its way.")),
    "vaihe": (
        accounts.take_second_step_off,
        gettext_lazy("The second step is off; a new one is asked for at the next sign-in."),
    ),
    "nimeton": (accounts.make_nameless, gettext_lazy("The name and the address are gone.")),
}
"""What is done to an account, by the last word of its address."""


@require_POST
@needs_verb("roles")
def act(request: HttpRequest, site: Any, pk: int, what: str) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    service, words = ACTS[what]
    require_proof(request)
    _do(request, lambda: service(user=user, by=staff(request), at=timezone.now()), str(words))
    return redirect("admin:staff-person", pk)


def _do(request: HttpRequest, service: Callable[[], object], words: str) -> None:
    try:
        service()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
