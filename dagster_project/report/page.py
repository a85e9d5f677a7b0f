"""Putting the page together: figures and charts into the template, the file into its place.

The page is one file. The Vega bundle stands in it once; a policy in its head forbids every request.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dagster_project.plural import counted
from dagster_project.report import bundle, charts
from dagster_project.report.definitions import DEFINITIONS
from dagster_project.report.figures import (
    CohortCell,
    Figures,
    Month,
    Publication,
    RedLine,
    read_figures,
)
from dagster_project.shown import shown
from dagster_project.warehouse.durable_file import put_in_place

SPARK_MONTHS = 13
NONE = "–"
DATA_DOCS = Path("data_docs", "index.html")


@dataclass(frozen=True)
class Table:
    """Figures in words: the fallback of a chart, for readers and for screen readers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Panel:
    """A chart with its title, definition and figures.

    :param name: identifies it on the page.
    :param document: Vega-Lite; None when there is nothing to draw.
    """

    name: str
    title: str
    definition: str
    document: charts.Document | None
    table: Table
    wide: bool = False


@dataclass(frozen=True)
class Card:
    """A key figure of the newest complete month beside the month before.

    :param good: whether the change is welcome; None where there is none, or none can be told.
    :param spark: points of a small line, as SVG coordinates in a box of 100 by 28.
    """

    title: str
    value: str
    unit: str
    change: str
    good: bool | None
    spark: str


def build(marts_db: Path, out: Path) -> Path:
    """Write the report of a publication and return where it lies.

    The file is replaced in one step: whoever has the page open never loads half of it.

    :param marts_db: a published file, opened for reading only.
    :param out: the HTML file to write; its folder is made.
    :raises EbblineError: ``marts_db`` does not exist, or is no publication.
    """
    docs = out.parent.parent / DATA_DOCS
    # A relative link: the warehouse folder can be moved or copied as a whole.
    page = render(
        read_figures(marts_db), data_docs=f"../{DATA_DOCS.as_posix()}" if docs.exists() else ""
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".tmp")
    unfinished.write_text(page, encoding="utf-8")
    put_in_place(unfinished, out)
    return out


def _seen(value: object) -> object:
    """Return what a template shows: text of exports without characters that a browser would obey."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return shown(value, keep="\n\t") if is_plain else value


def render(figures: Figures, *, data_docs: str = "") -> str:
    """Return the whole page.

    :param data_docs: where the validation's own pages lie, seen from the page; empty for no link.
    """
    panels = _panels(figures)
    documents = {panel.name: panel.document for panel in panels.values() if panel.document}
    environment = Environment(
        loader=PackageLoader("dagster_project.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["counted"] = counted
    return environment.get_template("report.html.j2").render(
        figures=figures,
        newest=figures.months[-1] if figures.months else None,
        before=figures.months[-2] if len(figures.months) > 1 else None,
        crossed=[line for line in figures.red_lines if line.state == "crossed"],
        unknown=[line for line in figures.red_lines if line.state == "unknown"],
        red_lines=_shown_red_lines(figures.red_lines),
        cards=_cards(figures),
        panels=panels,
        members=_member_tables(figures),
        settings=_settings(figures.publication),
        data_docs=data_docs,
        definitions=DEFINITIONS,
        style=Markup(_resource("report.css")),
        script=Markup(_resource("report.js")),
        bundle=Markup(bundle.script() if documents else ""),
        documents=_embedded(documents),
    )


def _panels(figures: Figures) -> dict[str, Panel]:
    months, currency = figures.months, _currency(figures)
    logo = tuple(cell for cell in figures.cohorts if cell.kind == "logo")
    revenue = tuple(cell for cell in figures.cohorts if cell.kind == "revenue")
    with_ltv = any(month.ltv is not None for month in months)
    panels = [
        Panel(
            "movements",
            "MRR movements",
            DEFINITIONS["movements"],
            charts.mrr_movements(months, currency) if months else None,
            _month_table(
                months,
                {
                    "Opening": lambda m: _money(m.mrr_opening),
                    "New": lambda m: _money(m.mrr_new),
                    "Reactivation": lambda m: _money(m.mrr_reactivation),
                    "Expansion": lambda m: _money(m.mrr_expansion),
                    "Contraction": lambda m: _money(-m.mrr_contraction),
                    "Churn": lambda m: _money(-m.mrr_churn),
                    "Exchange rates": lambda m: _money(m.fx),
                    "Closing": lambda m: _money(m.mrr_closing),
                },
            ),
            wide=True,
        ),
        Panel(
            "churn",
            "Churn rate",
            DEFINITIONS["churn"],
            charts.churn_rate(months, _churn_line(figures.red_lines)) if months else None,
            _month_table(
                months,
                {
                    "At opening": lambda m: _count(m.customers_opening),
                    "Lost": lambda m: _count(m.customers_lost),
                    "Churn rate": lambda m: _share(m.churn_rate, 2),
                    "Retention rate": lambda m: _share(m.retention_rate, 2),
                },
            ),
        ),
        Panel(
            "flow",
            "Customers won and lost",
            DEFINITIONS["customers"],
            charts.customer_flow(months) if months else None,
            _month_table(
                months,
                {
                    "New": lambda m: _count(m.customers_new),
                    "Returned": lambda m: _count(m.customers_reactivated),
                    "Lost": lambda m: _count(m.customers_lost),
                    "At closing": lambda m: _count(m.customers_closing),
                },
            ),
        ),
        Panel(
            "level",
            "MRR",
            DEFINITIONS["mrr"],
            charts.mrr_level(months, currency) if months else None,
            _month_table(months, {"MRR at closing": lambda m: _money(m.mrr_closing)}),
        ),
        Panel(
            "retention",
            "Net and gross revenue retention",
            DEFINITIONS["ndr"],
            charts.net_and_gross_retention(months)
            if any(month.ndr_12m is not None for month in months)
            else None,
            _month_table(
                months,
                {
                    "NDR, month": lambda m: _share(m.ndr, 2),
                    "GRR, month": lambda m: _share(m.grr, 2),
                    "NDR, 12 months": lambda m: _share(m.ndr_12m, 2),
                    "GRR, 12 months": lambda m: _share(m.grr_12m, 2),
                },
            ),
        ),
        Panel(
            "ltv",
            "Customer lifetime value",
            DEFINITIONS["ltv"],
            charts.customer_value(months, "ltv", currency, "@new") if with_ltv else None,
            _month_table(months, {"LTV": lambda m: _money(m.ltv)}),
        ),
        Panel(
            "arpa",
            "Revenue per customer",
            DEFINITIONS["arpa"],
            charts.customer_value(months, "arpa", f"{currency} a month", "@line")
            if months
            else None,
            _month_table(months, {"ARPA": lambda m: _money(m.arpa)}),
        ),
        Panel(
            "logo",
            "Customers left, by cohort",
            DEFINITIONS["logo"],
            charts.cohort_heat_map(logo, "Customers left") if _has_shares(logo) else None,
            _cohort_table(logo),
            wide=True,
        ),
        Panel(
            "revenue",
            "MRR left, by cohort",
            DEFINITIONS["revenue"],
            charts.cohort_heat_map(revenue, "MRR left") if _has_shares(revenue) else None,
            _cohort_table(revenue),
            wide=True,
        ),
        Panel(
            "moves",
            "Upgrades and downgrades",
            DEFINITIONS["plans"],
            charts.plan_moves(months) if months else None,
            _month_table(
                months,
                {
                    "Upgrades": lambda m: _count(m.upgrades),
                    "Downgrades": lambda m: _count(m.downgrades),
                },
            ),
        ),
        Panel(
            "matrix",
            "From product to product, last twelve months",
            DEFINITIONS["products"],
            charts.plan_matrix(figures.plan_changes) if figures.plan_changes else None,
            Table(
                ("From", "To", "Customers", "MRR change"),
                tuple(
                    (c.from_product, c.to_product, _count(c.customers), _money(c.mrr_change))
                    for c in figures.plan_changes
                ),
            ),
        ),
        Panel(
            "reasons",
            "Why customers left, last twelve months",
            DEFINITIONS["reasons"],
            charts.cancellation_reasons(figures.reasons, currency) if figures.reasons else None,
            Table(
                ("Reason", "Customers lost", "MRR lost"),
                tuple(
                    (r.reason, _count(r.customers_lost), _money(r.mrr_lost))
                    for r in figures.reasons
                ),
            ),
        ),
        Panel(
            "repeat",
            "Repeat purchases",
            DEFINITIONS["repeat"],
            charts.repeat_rate(figures.repeat) if figures.repeat else None,
            Table(
                ("Month", "Buyers", "Repeat customer rate", "Returning"),
                tuple(
                    (
                        r.label,
                        _count(r.buyers),
                        _share(r.repeat_customer_rate, 2),
                        _share(r.returning_rate, 2),
                    )
                    for r in reversed(figures.repeat)
                ),
            ),
        ),
    ]
    return {panel.name: panel for panel in panels}


def _cards(figures: Figures) -> list[Card]:
    months, currency = figures.months, _currency(figures)
    if not months:
        return []
    now = months[-1]
    before = months[-2] if len(months) > 1 else None

    def card(
        title: str,
        column: str,
        write: Callable[[float | None], str],
        *,
        more_is_better: bool = True,
        points: bool = False,
        unit: str = "",
    ) -> Card:
        values = [getattr(month, column) for month in months[-SPARK_MONTHS:]]
        old, new = (getattr(before, column) if before else None), getattr(now, column)
        if old is None or new is None:
            change, good = "", None
        elif points:
            change, good = f"{(new - old) * 100:+.2f} pp", (new > old) == more_is_better
        elif isinstance(new, int):
            change, good = f"{new - old:+,d}", (new > old) == more_is_better
        else:
            change = f"{(new - old) / old * 100:+.1f} %" if old else ""
            good = (new > old) == more_is_better
        if new == old:
            good = None
        return Card(title, write(new), unit, change.replace("-", "−"), good, _spark(values))

    return [
        card("MRR", "mrr_closing", _short_money, unit=currency),
        card("Customers", "customers_closing", lambda v: NONE if v is None else f"{v:,.0f}"),
        card("Churn rate", "churn_rate", lambda v: _share(v, 2), more_is_better=False, points=True),
        card("NDR, 12 months", "ndr_12m", lambda v: _share(v, 1), points=True)
        if now.ndr_12m is not None
        else card("NDR, month", "ndr", lambda v: _share(v, 1), points=True),
        card("ARPA", "arpa", _short_money, unit=currency),
        card("LTV", "ltv", _short_money, unit=currency),
    ]


def _spark(values: Sequence[float | None]) -> str:
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = 100 / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{26 - (float(value) - low) / span * 24:.1f}"
        for index, value in enumerate(values)
        if value is not None
    )


def _shown_red_lines(red_lines: Sequence[RedLine]) -> list[RedLine]:
    """Return the whole business always, a segment only while its line is crossed."""
    order = {"crossed": 0, "unknown": 1, "clear": 2}
    shown = [line for line in red_lines if line.segment == "all" or line.state == "crossed"]
    return sorted(shown, key=lambda line: (order[line.state], line.segment != "all"))


def _churn_line(red_lines: Sequence[RedLine]) -> float | None:
    """Where the chart of churn draws its line: the number that a rule on churn is held against."""
    for line in red_lines:
        if line.metric == "churn_rate" and line.segment == "all" and line.line is not None:
            return line.line
    return None


def _member_tables(figures: Figures) -> dict[str, Table]:
    head = ("Customers", "Lost", "Churn rate", "MRR", "NDR")
    return {
        dimension: Table(
            (dimension.replace("_", " ").capitalize(), *head),
            tuple(
                (
                    member.name,
                    _count(member.customers_closing),
                    _count(member.customers_lost),
                    _share(member.churn_rate, 2),
                    _money(member.mrr_closing),
                    _share(member.ndr, 1),
                )
                for member in members
            ),
        )
        for dimension, members in figures.members.items()
    }


def _settings(publication: Publication | None) -> list[tuple[str, str]]:
    """Return the settings that change numbers, flat: ``billing.dunning_days``, ``30``."""
    if publication is None:
        return []
    flat: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                walk(f"{name}.{key}" if name else str(key), inner)
        elif isinstance(value, list):
            flat.append((name, ", ".join(str(entry) for entry in value) or NONE))
        else:
            flat.append((name, NONE if value in ({}, None) else str(value)))

    walk("", publication.settings)
    return flat


def _month_table(months: Sequence[Month], columns: dict[str, Callable[[Month], str]]) -> Table:
    return Table(
        ("Month", *columns),
        tuple(
            (month.label, *(write(month) for write in columns.values()))
            for month in reversed(months)
        ),
    )


def _cohort_table(cells: Sequence[CohortCell]) -> Table:
    ages = sorted({cell.age for cell in cells})
    found = {(cell.cohort, cell.age): cell for cell in cells}
    sizes = {cell.cohort: cell.customers for cell in cells}
    rows = []
    for cohort in sorted(sizes):
        shares = []
        for age in ages:
            cell = found.get((cohort, age))
            shares.append("" if cell is None else _share(cell.share, 0))
        rows.append((cohort, _count(sizes[cohort]), *shares))
    return Table(("Cohort", "Customers", *(str(age) for age in ages)), tuple(rows))


def _has_shares(cells: Sequence[CohortCell]) -> bool:
    return any(cell.share is not None for cell in cells)


def _currency(figures: Figures) -> str:
    return figures.publication.currency if figures.publication else ""


def _count(value: float) -> str:
    return f"{value:,.0f}".replace("-", "−")


def _money(value: float | None) -> str:
    return NONE if value is None else f"{value + 0.0:,.2f}".replace("-", "−")


def _short_money(value: float | None) -> str:
    if value is None:
        return NONE
    return (f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}").replace("-", "−")


def _share(value: float | None, places: int) -> str:
    return NONE if value is None else f"{value * 100:.{places}f} %"


def _embedded(documents: dict[str, charts.Document]) -> Markup:
    """Return JSON that is safe inside a script element, whatever a customer called a plan."""
    text = json.dumps(documents, separators=(",", ":"), ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _resource(name: str) -> str:
    return files("dagster_project.report").joinpath("templates", name).read_text(encoding="utf-8")
