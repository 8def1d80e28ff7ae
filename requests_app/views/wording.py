"""The owner words the notice, sees it beside the one that applies, and publishes it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from register import controller
from register.desk.access import needs_verb, staff
from register.models import NoticeWords
from requests_app import notice_page, notice_words
from requests_app.forms.wording import ContactForm, WordsForm
from requests_app.notice_page import Passage
from requests_app.services import versions
from requests_app.services.versions import LanguageMissing, NothingToPublish

Marked = list[tuple[str, bool]]
NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


@require_safe
@needs_verb("notice")
def overview(request: HttpRequest, site: Any) -> HttpResponse:
    """What applies, what waits, and whether the program says something else already."""
    language = get_language() or "fi"
    newest, coming = versions.newest(), versions.candidate()
    changes = notice_page.changes(newest.bodies[language], coming[language]) if newest else ()
    different = newest is None or not notice_page.same(coming, newest.bodies)
    context = {
        **_context(request, site, _("The privacy notice")),
        "newest": newest,
        "outdated": versions.outdated(),
        "different": different,
        "waiting": NoticeWords.objects.count(),
        "changes": changes,
        "lacking": _in_words(notice_words.lacking(versions.waiting_words())),
    }
    return TemplateResponse(request, "requests/notice.html", context)


def _context(request: HttpRequest, site: Any, title: str) -> dict[str, Any]:
    return {**site.each_context(request), "title": title, "tongues": NAMES.items()}


def _in_words(lacking: Any) -> list[tuple[str, str]]:
    titles = {slot.key: slot.title for slot in notice_words.slots(get_language() or "fi")}
    return [(titles[key], NAMES[language]) for key, language in lacking]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("notice")
def words(request: HttpRequest, site: Any, language: str) -> HttpResponse:
    """The introductions and purposes in one language."""
    if language not in NAMES:
        raise Http404
    with translation.override(language):
        stands = notice_words.said(versions.waiting_words(), language)
    form = WordsForm(request.POST or None, language=language, stands=stands)
    if request.method == "POST" and form.is_valid():
        return _saved(request, dict(form.words()))
    title = _("Words of the notice: %(language)s") % {"language": NAMES[language]}
    context = {**_context(request, site, title), "form": form, "language": language}
    return TemplateResponse(request, "requests/notice_words.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_verb("notice")
def contact(request: HttpRequest, site: Any) -> HttpResponse:
    """Whom to ask: in the notice, and from publishing on in letters and mails."""
    stands = controller.over(versions.waiting_contact())
    form = ContactForm(request.POST or None, stands=stands)
    if request.method == "POST" and form.is_valid():
        return _saved(request, dict(form.words()))
    context = {**_context(request, site, _("Contact in data protection")), "form": form}
    return TemplateResponse(request, "requests/notice_words.html", context)


def _saved(request: HttpRequest, said: dict[tuple[str, str], str]) -> HttpResponse:
    changed = versions.say(words=said, by=staff(request), at=now())
    if changed:
        messages.success(request, _("Kept. Nothing is public before you publish."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("admin:notice-overview")


@require_safe
@needs_verb("notice")
def preview(request: HttpRequest, site: Any, language: str) -> HttpResponse:
    """The coming notice beside the one that applies."""
    if language not in NAMES:
        raise Http404
    newest = versions.newest()
    coming = versions.candidate()[language]
    now_shown = newest.bodies[language] if newest else None
    title = _("Preview: %(language)s") % {"language": NAMES[language]}
    context = {
        **_context(request, site, title),
        "language": language,
        "newest": newest,
        "pairs": _side_by_side(now_shown, coming),
    }
    return TemplateResponse(request, "requests/notice_preview.html", context)


@dataclass(frozen=True, slots=True)
class Pair:
    """A section in the old notice and in the new: passages, and whether the other lacks each."""

    title: str
    before: Marked
    after: Marked

    @property
    def changed(self) -> bool:
        return any(only for _text, only in (*self.before, *self.after)) or not self.before


def _side_by_side(old: notice_page.Body | None, new: notice_page.Body) -> list[Pair]:
    before = notice_page.passages(old) if old else ()
    after = notice_page.passages(new)
    sections = dict.fromkeys(passage.section for passage in (*after, *before))
    return [
        _pair(
            [passage for passage in before if passage.section == section],
            [passage for passage in after if passage.section == section],
        )
        for section in sections
    ]


def _pair(before: list[Passage], after: list[Passage]) -> Pair:
    title = next((one.title for one in (*after, *before) if one.title), "")
    return Pair(title, _marked(before, after, title), _marked(after, before, title))


def _marked(mine: list[Passage], others: list[Passage], title: str) -> Marked:
    """Text, and whether the other notice lacks it there."""
    theirs = {passage.text for passage in others}
    return [(one.text, one.text not in theirs) for one in mine if one.text != title]


@require_POST
@needs_verb("notice")
def publish(request: HttpRequest, site: Any) -> HttpResponse:
    try:
        version = versions.publish(by=staff(request), at=now())
    except (LanguageMissing, NothingToPublish) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, _("Version %(number)d is public now.") % {"number": version.number}
        )
    return redirect("admin:notice-overview")


@require_POST
@needs_verb("notice")
def forget(request: HttpRequest, site: Any) -> HttpResponse:
    """Throw away the words that wait."""
    versions.forget_words(by=staff(request), at=now())
    messages.success(request, _("The words that waited are thrown away."))
    return redirect("admin:notice-overview")
