"""Writing tables as a vendor's export has them. What a vendor calls a column belongs in its own module."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

Row = Mapping[str, object]


def write_table(folder: Path, name: str, rows: Iterable[Row]) -> None:
    """Write ``rows`` as ``name.csv``; nothing where there are none."""
    written = list(rows)
    if not written:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(written[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(written)


def plain(instant: datetime | None) -> str:
    """Return an instant as ``2026-01-31 10:00:00``, in UTC."""
    return instant.strftime("%Y-%m-%d %H:%M:%S") if instant else ""


def iso(instant: datetime | None) -> str:
    """Return an instant as ``2026-01-31T10:00:00Z``."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else ""


def major(cents: int) -> str:
    """Return cents as an amount in major units."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
