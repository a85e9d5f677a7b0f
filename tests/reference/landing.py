"""Writes books as the canonical CSV files of CONTRACT.md, as a user without any vendor would."""

import csv
from collections.abc import Sequence
from dataclasses import fields
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


def write_landing(books: Books, landing: Path) -> Path:
    """Write ``billing/<table>.csv`` under ``landing``, a file for every table that has rows; return
    the folder.
    """
    folder = landing / "billing"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in FILES.items():
        rows: Sequence[Any] = getattr(books, name)
        if not rows:
            continue
        columns = [field.name for field in fields(rows[0])]
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_text(getattr(row, column)) for column in columns] for row in rows)
    return folder


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
