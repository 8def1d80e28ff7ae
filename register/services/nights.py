"""Around the nightly job: is the clock to be trusted, was a night missed, what does the owner get
to read. Counts only: nothing of anybody goes into a mail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Max
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from register import clock
from register.models import AuditEvent, Customer, ErasureTrouble, Hold, PaperFolder, RetentionRun
from register.services import holds, retention, short_clocks
from register.services.night_report import Report

TOLERANCE = timedelta(minutes=10)
MISSED_AFTER = timedelta(hours=36)
STATE = RetentionRun.State


class ClockRefused(Exception):
    """The machine's clock is not believed; the message is one sentence."""


# -- The clock ----------------------------------------------------------------------------------


def require_sane_clock(*, at: datetime) -> None:
    """A clock that was set back would keep people too long; one set ahead would erase them too
    early, for good. Raises ClockRefused."""
    last = last_sign_of_life()
    if last is None:
        return
    if at < last - TOLERANCE:
        raise ClockRefused(
            f"The clock says {at:%Y-%m-%d %H:%M}, but something was recorded at "
            f"{last:%Y-%m-%d %H:%M} UTC: it has been set back. Set the machine's clock right; if "
            "it is right, say --clock-is-right."
        )
    silent = (at - last).days
    if silent > settings.RETENTION_SILENCE_DAYS:
        raise ClockRefused(
            f"Nothing has been recorded for {silent} days: the clock may be ahead. Nobody is "
            "erased by a wrong clock. If it is right, say --clock-is-right."
        )
    _require_same_as_database(at)


def last_sign_of_life() -> datetime | None:
    """When the register last wrote anything of its own."""
    latest = AuditEvent.objects.order_by("-id").values_list("at", flat=True).first()
    run = RetentionRun.objects.aggregate(latest=Max("started_at"))["latest"]
    return max((moment for moment in (latest, run) if moment), default=None)


def _require_same_as_database(at: datetime) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    if abs(theirs - at) > TOLERANCE:
        raise ClockRefused(
            f"This machine says {at:%Y-%m-%d %H:%M}, the database's machine "
            f"{theirs:%Y-%m-%d %H:%M} UTC: set both clocks right; if this one is "
            "right, say --clock-is-right."
        )


# -- What needs somebody ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watch:
    """How forgetting stands. `missed`: no night has ended for a day and a half."""

    last: RetentionRun | None
    missed: bool
    stopped: bool
    undone: int
    failing: int
    reviews: list[Hold]
    paper: list[PaperFolder]
    soon: int

    @property
    def needs_somebody(self) -> bool:
        return bool(
            self.missed or self.stopped or self.undone or self.failing or self.reviews or self.paper
        )


def watch(*, at: datetime) -> Watch:
    on = clock.local_date(at)
    last = RetentionRun.objects.exclude(state=STATE.RUNNING).first()
    return Watch(
        last=last,
        missed=missed(last, at=at),
        stopped=bool(last and last.state == STATE.STOPPED and last.let_through is None),
        undone=len(last.problems) if last else 0,
        failing=ErasureTrouble.objects.count(),
        reviews=holds.to_review(on=on),
        paper=short_clocks.paper_to_destroy(on=on),
        soon=retention.due_soon(on=on).count(),
    )


def missed(last: RetentionRun | None, *, at: datetime) -> bool:
    """Whether a night went by without a run that ended."""
    since = at - MISSED_AFTER
    if last is not None:
        return last.started_at < since
    return Customer.objects.filter(saved_at__lt=since).exists()


# -- The owner's mail ---------------------------------------------------------------------------


def worth_telling(report: Report, *, on: date) -> bool:
    """A night in which nothing happened is not written about: the app shows that it was."""
    happened = report.people or report.cards or report.keys or not report.complete
    return bool(happened or report.paper or holds.to_review(on=on))


def tell(report: Report) -> int:
    """Mail the owner what the night did and what needs somebody. Returns how many mails went."""
    to = [address for address in settings.RETENTION_MAIL_TO if address]
    if not to or not worth_telling(report, on=report.on):
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=f"{_subject(report)} – {settings.CONTROLLER['trade_name']}",
            body=render_to_string("mail/night.txt", _context(report)),
            to=to,
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def _subject(report: Report) -> str:
    if report.stopped:
        return _("Deletion was stopped and asks for you")
    return _("Deletion of the night") if report.complete else _("Deletion was left undone")


def _context(report: Report) -> dict[str, object]:
    return {
        "report": report,
        "reviews": len(holds.to_review(on=report.on)),
        "link": settings.PUBLIC_URL.rstrip("/") + reverse("admin:forgetting"),
    }


def note_failed_mail(error: BaseException) -> None:
    """The mail did not go: the run's page says so, and the run is not called complete."""
    run = RetentionRun.objects.exclude(state=STATE.RUNNING).first()
    if run is not None:
        run.problems = [*run.problems, {"where": "mail", "problem": type(error).__name__}]
        run.state = STATE.INCOMPLETE if run.state == STATE.COMPLETE else run.state
        run.save(update_fields=["problems", "state"])
