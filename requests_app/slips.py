"""What must be none for a promise of the notice to be kept: each slip is counted, never typed.

Counts only, never a person. A slip above zero turns the promise's line red (requests_app.evidence).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from register import clock, controller, policy
from register.models import (
    Agreement,
    Case,
    Company,
    Consent,
    Customer,
    Disclosure,
    ErasureReceipt,
    Feedback,
    Hold,
    Identity,
    Message,
    NoticeVersion,
    OrderLine,
    Payment,
    ProcessingRestriction,
    Rental,
)
from register.services import ended_consents, notices, processors
from register.vault.models import DataKey
from requests_app import notice_page, notice_words
from requests_app.models import DataSubjectRequest

YEAR = timedelta(days=365)
MONTH = timedelta(days=30)
NEWEST = 5_000  # rows whose keys are looked for: two databases cannot be joined
AUTHORITY = "tietosuoja@om.fi"
SEALED = ("personal_identity_code", "passport_number", "driving_licence_number")
REGULAR = (policy.IT_PROVIDER, policy.PAYMENT_SERVICE, policy.ACCOUNTANT)
"""Recipients who get data all the time: somebody of each stands in the list of processors."""
CALLED = {
    Customer.Kind.PRIVATE: policy.CUSTOMERS,
    Customer.Kind.COMPANY_CONTACT: policy.CUSTOMERS,
    Customer.Kind.PARTNER_CONTACT: policy.PARTNERS,
    Customer.Kind.PROSPECT: policy.PROSPECTS,
    Customer.Kind.REPRESENTATIVE: policy.REPRESENTATIVES,
}
"""What the notice calls each kind of person."""


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime

    @property
    def on(self) -> date:
        return clock.local_date(self.at)


@dataclass(frozen=True, slots=True)
class Slip:
    """`found` of what should be none. `risk`: the promise is not broken yet. `page`: the name of
    the page on which it is put right, where that is not the promise's own."""

    what: str
    found: int
    risk: bool = False
    page: str = ""


Count = Callable[[Moment], Iterator[Slip]]


def _controller(_now: Moment) -> Iterator[Slip]:
    told = controller.details()
    yield Slip(_("Contact details missing"), sum(not text.strip() for text in told.values()))
    newest = NoticeVersion.objects.order_by("-number").first()
    yield Slip(_("The notice needs publishing"), int(notice_page.outdated(newest)), risk=True)


def _subjects(_now: Moment) -> Iterator[Slip]:
    told = [kind for kind, subject in CALLED.items() if subject in policy.PEOPLE]
    others = Customer.objects.exclude(kind__in=told)
    yield Slip(_("People of a group that the notice does not name"), others.count())


def _purposes(_now: Moment) -> Iterator[Slip]:
    declared = [purpose.key for purpose in policy.PURPOSES]
    undeclared = Consent.objects.exclude(purpose__in=declared)
    yield Slip(_("Consents to a purpose that is not declared"), undeclared.count())
    known = [basis.key for basis in policy.DISCLOSURE_BASES]
    groundless = Disclosure.objects.filter(
        Q(legal_ground__in=("", "?")) | ~Q(basis__in=["", *known])
    )
    yield Slip(_("Disclosures without a legal ground"), groundless.count())


def _bases(_now: Moment) -> Iterator[Slip]:
    agreed = Agreement.objects.filter(customer=OuterRef("pk"))
    lost = Customer.objects.filter(Exists(agreed), has_contract=False)
    yield Slip(_("People with an agreement whose basis does not say so"), lost.count())


def _held_past_review(now: Moment) -> Iterator[Slip]:
    holds = Hold.objects.filter(released_at__isnull=True, review_on__lt=now.on)
    yield Slip(_("Holds past their review"), holds.count(), risk=True)


def _sealed(_now: Moment) -> Iterator[Slip]:
    held = Q()
    for column in SEALED:
        held |= Q(**{f"{column}__isnull": False})
    newest = Identity.objects.filter(held).order_by("-saved_at")
    people = set(newest.values_list("customer_id", flat=True)[:NEWEST])
    keys = _keys_of(people)
    yield Slip(_("Encrypted numbers whose key is missing"), len(people - keys))


def _keys_of(people: set[Any]) -> set[Any]:
    found: set[Any] = set()
    ids = sorted(people)
    for start in range(0, len(ids), 500):
        rows = DataKey.objects.filter(customer_id__in=ids[start : start + 500])
        found.update(rows.values_list("customer_id", flat=True))
    return found


def _companies(_now: Moment) -> Iterator[Slip]:
    nobodys = Company.objects.filter(contacts__isnull=True)
    yield Slip(_("Companies that nobody is the contact of"), nobodys.count())


def _astray(what: str, *models: Any) -> Iterator[Slip]:
    """Rows that stand on another person's timeline than their booking does."""
    rows = [
        model._default_manager.filter(booking__isnull=False).exclude(
            customer=F("booking__customer")
        )
        for model in models
    ]
    yield Slip(what, sum(found.count() for found in rows))


def _history(_now: Moment) -> Iterator[Slip]:
    yield from _astray(_("Rentals and payments on another's record"), Rental, Payment)


def _purchases(_now: Moment) -> Iterator[Slip]:
    yield from _astray(_("Purchases on another's record"), OrderLine)


def _service(_now: Moment) -> Iterator[Slip]:
    bare = Rental.objects.filter(booking__agreements__isnull=True)
    yield Slip(_("Rentals without a numbered agreement"), bare.count())


def _marketing(now: Moment) -> QuerySet[Message]:
    sent = Message.objects.filter(topic=Message.Topic.MARKETING, direction=Message.Direction.OUT)
    return sent.filter(happened_at__gte=now.at - YEAR)


def _communication(now: Moment) -> Iterator[Slip]:
    acts = Consent.objects.filter(
        customer=OuterRef("customer"),
        purpose=policy.MARKETING.key,
        channel=OuterRef("channel"),
        acted_at__lte=OuterRef("happened_at"),
    ).order_by("-acted_at", "-pk")
    newest = Subquery(acts.values("action")[:1])
    unasked = (
        _marketing(now)
        .annotate(act=newest)
        .filter(Q(act__isnull=True) | Q(act=Consent.Action.WITHDRAWN))
    )
    yield Slip(_("Marketing sent without consent, within a year"), unasked.count())


def _produced(_now: Moment) -> Iterator[Slip]:
    strangers = Feedback.objects.exclude(source=policy.PERSON.key)
    yield Slip(_("Feedback that did not come from the person"), strangers.count())


def _cases(now: Moment) -> Iterator[Slip]:
    objected = Case.objects.filter(state=Case.State.OBJECTED)
    silent = objected.filter(objected_at__lt=now.at - MONTH)
    yield Slip(_("Objections without an answer for over 30 days"), silent.count())


def _choices(now: Moment) -> Iterator[Slip]:
    given = Consent.objects.filter(action=Consent.Action.GIVEN)
    unproved = given.exclude(notice_version__in=notices.labels())
    yield Slip(_("Consents that point at no published notice"), unproved.count())
    since = now.at - timedelta(days=2)
    left = ended_consents.left_over(before=since)
    yield Slip(_("Data still held though its consent was withdrawn two days ago"), left)


def _metadata(now: Moment) -> Iterator[Slip]:
    ahead = Customer.objects.filter(saved_at__gt=now.at + timedelta(days=1))
    yield Slip(_("People saved on a day that has not come"), ahead.count())


def _sources(_now: Moment) -> Iterator[Slip]:
    told = [source.key for source in policy.SOURCES]
    yield Slip(
        _("People from a source that the notice does not name"),
        Customer.objects.exclude(source__in=told).count(),
    )


def _overdue(now: Moment, *kinds: str) -> Slip:
    rows = DataSubjectRequest.objects.filter(
        state__in=DataSubjectRequest.OPEN, due_on__lt=now.on, kind__in=kinds
    )
    return Slip(_("Requests past their last day"), rows.count())


def _partners(now: Moment) -> Iterator[Slip]:
    """A partner acts for us under an agreement, and where the notice says (GDPR 28, 44)."""
    bare, untold = processors.without_agreement(on=now.on), processors.not_told(on=now.on)
    soon = processors.ending_soon(on=now.on).exclude(pk__in=bare)
    page = "admin:processors"
    yield Slip(_("Processors without an agreement in force"), bare.count(), page=page)
    yield Slip(
        _("Recipients or transfers that the notice does not tell"), untold.count(), page=page
    )
    yield Slip(_("Agreements that run out or wait for a look"), soon.count(), risk=True, page=page)
    used = {recipient for one in policy.CATEGORIES for recipient in one.recipients}
    listed = processors.in_force(on=now.on).values_list("recipient", flat=True)
    silent = [one for one in used & set(REGULAR) if one.key not in set(listed)]
    yield Slip(_("Kinds of recipient of whom nobody is in the list"), len(silent), True, page)


def _checked(now: Moment) -> Iterator[Slip]:
    week = Rental.objects.filter(handed_over_at__range=(now.at - timedelta(days=7), now.at))
    unasked = Q(customer__contact_checked_at__isnull=True)
    old = Q(customer__contact_checked_at__lt=now.at - YEAR)
    yield Slip(
        _("Handed over this week, contact details not checked for a year"),
        week.filter(unasked | old).count(),
    )


def _rectified(now: Moment) -> Iterator[Slip]:
    yield _overdue(now, "rectification")


def _restricted(now: Moment) -> Iterator[Slip]:
    yield _overdue(now, "restriction", "objection")
    standing = ProcessingRestriction.objects.filter(
        customer=OuterRef("customer"),
        purpose=policy.MARKETING.key,
        starts_at__lte=OuterRef("happened_at"),
    ).filter(Q(lifted_at__isnull=True) | Q(lifted_at__gt=OuterRef("happened_at")))
    against = _marketing(now).filter(Exists(standing))
    yield Slip(_("Marketing sent against an objection, within a year"), against.count())


def _erased(now: Moment) -> Iterator[Slip]:
    yield _overdue(now, "erasure")
    receipts = ErasureReceipt.objects.exclude(ground__in=("card", "consent"))
    left = receipts.filter(state="rows_gone", executed_at__lt=now.at - timedelta(hours=1))
    yield Slip(_("Erasures left incomplete"), left.count())
    yield from _held_past_review(now)


def _moved(now: Moment) -> Iterator[Slip]:
    yield _overdue(now, "portability")


def _authority(_now: Moment) -> Iterator[Slip]:
    newest = NoticeVersion.objects.order_by("-number").first()
    shown = newest.bodies if newest else notice_page.bodies({}, {})
    silent = [code for code in notice_words.LANGUAGES if AUTHORITY not in shown[code]["page"]]
    yield Slip(_("Languages in which the notice does not name the authority"), len(silent))


COUNTS: dict[str, Count] = {
    "p1": _controller, "p2": _subjects, "p3": _purposes, "p4": _bases, "p7": _sealed,
    "p8": _companies, "p9": _history, "p10": _purchases, "p11": _service, "p12": _communication,
    "p13": _produced, "p14": _cases, "p15": _choices, "p16": _metadata, "p17": _sources,
    "p18": _partners, "p21": _checked, "p22": _rectified, "p23": _restricted, "p24": _erased,
    "p25": _moved, "p26": _authority,
}  # fmt: skip
"""Promises whose slips are counted here; P5, P6, P19 and P20 count theirs among the figures
of requests_app.evidence."""
