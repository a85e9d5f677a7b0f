"""The command line. The only place that prints; every command is a thin layer over the packages.

Dagster, dbt and Great Expectations are imported inside the commands that need them, so that
``ebbline publications`` answers at once.
"""

import os
import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from dagster_project.config import Settings, load_settings
from dagster_project.errors import EbblineError, ExitCode
from dagster_project.warehouse.paths import WarehousePaths

app = typer.Typer(
    name="ebbline",
    help="A retention warehouse: exports in, validated retention marts out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# Bound to the real streams: what a run's tools print meanwhile goes to its log.
screen = Console(file=sys.stdout, highlight=False, soft_wrap=True)
errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)

Config = Annotated[Path | None, typer.Option(help="Settings file; default ebbline.yml.")]
Landing = Annotated[
    str | None, typer.Option(help="Folder or URL with billing/, support/ and usage/.")
]
Folder = Annotated[Path | None, typer.Option("--warehouse", help="Warehouse folder.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _text(value: object) -> str:
    """Return a value as plain text for the screen: no markup, no terminal control characters."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def _say(line: str = "", style: str | None = None) -> None:
    screen.print(_text(line), style=style, markup=False)


def _settings(config: Path | None, warehouse: Path | None = None) -> Settings:
    return load_settings(config, warehouse=warehouse)


@app.command()
def run(
    config: Config = None,
    landing: Landing = None,
    warehouse: Folder = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Rebuild what was known that day."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The last day covered."),
    ] = None,
) -> None:
    """Ingest, build, validate, publish, alert and write the report, in one process.

    Ends 0 when published (or nothing changed), 2 when validation refused to publish, 3 when an input was
    refused, 1 on any other error.
    """
    # Checked here first: a wrong setting is answered at once, before Dagster is imported.
    settings = load_settings(
        config, landing=landing, warehouse=warehouse, as_of=_day(as_of), until=_day(until)
    )
    paths = WarehousePaths(settings.warehouse)
    with screen.status("ingest, build, validate, publish ..."):
        from dagster_project.defs.resources import Warehouse  # noqa: PLC0415
        from dagster_project.pipeline import run_pipeline  # noqa: PLC0415

        outcome = run_pipeline(
            Warehouse(
                config=str(config) if config else None,
                landing=landing,
                folder=str(warehouse) if warehouse else None,
                as_of=_day(as_of).isoformat() if as_of else None,  # type: ignore[union-attr]
                until=_day(until).isoformat() if until else None,  # type: ignore[union-attr]
                only_if_changed=True,
            )
        )
    from dagster_project.screen import outcome_lines  # noqa: PLC0415

    for line, style in outcome_lines(outcome, paths):
        _say(line, style)
    raise typer.Exit(int(outcome.exit_code))


@app.command()
def ui(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    config: Config = None,
) -> NoReturn:
    """Show the Dagster UI, with the daemon that runs the schedule and the sensor."""
    settings_file = (config or Path(os.environ.get("EBBLINE_CONFIG", "ebbline.yml"))).resolve()
    load_settings(settings_file)
    home = Path(".dagster").resolve()
    home.mkdir(exist_ok=True)
    project = Path(__file__).resolve().parents[1]
    shutil.copyfile(project / "dagster.yaml", home / "dagster.yaml")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "EBBLINE_CONFIG": str(settings_file),
    }
    command = str(Path(sys.executable).with_name("dagster"))
    _say(f"the Dagster UI is starting on http://{host}:{port}; stop it with Ctrl-C")
    os.execvpe(
        command,
        [command, "dev", "-m", "dagster_project.definitions", "-h", host, "-p", str(port)],
        environment,
    )


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write to; created if missing.")],
    customers: Annotated[int, typer.Option(min=1, help="How many customers.")] = 600,
    months: Annotated[int, typer.Option(min=1, help="How many months of history.")] = 30,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    format: Annotated[str, typer.Option(help="stripe or canonical.")] = "stripe",
    file_format: Annotated[str, typer.Option(help="csv or parquet (canonical only).")] = "csv",
    shape: Annotated[
        str,
        typer.Option(
            help="canonical only: subscription_periods, subscription_items, invoice_lines or all."
        ),
    ] = "invoice_lines",
    events: Annotated[int | None, typer.Option(min=0, help="About how many usage events.")] = None,
    end: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The last day of the history."),
    ] = None,
) -> None:
    """Write the exports of a made-up company, and truth.json with its exact figures."""
    from dagster_project import simulate as simulator  # noqa: PLC0415

    simulator.run(
        customers,
        months,
        seed,
        format,
        out,
        file_format=file_format,
        shape=shape,
        events=events,
        end=_day(end) or simulator.DEFAULT_END,
    )
    _say(f"written to {out}; run it with: ebbline run --config {out / 'ebbline.yml'}")


def main() -> None:
    """Run the command line; errors of ours become one block of text and their exit code."""
    try:
        app()
    except EbblineError as error:
        errors.print(_text(error), style="red", markup=False)
        sys.exit(int(error.exit_code))
    except BrokenPipeError:
        sys.exit(int(ExitCode.ERROR))


if __name__ == "__main__":
    main()
