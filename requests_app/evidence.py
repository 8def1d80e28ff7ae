"""The live evidence beside each promise, for the owner signed in on the notice page.

Counts and dates only, never a person. A line that alarms breaks its promise just now; a line at
risk will, unless somebody does something. `link` leads to where it is put right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, TextChoices
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from register import controller, policy
from register.models import (
    Agreement,
    Attachment,
    AuditEvent,
    Ban,
    Booking,
    CardOnFile,
    Case,
    Company,
    Consent,
    Customer,
    Delivery,
    ErasureReceipt,
    Feedback,
    Identity,
    Mailing,
    Message,
    OrderLine,
    PaperFolder,
    Payment,
    ProcessingRestriction,
    QuoteRequest,
    Rental,
    RetentionRun,
)
from register.services import holds, staff
from requests_app import slips, upkeep
from requests_app.models import AccessPackage, DataSubjectRequest
from requests_app.slips import Moment

YEAR = timedelta(days=365)


class State(TextChoices):
    KEPT = "kept", _lazy("Kept")
    RISK = "risk", _lazy("At risk")
    BROKEN = "broken", _lazy("Broken")


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    value: str
    alarm: bool = False
    risk: bool = False
    link: str = ""
    """Where it is put right, if that is another page than the promise's."""


@dataclass(frozen=True, slots=True)
class Evidence:
    lines: tuple[Line, ...]
    link: str = ""

    @property
    def alarm(self) -> bool:
        return any(line.alarm for line in self.lines)

    @property
    def state(self) -> State:
        if self.alarm:
            return State.BROKEN
        return State.RISK if any(line.risk for line in self.lines) else State.KEPT


Gather = Callable[[Moment], Iterator[Line]]


def gather(*, at: datetime) -> dict[str, Evidence]:
    """Promise ("p1" … "p26") → its evidence now."""
    moment = Moment(at)
    return {
        promise: Evidence(
            (*find(moment), *_facts(promise, moment), *_slips(promise, moment)),
            reverse(LINKS[promise]),
        )
        for promise, find in GATHERERS.items()
    }


def titles() -> dict[str, str]:
    """Promise → what it is about, in a few words."""
    return {
        "p1": _("Who answers for the data"), "p2": _("Whose data"), "p3": _("Purposes"),
        "p4": _("Lawful bases"), "p5": _("Three years"), "p6": _("Six years"),
        "p7": _("Basic details and identity numbers"), "p8": _("Companies"),
        "p9": _("History of rentals and payments"), "p10": _("Purchases"),
        "p11": _("Agreements, drivers and cards"), "p12": _("Communication"),
        "p13": _("Feedback"), "p14": _("Damage and fees"), "p15": _("Bans, consents, choices"),
        "p16": _("Data about the processing"), "p17": _("Sources"), "p18": _("Access"),
        "p19": _("Paper"), "p20": _("Right to see"), "p21": _("Contact details checked"),
        "p22": _("Correction"), "p23": _("Objection and restriction"), "p24": _("Erasure"),
        "p25": _("Portability"), "p26": _("Complaint"),
    }  # fmt: skip


def _facts(promise: str, moment: Moment) -> Iterator[Line]:
    tell = upkeep.FACTS.get(promise)
    for fact in tell(moment.at) if tell else ():
        link = reverse(fact.page) if fact.page else ""
        yield Line(fact.what, fact.value, fact.alarm, fact.risk, link)


def _slips(promise: str, moment: Moment) -> Iterator[Line]:
    count = slips.COUNTS.get(promise)
    for slip in count(moment) if count else ():
        bad = slip.found > 0
        link = reverse(slip.page) if slip.page else ""
        yield Line(slip.what, str(slip.found), bad and not slip.risk, bad and slip.risk, link)


def _count(what: str, rows: Any, *, alarm: bool = False) -> Line:
    """A count; with `alarm`, anything above zero means that the promise is broken now."""
    found = rows if isinstance(rows, int) else rows.count()
    return Line(what, str(found), alarm and found > 0)


def _controller(_now: Moment) -> Iterator[Line]:
    told = controller.details()["name"]
    yield Line(_("Set in one place; used by notice, letters and mails"), told)


def _subjects(_now: Moment) -> Iterator[Line]:
    kinds = dict(Customer.Kind.choices)
    for row in Customer.objects.order_by().values("kind").annotate(n=Count("pk")):
        yield Line(str(kinds[row["kind"]]), str(row["n"]))


def _purposes(_now: Moment) -> Iterator[Line]:
    yield Line(_("Purposes declared"), str(len(policy.PURPOSES)))
    yield Line(_("Columns declared, each with its purpose"), str(len(policy.FIELDS)))


def _bases(_now: Moment) -> Iterator[Line]:
    yield _count(_("People with a contract"), Customer.objects.filter(has_contract=True))
    yield _count(_("People without a contract"), Customer.objects.filter(has_contract=False))


def _three_years(now: Moment) -> Iterator[Line]:
    yield from _late(now, has_contract=False)


def _six_years(now: Moment) -> Iterator[Line]:
    yield from _late(now, has_contract=True)
    last = RetentionRun.objects.filter(finished_at__isnull=False).first()
    told = f"{last.for_day.day}.{last.for_day.month}.{last.for_day.year}" if last else _("never")
    old = last is None or last.for_day < now.on - timedelta(days=2)
    yield Line(_("The nightly job last ran for"), told, old)


def _late(now: Moment, *, has_contract: bool) -> Iterator[Line]:
    """Yesterday's leftovers alarm; what fell due today goes tonight."""
    past = Customer.objects.past_retention(on=now.on - timedelta(days=1))
    due = list(past.filter(has_contract=has_contract).values_list("pk", flat=True)[:2_000])
    held = holds.reasons(due) if due else {}
    yield _count(_("Past their day and not held"), len(due) - len(held), alarm=True)
    yield _count(_("Past their day, held for a reason"), len(held))


def _basics(_now: Moment) -> Iterator[Line]:
    yield _count(_("People"), Customer.objects.all())
    yield _count(_("People with encrypted identity numbers"), Identity.objects.all())


def _companies(_now: Moment) -> Iterator[Line]:
    yield _count(_("Companies and partners"), Company.objects.all())


def _history(_now: Moment) -> Iterator[Line]:
    for model in (QuoteRequest, Booking, Rental, Payment):
        yield _count(_title(model), model._default_manager.all())


def _purchases(_now: Moment) -> Iterator[Line]:
    yield _count(_title(OrderLine), OrderLine.objects.all())


def _service(_now: Moment) -> Iterator[Line]:
    yield _count(_title(Agreement), Agreement.objects.all())
    cards = CardOnFile.objects.all()
    yield _count(_("Card numbers held, encrypted"), cards.filter(number_destroyed_on__isnull=True))
    yield _count(_("Card numbers destroyed"), cards.filter(number_destroyed_on__isnull=False))


def _communication(_now: Moment) -> Iterator[Line]:
    yield _count(_("Messages in"), Message.objects.filter(direction="in"))
    yield _count(_("Messages out"), Message.objects.filter(direction="out"))
    yield _count(_("Recordings and pictures, encrypted"), Attachment.objects.all())
    yield _count(_("Mailings sent"), Mailing.objects.filter(state=Mailing.State.DONE))
    unsure = Delivery.objects.filter(state=Delivery.State.UNKNOWN)
    yield _count(_("Messages of which nobody knows whether they left"), unsure)


def _produced(_now: Moment) -> Iterator[Line]:
    yield _count(_title(Feedback), Feedback.objects.all())


def _cases(_now: Moment) -> Iterator[Line]:
    yield _count(_("Cases open"), Case.objects.filter(state__in=Case.OPEN_STATES))
    yield _count(_("Cases closed"), Case.objects.exclude(state__in=Case.OPEN_STATES))


def _choices(now: Moment) -> Iterator[Line]:
    yield _count(_("Bans in force"), Ban.objects.in_force(on=now.on))
    yield _count(_("Consents given, with proof"), Consent.objects.filter(action="given"))
    yield _count(_("Consents withdrawn"), Consent.objects.filter(action="withdrawn"))


def _metadata(now: Moment) -> Iterator[Line]:
    week = Customer.objects.filter(saved_at__gte=now.at - timedelta(days=7))
    yield _count(_("People saved this week"), week)


def _sources(_now: Moment) -> Iterator[Line]:
    names = {source.key: source.name for source in policy.SOURCES}
    for row in Customer.objects.order_by().values("source").annotate(n=Count("pk")):
        named = names.get(row["source"])
        yield Line(named.to(get_language()) if named else row["source"], str(row["n"]))


def _access(now: Moment) -> Iterator[Line]:
    without = staff.without_second_step()
    yield _count(_("Accounts without a second step"), without, alarm=not settings.DEMO)
    week = AuditEvent.objects.filter(at__gte=now.at - timedelta(days=7))
    yield _count(_("Uses written down this week"), week)
    yield _count(_("of them refused"), week.filter(outcome="denied"))


def _paper(now: Moment) -> Iterator[Line]:
    left = PaperFolder.objects.filter(destroyed_on__isnull=True)
    yield _count(_("Folders in the archive"), left)
    yield _count(_("Folders past their day"), left.filter(destroy_by__lt=now.on), alarm=True)


def _requests(now: Moment) -> Iterator[Line]:
    opened = DataSubjectRequest.objects.filter(state__in=DataSubjectRequest.OPEN)
    yield _count(_("Requests open"), opened)
    yield _count(_("Requests past their last day"), opened.filter(due_on__lt=now.on), alarm=True)
    decided = DataSubjectRequest.objects.filter(decided_at__isnull=False)
    yield _count(_("Decided in time"), decided.filter(decided_at__date__lte=F("due_on")))
    yield _count(_("Decided late"), decided.filter(decided_at__date__gt=F("due_on")))


def _checked(now: Moment) -> Iterator[Line]:
    checked = Customer.objects.filter(contact_checked_at__gte=now.at - YEAR)
    yield _count(_("Contact details checked within a year"), checked)


def _rectified(_now: Moment) -> Iterator[Line]:
    yield _count(_("Corrections on the spot"), AuditEvent.objects.filter(verb="rectify"))
    yield _count(_("Requests to correct"), DataSubjectRequest.objects.filter(kind="rectification"))


def _restricted(_now: Moment) -> Iterator[Line]:
    standing = ProcessingRestriction.objects.filter(lifted_at__isnull=True)
    yield _count(_("Restrictions in force"), standing.filter(kind="restriction"))
    yield _count(_("Objections in force"), standing.filter(kind="objection"))


def _erased(_now: Moment) -> Iterator[Line]:
    receipts = ErasureReceipt.objects.exclude(ground__in=("card", "consent"))
    yield _count(_("Erasures carried out"), receipts)


def _moved(_now: Moment) -> Iterator[Line]:
    yield _count(_("Packages made"), AccessPackage.objects.all())
    yield _count(_("Packages fetched"), AccessPackage.objects.filter(fetched_at__isnull=False))


def _authority(_now: Moment) -> Iterator[Line]:
    yield Line(_("Told on status pages and in letters too"), _("yes"))


def _title(model: Any) -> str:
    title = str(model._meta.verbose_name_plural)
    return title[:1].upper() + title[1:]


GATHERERS: dict[str, Gather] = {
    "p1": _controller, "p2": _subjects, "p3": _purposes, "p4": _bases, "p5": _three_years,
    "p6": _six_years, "p7": _basics, "p8": _companies, "p9": _history, "p10": _purchases,
    "p11": _service, "p12": _communication, "p13": _produced, "p14": _cases, "p15": _choices,
    "p16": _metadata, "p17": _sources, "p18": _access, "p19": _paper, "p20": _requests,
    "p21": _checked, "p22": _rectified, "p23": _restricted, "p24": _erased, "p25": _moved,
    "p26": _authority,
}  # fmt: skip
DESK = "admin:register_%s_changelist"
REQUESTS = "admin:requests_app_datasubjectrequest_changelist"
LINKS: dict[str, str] = {
    "p1": "admin:notice-overview", "p2": DESK % "customer", "p3": DESK % "disclosure",
    "p4": DESK % "agreement", "p5": "admin:forgetting", "p6": "admin:forgetting",
    "p7": DESK % "customer", "p8": DESK % "company", "p9": DESK % "rental",
    "p10": DESK % "orderline", "p11": DESK % "rental", "p12": DESK % "message",
    "p13": DESK % "feedback", "p14": DESK % "case", "p15": DESK % "consent",
    "p16": DESK % "customer", "p17": DESK % "customer", "p18": "admin:staff-roles",
    "p19": DESK % "paperfolder", "p20": REQUESTS, "p21": DESK % "rental", "p22": REQUESTS,
    "p23": REQUESTS, "p24": "admin:forgetting", "p25": REQUESTS, "p26": "admin:notice-overview",
}  # fmt: skip
"""Where each promise is put right."""
