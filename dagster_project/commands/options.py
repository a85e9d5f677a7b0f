"""Options that several commands have."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.commands import completion
from dagster_project.config import load_settings
from dagster_project.warehouse.paths import WarehousePaths

Config = Annotated[Path | None, typer.Option(help="Settings file; default ebbline.yml.")]
Landing = Annotated[
    str | None, typer.Option(help="Folder or URL with billing/, support/ and usage/.")
]
Folder = Annotated[Path | None, typer.Option("--warehouse", help="Warehouse folder.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]
Incident = Annotated[str, typer.Argument(help="Incident id; `ebbline alerts list` has them.")]
Who = Annotated[str, typer.Option("--by", help="Who you are.")]
Metric = Annotated[
    str,
    typer.Argument(
        help="A metric of marts.metrics, such as churn_rate.", autocompletion=completion.metrics
    ),
]
PeriodName = Annotated[str, typer.Argument(help="2026-03, 2026-Q1 or 2026.")]
Segment = Annotated[
    str | None,
    typer.Option(
        help="dimension=member, such as country=DE.", autocompletion=completion.dimensions
    ),
]
ExportFormat = Annotated[
    str | None,
    typer.Option(
        help="Vendor, canonical, or none.",
        show_default=False,
        autocompletion=completion.formats,
    ),
]


class OutputFormat(StrEnum):
    """How a command answers."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Format = Annotated[OutputFormat, typer.Option(help="How to answer.")]


def day_of(given: datetime | None) -> date | None:
    """Return the day that was given."""
    return given.date() if given else None


def paths_of(config: Path | None, warehouse: Path | None) -> WarehousePaths:
    """Return the warehouse that the options name, else the settings."""
    return WarehousePaths(load_settings(config, warehouse=warehouse).warehouse)
