"""Files for spreadsheets. No cell is ever taken for a formula, whatever a customer is called."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection)."""
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells a spreadsheet in Finland that a CSV is UTF-8."""
PART = 1_000
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = Sequence[Any]


def safe(cell: Any) -> str:
    """The cell as text that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def written(cell: Any) -> str:
    """A cell of a CSV. Numbers stay numbers, with the comma of Finland."""
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        return str(cell).replace(".", ",")
    return safe(cell)


def csv_parts(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """A CSV as Finnish spreadsheets open it: UTF-8 with a mark, semicolons, a part at a time."""
    yield MARK + _lines([header])
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == PART:
            yield _lines(part)
            part = []
    yield _lines(part)


def _lines(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([written(cell) for cell in row] for row in rows)
    return out.getvalue()


def xlsx(title: str, header: Row, rows: Iterable[Row]) -> bytes:
    """A workbook of one sheet. Text is text even where it looks like a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in chain([header], rows):
        sheet.append([_cell(sheet, value) for value in row])
    with TemporaryFile() as out:
        book.save(out)
        out.seek(0)
        return out.read()


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    if value.startswith(FORMULA):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell
