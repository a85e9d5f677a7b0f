"""Customers, as lists and one at a time: ``export``, ``customer``."""

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.commands import completion
from dagster_project.commands.options import Config, Folder, paths_of
from dagster_project.commands.terminal import answer_json, answer_text, say, tell
from dagster_project.errors import EbblineError


def export(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[LIST]",
            help="Without one, the lists are named.",
            autocompletion=completion.lists,
        ),
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
        tell(answers.available_lines(available_lists()))
        return
    form = out.suffix if out else ".csv"
    if form not in (".csv", ".parquet", ".json"):
        raise EbblineError(
            "lists are not written in this form",
            where=str(out),
            fix="name a file that ends in .csv, .parquet or .json",
        )
    with open_published(paths_of(config, warehouse)) as con:
        listed = customer_list(con, name)
    if out is None:
        answer_text(answers.list_csv(listed))
        return
    if form == ".parquet":
        answers.write_parquet(listed, out)
    else:
        text = answers.list_csv(listed) if form == ".csv" else answers.list_json(listed)
        out.write_text(text, encoding="utf-8", newline="")
    tell(answers.written_lines(listed, out))


def customer(
    customer_id: Annotated[str, typer.Argument(help="As in dim_customers.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write it as a page: a file that ends in .html.")
    ] = None,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Show one customer's life: plans, movements, purchases, support, use, scores and notices, in order."""
    from dagster_project.lists.customer import customer_life
    from dagster_project.screens.customer import life_json, life_lines
    from dagster_project.warehouse.serving import open_published

    if out is not None and out.suffix != ".html":
        raise EbblineError(
            "this is not the name of a page", where=str(out), fix="name a file that ends in .html"
        )
    with open_published(paths_of(config, warehouse)) as con:
        life = customer_life(con, customer_id)
    if out is not None:
        from dagster_project.report.customer_page import life_page

        out.write_text(life_page(life), encoding="utf-8")
        say(f"written: {out}")
    elif as_json:
        answer_json(life_json(life))
    else:
        tell(life_lines(life))
