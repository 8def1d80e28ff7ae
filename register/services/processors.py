"""The list of those who process data for the firm or get it regularly (GDPR 28, 30(1)(d)–(e))."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from stdnum.fi import ytunnus

from register import permissions, policy
from register.models import Processor, User
from register.models.processors import EEA
from register.services import audit
from register.services.refusals import Refused

FIELDS = (
    "name", "business_id", "recipient", "acts_as", "processes", "country", "place", "safeguard",
    "subprocessors", "signed_on", "valid_through", "review_on", "ended_on",
)  # fmt: skip
SOON = timedelta(days=60)
"""How long before its last day an agreement is pointed out."""


class Impossible(Refused):
    """What is said does not hold together."""


def in_force(*, on: date) -> QuerySet[Processor]:
    """Those who have not ended, by name."""
    return Processor.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on)).order_by("name")


def without_agreement(*, on: date) -> QuerySet[Processor]:
    """Those who work for us that day without an agreement in force (GDPR 28(3))."""
    lacking = Q(signed_on__isnull=True) | Q(signed_on__gt=on) | Q(valid_through__lt=on)
    return in_force(on=on).filter(lacking, acts_as=Processor.ActsAs.PROCESSOR)


def ending_soon(*, on: date) -> QuerySet[Processor]:
    """Those whose agreement runs out within SOON, and those whose day of review has passed."""
    soon = Q(acts_as=Processor.ActsAs.PROCESSOR, valid_through__range=(on, on + SOON))
    return in_force(on=on).filter(soon | Q(review_on__lt=on))


def not_told(*, on: date) -> QuerySet[Processor]:
    """Those who are no recipient of the notice, or to whom data goes outside the EU and the EEA
    while the notice says that it does not."""
    told = [recipient.key for recipient in policy.TRANSFERS_OUTSIDE_EEA]
    strange = ~Q(recipient__in=[recipient.key for recipient in policy.RECIPIENTS])
    away = ~Q(country__in=EEA) & ~Q(recipient__in=told)
    return in_force(on=on).filter(strange | away)


@transaction.atomic
def keep(
    *, said: Mapping[str, Any], by: User, at: datetime, row: Processor | None = None
) -> Processor:
    """Write somebody into the list, or what has changed of her agreement.

    `said`: values of FIELDS. Raises Impossible, PermissionDenied.
    """
    if not permissions.may(by, "processors"):
        raise PermissionDenied
    _sense(said)
    if row is None:
        made = Processor.objects.create(saved_at=at, saved_by=by, **said)
        audit.record(verb="processor.added", by=by, at=at, object=made)
        return made
    return _change(row, said, by=by, at=at)


def _change(row: Processor, said: Mapping[str, Any], *, by: User, at: datetime) -> Processor:
    kept = Processor.objects.select_for_update().get(pk=row.pk)
    changed = [name for name, value in said.items() if getattr(kept, name) != value]
    for name in changed:
        setattr(kept, name, said[name])
    if changed:
        kept.save(update_fields=changed)
        audit.record(verb="processor.changed", by=by, at=at, object=kept, fields=changed)
    return kept


def _sense(said: Mapping[str, Any]) -> None:
    signed, through = said.get("signed_on"), said.get("valid_through")
    if through and not signed:
        raise Impossible(_("Say also when it was signed."), field="signed_on")
    if through and through < signed:
        raise Impossible(_("It runs out before it was signed."), field="valid_through")
    away = said["country"] not in EEA
    if away and not said.get("safeguard"):
        raise Impossible(
            _("Outside the EU and the EEA a safeguard is needed: say which."), field="safeguard"
        )
    if said.get("safeguard") and not away:
        raise Impossible(
            _("Data that stays in the EU and the EEA needs no safeguard."), field="safeguard"
        )
    if said["country"] == "FI" and (number := said.get("business_id")):
        if not ytunnus.is_valid(number):
            raise Impossible(_("This is not a Finnish business ID."), field="business_id")
