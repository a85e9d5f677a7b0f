"""Putting the page together: figures and charts into the template, the file into its place.

The page is one file. The Vega bundle stands in it once; a policy in its head forbids every request.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dagster_project.metrics import CATALOGUE
from dagster_project.metrics.words import glossary
from dagster_project.plural import counted
from dagster_project.report import bundle, captions, headlines
from dagster_project.report.captions import CAPTIONS
from dagster_project.report.heading import Heading
from dagster_project.report.page_values import PageValues, read_page_values
from dagster_project.report.panels import Group, groups, renewals
from dagster_project.report.periods import ALL, Segment
from dagster_project.report.tables import Table, table
from dagster_project.report.template import template
from dagster_project.report.wording import exact, label_of, spoken, unit_of
from dagster_project.warehouse.durable_file import put_in_place

DATA_DOCS = Path("data_docs", "index.html")
# Of what has no end (red lines crossed in a hundred segments) paper shows the first rows and how many more there are.
PRINTED_ROWS = 10
_OF_MEMBERS = ("customers_closing", "customers_lost", "churn_rate", "mrr_closing", "ndr_12m")
_OF_BUYING_MEMBERS = ("buyers", "purchase_amount", "repeat_customer_rate", "returning_rate")


def build(marts_db: Path, out: Path, heading: Heading | None = None) -> Path:
    """Write the report of a publication and return where it lies.

    The file is replaced in one step: whoever has the page open never loads half of it.

    :param marts_db: a published file, opened for reading only.
    :param out: the HTML file to write; its folder is made.
    :param heading: whose numbers these are, and what was planned.
    :raises EbblineError: ``marts_db`` does not exist, or is no publication.
    """
    docs = out.parent.parent / DATA_DOCS
    # A relative link: the warehouse folder can be moved or copied as a whole.
    page = render(
        read_page_values(marts_db, heading or Heading()),
        data_docs=f"../{DATA_DOCS.as_posix()}" if docs.exists() else "",
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".tmp")
    unfinished.write_text(page, encoding="utf-8")
    put_in_place(unfinished, out)
    return out


def render(figures: PageValues, *, data_docs: str = "") -> str:
    """Return the whole page.

    :param data_docs: where the validation's own pages lie, seen from the page; empty for no link.
    """
    shown_groups, ahead = groups(figures), renewals(figures)
    panels = [panel for group in shown_groups for panel in group.panels] + (
        [ahead] if ahead else []
    )
    documents = {panel.name: panel.document for panel in panels if panel.document}
    verdict, is_well = figures.problems.verdict()
    return template("report.html.j2", counted=counted, spoken=spoken).render(
        figures=figures,
        newest=figures.periods.newest,
        verdict=verdict,
        is_well=is_well,
        cards=_cards(figures),
        groups=shown_groups,
        ahead=ahead,
        members=_member_tables(figures),
        contents=_contents(figures, shown_groups),
        settings=figures.publication.flat_settings() if figures.publication else [],
        data_docs=data_docs,
        glossary=_glossary(figures),
        captions=CAPTIONS,
        printed_rows=PRINTED_ROWS,
        of_replayed=captions.replayed(has_recurring=figures.periods.has_recurring),
        style=Markup(_resource("report.css")),
        script=Markup("\n".join(_resource(name) for name in ("figures.js", "report.js"))),
        bundle=Markup(bundle.script() if documents else ""),
        embedded=_embedded(_told(figures, documents)),
    )


def _cards(figures: PageValues) -> list[tuple[str, str, list[headlines.Headline]]]:
    """Return groups of headlines: their name, their title where there are several, and themselves."""
    periods, plan = figures.periods, figures.heading.plan
    both = periods.has_recurring and periods.has_purchases
    chosen: list[tuple[str, str, tuple[str, ...]]] = []
    if periods.has_recurring:
        chosen.append(("recurring", "Subscriptions" if both else "", headlines.RECURRING))
    if periods.has_purchases:
        metrics = headlines.FIRST_PURCHASES if both else headlines.PURCHASES
        chosen.append(("purchases", "Purchases" if both else "", metrics))
    return [
        (name, title, headlines.headlines(metrics, periods.of(), figures.currency, plan))
        for name, title, metrics in chosen
    ]


def _member_tables(figures: PageValues) -> dict[str, Table]:
    """Return the newest month of each member, by dimension."""
    periods, newest = figures.periods, figures.periods.newest
    columns = _OF_MEMBERS if periods.has_recurring else _OF_BUYING_MEMBERS
    found: dict[str, Table] = {}
    for dimension in periods.dimensions:
        rows = [
            (segment.name, *(exact(month[name], unit_of(name)) for name in columns))
            for segment in periods.members(dimension)
            for month in periods.of(segment.key)[-1:]
            if newest and month.label == newest.label
        ]
        made = table((dimension.replace("_", " ").capitalize(), *map(label_of, columns)), rows)
        source = ",".join(f"{name}:{unit_of(name).value}" for name in columns)
        found[dimension] = Table(made.head, made.rows, source=f"members:{dimension}:{source}")
    return found


def _contents(figures: PageValues, shown_groups: list[Group]) -> list[tuple[str, str]]:
    """Return the sections that the page has: where they are and what they are called."""
    found = [("happened", "What happened"), ("wrong", "What is wrong")]
    if figures.work:
        found.append(("to-do", "What to do"))
    found += [(group.name, group.title) for group in shown_groups]
    if figures.periods.dimensions:
        found.append(("where", "Where it happens"))
    return found


def _glossary(figures: PageValues) -> dict[str, str]:
    """Return what each metric of the page's kinds of business means, by name."""
    subjects = {
        subject
        for subject, is_there in (
            ("recurring", figures.periods.has_recurring),
            ("purchases", figures.periods.has_purchases),
        )
        if is_there
    }
    metrics = {name: one for name, one in CATALOGUE.items() if one.subject in subjects}
    return glossary(metrics)


def _told(figures: PageValues, documents: dict[str, Any]) -> dict[str, Any]:
    """Return what the script needs to draw, and to follow the reader's choice."""
    used = {name for _, _, cards in _cards(figures) for name in (card.metric for card in cards)}
    return {
        "charts": documents,
        "periods": figures.periods.embedded(),
        "cohorts": {
            kind: [
                figures.cohorts[kind, segment.key].embedded()
                if (kind, segment.key) in figures.cohorts
                else []
                for segment in figures.periods.segments or (Segment(*ALL, ""),)
            ]
            for kind in sorted({kind for kind, _ in figures.cohorts})
        },
        "metrics": {
            name: [CATALOGUE[name].unit.value, CATALOGUE[name].better] for name in sorted(used)
        },
        "work": {one.name: one.embedded() for one in figures.work},
        "plan": {name: values for name, values in figures.heading.plan.items() if name in used},
        "currency": figures.currency,
    }


def _embedded(told: dict[str, Any]) -> Markup:
    """Return JSON that is safe inside a script element, whatever a customer called a plan."""
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _resource(name: str) -> str:
    return files("dagster_project.report").joinpath("templates", name).read_text(encoding="utf-8")
