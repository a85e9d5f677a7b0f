"""Answers for programs: rows for a spreadsheet, and JSON.

Values come from exports and mean nothing here: no formula in a spreadsheet.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# A spreadsheet takes a cell that begins like this for a formula (CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(kind: "type[DataclassInstance]", rows: "Iterable[DataclassInstance]") -> str:
    """Return rows of one kind as CSV, with a header; text that a spreadsheet would run gets an apostrophe."""
    out = io.StringIO()
    table = csv.writer(out)  # its line ends are CRLF, which makes it quote a lone CR in a value too
    columns = [field.name for field in fields(kind)]
    table.writerow(columns)
    for row in rows:
        table.writerow([safe_cell(getattr(row, column)) for column in columns])
    return out.getvalue()


def as_json(document: dict[str, Any]) -> str:
    """Return one JSON object; what JSON has no type for, such as money and dates, as text."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)


def safe_cell(value: object) -> object:
    """Return a value as it may stand in a CSV file that somebody opens in a spreadsheet."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
