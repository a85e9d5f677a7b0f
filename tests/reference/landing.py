"""Writes books as the canonical CSV files of CONTRACT.md, as a user without any vendor would."""

import csv
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.reference.rows import Books

FILES = {
    "aliases": "customer_aliases",
    "customers": "customers",
    "plans": "plans",
    "subscriptions": "subscriptions",
    "subscription_periods": "subscription_periods",
    "subscription_items": "subscription_items",
    "invoice_lines": "invoice_lines",
    "orders": "orders",
}


def write_landing(books: Books, landing: Path, *, corrected: bool = False) -> Path:
    """Write ``billing/<table>.csv`` under ``landing`` for every table that has rows; return the
    folder.

    ``corrected``: an earlier file says other amounts for the first half of the rows; the later one,
    with all rows, puts them right.
    """
    folder = landing / "billing"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in FILES.items():
        rows: Sequence[Any] = getattr(books, name)
        if corrected and rows:
            wrong = [_doubled(row) for row in rows[: len(rows) // 2]]
            _write(folder / f"{table}-2026-11-01.csv", rows, wrong)
        if rows:
            _write(folder / f"{table}-2026-11-02.csv", rows, rows)
    return folder


def _doubled(row: Any) -> Any:
    money = {"unit_amount", "mrr", "amount"} & {field.name for field in fields(row)}
    return replace(row, **{name: 2 * getattr(row, name) for name in money if getattr(row, name)})


def _write(file: Path, like: Sequence[Any], rows: Sequence[Any]) -> None:
    columns = [field.name for field in fields(like[0])]
    with file.open("w", newline="", encoding="utf-8") as open_file:
        writer = csv.writer(open_file)
        writer.writerow(columns)
        writer.writerows([_text(getattr(row, column)) for column in columns] for row in rows)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
