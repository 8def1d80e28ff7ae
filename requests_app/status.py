"""What the status page says of a request: where it is, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from requests_app.models import DataSubjectRequest

State = DataSubjectRequest.State


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
        may_withdraw=request.state in (State.RECEIVED, State.CONFIRMED, State.IDENTIFIED),
    )


def _words(request: DataSubjectRequest) -> tuple[str, str]:
    return {
        State.RECEIVED: (
            _("Waiting for your confirmation"),
            _("Open the link in the message that we sent you, and confirm."),
        ),
        State.CONFIRMED: (
            _("In our queue"),
            _(
                "Next: visit our desk with a photo ID if your request concerns handing over or "
                "changing data. We keep no copy and no number of it."
            ),
        ),
        State.IDENTIFIED: (
            _("We are working on it"),
            _("Next: we decide your request and tell you."),
        ),
        State.DECIDED: (
            _("Decided"),
            _("Next: if you asked for data, you get a link by e-mail and fetch the package."),
        ),
        State.DELIVERED: (
            _("Delivered"),
            _("You have fetched your package. We still close the request."),
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
    }[State(request.state)]


def _steps(request: DataSubjectRequest) -> Iterable[Step]:
    listed = [
        (_("Receipt"), request.received_at),
        (_("Confirmation by e-mail"), request.confirmed_at or _if_entered(request)),
        (_("Identity check at our desk"), request.identified_at),
        (_("Decision"), request.decided_at),
        (_("End of the request"), request.closed_at),
    ]
    ended = request.state in DataSubjectRequest.ENDED
    waiting = next((i for i, (_title, at) in enumerate(listed) if at is None), len(listed))
    for place, (title, at) in enumerate(listed):
        if at is not None:
            yield Step(title, at, "done")
        else:
            yield Step(title, None, "now" if place == waiting and not ended else "later")


def _if_entered(request: DataSubjectRequest) -> datetime | None:
    """Staff entered it: there is nothing to confirm."""
    return None if request.channel == DataSubjectRequest.Channel.WEB else request.received_at
