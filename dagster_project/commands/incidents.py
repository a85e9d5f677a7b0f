"""What is wrong and who is at it: ``status``, ``acknowledge`` and the commands of ``alerts``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from dagster_project.clock import Clock, clock_from_environment
from dagster_project.commands.options import Config, Folder, Incident, Json, Who, paths_of
from dagster_project.commands.terminal import answer_json, say, tell
from dagster_project.config import load_settings
from dagster_project.warehouse.paths import WarehousePaths


def status(config: Config = None, warehouse: Folder = None, json: Json = False) -> None:
    """Say what readers see, which red lines are crossed, which incidents are open, which alerts did not
    arrive, and who is writing.
    """
    from dagster_project import red_lines
    from dagster_project.screens.published import published_lines
    from dagster_project.screens.status import (
        delivery_lines,
        incident_lines,
        lock_lines,
        status_json,
    )
    from dagster_project.warehouse.lock import lock_holder

    settings = load_settings(config, warehouse=warehouse)
    paths = WarehousePaths(settings.warehouse)
    if json:
        now = red_lines.open_alerts(paths, settings, clock_from_environment())
        answer_json(status_json(paths, now, lock_holder(paths)))
        return
    tell(published_lines(paths))
    now = red_lines.open_alerts(paths, settings, clock_from_environment())
    tell(incident_lines(now))
    tell(delivery_lines(now))
    tell(lock_lines(lock_holder(paths), clock_from_environment()))


def acknowledge(
    incident: Annotated[str, typer.Argument(help="Incident id; `ebbline status` lists them.")],
    by: Annotated[str, typer.Option(help="Who has seen it.")],
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Say that somebody has seen an incident; it sends no reminders any more and resolves by itself.

    Who was first stays; a second one is told who that was.
    """
    from dagster_project import red_lines
    from dagster_project.screens.status import acknowledgement_lines

    with _incidents_of(config, warehouse, "acknowledge") as (con, clock):
        done = red_lines.acknowledge(con, incident, by=by, clock=clock)
    tell(acknowledgement_lines(done))


@contextmanager
def _incidents_of(
    config: Path | None, warehouse: Path | None, doing: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Clock]]:
    """Hold the lock and the working database for a change of incidents."""
    from dagster_project.warehouse.connection import open_warehouse
    from dagster_project.warehouse.lock import warehouse_lock

    paths, clock = paths_of(config, warehouse), clock_from_environment()
    paths.require()
    with warehouse_lock(paths, clock, doing), open_warehouse(paths) as con:
        yield con, clock


def list_alerts(config: Config = None, warehouse: Folder = None) -> None:
    """List the unresolved incidents, what did not arrive and what was given up."""
    from dagster_project import red_lines
    from dagster_project.screens.status import dead_letter_lines, delivery_lines, incident_lines

    settings = load_settings(config, warehouse=warehouse)
    now = red_lines.open_alerts(
        WarehousePaths(settings.warehouse), settings, clock_from_environment()
    )
    tell(incident_lines(now))
    if not now.incidents:
        say("no incident is unresolved")
    tell(delivery_lines(now))
    tell(dead_letter_lines(now))


def ack_alert(incident: Incident, by: Who, config: Config = None, warehouse: Folder = None) -> None:
    """Say that somebody is at an incident: no reminders any more; it resolves by itself."""
    acknowledge(incident, by, config, warehouse)


def silence_alert(
    incident: Incident,
    by: Who,
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="First day to speak again."),
    ],
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Tell nothing of an incident before a day, not even that it is over."""
    from dagster_project import red_lines

    with _incidents_of(config, warehouse, "silence an incident") as (con, clock):
        red_lines.silence(con, incident, until=until.date(), by=by, clock=clock)
    say(f"incident {incident} is silent until {until.date()}", "bold green")


def resolve_alert(
    incident: Incident, by: Who, config: Config = None, warehouse: Folder = None
) -> None:
    """End an incident by hand; a line that is crossed in a newer period opens another."""
    from dagster_project import red_lines

    with _incidents_of(config, warehouse, "resolve an incident") as (con, clock):
        red_lines.resolve(con, incident, by=by, clock=clock)
    say(f"incident {incident} is resolved", "bold green")


def check_alerts(config: Config = None, warehouse: Folder = None) -> None:
    """Look for stale sources, holes and a run that did not come, and send what there is to tell."""
    from dagster_project import red_lines
    from dagster_project.screens.status import delivery_lines, pipeline_lines
    from dagster_project.warehouse.lock import warehouse_lock

    settings, clock = load_settings(config, warehouse=warehouse), clock_from_environment()
    paths = WarehousePaths(settings.warehouse)
    paths.require()
    with warehouse_lock(paths, clock, "alerts check"):
        red_lines.check(paths, settings, clock)
    now = red_lines.open_alerts(paths, settings, clock_from_environment())
    tell(pipeline_lines(now))
    tell(delivery_lines(now))
    if not any(one.kind == "pipeline" for one in now.incidents):
        say("the pipeline is well", "green")
