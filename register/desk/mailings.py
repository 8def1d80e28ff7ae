"""Marketing: mailings and the segments they go to. Counts only: whoever writes a mailing does not
see to whom it goes, and nothing is exported."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import permissions, tasks, validators
from register.desk import approvals as approvals_page
from register.desk import panels
from register.desk.access import needs_any_verb, needs_verb, staff, tried
from register.formfields import DateInput, straighten
from register.models import Channel, Customer, Mailing, Segment
from register.models.mailings import LANGUAGES, is_stalled
from register.services import approvals, audit, mailings, segments, sms
from register.services.refusals import Refused

VERB = "mail"
MOST_LISTED = 60
approvals_page.PAGES["register.Mailing"] = "admin:mailing"


class _WordsForm(forms.ModelForm):  # type: ignore[type-arg]
    """No text takes a card number, or marks that turn its reading order."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        straighten(self, cleaned)
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                try:
                    validators.refuse_card_numbers(value)
                except forms.ValidationError as refused:
                    self.add_error(name, refused)
        return cleaned


class MailingForm(_WordsForm):
    class Meta:
        model = Mailing
        fields = ("name", "channel", "segment", *mailings.WORDS)
        widgets = {
            "channel": forms.RadioSelect,
            **{f"body_{code}": forms.Textarea(attrs={"rows": 8}) for code in LANGUAGES},
            **{f"{part}_{code}": widget(attrs={"lang": code, **more})
               for code in LANGUAGES
               for part, widget, more in (("subject", forms.TextInput, {}),
                                          ("body", forms.Textarea, {"rows": 8}))},
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        channel.choices = [
            (value, label)
            for value, label in Mailing._meta.get_field("channel").flatchoices
            if value != Channel.SMS or sms.is_set_up()
        ]
        segment: Any = self.fields["segment"]
        segment.empty_label = _("Everybody who has agreed")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(cleaned.get(f"body_{code}") for code in LANGUAGES):
            self.add_error("body_fi", _("Write the text in at least one language."))
        for code in LANGUAGES:
            name = f"subject_{code}"
            cleaned[name] = validators.one_line(cleaned.get(name) or "")
            lacks = cleaned.get(f"body_{code}") and not cleaned[name]
            if lacks and cleaned.get("channel") == Channel.EMAIL:
                self.add_error(name, _("A mail needs a subject."))
        return cleaned


class SegmentForm(_WordsForm):
    class Meta:
        model = Segment
        fields = (
            "name", "language", "kind", "group", "rented", "rented_since", "not_rented_since",
            "loyal",
        )  # fmt: skip
        widgets = {"rented_since": DateInput, "not_rented_since": DateInput}
        labels = {
            "language": gettext_lazy("Language"),
            "kind": gettext_lazy("Kind of customer"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("language", "kind", "group", "rented"):
            field: Any = self.fields[name]
            field.choices = [("", _("Any")), *(pair for pair in field.choices if pair[0])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, not_since = cleaned.get("rented_since"), cleaned.get("not_rented_since")
        if since and not_since and since >= not_since:
            self.add_error(
                "not_rented_since", _("Nobody has rented on or after a day and not: choose later.")
            )
        return cleaned


# -- Looking --------------------------------------------------------------------------------------


@require_safe
@needs_verb(VERB)
def overview(request: HttpRequest, site: Any) -> HttpResponse:
    """Every mailing and every segment."""
    rows = Mailing.objects.select_related("segment")[:MOST_LISTED]
    context = {
        **site.each_context(request),
        "title": _("Marketing"),
        "mailings": [(row, dict(mailings.outcome(row))) for row in rows],
        "segments": Segment.objects.all(),
    }
    return TemplateResponse(request, "desk/mailings.html", context)


@require_safe
@needs_any_verb(VERB, "approve")
def mailing(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """One mailing: its words as they go out, whom it reaches, what became of it."""
    row, at = _mailing(pk), timezone.now()
    audit.record(verb="view", by=staff(request), at=at, object=row)
    is_draft = row.state == Mailing.State.DRAFT
    context = {
        **site.each_context(request),
        "title": row.name,
        "row": row,
        "reach": mailings.reach(mailing=row, at=at) if is_draft else None,
        "outcome": mailings.outcome(row),
        "left_out": mailings.left_out(row),
        "troubles": mailings.troubles(row),
        "words": [(code, *row.words(code)) for code in row.languages],
        "stalled": is_stalled(row, at=at),
        "may_send": permissions.may(staff(request), VERB),
    }
    return TemplateResponse(request, "desk/mailing.html", context)


def _mailing(pk: UUID) -> Mailing:
    return get_object_or_404(Mailing.objects.select_related("segment"), pk=pk)


# -- Writing --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb(VERB)
def write(request: HttpRequest, site: Any, pk: UUID | None = None) -> HttpResponse:
    """A new mailing, or a draft changed."""
    row = _mailing(pk) if pk else Mailing()
    if row.state != Mailing.State.DRAFT:
        messages.error(request, str(mailings.Begun()))
        return redirect("admin:mailing", row.pk)
    form = MailingForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        user, at = staff(request), timezone.now()
        kept = tried(form, lambda: mailings.save(mailing=form.instance, by=user, at=at))
        if kept is not None:
            messages.success(request, _("The draft is saved. Nothing has been sent yet."))
            return redirect("admin:mailing", kept.pk)
    context = {
        **site.each_context(request),
        "title": _("Change the mailing") if pk else _("New mailing"),
        "form": form,
        "row": row if pk else None,
        "languages_of": [
            (code, form[f"subject_{code}"], form[f"body_{code}"]) for code in LANGUAGES
        ],
    }
    return TemplateResponse(request, "desk/mailing_write.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb(VERB)
def segment(request: HttpRequest, site: Any, pk: UUID | None = None) -> HttpResponse:
    """Criteria, saved under a name; what is saved tells how many they reach."""
    row = get_object_or_404(Segment, pk=pk) if pk else Segment()
    form = SegmentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        user, at = staff(request), timezone.now()
        kept = tried(form, lambda: segments.save(segment=form.instance, by=user, at=at))
        if kept is not None:
            messages.success(request, _("The segment is saved."))
            return redirect("admin:segment", kept.pk)
    context = {
        **site.each_context(request),
        "title": _("Segment") if pk else _("New segment"),
        "form": form,
        "reaches": _reaches(pk),
    }
    return TemplateResponse(request, "desk/segment.html", context)


def _reaches(pk: UUID | None) -> list[tuple[Any, segments.Reach]]:
    """What the saved criteria reach in each channel, whatever the language."""
    if pk is None:
        return []
    row, on = Segment.objects.get(pk=pk), timezone.localdate()
    return [
        (label, segments.reach(segment=row, channel=value, languages=LANGUAGES, on=on))
        for value, label in Mailing._meta.get_field("channel").flatchoices
    ]


# -- Acts -----------------------------------------------------------------------------------------


def _act(request: HttpRequest, pk: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("admin:mailing", pk)


@require_POST
@needs_verb(VERB)
def test(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    row, user, at = _mailing(pk), staff(request), timezone.now()
    done = _("A test went to your own address.")
    return _act(request, pk, lambda: mailings.send_test(mailing=row, by=user, at=at), done)


@require_POST
@needs_verb(VERB)
def start(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """Begin; where it reaches many, ask for a second person first."""
    row, user, at = _mailing(pk), staff(request), timezone.now()

    def begin() -> None:
        try:
            mailings.start(mailing=row, by=user, at=at)
        except approvals.NeedsAnother:
            mailings.ask(mailing=row, by=user, at=at)
            raise
        tasks.send_mailing.enqueue(str(pk))

    return _act(request, pk, begin, _("It is on its way."))


@require_POST
@needs_verb(VERB)
def stop(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    row, user, at = _mailing(pk), staff(request), timezone.now()
    done = _("Stopped. Nobody who still waits gets it.")
    return _act(request, pk, lambda: mailings.stop(mailing=row, by=user, at=at), done)


@require_POST
@needs_verb(VERB)
def go_on(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    row, user, at = _mailing(pk), staff(request), timezone.now()

    def again() -> None:
        if mailings.go_on(mailing=row, by=user, at=at).state == Mailing.State.SENDING:
            tasks.send_mailing.enqueue(str(pk))

    return _act(request, pk, again, _("It goes on. Nobody gets it twice."))


@require_POST
@needs_verb(VERB)
def discard(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    row, user, at = _mailing(pk), staff(request), timezone.now()
    try:
        mailings.discard(mailing=row, by=user, at=at)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("admin:mailing", pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("admin:mailings")


def panel(request: HttpRequest, customer: Customer | None) -> Mapping[str, Any] | None:
    """On the front page of those who send marketing: what is on its way, and whether it stands."""
    if customer is not None or not permissions.may(request.user, VERB):
        return None
    at = timezone.now()
    going = Mailing.objects.filter(state=Mailing.State.SENDING)
    return {"rows": [(row, is_stalled(row, at=at)) for row in going]}


panels.add(
    panels.Panel(place=panels.FRONT, template="desk/mailings_panel.html", context=panel, order=60)
)
