"""Everything on the page, read from a publication as typed values. Drawing is elsewhere.

Only the published marts are read. A mart that a publication does not hold is nothing to show, since a report of an
old publication must still open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_project.report.behind import Behind, read_behind
from dagster_project.report.cohorts import Cohorts, read_cohorts
from dagster_project.report.heading import Heading
from dagster_project.report.periods import Key, Periods, read_periods
from dagster_project.report.problems import Problems, read_problems
from dagster_project.report.publication import Publication, read_publication
from dagster_project.report.work import WorkList, read_work
from dagster_project.warehouse.introspection import tables_of
from dagster_project.warehouse.serving import open_marts


@dataclass(frozen=True)
class PageValues:
    """Everything on the page."""

    heading: Heading
    publication: Publication | None = None
    periods: Periods = field(default_factory=Periods)
    problems: Problems = field(default_factory=Problems)
    work: tuple[WorkList, ...] = ()
    cohorts: Mapping[tuple[str, Key], Cohorts] = field(default_factory=dict)
    behind: Behind = field(default_factory=Behind)

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.publication.currency if self.publication else ""


def read_page_values(marts_db: Path, heading: Heading) -> PageValues:
    """Read everything the page shows from a published file.

    :raises EbblineError: there is no such file, or it is no publication.
    """
    with open_marts(marts_db) as con:
        tables = frozenset(tables_of(con, "marts", database="published"))
        publication = read_publication(con) if "publication" in tables else None
        periods = read_periods(con, tables, _plan_names(con, tables))
        return PageValues(
            heading=heading,
            publication=publication,
            periods=periods,
            problems=read_problems(con, tables, publication.id if publication else ""),
            work=read_work(
                con,
                publication.currency if publication else "",
                periods.segments,
                is_shop=not periods.has_recurring,
            ),
            cohorts=read_cohorts(con, tables, periods.segments),
            behind=read_behind(con, tables, [month.start for month in periods.of()]),
        )


def _plan_names(con: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> dict[Key, str]:
    """Return what people call the plans."""
    names: dict[Key, str] = {}
    if "dim_plans" in tables:
        plans = con.execute("select plan_id, plan_name from dim_plans where plan_name is not null")
        names = {("plan", plan): name for plan, name in plans.fetchall()}
    return names
