"""Commands that begin and run: ``run``, ``init``, ``ui``, ``simulate``."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn, get_args

import typer

from dagster_project.clock import clock_from_environment
from dagster_project.commands import terminal
from dagster_project.commands.options import Config, ExportFormat, Folder, Landing, day_of
from dagster_project.commands.terminal import say, tell
from dagster_project.config import load_settings
from dagster_project.errors import ExitCode
from dagster_project.warehouse.paths import WarehousePaths

# `dg dev`, the successor that the warning names, calls the same function and brings the client of Dagster Cloud
# and some twenty packages more, so `dagster dev` stays and this one warning is kept off the screen.
_SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"


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
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh", help="Build everything anew and keep nothing of other nights."
        ),
    ] = False,
) -> None:
    """Ingest, build, validate, publish, alert and write the report, in one process.

    Ends 0 when published (or nothing changed), 2 when validation refused to publish, 3 when an input was
    refused, 1 on any other error.
    """
    # Checked here first: what is wrong in settings, mappings, suites or rules is answered at once, before Dagster
    # is imported.
    settings = load_settings(
        config, landing=landing, warehouse=warehouse, as_of=day_of(as_of), until=day_of(until)
    )
    paths = WarehousePaths(settings.warehouse)
    from dagster_project import red_lines
    from dagster_project.engines.spark import require_engine
    from dagster_project.exports.contract import Source as SourceName
    from dagster_project.exports.mapping import mapping_for
    from dagster_project.quality.suites import read_suites
    from dagster_project.report import heading_of

    require_engine(settings.engine)
    for name in get_args(SourceName):
        if (source := settings.sources.named().get(name)) is not None:
            mapping_for(source.format, name)
    read_suites()
    red_lines.load_rules(settings)
    red_lines.check_targets(settings)
    heading_of(settings)
    paths.create()
    began = clock_from_environment().now()
    with terminal.following_run(paths):
        from dagster_project.defs.resources import Warehouse
        from dagster_project.pipeline import run_pipeline

        outcome = run_pipeline(
            Warehouse(
                config=str(config) if config else None,
                landing=landing,
                folder=str(warehouse) if warehouse else None,
                as_of=day_of(as_of).isoformat() if as_of else None,  # type: ignore[union-attr]
                until=day_of(until).isoformat() if until else None,  # type: ignore[union-attr]
                only_if_changed=not full_refresh,
                full_refresh=full_refresh,
            )
        )
    from dagster_project.screens.run import outcome_lines
    from dagster_project.screens.status import (
        dead_letter_lines,
        delivery_lines,
        pipeline_lines,
    )

    now = red_lines.open_alerts(paths, settings, clock_from_environment())
    tell(outcome_lines(outcome, paths))
    tell(pipeline_lines(now))
    tell(delivery_lines(now))
    tell(dead_letter_lines(now, since=began))
    if outcome.exit_code is ExitCode.PUBLISHED and (failed := red_lines.beat(settings)):
        say(f"the heartbeat could not be sent: {failed}", "yellow")
    raise typer.Exit(int(outcome.exit_code))


def init(
    folder: Annotated[Path, typer.Argument(help="Where to begin; made if missing.")] = Path(),
    billing: ExportFormat = None,
    support: ExportFormat = None,
    usage: ExportFormat = None,
    currency: Annotated[
        str | None, typer.Option(help="The reporting currency; default USD.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="An IANA zone; default UTC.")] = None,
    example: Annotated[
        bool, typer.Option(help="Add exports of a made-up company to try it on.")
    ] = True,
) -> None:
    """Write settings and landing folders to begin with, and a made-up company to try it on.

    On a terminal it asks for what is not given; elsewhere the defaults hold. Nothing that is there is changed.
    """
    from dagster_project.exports.contract import SOURCES
    from dagster_project.new_project import Choice, formats_of, initialise
    from dagster_project.screens.init import next_steps

    asks = sys.stdin.isatty()
    given = {"billing": billing, "support": support, "usage": usage}
    formats: dict[str, str] = {}
    for source in SOURCES:
        known = formats_of(source)
        name = given[source]
        if name is None and asks:
            others = "" if source == "billing" else ", none"
            name = typer.prompt(f"{source} exports ({', '.join(known)}{others})", default=known[0])
        if name != "none":
            formats[source] = name or known[0]
    if asks:
        currency = currency or typer.prompt("reporting currency", default="USD")
        timezone = timezone or typer.prompt("time zone of the business", default="UTC")
    choice = Choice(formats, (currency or "USD").upper(), timezone or "UTC")
    tell(next_steps(folder, initialise(folder, choice, with_example=example), choice))


def ui(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    config: Config = None,
) -> NoReturn:
    """Show the Dagster UI, with the daemon that runs the schedule and the sensor."""
    from dagster_project.defs.event_log import dagster_yaml

    settings_file = (config or Path(os.environ.get("EBBLINE_CONFIG", "ebbline.yml"))).resolve()
    load_settings(settings_file)
    home = Path(".dagster").resolve()
    # What runs noted there quotes rows of exports, as the working database holds them.
    home.mkdir(mode=0o700, exist_ok=True)
    home.chmod(0o700)
    here = Path(__file__).resolve().parents[1]
    template = (here / "dagster.yaml").read_text(encoding="utf-8")
    (home / "dagster.yaml").write_text(dagster_yaml(template, home), encoding="utf-8")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "EBBLINE_CONFIG": str(settings_file),
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _SUPERSEDED])),
    }
    command = str(Path(sys.executable).with_name("dagster"))
    say(f"the Dagster UI is starting on http://{host}:{port}; stop it with Ctrl-C")
    os.execvpe(
        command,
        [command, "dev", "-m", "dagster_project.definitions", "-h", host, "-p", str(port)],
        environment,
    )


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
    from dagster_project import simulate as simulator

    simulator.run(
        customers,
        months,
        seed,
        format,
        out,
        file_format=file_format,
        shape=shape,
        events=events,
        end=day_of(end) or simulator.DEFAULT_END,
    )
    say(f"written to {out}; run it with: ebbline run --config {out / 'ebbline.yml'}")
