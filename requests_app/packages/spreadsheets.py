"""The package's tables as CSV, one file each, as a spreadsheet in Finland opens them: UTF-8 with a
mark, semicolons between, no cell that a program would take for a formula."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from register.spreadsheets import MARK, safe
from requests_app.packages.collecting import Everything, Row, Table
from requests_app.packages.values import Json

PLAIN_NUMBER = re.compile(r"[+-]?\d[\d ]*\Z")
"""A phone number or an amount: no program runs it, and a quote before it would be in the way."""


def files(everything: Everything) -> dict[str, bytes]:
    """File name → content, in the order of the package. A table that two categories share goes
    into one file per category."""
    named: dict[str, bytes] = {}
    for section in everything.sections:
        for table in section.tables:
            name = f"{slugify(table.title)}.csv"
            if name in named:
                name = f"{slugify(table.title)}-{slugify(section.name)}.csv"
            named[name] = sheet(table)
    return named


def sheet(table: Table) -> bytes:
    target = StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    columns = _columns(table)
    writer.writerow([_("Record"), *columns.values(), _("Saved"), _("Source"), _("Left out")])
    writer.writerows(_cells(row, columns) for row in table.rows)
    return (MARK + target.getvalue()).encode()


def _columns(table: Table) -> dict[str, str]:
    """Column → its title, for every column that some row fills."""
    return {value.name: value.title for row in table.rows for value in row.values}


def _cells(row: Row, columns: dict[str, str]) -> Iterator[str]:
    held = {value.name: value for value in row.values}
    yield row.id
    for name in columns:
        value = held.get(name)
        yield "" if value is None else cell(value.machine if value.sealed else value.text)
    yield row.saved_on
    yield cell(row.source)
    yield cell("; ".join(dict.fromkeys(v.left_out for v in row.values if v.left_out)))


def cell(value: Json) -> str:
    """A value that no spreadsheet runs: a quote before what would begin a formula."""
    text = "" if value is None else str(value)
    return text if PLAIN_NUMBER.match(text) else safe(text)
