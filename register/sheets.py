"""Spreadsheets from outside, read without trusting them: CSV in any habit of Finland, XLSX cell by
cell. What is hostile or broken is refused with a sentence. Plain Python, no Django models.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 60
MOST_UNPACKED = 250 * 1024 * 1024
MOST_RATIO = 200
"""A sheet of text packs to a tenth or so; what packs to a two-hundredth is a bomb."""
MOST_EMPTY = 1_000
"""So many empty rows in a row are the end of the sheet, whatever the file says of its size."""
LONGEST_CELL = 2_000

Row = list[str]


class Unreadable(Exception):
    """The file is not taken. `str()` is a sentence for whoever sent it."""


def read(content: bytes) -> Iterator[Row]:
    """The rows as text, the headings first; empty rows at the end and within are left out, as
    empty lists. Told apart by content, whatever the file is called. Raises Unreadable."""
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 10 MB: send it in parts."))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            _("This is an old .xls file or one with a password: save it as .xlsx without one.")
        )
    if content.startswith(b"PK"):
        return _bounded(_workbook(content))
    if content.startswith(
        (b"%PDF", b"\x89PNG", b"\xff\xd8", b"GIF8", b"{\\rtf", b"\x7fELF", b"MZ")
    ):
        raise Unreadable(_("This is not a spreadsheet: save the list as .xlsx or .csv."))
    return _bounded(_text(content))


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    empty, used = 0, 0
    for row in rows:
        if any(row):
            used += 1
            empty = 0
        else:
            empty += 1
        if empty > MOST_EMPTY:
            return
        if used > MOST_ROWS:
            raise Unreadable(_("The file has more than 100 000 rows: send it in parts."))
        if len(row) > MOST_COLUMNS:
            row = row[:MOST_COLUMNS]
        yield row


# -- CSV ------------------------------------------------------------------------------------------


def _text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    if "\x00" in text:
        raise Unreadable(_("This is not a spreadsheet: save the list as .xlsx or .csv."))
    csv.field_size_limit(MOST_BYTES)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            yield [_cell(value) for value in row]
    except csv.Error:
        raise Unreadable(
            _("The file cannot be read as a list: save it again as .xlsx or .csv.")
        ) from None


def _decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows' own Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """What stands most often in the first line: semicolon, tabulator or comma."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(";\t,", key=first.count)


def _cell(value: str) -> str:
    return " ".join(value.replace("\xa0", " ").split())[:LONGEST_CELL]


# -- XLSX -----------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Iterator[Row]:
    _ensure_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is not believed
        for row in sheet.iter_rows():
            yield [_value(cell) for cell in row]
    except Unreadable:
        raise
    except Exception:  # the library raises whatever a broken file makes it raise
        raise Unreadable(
            _("The file is broken or not an .xlsx spreadsheet: save it again.")
        ) from None


def _ensure_harmless(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise Unreadable(
            _("The file is broken or not an .xlsx spreadsheet: save it again.")
        ) from None
    names = {part.filename for part in parts}
    if any("vbaproject" in name.lower() for name in names):
        raise Unreadable(_("The file holds macros: save it as .xlsx without them."))
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unreadable(_("This is not a spreadsheet: save the list as .xlsx or .csv."))
    unpacked = sum(part.file_size for part in parts)
    worst = max(part.file_size / max(part.compress_size, 1) for part in parts)
    if unpacked > MOST_UNPACKED or worst > MOST_RATIO or len(parts) > 1_000:
        raise Unreadable(_("The file unpacks to far more than a list holds: it is not opened."))


def _value(cell: Any) -> str:
    value = cell.value
    if getattr(cell, "data_type", "") == "f" or (isinstance(value, str) and value.startswith("=")):
        raise Unreadable(
            _("The sheet holds formulas: copy it and paste the values only, then send that.")
        )
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _cell(str(value))
