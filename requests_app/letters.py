"""The decision letter: what was asked, what was decided and why, what happens now, and where the
person can turn if she disagrees (GDPR 12(3)–(4), 77, 79). Written from the request's own row."""

from django.utils import translation
from django.utils.translation import gettext as _

from register import pdf
from requests_app.models import DataSubjectRequest

Kind = DataSubjectRequest.Kind
Decision = DataSubjectRequest.Decision


def render(request: DataSubjectRequest, *, named: bool) -> bytes:
    """The letter as a tagged PDF in the request's language. `named`: with the name that the person
    gave, for the paper that is handed over; without it for the one that a link opens.

    Raises LookupError before the request is decided.
    """
    if not request.decision:
        raise LookupError("not decided")
    with translation.override(request.language):
        title = _("Decision about your request")
        return pdf.render(
            "pdf/letter.html",
            {
                "asked": request,
                "name": request.name if named else "",
                "opening": _opening(request),
                "follows": _follows(request),
                "grounds": request.grounds.split("\n"),
            },
            language=request.language,
            title=title,
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
        Kind.RECTIFICATION: _(
            "We correct the data and tell those to whom we have disclosed it, where we can."
        ),
        Kind.ERASURE: _(
            "We erase the data and tell those to whom we have disclosed it, where we can. What the "
            "law makes us keep is erased by itself when its time is up."
        ),
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
