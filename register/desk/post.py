"""Service messages at the desk: what was sent about a booking, and the owner's words for them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register.desk.access import needs_to_write, staff
from register.models import Booking, Message, PostKind, PostWords, ServiceMail
from register.services import post, post_papers, post_words
from register.services.post_words import Words

WHY_NOT = {
    "erased": gettext_lazy("erased on request"),
    "restricted": gettext_lazy("use is restricted"),
    "secrecy": gettext_lazy("secrecy order: nothing is sent by itself"),
    "choice": gettext_lazy("the person wants no reminders"),
    "no_address": gettext_lazy("no e-mail address"),
    "late": gettext_lazy("came too late"),
}
NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
SAMPLE = {
    "number": "20123", "from": "15.7.2027 12:00", "to": "15.7.2027 16:00", "craft": "T90001 Tiira",
    "price": "396,00 €", "valid": "8.7.2027", "due": "29.7.2027", "link": "https://…",
}  # fmt: skip


def of_booking(booking: Booking) -> list[tuple[ServiceMail, Any]]:
    """The booking's messages, with the reason where one was left out."""
    rows = booking.service_mails.order_by("asked_at")
    return [(row, WHY_NOT.get(row.error, "") if row.state == "left_out" else "") for row in rows]


@require_POST
@needs_to_write(Message)
def send_by_hand(request: HttpRequest, site: Any, pk: UUID) -> HttpResponse:
    """The person asks for a message that was left out or did not leave."""
    mail = get_object_or_404(ServiceMail, pk=pk)
    why_not = post.send_by_hand(mail=mail, by=staff(request), at=timezone.now())
    if why_not == "sent":
        messages.info(request, _("It has been sent, or is on its way."))
    elif why_not:
        reason = WHY_NOT[why_not]
        messages.error(request, _("It cannot be sent: %(reason)s.") % {"reason": reason})
    else:
        messages.success(request, _("It goes out now."))
    if mail.booking_id:
        return redirect("admin:desk-booking", mail.booking_id)
    return redirect("admin:desk-person", mail.customer_id)


class PostWordsForm(forms.Form):
    """The words of a message in one language."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=120,
        help_text=gettext_lazy("No names and no numbers: it is read on lock screens."),
    )  # fmt: skip
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
    )  # fmt: skip
    sms = forms.CharField(
        label=gettext_lazy("As a text message"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind not in post.BY_TEXT:
            del self.fields["sms"]

    def words(self) -> Words:
        data = self.cleaned_data
        return Words(data["subject"], data["body"].replace("\r\n", "\n"), data.get("sms", ""))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                post_words.check(self.kind, self.words())
            except ValidationError as problems:
                self.add_error(None, problems)
        return cleaned


@require_safe
@needs_to_write(PostWords)
def overview(request: HttpRequest, site: Any) -> HttpResponse:
    """Every message in every language, and whose words it has."""
    own = set(PostWords.objects.values_list("kind", "language"))
    kinds = [
        (kind, [(code, NAMES[code], (kind.value, code) in own) for code in NAMES])
        for kind in PostKind
    ]
    context = {**site.each_context(request), "title": _("Messages to customers"), "kinds": kinds}
    return TemplateResponse(request, "desk/post.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_to_write(PostWords)
def words(request: HttpRequest, site: Any, kind: str, language: str) -> HttpResponse:
    """Word a message, look at it filled in, keep it; or go back to the program's words."""
    if kind not in PostKind.values or language not in NAMES:
        raise Http404
    said = post_words.said(kind, language)
    initial = {"subject": said.subject, "body": said.body, "sms": said.sms}
    form = PostWordsForm(request.POST or None, initial=initial, kind=kind)
    if request.method == "POST" and "forget" in request.POST:
        post_words.forget(kind=kind, language=language, by=staff(request), at=timezone.now())
        messages.success(request, _("The message has the program's words again."))
        return redirect("admin:desk-post")
    if request.method == "POST" and form.is_valid():
        said = form.words()
        if "look" not in request.POST:
            post_words.say(
                kind=kind, language=language, words=said, by=staff(request), at=timezone.now()
            )
            messages.success(request, _("Kept. From now on this is what is sent."))
            return redirect("admin:desk-post")
    label = PostKind(kind).label
    context = {
        **site.each_context(request), "form": form, "language": language,
        "title": f"{label}: {NAMES[language]}", "gaps": post_words.GAPS[kind],
        "own": PostWords.objects.filter(kind=kind, language=language).exists(),
        "preview": _preview(said, language), "said": said,
    }  # fmt: skip
    return TemplateResponse(request, "desk/post_words.html", context)


def _preview(said: Words, language: str) -> Iterable[str]:
    with translation.override(language):
        values = post_papers.common("Aino") | SAMPLE
    text = post_words.filled(said.body, values)
    sms = post_words.filled(said.sms, values)
    return [part for part in (text, sms) if part]
