"""Vendors' export formats: ``formats`` and ``formats check``."""

from typing import Annotated

import typer

from dagster_project.clock import clock_from_environment
from dagster_project.commands import completion
from dagster_project.commands.options import Config, Json
from dagster_project.commands.terminal import answer_json, answer_text, tell
from dagster_project.config import load_settings, settings_file
from dagster_project.config_sections import SourceName
from dagster_project.errors import ExitCode


def formats(context: typer.Context, json: Json = False) -> None:
    """List the formats and which of their files feeds which table."""
    from dagster_project.exports.checks import list_formats
    from dagster_project.screens.formats import format_lines, formats_json

    if context.invoked_subcommand is not None:
        return
    if json:
        answer_json(formats_json(list_formats()))
    else:
        tell(format_lines(list_formats()))


def formats_check(
    folder: Annotated[str, typer.Argument(help="Folder or URL with exports of one source.")],
    format: Annotated[
        str,
        typer.Option(
            help="A format, or a mapping file of your own.", autocompletion=completion.formats
        ),
    ],
    source: Annotated[
        SourceName | None,
        typer.Option(help="Whose exports: billing, support or usage; a vendor's format tells it."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what each file would be taken for, what is missing and what that changes; loads nothing.

    Needs no settings file; one that is there counts, as in a run. Ends 3, as a run would, if a file would be refused
    or what a run needs is not there.
    """
    from dagster_project.exports.checks import check
    from dagster_project.screens.formats import check_json, check_lines

    settings = load_settings(config) if config or settings_file().is_file() else None
    result = check(folder, format, settings=settings, clock=clock_from_environment(), source=source)
    if json:
        answer_json(check_json(result))
    else:
        tell(check_lines(result))
    raise typer.Exit(int(ExitCode.PUBLISHED if result.is_good else ExitCode.INPUT_REFUSED))


def formats_canonical() -> None:
    """Describe the canonical tables, as Markdown: columns, keys, ends, examples. docs/canonical.md is this page."""
    from dagster_project.screens.canonical import canonical_page

    answer_text("\n".join(canonical_page()) + "\n")
