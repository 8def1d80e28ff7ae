"""Consents: given and withdrawn, never overwritten. The newest act for a purpose and channel is
what stands (GDPR 7: provable, and as easy to withdraw as to give)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from register import policy
from register.declare import Basis, Purpose
from register.models import Attachment, Consent, Customer
from register.services import audit, notices

CONSENTED: tuple[Purpose, ...] = tuple(
    purpose for purpose in policy.PURPOSES if purpose.basis is Basis.CONSENT
)
"""The purposes that nothing but a consent allows."""


class NotByConsent(ValueError):
    """The purpose rests on something else than consent: there is nothing to give or withdraw."""


@transaction.atomic
def give(
    *,
    customer: Customer,
    purpose: str,
    channel: str,
    words_shown: str,
    notice_version: str = "",
    language: str,
    taken_through: str,
    at: datetime,
    by: Any = None,
    source: str = policy.PERSON.key,
    paper: Attachment | None = None,
) -> Consent:
    """Record a consent with its proof: notice version, exact words, language, channel, time, taker.

    `notice_version`: the label of the notice that was shown (services.notices); today's if it is
    left out. Raises NotByConsent; a consent without words is refused by the database.
    """
    return _act(
        Consent.Action.GIVEN,
        customer=customer,
        purpose=purpose,
        at=at,
        by=by,
        rest={
            "channel": channel,
            "words_shown": words_shown,
            "notice_version": notices.shown(notice_version),
            "language": language,
            "taken_through": taken_through,
            "source": source,
            "paper": paper,
        },
    )


@transaction.atomic
def withdraw(
    *,
    customer: Customer,
    purpose: str,
    channel: str,
    language: str,
    taken_through: str,
    at: datetime,
    by: Any = None,
    paper: Attachment | None = None,
) -> Consent:
    """Record that the consent no longer stands. Asks nothing more than the giving did."""
    return _act(
        Consent.Action.WITHDRAWN,
        customer=customer,
        purpose=purpose,
        at=at,
        by=by,
        rest={
            "channel": channel,
            "language": language,
            "taken_through": taken_through,
            "paper": paper,
        },
    )


def _act(
    action: Consent.Action,
    *,
    customer: Customer,
    purpose: str,
    at: datetime,
    by: Any,
    rest: Mapping[str, Any],
) -> Consent:
    if purpose not in {declared.key for declared in CONSENTED}:
        raise NotByConsent(purpose)
    consent = Consent.objects.create(
        customer=customer,
        purpose=purpose,
        action=action,
        acted_at=at,
        saved_by=by if by is not None and by.is_authenticated else None,
        **rest,
    )
    audit.record(
        verb=f"consent.{action}",
        by=by,
        at=at,
        object=consent,
        fields=["purpose", "channel"],
    )
    return consent


def stands(*, customer: Customer, purpose: str, channel: str) -> bool:
    """Whether the newest act for the purpose and channel is a consent given."""
    newest = (
        Consent.objects.filter(customer=customer, purpose=purpose, channel=channel)
        .order_by("-acted_at", "-saved_at")
        .first()
    )
    return newest is not None and newest.action == Consent.Action.GIVEN


def consenting(*, purpose: str, channel: str) -> QuerySet[Customer]:
    """Customers whose newest act for the purpose and channel is a consent given."""
    acts = Consent.objects.filter(
        customer=OuterRef("pk"), purpose=purpose, channel=channel
    ).order_by("-acted_at", "-saved_at")
    return (
        Customer.objects.filter(Exists(acts), erased_on__isnull=True)
        .alias(newest=Subquery(acts.values("action")[:1]))
        .filter(newest=Consent.Action.GIVEN)
    )
