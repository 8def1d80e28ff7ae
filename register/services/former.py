"""The ids that records had which were merged into another: a backup from before the merge holds
the person under them, so an erasure is receipted and journaled under them as well."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from register.models import ErasureReceipt, Merge
from register.services import journal
from register.services.erasure_plans import Plan

Former = dict[UUID, list[UUID]]
"""Of each person who has any: the ids of what was merged into her record."""


def ids(people: Iterable[UUID]) -> Former:
    """Ask before the rows go: the merges go with them."""
    found: Former = {}
    rows = Merge.objects.filter(customer__among=list(people)).order_by()
    for pk, was in rows.values_list("customer_id", "former_id"):
        found.setdefault(pk, []).append(was)
    return found


def write(decided: Sequence[Plan], known: Former, *, at: datetime) -> None:
    """Open receipts under these ids: what a crash leaves, `reconcile` journals from them."""
    ErasureReceipt.objects.bulk_create(
        ErasureReceipt(customer_id=was, ground=one.ground, executed_at=at)
        for one in decided
        for was in known.get(one.customer_id, ())
    )


def entries(told: Iterable[journal.Entry], known: Former) -> list[journal.Entry]:
    """What the journal says of each person, said of her former ids."""
    return [one._replace(customer_id=was) for one in told for was in known.get(one.customer_id, ())]
