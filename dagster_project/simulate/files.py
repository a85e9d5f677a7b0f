"""Writing tables to files, the same bytes every time.

Belongs here: CSV, Parquet, JSON Lines and gzip. Does not belong here: what is in a table.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from dagster_project.simulate.columns import as_text_instants

ISO_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def write_csv(
    table: pa.Table,
    path: Path,
    *,
    instant: str = ISO_INSTANT,
    broken: Sequence[tuple[int, str]] = (),
) -> None:
    """Write a CSV with a header; broken rows are put in before the given rows.

    Nothing is quoted: no word of the simulator holds a comma or a quote, and Arrow refuses one that
    does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = as_text_instants(table, instant)
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as sink:
        sink.write((",".join(_quoted(name) for name in table.column_names) + "\n").encode())
        done = 0
        for place, row in [*broken, (table.num_rows, "")]:
            part = text.slice(done, place - done)
            # Arrow writes a header for an empty table whatever the options say
            if part.num_rows:
                pyarrow.csv.write_csv(part, sink, options)
            if row:
                sink.write(f"{row}\n".encode())
            done = place


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name or '"' in name else name


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a Parquet file; instants as microseconds in UTC, numbers as the contract has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = [
        pa.field(f.name, pa.timestamp("us", tz="UTC") if pa.types.is_timestamp(f.type) else f.type)
        for f in table.schema
    ]
    pyarrow.parquet.write_table(table.cast(pa.schema(fields)), path, compression="zstd")


def write_lines(
    lines: Iterable[str], path: Path, *, broken: Sequence[tuple[int, str]] = ()
) -> None:
    """Write text lines, gzipped (without a time in the header) where the name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    spoiled = iter(broken)
    next_broken = next(spoiled, None)
    with path.open("wb") as raw:
        packed = (
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            if path.suffix == ".gz"
            else None
        )
        sink = io.BufferedWriter(packed if packed is not None else raw, 1 << 20)  # type: ignore[arg-type]
        for number, line in enumerate(lines):
            while next_broken is not None and next_broken[0] == number:
                sink.write(f"{next_broken[1]}\n".encode())
                next_broken = next(spoiled, None)
            sink.write(f"{line}\n".encode())
        sink.flush()
        if packed is not None:
            packed.close()
