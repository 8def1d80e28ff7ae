"""What an erasure leaves behind: a receipt and a line of the audit for each person, by opaque ids.

Thousands of people are erased alike, so people are sent in groups, and the database writes a row
for each: to make two objects a person would take longer than to delete her rows.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connections, router
from django.db.models import Model

from register import permissions
from register.models import AuditEvent, ErasureReceipt
from register.services.erasure_plans import Item, Plan
from register.services.facts import PERSON


class _Alike(NamedTuple):
    """What the receipts and audit lines of several people have in common."""

    items: tuple[Item, ...]
    ground: str


def write(decided: Sequence[Plan], *, by: Any, at: datetime) -> None:
    """The receipt, not complete yet, and the audit line of each of these plans. Belongs into the
    transaction that erases the rows."""
    groups: dict[_Alike, list[Plan]] = defaultdict(list)
    for one in decided:
        groups[_Alike(one.items, one.ground)].append(one)
    sent = json.dumps([_told(some) for some in groups.values()])
    actor, roles = getattr(by, "pk", None), ",".join(permissions.roles_of(by))
    _insert(ErasureReceipt, sent, {
        "id": (NEW_ID, None), "customer_id": (ID, None), "ground": ("ground", None),
        "counts": ("counts", None), "kept": ("kept", None),
        "state": (None, ErasureReceipt.State.ROWS_GONE), "executed_at": (None, at),
        "executed_by": (None, actor),
    })  # fmt: skip
    _insert(AuditEvent, sent, {
        "at": (None, at), "actor_id": (None, actor), "actor_roles": (None, roles),
        "verb": ("verb", None), "object_label": (None, PERSON), "object_id": (ID_AS_TEXT, None),
        "customer_id": (ID, None), "fields": (None, []), "reason": ("ground", None),
        "outcome": (None, AuditEvent.Outcome.DONE), "count": ("rows", None),
        "query_tag": (None, ""),
    })  # fmt: skip


def _told(alike: Sequence[Plan]) -> dict[str, Any]:
    one = alike[0]
    counts = one.counts()
    return {
        "people": [plan.customer_id.hex for plan in alike],
        "ground": one.ground,
        "verb": "erase" if one.erases_whole_person else "erase.part",
        "rows": sum(counts.values()),
        "counts": counts,
        "kept": [_kept(item) for item in one.kept],
    }


def _kept(item: Item) -> dict[str, Any]:
    return {
        "table": item.table,
        "rows": item.count,
        "columns": [label.rpartition(".")[2] for label in item.fields],
        "until": item.until.isoformat() if item.until else None,
        "basis": item.basis,
    }


# -- A row for each of the people who are sent --------------------------------------------------

NEW_ID, ID, ID_AS_TEXT = "new id", "id", "id as text"
_FROM = {
    "postgresql": "FROM jsonb_array_elements(%s::jsonb) AS g(it), "
    "jsonb_array_elements_text(g.it->'people') AS p(id)",
    "sqlite": "FROM json_each(%s) AS g, json_each(g.value, '$.people') AS p",
}
_COLUMNS = {
    "postgresql": {
        NEW_ID: "gen_random_uuid()",
        ID: "p.id::uuid",
        ID_AS_TEXT: "p.id::uuid::text",
        "ground": "g.it->>'ground'",
        "verb": "g.it->>'verb'",
        "rows": "(g.it->>'rows')::int",
        "counts": "g.it->'counts'",
        "kept": "g.it->'kept'",
    },
    "sqlite": {
        NEW_ID: "lower(hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2) || "
        "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || "
        "hex(randomblob(6)))",
        ID: "p.value",
        ID_AS_TEXT: "substr(p.value, 1, 8) || '-' || substr(p.value, 9, 4) || '-' || "
        "substr(p.value, 13, 4) || '-' || substr(p.value, 17, 4) || '-' || substr(p.value, 21)",
        "ground": "json_extract(g.value, '$.ground')",
        "verb": "json_extract(g.value, '$.verb')",
        "rows": "json_extract(g.value, '$.rows')",
        "counts": "json_extract(g.value, '$.counts')",
        "kept": "json_extract(g.value, '$.kept')",
    },
}
"""Ids made by the database are random, of version 4, as uuid.uuid4's are."""


def _insert(model: type[Model], sent: str, columns: dict[str, tuple[str | None, Any]]) -> None:
    """`columns`: name → where its value stands in what is sent, or else the value itself."""
    connection = connections[router.db_for_write(model)]
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in columns}
    values, params = [], []
    for name, (sent_as, value) in columns.items():
        values.append(_COLUMNS[connection.vendor][sent_as] if sent_as else "%s")
        if not sent_as:
            params.append(fields[name].get_db_prep_save(value, connection))
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "
            f"SELECT {', '.join(values)} {_FROM[connection.vendor]}",
            [*params, sent],
        )
