"""The owner words how the decision letters open and close, and looks at them before she saves."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from register.desk.access import needs_verb, staff
from requests_app import letter_words, letters
from requests_app.forms.letter_wording import TITLES, LetterForm
from requests_app.models import DataSubjectRequest
from requests_app.services import letter_wording
from requests_app.views.files import pdf_response
from requests_app.views.wording import NAMES

SHOWN = DataSubjectRequest.Decision.PARTLY
"""The sample letter has grounds as well as consequences: every part of a letter is seen."""


@require_safe
@needs_verb("notice")
def overview(request: HttpRequest, site: Any) -> HttpResponse:
    """The kinds of letters, and which of them have the owner's words."""
    own = letter_wording.own_words()
    kinds = [
        (key, title, [NAMES[code] for code in letter_words.LANGUAGES if code in own.get(key, ())])
        for key, title in letter_words.kinds()
    ]
    context = {**site.each_context(request), "title": _("Decision letters"), "kinds": kinds}
    return TemplateResponse(request, "requests/letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("notice")
def words(request: HttpRequest, site: Any, kind: str) -> HttpResponse:
    """The opening and the closing of one kind of letter, in the three languages."""
    names = dict(letter_words.kinds())
    if kind not in names:
        raise Http404
    at = now()
    stands = {code: letter_words.said(kind, code, at=at) for code in letter_words.LANGUAGES}
    form = LetterForm(request.POST or None, stands=stands)
    if request.method == "POST" and form.is_valid():
        if language := request.POST.get("preview"):
            return _preview(kind, language, form)
        return _saved(request, kind, form)
    context = {
        **site.each_context(request),
        "title": _("Decision letter: %(kind)s") % {"kind": names[kind]},
        "form": form,
        "tongues": [(code, NAMES[code], fields) for code, fields in form.tongues()],
        "history": [
            (row, NAMES[row.language], TITLES[row.place]) for row in letter_wording.history(kind)
        ],
    }
    return TemplateResponse(request, "requests/letter_words.html", context)


def _preview(kind: str, language: str, form: LetterForm) -> HttpResponse:
    """The letter with what is typed, nothing saved."""
    if language not in NAMES:
        raise Http404
    typed = {place: text for (code, place), text in form.words().items() if code == language}
    said = {place: text or letter_words.default(place, language) for place, text in typed.items()}
    content = letters.sample(kind=kind, language=language, decision=SHOWN, words=said, at=now())
    return pdf_response(content, name=f"{kind}-{language}.pdf")


def _saved(request: HttpRequest, kind: str, form: LetterForm) -> HttpResponse:
    changed = letter_wording.say(kind=kind, words=form.words(), by=staff(request), at=now())
    if changed:
        messages.success(request, _("Saved. Letters decided from now on say it so."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("admin:letter-words", kind=kind)
