"""Who may be written to: THE question of marketing, asked in one statement.

`judged` goes through the people whom the plain criteria fit and says of each why she is left out,
or nothing. `reachable` are those of whom it says nothing. The same judgement is asked again of one
person at the moment of sending (services.mailings): there is no second place that decides.

What looks at a person's history is grouping, and asks for the consent to be grouped (policy: the
purpose "analysis") before it looks.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from register import clock, policy
from register.models import (
    Ban,
    Consent,
    Customer,
    Driver,
    LeftOut,
    LoyaltyMembership,
    Mailing,
    ProcessingRestriction,
    Rental,
    Segment,
    User,
)
from register.models.segments import OF_HISTORY, PLAIN
from register.services import audit, restrictions
from register.services.refusals import Refused

Judged = Any
"""A queryset of customers with `left_out`, a column that the type checker cannot follow."""
EVERYBODY = Segment(name="-")
ADDRESS = {"email": "email", "sms": "phone"}
"""The column that each channel of a mailing writes to."""
YEARS_OF_YOUTH = 3
"""Whoever was 15–17 when her age was checked is 18 at the latest so many years later."""


class InUse(Refused):
    def __init__(self) -> None:
        super().__init__(_("A mailing has been sent to this segment: save another one beside it."))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a mailing would do: how many get it, and LeftOut → how many do not."""

    reached: int
    left_out: dict[str, int]

    @property
    def lines(self) -> list[tuple[Any, int]]:
        """Reasons in words, as they are declared."""
        return [(why.label, self.left_out[why]) for why in LeftOut if self.left_out.get(why)]


def reachable(
    *, segment: Segment | None, channel: str, languages: Collection[str], on: date
) -> QuerySet[Customer]:
    """Those who get it: one person per address."""
    people = judged(segment=segment, channel=channel, languages=languages, on=on)
    chosen: QuerySet[Customer] = _in_turn(people, channel).filter(left_out="", turn=1)
    return chosen


def reach(*, segment: Segment | None, channel: str, languages: Collection[str], on: date) -> Reach:
    """How many are reached, and how many are left out because of what."""
    people = judged(segment=segment, channel=channel, languages=languages, on=on)
    pairs = people.order_by().values_list("left_out").annotate(n=Count("pk"))
    counts = Counter(dict(pairs))
    allowed = counts.pop("", 0)
    addresses = people.filter(left_out="").order_by()
    reached = addresses.aggregate(n=Count(ADDRESS[channel], distinct=True))["n"]
    counts[LeftOut.SAME_ADDRESS] = allowed - reached
    return Reach(reached, dict(+counts))


def why_not(customer_id: Any, *, mailing: Mailing, on: date) -> str:
    """Why this person is not written to now: a LeftOut, or nothing. ERASED for whoever is gone."""
    people = judged(
        segment=mailing.segment, channel=mailing.channel, languages=mailing.languages, on=on
    )
    said: str | None = people.filter(pk=customer_id).values_list("left_out", flat=True).first()
    if said is None and Customer.objects.filter(pk=customer_id).exists():
        return LeftOut.OUTSIDE
    return LeftOut.ERASED if said is None else said


def judged(
    *, segment: Segment | None, channel: str, languages: Collection[str], on: date
) -> Judged:
    """The people whom the plain criteria fit, each with `left_out`: the first reason that applies,
    or an empty text."""
    wanted = segment or EVERYBODY
    newest = _newest(policy.MARKETING.key, channel)
    reasons = [
        (LeftOut.ERASED, Q(erased_on__isnull=False)),
        (LeftOut.NO_ADDRESS, Q(**{ADDRESS[channel]: ""})),
        (LeftOut.NO_CONSENT, Q(agreed__isnull=True)),
        (LeftOut.WITHDRAWN, ~Q(agreed=Consent.Action.GIVEN)),
        (LeftOut.OBJECTION, Q(_standing("objection", policy.MARKETING.key))),
        (LeftOut.RESTRICTION, Q(_standing("restriction", policy.MARKETING.key))),
        (LeftOut.BAN, Q(Exists(Ban.objects.in_force(on=on).filter(customer=OuterRef("pk"))))),
        (LeftOut.SECRECY, Q(secrecy_order=True)),
        (LeftOut.MINOR, _known_minor(on)),
        (LeftOut.CLOCK, Q(kept_through__isnull=True) | Q(kept_through__lt=on)),
        (LeftOut.LANGUAGE, ~Q(language__in=list(languages))),
        *(_of_history(wanted) if wanted.looks_at_history else ()),
    ]
    people = Customer.objects.filter(**_plain(wanted)).alias(agreed=newest)
    return people.annotate(
        left_out=Case(
            *(When(condition, then=Value(why.value)) for why, condition in reasons),
            default=Value(""),
            output_field=CharField(),
        )
    )


def _in_turn(people: Judged, channel: str) -> Judged:
    """Of those who share an address, the first customer is the first in turn."""
    together = [F(ADDRESS[channel]), F("left_out")]
    return people.annotate(turn=Window(RowNumber(), partition_by=together, order_by="number"))


def _plain(segment: Segment) -> dict[str, str]:
    return {name: getattr(segment, name) for name in PLAIN if getattr(segment, name)}


def _newest(purpose: str, channel: str) -> Subquery:
    """What the newest act says for the purpose and channel; null where there is none."""
    acts = Consent.objects.filter(customer=OuterRef("pk"), purpose=purpose, channel=channel)
    return Subquery(acts.order_by("-acted_at", "-saved_at").values("action")[:1])


def _standing(kind: str, purpose: str) -> Exists:
    rows = restrictions.in_force().filter(customer=OuterRef("pk"), purpose=purpose)
    return Exists(rows.filter(kind=ProcessingRestriction.Kind(kind)))


def _known_minor(on: date) -> Q:
    """No birth date is held. Who was seen to be 15–17 at the helm is taken for a minor until that
    check is three years old, or a later one says otherwise."""
    checks = Driver.objects.filter(customer=OuterRef("customer"))
    newest = checks.order_by("-drove_on", "-saved_at").values("pk")[:1]
    young = Driver.objects.filter(
        customer=OuterRef("pk"),
        age_group=Driver.AgeGroup.YOUTH,
        drove_on__gt=clock.years_after(on, -YEARS_OF_YOUTH),
        pk=Subquery(newest),
    )
    return Q(Exists(young))


def _of_history(segment: Segment) -> list[tuple[LeftOut, Q]]:
    """The consent to be grouped first, then whether the history fits."""
    grouped = _newest(policy.ANALYSIS.key, "")
    agreed = Customer.objects.alias(grouped=grouped).filter(
        pk=OuterRef("pk"), grouped=Consent.Action.GIVEN
    )
    against = _against(policy.ANALYSIS.key)
    return [
        (LeftOut.ANALYSIS, ~Q(Exists(agreed)) | Q(Exists(against))),
        *([(LeftOut.OUTSIDE, Q(Exists(_against(policy.LOYALTY.key))))] if segment.loyal else []),
        (LeftOut.OUTSIDE, ~_fits(segment)),
    ]


def _against(purpose: str) -> QuerySet[ProcessingRestriction]:
    return restrictions.in_force().filter(customer=OuterRef("pk"), purpose=purpose)


def _fits(segment: Segment) -> Q:
    rentals = Rental.objects.filter(customer=OuterRef("pk"))
    fits = Q()
    if segment.group:
        fits &= Q(group=segment.group)
    if segment.loyal:
        members = LoyaltyMembership.objects.filter(customer=OuterRef("pk"), left_on__isnull=True)
        fits &= Q(Exists(members))
    if segment.rented == Segment.Rented.EVER:
        fits &= Q(Exists(rentals))
    if segment.rented == Segment.Rented.NEVER:
        fits &= ~Q(Exists(rentals))
    if segment.rented_since:
        fits &= Q(Exists(rentals.filter(handed_over_at__date__gte=segment.rented_since)))
    if segment.not_rented_since:
        fits &= ~Q(Exists(rentals.filter(handed_over_at__date__gte=segment.not_rented_since)))
    return fits


# -- Saved segments -------------------------------------------------------------------------------


@transaction.atomic
def save(*, segment: Segment, by: User, at: datetime) -> Segment:
    """Keep the criteria. Raises InUse where a mailing has gone by them: its proof would change."""
    began = Mailing.objects.filter(segment=segment.pk).exclude(state=Mailing.State.DRAFT)
    if not segment._state.adding and began.exists():
        raise InUse
    segment.saved_at, segment.saved_by = at, by
    segment.save()
    audit.record(
        verb="segment.saved", by=by, at=at, object=segment,
        fields=[name for name in (*PLAIN, *OF_HISTORY) if getattr(segment, name)],
    )  # fmt: skip
    return segment
