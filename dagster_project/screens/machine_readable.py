"""Answers for programs: rows for a spreadsheet, and JSON.

Values come from exports and mean nothing here: no formula in a spreadsheet.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dagster_project.shown import shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# A spreadsheet takes a cell that begins like this for a formula (CSV injection); a Japanese one wide signs too.
_FORMULA_STARTS = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")


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


def plain(value: Any) -> Any:
    """Return a result of ours as JSON knows it: fields by name, fractions as numbers, money exact as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def safe_cell(value: object) -> object:
    """Return a value as it may stand in a CSV file that somebody opens in a spreadsheet."""
    if isinstance(value, bool):
        return str(value).lower()  # as JSON, CRMs and DuckDB write it
    if not isinstance(value, str):
        return value
    # A terminal obeys what `cat` shows it of the file.
    seen = shown(value, keep="\n\r\t")
    return f"'{seen}" if seen.startswith(_FORMULA_STARTS) else seen
