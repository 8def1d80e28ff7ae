"""Letters about a case, in the person's language: as a PDF for the post, or as a mail. Each one
goes into the log of communication. Subjects hold a number and nothing personal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from register import clock, controller, pdf
from register.models import Case, Channel, Message, User
from register.money import euros
from register.services import audit
from register.services.refusals import Refused

OBJECT_WITHIN = timedelta(days=14)
"""How long the letter asks for an answer. Nothing ends with it: an objection counts later too."""


class CannotWrite(Refused):
    """There is nothing to say, or no address to send it to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`name`: for the clerk. `ready`: whether the case is where the letter makes sense."""

    name: Any
    ready: Callable[[Case], bool]
    says: Callable[[Case, datetime], list[str]]


def _claim(case: Case, at: datetime) -> list[str]:
    said = [
        _("We write about what happened on %(date)s. This is how we have seen it:")
        % {"date": _day(case.occurred_at)},
        case.description,
    ]
    if case.estimate_cents is not None:
        said.append(
            _("Our estimate of the costs is %(amount)s.") % {"amount": euros(case.estimate_cents)}
        )
    if case.fee_cents is not None:
        said.append(_("We ask you to pay %(amount)s.") % {"amount": euros(case.fee_cents)})
    return [
        *said,
        _(
            "If you see it otherwise, tell us in your own words, by e-mail or at the desk, if "
            "possible by %(date)s. We write your objection down and answer it."
        )
        % {"date": date_format(clock.local_date(at + OBJECT_WITHIN), "j.n.Y")},
    ]


def _answer(case: Case, at: datetime) -> list[str]:
    said = [
        _("You objected on %(date)s. This is our answer:") % {"date": _day(case.objected_at)},
        case.answer.rpartition("\n\n")[2].partition(": ")[2],
    ]
    if case.fee_cents is not None:
        said.append(_("The fee is now %(amount)s.") % {"amount": euros(case.fee_cents)})
    return [
        *said,
        _(
            "If we do not agree, you can turn to the Consumer Advisory Service "
            "(kkv.fi/en/consumer-affairs) and after that to the Consumer Disputes Board."
        ),
    ]


def _ended(case: Case, at: datetime) -> list[str]:
    if case.state == Case.State.WRITTEN_OFF:
        return [_("The case is closed. There is nothing to pay.")]
    return [_("The case is settled. Thank you.")]


LETTERS = {
    "claim": Letter(
        gettext_lazy("What happened and what it costs"),
        lambda case: case.state in Case.OPEN_STATES,
        _claim,
    ),
    "answer": Letter(
        gettext_lazy("Answer to the objection"), lambda case: bool(case.answered_at), _answer
    ),
    "ended": Letter(
        gettext_lazy("The case has ended"), lambda case: case.settled_at is not None, _ended
    ),
}


def _day(at: datetime | None) -> str:
    return date_format(clock.local_date(at), "j.n.Y") if at else "–"


def ready(case: Case) -> list[tuple[str, Any]]:
    """The letters that can be written now: key and name."""
    return [(key, letter.name) for key, letter in LETTERS.items() if letter.ready(case)]


def subject(case: Case) -> str:
    """In the active language."""
    return _("Case %(number)s") % {"number": case.number}


def paragraphs(case: Case, kind: str, at: datetime) -> list[str]:
    """What the letter says, in the person's language. Raises CannotWrite."""
    letter = LETTERS.get(kind)
    if letter is None or not letter.ready(case):
        raise CannotWrite(gettext_lazy("This letter does not fit the case as it is now."))
    with override(case.customer.language):
        return letter.says(case, at)


@transaction.atomic
def printed(*, case: Case, kind: str, by: User, at: datetime) -> bytes:
    """The letter on paper. It stands in the log of communication as a letter of today."""
    said = paragraphs(case, kind, at)
    content = _paper(case, said, at)
    _log(case, said, Channel.LETTER, by=by, at=at)
    return content


def _paper(case: Case, said: list[str], at: datetime) -> bytes:
    with override(case.customer.language):
        title = subject(case)
    return pdf.render(
        "case/letter.html",
        {"case": case, "paragraphs": said, "written_at": at},
        language=case.customer.language,
        title=title,
        styles=("pdf/letter.css",),
    )


def _log(
    case: Case, said: list[str], channel: str, *, by: User | None, at: datetime, pk: Any = None
) -> Message:
    with override(case.customer.language):
        title = subject(case)
    row = Message(
        customer_id=case.customer_id, channel=channel, direction=Message.Direction.OUT,
        subject=title, body="\n\n".join(said), happened_at=at, saved_at=at, saved_by=by,
    )  # fmt: skip
    if pk is not None:
        row.pk = pk
    row.save(force_insert=True)
    audit.record(verb="case.letter", by=by, at=at, object=case, reason=channel)
    return row


def ensure_reachable(case: Case) -> None:
    """Raises CannotWrite where there is no e-mail address."""
    if not case.customer.email:
        raise CannotWrite(gettext_lazy("There is no e-mail address: print the letter and post it."))


def send(*, case_id: UUID, kind: str, message_id: UUID, by_id: int, at: datetime) -> bool:
    """Mail the letter, once: `message_id` is the row in the log, and who finds it there has been
    written to already. False when nothing was sent. Raises what the mail server says."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).select_related("customer").filter(
            pk=case_id
        ).first()  # fmt: skip
        if (
            case is None
            or not case.customer.email
            or Message.objects.filter(pk=message_id).exists()
        ):
            return False
        by = User.objects.filter(pk=by_id).first()
        said = paragraphs(case, kind, at)
        _log(case, said, Channel.EMAIL, by=by, at=at, pk=message_id)
        _mail(case, said, at)
    return True


def _mail(case: Case, said: list[str], at: datetime) -> None:
    who = controller.details()
    with override(case.customer.language):
        title = subject(case)
        closing = f"{who['trade_name']}\n{who['name']}\n{who['phone']} · {who['email']}"
        EmailMessage(
            subject=title,
            body="\n\n".join([_("Hello") + ",", *said, closing]),
            to=[case.customer.email],
            attachments=[(f"{case.number}.pdf", _paper(case, said, at), "application/pdf")],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
