"""The decision letter: what was asked, what was decided and why, what happens now, who else is
told, and where the person can turn if she disagrees (GDPR 12(3)–(4), 19, 77, 79). Written from the
request's own row and its answers; how it opens and closes are the owner's words.
"""

from collections.abc import Mapping
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from register import pdf, policy
from requests_app import letter_words
from requests_app.models import DataSubjectRequest, LetterWords, RecipientNotice
from requests_app.packages.corrections import corrected

Kind = DataSubjectRequest.Kind
Decision = DataSubjectRequest.Decision


def render(request: DataSubjectRequest, *, named: bool) -> bytes:
    """The letter as a tagged PDF in the request's language. `named`: with the name that the person
    gave, for the paper that is handed over; without it for the one that a link opens.

    Raises LookupError before the request is decided.
    """
    if not request.decision:
        raise LookupError("not decided")
    decided_at = request.decided_at or request.closed_at or request.received_at
    words = letter_words.said(request.kind, request.language, at=decided_at)
    with translation.override(request.language):
        return _paper(
            request, words, name=request.name if named else "",
            corrected=corrected(request), recipients=recipients(request),
        )  # fmt: skip


def sample(
    *, kind: str, language: str, decision: str, words: Mapping[str, str], at: datetime
) -> bytes:
    """A letter as it would look with these words: nobody's. `words`: place → text."""
    request = DataSubjectRequest(
        kind=kind, language=language, decision=decision, reference="TP-0000-0000",
        received_at=at, decided_at=at,
    )  # fmt: skip
    with translation.override(language):
        if decision != Decision.GRANTED:
            request.grounds = _("(Here stand the ground, its law and the reasons of the case.)")
        return _paper(request, words, name=_("(name)"), corrected=[], recipients=[])


def recipients(request: DataSubjectRequest) -> list[str]:
    """Who else is told of what was done, in the active language."""
    rows = RecipientNotice.objects.filter(request=request)
    return [str(row.get_recipient_display()) for row in rows]


def _paper(
    request: DataSubjectRequest,
    words: Mapping[str, str],
    *,
    name: str,
    corrected: list[str],
    recipients: list[str],
) -> bytes:
    return pdf.render(
        "pdf/letter.html",
        {
            "asked": request,
            "name": name,
            "words": letter_words.paragraphs(words[LetterWords.OPENING]),
            "closing": letter_words.paragraphs(words[LetterWords.CLOSING]),
            "opening": _opening(request),
            "follows": _follows(request),
            "corrected": corrected,
            "recipients": recipients,
            "grounds": request.grounds.split("\n"),
        },
        language=request.language,
        title=_("Decision about your request"),
        styles=("pdf/letter.css",),
    )


def _opening(request: DataSubjectRequest) -> str:
    return {
        Decision.GRANTED: _("We have granted your request."),
        Decision.PARTLY: _(
            "We have granted your request in part. Why not the whole of it, is told below."
        ),
        Decision.REFUSED: _("We cannot do what you asked. Why not, is told below."),
    }[Decision(request.decision)]


def _follows(request: DataSubjectRequest) -> str:
    """What a decision in the person's favour means in practice; nothing where it was refused."""
    if request.decision == Decision.REFUSED:
        return ""
    return {
        Kind.ACCESS: _("You get your data as a package: a PDF to read, and files."),
        Kind.RECTIFICATION: _("We have corrected the data in our register."),
        Kind.ERASURE: _(
            "We erase the data. What the law makes us keep is erased by itself when its time is up."
        )
        + f" {_own_file(request.language)}",
        Kind.RESTRICTION: _(
            "From now on we only store the data for the uses concerned. We tell you before we lift "
            "the restriction."
        ),
        Kind.PORTABILITY: _(
            "You get what you have given us as a file that another service can read."
        ),
        Kind.OBJECTION: _("We no longer use your data for what you objected to."),
        Kind.WITHDRAWAL: _(
            "The consents no longer stand. What was done before is not undone by it."
        ),
    }[Kind(request.kind)]


def _own_file(language: str) -> str:
    """The request itself outlives what it erased, by the policy's own clock."""
    kept = policy.SHOWN
    period = _("We keep the papers of this request for %(period)s.") % {
        "period": policy.REQUEST_YEARS.name.to(language)
    }
    return f"{period} {kept.reason.to(language)} ({kept.basis})"
