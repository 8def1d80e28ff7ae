"""What the status page says of a request: where it is, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from requests_app.models import AccessPackage, DataSubjectRequest

State, Kind = DataSubjectRequest.State, DataSubjectRequest.Kind
WITH_PACKAGE = (Kind.ACCESS, Kind.PORTABILITY)


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: "done", "now" or "later"."""

    title: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    headline: str
    next: str
    steps: tuple[Step, ...]
    open: bool
    good: bool
    may_withdraw: bool


def of(request: DataSubjectRequest) -> Status:
    """The status in the active language. Holds nothing that the person did not write herself."""
    headline, following = _words(request)
    return Status(
        headline=headline,
        next=following,
        steps=tuple(_steps(request)),
        open=request.state not in DataSubjectRequest.ENDED,
        good=request.state in (State.DELIVERED, State.CLOSED),
        may_withdraw=request.state in (State.RECEIVED, State.CONFIRMED, *request.WORKED_ON),
    )


def _words(request: DataSubjectRequest) -> tuple[str, str]:
    return {
        State.RECEIVED: (
            _("Waiting for your confirmation"),
            _("Open the link in the message that we sent you, and confirm."),
        ),
        State.CONFIRMED: (_("In our queue"), _who_you_are(request)),
        State.IDENTIFIED: (
            _("We know that it is you"),
            _("Next: one of us takes your request in hand. You need to do nothing now."),
        ),
        State.IN_HAND: (
            _("We are working on it"),
            _("Next: we decide your request and tell you. You need to do nothing now."),
        ),
        State.DECIDED: (_("Decided"), _decided(request)),
        State.DELIVERED: (
            _("Delivered"),
            _("You have got your data, and our copy of the package is destroyed. We still close "
              "the request; you need to do nothing."),
        ),
        State.CLOSED: (_("Closed"), _("There is nothing more for you to do.")),
        State.LAPSED: (
            _("Lapsed"),
            _("The request was not confirmed in time. You can make a new one."),
        ),
        State.WITHDRAWN: (
            _("Taken back"),
            _("You took the request back. You can make a new one at any time."),
        ),
    }[State(request.state)]  # fmt: skip


def _who_you_are(request: DataSubjectRequest) -> str:
    if request.kind in (Kind.WITHDRAWAL, Kind.OBJECTION):
        return _(
            "Next: we handle your request and tell you. You need not visit us for this, unless we "
            "ask you to."
        )
    if request.made_by != DataSubjectRequest.MadeBy.SELF:
        return _(
            "Next: visit our desk with your photo ID and your mandate, for instance a power of "
            "attorney. We look at them and keep no copy and no number."
        )
    return _(
        "Next: visit our desk with a photo ID, so that we know that the request is yours. We keep "
        "no copy and no number of it."
    )


def hands_over(request: DataSubjectRequest) -> bool:
    """Whether data is to be handed over: the kind asks for it, and it was not refused."""
    return request.kind in WITH_PACKAGE and request.decision != DataSubjectRequest.Decision.REFUSED


def _decided(request: DataSubjectRequest) -> str:
    if hands_over(request):
        return _(
            "Next: we send you a link to your package. To open it you also need a code, which you "
            "get at our desk or which we read to you by phone. You can also fetch the package on "
            "paper at our desk."
        )
    return _("The decision is below. Next we close the request; you need to do nothing.")


def package_note(request: DataSubjectRequest, package: AccessPackage | None, at: datetime) -> str:
    """Where the package is, while it is to be fetched; empty when there is nothing to say."""
    if request.state != State.DECIDED or package is None:
        return ""
    if package.locked_at:
        return _(
            "A wrong code was tried too many times, so we destroyed the package to keep your data "
            "safe. Nothing of it was handed over."
        )
    if package.content is None or package.expires_at <= at:
        return _("Nobody fetched the package in time, so it is destroyed. Ask us for a new one.")
    day = localtime(package.expires_at)
    return _("We have sent you the link. It works until %(day)s.") % {
        "day": f"{day.day}.{day.month}.{day.year}"
    }


def _steps(request: DataSubjectRequest) -> Iterable[Step]:
    listed = list(_listed(request))
    ended = request.state in DataSubjectRequest.ENDED
    waiting = next((i for i, (_title, at) in enumerate(listed) if at is None), len(listed))
    for place, (title, at) in enumerate(listed):
        if at is not None:
            yield Step(title, at, "done")
        elif not ended:  # what an ended request did not go through never comes
            yield Step(title, None, "now" if place == waiting else "later")


def _listed(request: DataSubjectRequest) -> Iterable[tuple[str, datetime | None]]:
    yield _("Received"), request.received_at
    yield _("Confirmation by e-mail"), request.confirmed_at or _if_entered(request)
    yield _("Identity check at our desk"), request.identified_at
    yield _("In hand"), request.taken_at
    yield _("Decision"), request.decided_at
    if hands_over(request):
        yield _("The data is handed over"), request.delivered_at
    yield _("End of the request"), request.closed_at


def _if_entered(request: DataSubjectRequest) -> datetime | None:
    """Staff entered it: there is nothing to confirm."""
    return None if request.channel == DataSubjectRequest.Channel.WEB else request.received_at
