"""What ``ebbline export`` says: the lists there are, and one of them for a CRM or a mail tool."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster_project.lists import CustomerList
from dagster_project.plural import counted
from dagster_project.screens import Line
from dagster_project.screens.machine_readable import as_json, safe_cell


def available_lines(lists: Mapping[str, str]) -> Iterator[Line]:
    """Yield the name of every list and what it holds."""
    width = max(map(len, lists))
    for name, title in lists.items():
        yield f"{name:<{width}}  {title}", None


def list_csv(listed: CustomerList) -> str:
    """Return a list as CSV; text that a spreadsheet would run gets an apostrophe."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(listed.columns)
    for row in listed.rows:
        table.writerow([safe_cell(value) for value in row])
    return out.getvalue()


def list_json(listed: CustomerList) -> str:
    """Return a list as one JSON object."""
    rows = [dict(zip(listed.columns, row, strict=True)) for row in listed.rows]
    return as_json({"list": listed.name, "title": listed.title, "customers": rows})


def write_parquet(listed: CustomerList, file: Path) -> None:
    """Write a list as Parquet, with the types of the marts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values: dict[str, list[Any]] = {
        column: [row[place] for row in listed.rows] for place, column in enumerate(listed.columns)
    }
    pq.write_table(pa.table(values), file)


def written_lines(listed: CustomerList, file: Path) -> Iterator[Line]:
    """Yield how many customers were written, and where."""
    yield f"{counted(len(listed.rows), 'customer')} written to {file}", "green"
