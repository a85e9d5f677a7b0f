"""The command line. The only place that prints; every command is a thin layer over the packages.

Dagster, dbt and Great Expectations are imported inside the commands that need them, so that
``ebbline publications`` answers at once.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, get_args

import duckdb
import typer
from rich.console import Console
from typer.exceptions import TyperException

from dagster_project import __version__
from dagster_project.clock import Clock, clock_from_environment
from dagster_project.config import load_settings, settings_file
from dagster_project.errors import EbblineError, ExitCode
from dagster_project.screens import Line
from dagster_project.shown import shown
from dagster_project.warehouse.paths import WarehousePaths

app = typer.Typer(
    name="ebbline",
    help="A retention warehouse: exports in, validated retention marts out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
# Bound to the real streams: what a run's tools print meanwhile goes to its log.
screen = Console(file=sys.stdout, highlight=False, soft_wrap=True)
errors = Console(file=sys.stderr, highlight=False, soft_wrap=True)

# `dg dev`, the successor that the warning names, calls the same function and brings the client of Dagster Cloud
# and some twenty packages more, so `dagster dev` stays and this one warning is kept off the screen.
_SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"

Config = Annotated[Path | None, typer.Option(help="Settings file; default ebbline.yml.")]
Landing = Annotated[
    str | None, typer.Option(help="Folder or URL with billing/, support/ and usage/.")
]
Folder = Annotated[Path | None, typer.Option("--warehouse", help="Warehouse folder.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _text(value: object) -> str:
    """Return a value as plain text for the screen: no markup, no terminal control characters."""
    return shown(value, keep="\n\t")


def _say(line: str = "", style: str | None = None) -> None:
    screen.print(_text(line), style=style, markup=False)


def _tell(lines: Iterable[Line]) -> None:
    for line, style in lines:
        _say(line, style)


def _answer_json(text: str) -> None:
    """Write JSON as it is: no markup, no wrapping."""
    sys.stdout.write(text + "\n")


def _say_version(wanted: bool) -> None:
    if wanted:
        _say(f"ebbline {__version__}")
        raise typer.Exit


@app.callback()
def ebbline(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """A retention warehouse: exports in, validated retention marts out."""


def _paths(config: Path | None, warehouse: Path | None) -> WarehousePaths:
    return WarehousePaths(load_settings(config, warehouse=warehouse).warehouse)


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
        config, landing=landing, warehouse=warehouse, as_of=_day(as_of), until=_day(until)
    )
    paths = WarehousePaths(settings.warehouse)
    from dagster_project import red_lines
    from dagster_project.exports.contract import Source as SourceName
    from dagster_project.exports.mapping import mapping_for
    from dagster_project.quality.suites import read_suites
    from dagster_project.report import heading_of

    for name in get_args(SourceName):
        if (source := settings.sources.named().get(name)) is not None:
            mapping_for(source.format, name)
    read_suites()
    red_lines.load_rules(settings)
    red_lines.check_targets(settings)
    heading_of(settings)
    paths.create()
    began = clock_from_environment().now()
    with screen.status("ingest, build, validate, publish ..."):
        from dagster_project.defs.resources import Warehouse
        from dagster_project.pipeline import run_pipeline

        outcome = run_pipeline(
            Warehouse(
                config=str(config) if config else None,
                landing=landing,
                folder=str(warehouse) if warehouse else None,
                as_of=_day(as_of).isoformat() if as_of else None,  # type: ignore[union-attr]
                until=_day(until).isoformat() if until else None,  # type: ignore[union-attr]
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

    now = red_lines.standing(paths, settings)
    _tell(outcome_lines(outcome, paths))
    _tell(pipeline_lines(now))
    _tell(delivery_lines(now))
    _tell(dead_letter_lines(now, since=began))
    if outcome.exit_code is ExitCode.PUBLISHED and (failed := red_lines.beat(settings)):
        _say(f"the heartbeat could not be sent: {failed}", "yellow")
    raise typer.Exit(int(outcome.exit_code))


ExportFormat = Annotated[
    str | None, typer.Option(help="Vendor, canonical, or none.", show_default=False)
]


@app.command()
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
    from dagster_project.new_project import SOURCES, Choice, formats_of, initialise
    from dagster_project.screens.init import next_steps

    asks = sys.stdin.isatty()
    given = {"billing": billing, "support": support, "usage": usage}
    formats = {}
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
    _tell(next_steps(folder, initialise(folder, choice, with_example=example), choice))


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
    # What runs noted there quotes rows of exports, as the working database holds them.
    home.mkdir(mode=0o700, exist_ok=True)
    home.chmod(0o700)
    here = Path(__file__).resolve().parent
    shutil.copyfile(here / "dagster.yaml", home / "dagster.yaml")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "EBBLINE_CONFIG": str(settings_file),
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _SUPERSEDED])),
    }
    command = str(Path(sys.executable).with_name("dagster"))
    _say(f"the Dagster UI is starting on http://{host}:{port}; stop it with Ctrl-C")
    os.execvpe(
        command,
        [command, "dev", "-m", "dagster_project.definitions", "-h", host, "-p", str(port)],
        environment,
    )


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 9494,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Serve the published marts read-only over DuckDB's Quack protocol, until Ctrl-C.

    Clients need the token in EBBLINE_SERVE_TOKEN. Every new publication is followed.
    """
    from dagster_project.screens.serve import address_lines, served_lines
    from dagster_project.server import Address, token_from_environment
    from dagster_project.server import serve as serve_marts

    paths, address = _paths(config, warehouse), Address(host, port)
    token = token_from_environment(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _tell(address_lines(address))
    try:
        with closing(serve_marts(paths, address, token=token)) as publications:
            for served in publications:
                _tell(served_lines(served))
    except KeyboardInterrupt:
        _say("stopped serving")


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
        end=_day(end) or simulator.DEFAULT_END,
    )
    _say(f"written to {out}; run it with: ebbline run --config {out / 'ebbline.yml'}")


@app.command()
def status(config: Config = None, warehouse: Folder = None, json: Json = False) -> None:
    """Say what readers see, which red lines are crossed, which incidents are open, which alerts did not
    arrive, and who is writing.
    """
    from dagster_project import red_lines
    from dagster_project.screens.standing import standing_lines
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
        standing = red_lines.standing(paths, settings)
        _answer_json(status_json(paths, standing, lock_holder(paths)))
        return
    _tell(standing_lines(paths))
    now = red_lines.standing(paths, settings)
    _tell(incident_lines(now))
    _tell(delivery_lines(now))
    _tell(lock_lines(lock_holder(paths), clock_from_environment()))


@app.command()
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
    _tell(acknowledgement_lines(done))


alerts = typer.Typer(
    help="Incidents, of red lines and of the pipeline: list, acknowledge, silence, resolve.",
    no_args_is_help=True,
)
app.add_typer(alerts, name="alerts")
Incident = Annotated[str, typer.Argument(help="Incident id; `ebbline alerts list` has them.")]
Who = Annotated[str, typer.Option("--by", help="Who you are.")]


@contextmanager
def _incidents_of(
    config: Path | None, warehouse: Path | None, doing: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Clock]]:
    """Hold the lock and the working database for a change of incidents."""
    from dagster_project.warehouse.connection import open_warehouse
    from dagster_project.warehouse.lock import warehouse_lock

    paths, clock = _paths(config, warehouse), clock_from_environment()
    paths.require()
    with warehouse_lock(paths, clock, doing), open_warehouse(paths) as con:
        yield con, clock


@alerts.command("list")
def list_alerts(config: Config = None, warehouse: Folder = None) -> None:
    """List the unresolved incidents, what did not arrive and what was given up."""
    from dagster_project import red_lines
    from dagster_project.screens.status import dead_letter_lines, delivery_lines, incident_lines

    settings = load_settings(config, warehouse=warehouse)
    now = red_lines.standing(WarehousePaths(settings.warehouse), settings)
    _tell(incident_lines(now))
    if not now.incidents:
        _say("no incident is unresolved")
    _tell(delivery_lines(now))
    _tell(dead_letter_lines(now))


@alerts.command("ack")
def ack_alert(incident: Incident, by: Who, config: Config = None, warehouse: Folder = None) -> None:
    """Say that somebody is at an incident: no reminders any more; it resolves by itself."""
    acknowledge(incident, by, config, warehouse)


@alerts.command("silence")
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
    _say(f"incident {incident} is silent until {until.date()}", "bold green")


@alerts.command("resolve")
def resolve_alert(
    incident: Incident, by: Who, config: Config = None, warehouse: Folder = None
) -> None:
    """End an incident by hand; a line that is crossed in a newer period opens another."""
    from dagster_project import red_lines

    with _incidents_of(config, warehouse, "resolve an incident") as (con, clock):
        red_lines.resolve(con, incident, by=by, clock=clock)
    _say(f"incident {incident} is resolved", "bold green")


@alerts.command("check")
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
    now = red_lines.standing(paths, settings)
    _tell(pipeline_lines(now))
    _tell(delivery_lines(now))
    if not any(one.kind == "pipeline" for one in now.incidents):
        _say("the pipeline is well", "green")


@app.command()
def publications(config: Config = None, warehouse: Folder = None, json: Json = False) -> None:
    """List the kept publications; the one that readers see is marked."""
    from dagster_project.screens.publications import publication_lines, publications_json
    from dagster_project.warehouse.publication import list_publications

    listed = list_publications(_paths(config, warehouse))
    if json:
        _answer_json(publications_json(listed))
    else:
        _tell(publication_lines(listed))


@app.command()
def rollback(
    publication: Annotated[int, typer.Argument(help="Number of a kept publication.")],
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Show readers a kept publication again; the next run publishes anew."""
    from dagster_project.screens.publications import rollback_lines
    from dagster_project.warehouse.lock import warehouse_lock
    from dagster_project.warehouse.publication import rollback as take_back

    paths, clock = _paths(config, warehouse), clock_from_environment()
    paths.require()
    with warehouse_lock(paths, clock, f"rollback to {publication}"):
        taken = take_back(paths, publication, clock=clock)
    _tell(rollback_lines(taken))


@app.command()
def diff(
    earlier: Annotated[int, typer.Argument(help="Number of a kept publication.")],
    later: Annotated[int, typer.Argument(help="Number of another.")],
    config: Config = None,
    warehouse: Folder = None,
    json: Json = False,
) -> None:
    """Compare two kept publications: settings, code, files, rows and values."""
    from dagster_project.screens.publications import diff_json, diff_lines
    from dagster_project.warehouse.comparison import diff as compare

    difference = compare(_paths(config, warehouse), earlier, later)
    if json:
        _answer_json(diff_json(difference))
    else:
        _tell(diff_lines(difference))


Metric = Annotated[str, typer.Argument(help="A metric of marts.metrics, such as churn_rate.")]
PeriodName = Annotated[str, typer.Argument(help="2026-03, 2026-Q1 or 2026.")]
Segment = Annotated[str | None, typer.Option(help="dimension=member, such as country=DE.")]


@app.command()
def why(
    metric: Metric,
    period: PeriodName,
    segment: Segment = None,
    config: Config = None,
    warehouse: Folder = None,
    json: Json = False,
) -> None:
    """Say why a published number is another one today: customers, source rows, settings, code."""
    from dagster_project.screens.why import why_json, why_lines
    from dagster_project.warehouse.explanation import why as explain_change

    explained = explain_change(_paths(config, warehouse), metric, period, segment)
    if json:
        _answer_json(why_json(explained))
    else:
        _tell(why_lines(explained))


class OutputFormat(StrEnum):
    """How a command answers."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Format = Annotated[OutputFormat, typer.Option(help="How to answer.")]


def _answer(
    format: OutputFormat,
    *,
    lines: Callable[[], Iterable[Line]],
    csv: Callable[[], str],
    json: Callable[[], str],
    closing: Iterable[Line],
) -> None:
    """Print an answer as lines, CSV or JSON; beside the latter two, ``closing`` goes to standard error."""
    match format:
        case OutputFormat.TABLE:
            _tell(lines())
            return
        case OutputFormat.CSV:
            sys.stdout.write(csv())
        case OutputFormat.JSON:
            sys.stdout.write(json() + "\n")
    for line, style in closing:
        errors.print(_text(line), style=style, markup=False)


@app.command()
def explain(
    metric: Metric,
    period: PeriodName,
    segment: Segment = None,
    format: Format = OutputFormat.TABLE,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Customers shown; default 20 in a table, else all.")
    ] = None,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Follow a published number down to its customers and the lines of the exports. Ends 1 if parts are missing."""
    from dagster_project.explain import explain as follow_down
    from dagster_project.screens import explain as answers
    from dagster_project.warehouse.serving import open_published

    with open_published(_paths(config, warehouse)) as con:
        explained = follow_down(con, metric, period, segment)
    _answer(
        format,
        lines=lambda: answers.explain_lines(explained, limit=limit),
        csv=lambda: answers.explain_csv(explained, limit=limit),
        json=lambda: answers.explain_json(explained, limit=limit),
        closing=answers.closing_lines(explained),
    )
    if explained.discrepancies:
        raise typer.Exit(int(ExitCode.ERROR))


@app.command()
def replay(
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RULE]...", help="Red lines, also ones turned off; default all."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m"], metavar="YYYY-MM", help="The first month; default all."),
    ] = None,
    format: Format = OutputFormat.TABLE,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Say how the red lines of the settings file would have behaved: incidents and messages. Sends nothing."""
    from dagster_project import red_lines
    from dagster_project.screens import replay as answers
    from dagster_project.warehouse.serving import open_published

    settings = load_settings(config, warehouse=warehouse)
    chosen = red_lines.chosen_rules(red_lines.read_rules(settings), rules or ())
    with open_published(WarehousePaths(settings.warehouse)) as con:
        replayed = red_lines.replay(con, chosen, since=_day(since))
    _answer(
        format,
        lines=lambda: answers.replay_lines(replayed),
        csv=lambda: answers.replay_csv(replayed),
        json=lambda: answers.replay_json(replayed),
        closing=answers.closing_lines(replayed),
    )


@app.command()
def export(
    name: Annotated[
        str | None, typer.Argument(metavar="[LIST]", help="Without one, the lists are named.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A file that ends in .csv, .parquet or .json; default: CSV on the screen."
        ),
    ] = None,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Write a list to work through: risk, win-back, lost, most-valuable, unanswered, renewals, seasonal, milestones.

    A shop has best-buyers and quiet-buyers. Each row says why the customer is on the list and what to do next. Names
    and addresses are in it where publish.personal_data says so.
    """
    from dagster_project.lists import available_lists, customer_list
    from dagster_project.screens import lists as answers
    from dagster_project.warehouse.serving import open_published

    if name is None:
        _tell(answers.available_lines(available_lists()))
        return
    form = out.suffix if out else ".csv"
    if form not in (".csv", ".parquet", ".json"):
        raise EbblineError(
            "this is no form in which a list is written",
            where=str(out),
            fix="name a file that ends in .csv, .parquet or .json",
        )
    with open_published(_paths(config, warehouse)) as con:
        listed = customer_list(con, name)
    if out is None:
        sys.stdout.write(answers.list_csv(listed))
        return
    if form == ".parquet":
        answers.write_parquet(listed, out)
    else:
        text = answers.list_csv(listed) if form == ".csv" else answers.list_json(listed)
        out.write_text(text, encoding="utf-8", newline="")
    _tell(answers.written_lines(listed, out))


@app.command()
def customer(
    customer_id: Annotated[str, typer.Argument(help="As in dim_customers.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Show one customer's life: movements, purchases, support, use and risk, in order."""
    from dagster_project.lists.customer import customer_life
    from dagster_project.screens.customer import life_json, life_lines
    from dagster_project.warehouse.serving import open_published

    with open_published(_paths(config, warehouse)) as con:
        life = customer_life(con, customer_id)
    if as_json:
        sys.stdout.write(life_json(life) + "\n")
    else:
        _tell(life_lines(life))


@app.command("report")
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
    _say(f"written: {page}", "green")


formats_app = typer.Typer(help="Vendors' export formats.", invoke_without_command=True)
app.add_typer(formats_app, name="formats")


@formats_app.callback()
def formats(context: typer.Context, json: Json = False) -> None:
    """List the formats and which of their files feeds which table."""
    from dagster_project.exports.checks import list_formats
    from dagster_project.screens.formats import format_lines, formats_json

    if context.invoked_subcommand is not None:
        return
    if json:
        _answer_json(formats_json(list_formats()))
    else:
        _tell(format_lines(list_formats()))


@formats_app.command("check")
def formats_check(
    folder: Annotated[str, typer.Argument(help="Folder or URL with exports of one source.")],
    format: Annotated[str, typer.Option(help="A format, or a mapping file of your own.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what each file would be taken for, what is missing and what that changes; loads nothing.

    Needs no settings file; one that is there counts, as in a run. Ends 3 if a file would be refused.
    """
    from dagster_project.exports.checks import check
    from dagster_project.screens.formats import check_json, check_lines

    settings = load_settings(config) if config or settings_file().is_file() else None
    result = check(folder, format, settings=settings, clock=clock_from_environment())
    if json:
        _answer_json(check_json(result))
    else:
        _tell(check_lines(result))
    raise typer.Exit(int(ExitCode.PUBLISHED if result.is_good else ExitCode.INPUT_REFUSED))


@formats_app.command("canonical")
def formats_canonical() -> None:
    """Describe the canonical tables, as Markdown: columns, keys, ends, examples. docs/canonical.md is this page."""
    from dagster_project.screens.canonical import canonical_page

    sys.stdout.write("\n".join(canonical_page()) + "\n")


def _wrong_usage(error: TyperException) -> EbblineError | None:
    """Return what is wrong with a command as typed; None where its help was shown instead."""
    context: typer.Context | None = getattr(error, "ctx", None)
    said = error.format_message()
    if not said:
        return None
    command = context.command_path if context else "ebbline"
    return EbblineError(said, where=command, fix=f"see {command} --help")


def main() -> None:
    """Run the command line; what goes wrong becomes one block of text and its exit code."""
    failure: EbblineError | None
    try:
        # By itself, Typer ends 2 for a wrong option: here 2 says that validation refused to publish.
        sys.exit(app(prog_name="ebbline", standalone_mode=False))
    except EbblineError as error:
        failure = error
    except TyperException as error:
        failure = _wrong_usage(error)
    except (BrokenPipeError, typer.Abort):
        failure = None
    except OSError as error:  # a full disk, a folder without the right to write
        failure = EbblineError(error.strerror or str(error), where=str(error.filename or "ebbline"))
    if failure is not None:
        errors.print(_text(failure), style="red", markup=False)
    sys.exit(int(failure.exit_code if failure else ExitCode.ERROR))


if __name__ == "__main__":
    main()
