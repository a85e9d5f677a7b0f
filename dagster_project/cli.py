"""The command line: its commands by name, and how it ends where something goes wrong.

What a command does is in ``commands``; what it says in ``screens``.
"""

import sys
from contextlib import nullcontext
from typing import Annotated

import typer
from typer.exceptions import TyperException

from dagster_project import __version__
from dagster_project.absent import absent
from dagster_project.commands import (
    customers,
    formats,
    incidents,
    numbers,
    publishing,
    running,
    serving,
)
from dagster_project.commands.terminal import complain, say
from dagster_project.errors import EbblineError, ExitCode
from dagster_project.garbage import collect_less_often

app = typer.Typer(
    name="ebbline",
    help="A retention warehouse: exports in, validated retention marts out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"ebbline {__version__}")
        raise typer.Exit


@app.callback()
def ebbline(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """A retention warehouse: exports in, validated retention marts out."""


for command in (
    running.run,
    running.init,
    running.ui,
    serving.serve,
    running.simulate,
    incidents.status,
    incidents.acknowledge,
    publishing.publications,
    publishing.rollback,
    publishing.diff,
    numbers.why,
    numbers.explain,
    numbers.replay,
    customers.export,
    customers.customer,
):
    app.command()(command)

app.command("report")(publishing.write_report)

alerts = typer.Typer(
    help="Incidents, of red lines and of the pipeline: list, acknowledge, silence, resolve.",
    no_args_is_help=True,
)
app.add_typer(alerts, name="alerts")
alerts.command("list")(incidents.list_alerts)
alerts.command("ack")(incidents.ack_alert)
alerts.command("silence")(incidents.silence_alert)
alerts.command("resolve")(incidents.resolve_alert)
alerts.command("check")(incidents.check_alerts)

formats_app = typer.Typer(help="Vendors' export formats.", invoke_without_command=True)
app.add_typer(formats_app, name="formats")
formats_app.callback()(formats.formats)
formats_app.command("check")(formats.formats_check)
formats_app.command("canonical")(formats.formats_canonical)


_TELLING = {"status", "publications", "diff", "why", "explain", "replay", "customer"}
"""Commands that read and tell: they make no chart, no validation and no Parquet.

They do without pandas, which DuckDB imports at the first parameter of a query, to tell missing values of its kind:
a third of such a command.
"""


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
    collect_less_often()
    try:
        with absent("pandas") if _TELLING.intersection(sys.argv[1:2]) else nullcontext():
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
        complain(failure)
    sys.exit(int(failure.exit_code if failure else ExitCode.ERROR))


if __name__ == "__main__":
    main()
