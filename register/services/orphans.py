"""People of whom the vault still holds something and the register nothing: a crash or a restore
left their keys. The two databases may stand on two machines, so the ids travel; they do it as one
text a part, which this program passes on without reading it.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import connections, router

from register.models import Customer
from register.vault.models import DataKey, IndexTag

PART = 20_000
"""People a question."""

_HELD = {
    "postgresql": "SELECT string_agg(id::text, ',' ORDER BY id) FROM ({people}) AS part",
    "sqlite": "SELECT group_concat(id, ',') FROM ({people})",
}
_PEOPLE = (
    "SELECT DISTINCT customer_id AS id FROM {table} WHERE customer_id > %s ORDER BY id LIMIT %s"
)
_MISSING = {
    "postgresql": "SELECT held.id FROM unnest(string_to_array(%s, ',')::uuid[]) AS held (id) "
    "WHERE NOT EXISTS (SELECT 1 FROM {people} AS p WHERE p.id = held.id)",
    "sqlite": "SELECT held.value FROM "
    "json_each('[\"' || replace(%s, ',', '\",\"') || '\"]') AS held "
    "WHERE NOT EXISTS (SELECT 1 FROM {people} AS p WHERE p.id = held.value)",
}


def orphans(table: type[DataKey] | type[IndexTag]) -> Iterator[set[UUID]]:
    """Of whom the vault's table holds rows though the register does not know them, in parts."""
    for held in _held(table):
        connection = connections[router.db_for_read(Customer)]
        sql = _MISSING[connection.vendor].format(people=Customer._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(sql, [held])
            found = {UUID(str(pk)) for (pk,) in cursor.fetchall()}
        if found:
            yield found


def _held(table: type[DataKey] | type[IndexTag]) -> Iterator[str]:
    """The ids with commas between, in parts of flat size, in the order of the ids."""
    connection = connections[router.db_for_read(table)]
    people = _PEOPLE.format(table=table._meta.db_table)
    after = str(UUID(int=0)) if connection.vendor == "postgresql" else UUID(int=0).hex
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_HELD[connection.vendor].format(people=people), [after, PART])
            [(held,)] = cursor.fetchall()
        if held is None:
            return
        yield held
        after = held.rpartition(",")[2]
