"""Questions about a number: ``why``, ``explain``, and ``replay`` of red lines."""

from datetime import datetime
from typing import Annotated

import typer

from dagster_project.commands.options import (
    Config,
    Folder,
    Format,
    Json,
    Metric,
    OutputFormat,
    PeriodName,
    Segment,
    day_of,
    paths_of,
)
from dagster_project.commands.terminal import answer, answer_json, tell
from dagster_project.config import load_settings
from dagster_project.errors import ExitCode
from dagster_project.warehouse.paths import WarehousePaths


def why(
    metric: Metric,
    period: PeriodName,
    segment: Segment = None,
    config: Config = None,
    warehouse: Folder = None,
    json: Json = False,
) -> None:
    """Say why a published number is another one today: customers, source rows, settings, code."""
    from dagster_project.numbers.why.value_history import why as explain_change
    from dagster_project.screens.why import why_json, why_lines

    explained = explain_change(paths_of(config, warehouse), metric, period, segment)
    if json:
        answer_json(why_json(explained))
    else:
        tell(why_lines(explained))


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
    from dagster_project.numbers.explain import explain as follow_down
    from dagster_project.screens import explain as answers
    from dagster_project.warehouse.serving import open_published

    with open_published(paths_of(config, warehouse)) as con:
        explained = follow_down(con, metric, period, segment)
    answer(
        format,
        lines=lambda: answers.explain_lines(explained, limit=limit),
        csv=lambda: answers.explain_csv(explained, limit=limit),
        json=lambda: answers.explain_json(explained, limit=limit),
        closing=answers.closing_lines(explained),
    )
    if explained.discrepancies:
        raise typer.Exit(int(ExitCode.ERROR))


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
        replayed = red_lines.replay(con, chosen, since=day_of(since))
    answer(
        format,
        lines=lambda: answers.replay_lines(replayed),
        csv=lambda: answers.replay_csv(replayed),
        json=lambda: answers.replay_json(replayed),
        closing=answers.closing_lines(replayed),
    )
