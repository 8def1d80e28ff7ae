"""People whose erasure fails: tried again every night up to a limit, never passed in silence."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from register.models import ErasureTrouble
from register.services import audit


def note(*, customer_id: UUID, problem: str, at: datetime) -> None:
    """One more try has failed. `problem` is the kind of the error, never its text."""
    told = {"problem": problem[:80], "last_at": at}
    with transaction.atomic():
        known = ErasureTrouble.objects.filter(pk=customer_id)
        if not known.update(tries=F("tries") + 1, **told):
            ErasureTrouble.objects.create(customer_id=customer_id, first_at=at, **told)


def forget(customer_ids: Collection[UUID]) -> None:
    """These people are erased now."""
    if ErasureTrouble.objects.exists():
        rows = ErasureTrouble.objects.filter(customer_id__among=customer_ids).order_by()
        rows._raw_delete(rows.db)


def given_up() -> QuerySet[ErasureTrouble]:
    """People who are not tried any more until somebody has looked."""
    return ErasureTrouble.objects.filter(tries__gte=settings.RETENTION_TRIES)


@transaction.atomic
def try_again(*, customer_id: UUID, by: Any, at: datetime) -> None:
    """Somebody has looked: she is tried again from the next night on."""
    ErasureTrouble.objects.filter(pk=customer_id).update(tries=0)
    audit.record(verb="retention.try_again", by=by, at=at, customer_id=customer_id)
