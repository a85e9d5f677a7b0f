"""Publications: ``publications``, ``rollback``, ``diff``."""

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from dagster_project.clock import clock_from_environment
from dagster_project.commands.options import Config, Folder, Json, paths_of
from dagster_project.commands.terminal import answer_json, say, tell
from dagster_project.config import load_settings
from dagster_project.errors import EbblineError
from dagster_project.warehouse.paths import WarehousePaths


def publications(config: Config = None, warehouse: Folder = None, json: Json = False) -> None:
    """List the kept publications; the one that readers see is marked."""
    from dagster_project.screens.publications import publication_lines, publications_json
    from dagster_project.warehouse.publication import list_publications

    listed = list_publications(paths_of(config, warehouse))
    if json:
        answer_json(publications_json(listed))
    else:
        tell(publication_lines(listed))


def rollback(
    publication: Annotated[
        int | None, typer.Argument(help="Number of a kept publication.", show_default=False)
    ] = None,
    hold: Annotated[
        bool, typer.Option("--hold", help="Readers keep it until they are released.")
    ] = False,
    release: Annotated[bool, typer.Option("--release", help="End a hold.")] = False,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Show readers a kept publication again; the next run publishes anew, unless they are held at it."""
    from dagster_project import report
    from dagster_project.screens.publications import release_lines, rollback_lines
    from dagster_project.warehouse.lock import warehouse_lock
    from dagster_project.warehouse.publication import release_readers
    from dagster_project.warehouse.publication import rollback as take_back

    if release is (publication is not None) or (release and hold):
        raise EbblineError(
            "say either which publication readers shall see, or that they are released",
            where="ebbline rollback",
            fix="ebbline rollback ID, ebbline rollback ID --hold, or ebbline rollback --release",
        )
    settings = load_settings(config, warehouse=warehouse)
    paths, clock = WarehousePaths(settings.warehouse), clock_from_environment()
    paths.require()
    doing = "release of readers" if publication is None else f"rollback to {publication}"
    with warehouse_lock(paths, clock, doing):
        if publication is None:
            was, seen = release_readers(paths)
            lines = release_lines(was, seen)
        else:
            lines = rollback_lines(take_back(paths, publication, clock=clock, hold=hold), hold=hold)
        tell(lines)
        if paths.marts_db.exists():
            try:
                report.build(paths.marts_db, paths.report, report.heading_of(settings))
            except duckdb.Error:
                say("its page cannot be written: another version of ebbline made it", "yellow")


def diff(
    earlier: Annotated[int, typer.Argument(help="Number of a kept publication.")],
    later: Annotated[int, typer.Argument(help="Number of another.")],
    config: Config = None,
    warehouse: Folder = None,
    json: Json = False,
) -> None:
    """Compare two kept publications: settings, code, files, rows and values."""
    from dagster_project.numbers.diff import diff as compare
    from dagster_project.screens.publications import diff_json, diff_lines

    difference = compare(paths_of(config, warehouse), earlier, later)
    if json:
        answer_json(diff_json(difference))
    else:
        tell(diff_lines(difference))


def write_report(
    publication: Annotated[
        int | None, typer.Argument(help="Number of a kept publication; default what readers see.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="An HTML file; default the report of the warehouse.")
    ] = None,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Write the page of a publication anew, after a change of `company` or `plan`, or of an earlier one."""
    from dagster_project import report
    from dagster_project.warehouse.publication import publication_file
    from dagster_project.warehouse.serving import published_file

    settings = load_settings(config, warehouse=warehouse)
    paths = WarehousePaths(settings.warehouse)
    if publication is not None and out is None:
        raise EbblineError(
            "the page of an earlier publication would take the place of the current one",
            where="ebbline report",
            fix=f"say where: ebbline report {publication} --out FILE.html",
        )
    file = published_file(paths) if publication is None else publication_file(paths, publication)
    page = report.build(file, out or paths.report, report.heading_of(settings))
    say(f"written: {page}", "green")
