"""The simulator: exports of a made-up subscription company, and the exact figures they must give.

Belongs here: the one function the command line calls. The parts, in the order they run: `calendar`
and `catalog` (vocabulary), `customers`, `billing`, `payments`, `purchases`, `support`, `usage`
(what happened), `company` (all of it from one seed), `truth` (what it amounts to), `canonical`,
`stripe`, `zendesk` (how exports show it), `blemishes` (how they spoil it), `columns`, `files`,
`write` (the bytes). Nothing here imports Dagster, dbt or the loader.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from dagster_project.errors import SettingsError
from dagster_project.plural import counted
from dagster_project.simulate.calendar import Window
from dagster_project.simulate.canonical import SHAPES
from dagster_project.simulate.company import draw_company
from dagster_project.simulate.usage import USUAL_EVENTS_PER_CUSTOMER
from dagster_project.simulate.write import write_company

DEFAULT_END: Final = date(2026, 10, 31)
FORMATS: Final = ("stripe", "canonical")
FILE_FORMATS: Final = ("csv", "parquet")
# About 300 MB of memory for a million customer-months; events go through to the disk.
MOST_CUSTOMER_MONTHS: Final = 100_000_000
MOST_MONTHS: Final = 600
MOST_EVENTS: Final = 10_000_000_000


def run(
    customers: int,
    months: int,
    seed: int,
    format: str,
    out: Path,
    *,
    file_format: str = "csv",
    shape: str = "subscription_periods",
    events: int | None = None,
    end: date = DEFAULT_END,
    flawed: bool = True,
) -> None:
    """Simulate a company and write its exports, truth.json and ebbline.yml.

    The same arguments give the same bytes, whatever day it is.

    :param customers: how many customers, at least 1.
    :param months: calendar months of history, the last of which holds `end`.
    :param seed: any whole number from 0.
    :param format: stripe (with Zendesk and Segment beside it) or canonical.
    :param out: folder to write to; made where it is missing.
    :param file_format: csv or parquet; parquet for the canonical format only.
    :param shape: recurring shape of the canonical format, or all of them.
    :param events: about how many usage events; None: seventy a customer.
    :param end: last day covered.
    :param flawed: late, corrected and broken rows in the vendor shapes.
    :raises SettingsError: an argument is out of its range; all of them are named at once.
    """
    problems = []
    if customers < 1 or months < 1 or seed < 0 or (events is not None and events < 0):
        problems.append(f"customers {customers}, months {months}, seed {seed}, events {events}")
    if customers * months > MOST_CUSTOMER_MONTHS:
        problems.append(
            f"{customers:,} customers over {counted(months, 'month')}: customers times months may be"
            f" {MOST_CUSTOMER_MONTHS:,} at most"
        )
    if months > MOST_MONTHS:
        problems.append(f"{months:,} months, at most {MOST_MONTHS}")
    if events is not None and events > MOST_EVENTS:
        problems.append(f"{events:,} events, at most {MOST_EVENTS:,}")
    if format not in FORMATS:
        problems.append(f"format {format}, expected one of {', '.join(FORMATS)}")
    if file_format not in FILE_FORMATS or (file_format == "parquet" and format == "stripe"):
        problems.append(f"file format {file_format} with format {format}")
    if shape not in (*SHAPES, "all"):
        problems.append(f"shape {shape}, expected all or one of {', '.join(SHAPES)}")
    if problems:
        raise SettingsError(
            "the simulation cannot be made as asked",
            where="ebbline simulate",
            evidence=problems,
            fix="see ebbline simulate --help",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the folder cannot be made: {error.strerror}",
            where=str(out),
            fix="name another with --out",
        ) from error
    company = draw_company(customers, Window.ending(end, months), seed)
    write_company(
        company,
        out,
        vendor=format == "stripe",
        parquet=file_format == "parquet",
        shapes=SHAPES if shape == "all" else (shape,),
        events=customers * USUAL_EVENTS_PER_CUSTOMER if events is None else events,
        flawed=flawed,
    )
