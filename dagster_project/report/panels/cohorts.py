"""Cohorts, each kind as a triangle and as a table."""

from collections.abc import Iterator, Sequence

from dagster_project.report.captions import CAPTIONS
from dagster_project.report.charts import cohorts as charts
from dagster_project.report.cohorts import AGES_IN_TABLE, Cohorts
from dagster_project.report.page_values import PageValues
from dagster_project.report.panels.panel import Panel, count, share
from dagster_project.report.periods import ALL
from dagster_project.report.tables import Table, table


def cohorts(figures: PageValues) -> Iterator[Panel]:
    """Yield a triangle for each kind that the business has."""
    titles = {
        "logo": ("Customers left, by cohort", "Customers left"),
        "revenue": ("MRR left, by cohort", "MRR left"),
        "orders": ("Buyers who buy again, by cohort", "Buyers of the month"),
    }
    for kind, (title, what) in titles.items():
        cohorts = figures.cohorts.get((kind, ALL))
        if cohorts is None or (kind != "orders" and not figures.periods.has_recurring):
            continue
        yield Panel(
            f"cohorts-{kind}",
            title,
            CAPTIONS[kind],
            charts.triangle(cohorts, what),
            cohort_table(cohorts),
            wide=True,
            follows=True,
        )


def cohort_table(cohorts: Cohorts) -> Table:
    """Return the shares at some ages, the average of all cohorts in the last row."""
    oldest = max(len(cohort.shares) for cohort in cohorts.cohorts) - 1
    ages = [age for age in AGES_IN_TABLE if age <= oldest]

    def at(shares: Sequence[float | None]) -> list[str]:
        return ["" if age >= len(shares) else share(shares[age], places=0) for age in ages]

    rows = [
        (cohort.month, count(cohort.customers), *at(cohort.shares)) for cohort in cohorts.cohorts
    ]
    rows.append(
        (
            "Average",
            count(sum(cohort.customers for cohort in cohorts.cohorts)),
            *at(cohorts.averages()),
        )
    )
    made = table(("Cohort", "Size", *(f"+{age}" for age in ages)), rows)
    return Table(made.head, made.rows, source=f"cohorts:{cohorts.kind}")
