"""`customer__among=ids`: the rows of many people as one parameter of one statement.

An `IN (…)` of a thousand ids is a thousand parameters to send and parse; an array is one, and
SQLite has no limit on how long it may be.
"""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Lookup, OneToOneField, UUIDField
from django.db.models.sql.compiler import SQLCompiler

Sql = tuple[str, Any]


class Among(Lookup[Any]):
    """True where the id is one of the given UUIDs. An empty list matches nothing."""

    lookup_name = "among"
    prepare_rhs = False

    def listed(self, value: Iterable[UUID | str], connection: BaseDatabaseWrapper) -> Sql:
        ids = [one if isinstance(one, UUID) else UUID(str(one)) for one in value]
        if connection.vendor == "postgresql":
            return "%s::uuid[]", [ids]
        return "%s", [json.dumps([one.hex for one in ids])]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.listed(self.rhs, connection)
        if connection.vendor == "postgresql":
            return f"{left} = ANY({right})", [*left_params, *right_params]
        listed = f"(SELECT value FROM json_each({right}))"  # noqa: S608 -- a placeholder
        return f"{left} IN {listed}", [*left_params, *right_params]


for column in (UUIDField, ForeignKey, OneToOneField):
    column.register_lookup(Among)
