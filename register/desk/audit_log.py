"""The audit on the desk of the owner and the privacy role: who looked at whom and why; notices of
many look-ups."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from register import permissions
from register.desk import audit_words, panels
from register.desk.access import needs_verb, staff
from register.formfields import DateInput
from register.models import AuditEvent, Customer, LookUpNotice, User
from register.services import audit, audit_log, look_ups
from register.services.audit_log import Choice, Line

PAGE = 100
ANY = ("", _("any"))


class StaffField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class ChoiceForm(forms.Form):
    """What to show. Everything is optional; a person is named by number, never by name."""

    since = forms.DateField(label=_("From"), required=False, widget=DateInput)
    until = forms.DateField(label=_("To"), required=False, widget=DateInput)
    user = StaffField(
        label=_("Who"), required=False, queryset=User.objects.none(), empty_label=ANY[1]
    )
    verb = forms.ChoiceField(
        label=_("What"), required=False, choices=[ANY, *audit_words.VERBS.items()]
    )
    person = forms.IntegerField(
        label=_("Whom: customer number"), required=False, min_value=1, max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[ANY, *AuditEvent.Outcome.choices]
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.queryset = User.objects.order_by("first_name", "last_name", "username")

    def clean_person(self) -> Customer | None:
        number = self.cleaned_data["person"]
        if number is None:
            return None
        found = Customer.objects.filter(number=number).first()
        if found is None:
            raise ValidationError(_("Nobody has this number."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned

    def choice(self) -> Choice:
        data = self.cleaned_data
        person, user = data["person"], data["user"]
        return Choice(
            since=data["since"], until=data["until"], verb=data["verb"], outcome=data["outcome"],
            actor_id=user.pk if user else None, customer_id=person.pk if person else None,
        )  # fmt: skip


@require_safe
@needs_verb("audit")
def log(request: HttpRequest, site: Any) -> HttpResponse:
    """The lines that were asked for, the newest first."""
    form = ChoiceForm(request.GET)
    lines: list[Line] = []
    older = None
    if form.is_valid():
        lines, older = audit_log.page(
            form.choice(), before=form.cleaned_data["before"], size=PAGE, by=staff(request),
            at=timezone.now(),
        )  # fmt: skip
    context = {
        **site.each_context(request), "title": _("Who looked at whom"), "form": form,
        "lines": [_shown(line) for line in lines], "seal": audit_log.newest_seal(),
        "older": _address(request, older) if older else "",
    }  # fmt: skip
    return TemplateResponse(request, "desk/audit.html", context)


def _shown(line: Line) -> dict[str, Any]:
    event = line.event
    return {
        "event": event,
        "actor": line.actor,
        "customer": line.customer,
        "is_gone": event.customer_id is not None and line.customer is None,
        "verb": audit_words.verb(event),
        "record": audit_words.record(event),
        "reason": audit_words.reason(event),
        "fields": audit_words.fields(event),
    }


def _address(request: HttpRequest, before: int) -> str:
    asked = request.GET.copy()
    asked["before"] = str(before)
    return f"?{asked.urlencode()}"


@require_POST
@needs_verb("audit")
def export(request: HttpRequest, site: Any) -> HttpResponse:
    """The same lines as a file. The export itself is one of the next file's lines."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return redirect("admin:desk-audit")
    at = timezone.now()
    parts = audit_log.export(form.choice(), by=staff(request), at=at)
    response = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localtime(at):%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast(HttpResponse, response)


# -- Notices of many look-ups ---------------------------------------------------------------------


def notices(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """The panel of those who read the audit: notices that nobody has ticked off, and the log."""
    if not permissions.may(request.user, "audit"):
        return None
    rows = list(look_ups.unseen(at=timezone.now())[:10])
    actors = User.objects.in_bulk([row.actor_id for row in rows])
    return {
        "notices": [
            {
                "notice": row,
                "actor": actors.get(row.actor_id),
                "verb": audit_words.VERBS.get(row.verb, row.verb),
            }
            for row in rows
        ]
    }


@require_POST
@needs_verb("audit")
def seen(request: HttpRequest, site: Any) -> HttpResponse:
    """Tick a notice off."""
    number = request.POST.get("notice", "")
    notice = LookUpNotice.objects.filter(pk=int(number) if number.isdecimal() else 0).first()
    if notice is not None and notice.seen_at is None:
        at = timezone.now()
        look_ups.mark_seen(notice=notice, by=request.user, at=at)
        audit.record(verb="notice.seen", by=request.user, at=at, object=notice)
    return redirect("admin:index")


def put_on_the_desk() -> None:
    panels.add(
        panels.Panel(
            place=panels.FRONT, template="desk/audit_panel.html", context=notices, order=30
        )
    )
