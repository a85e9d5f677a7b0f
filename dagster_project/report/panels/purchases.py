"""What was bought, and bought again. Where nobody ever bought there is nothing here."""

from collections.abc import Iterator

from dagster_project.report.captions import CAPTIONS
from dagster_project.report.charts import periods as charts
from dagster_project.report.page_values import PageValues
from dagster_project.report.panels.panel import Panel, count, money, over_time, share
from dagster_project.report.tables import table


def purchases(figures: PageValues) -> Iterator[Panel]:
    """Yield purchases over time, how soon and after what people buy again."""
    periods, behind, currency = figures.periods, figures.behind, figures.currency
    months = periods.of()
    if not periods.has_purchases:
        return
    if any(month["purchase_amount"] is not None for month in months):
        yield Panel(
            "bought",
            "Purchases",
            CAPTIONS["bought"],
            charts.bought(currency),
            over_time(months, "buyers", "purchases", "purchase_amount", "repeat_revenue_share"),
            follows=True,
        )
    yield Panel(
        "repeat",
        "Repeat purchases",
        CAPTIONS["repeat"],
        charts.repeat_rate(),
        over_time(months, "buyers_to_date", "repeat_customer_rate", "returning_rate"),
        follows=True,
    )
    if behind.repeat_windows:
        yield Panel(
            "again",
            "How soon they buy again",
            CAPTIONS["again"],
            None,
            table(
                ("Within", "Buyers", "Bought again", "Share"),
                [
                    (
                        *(f"{w.days} days", count(w.buyers), count(w.repeat_buyers)),
                        share(w.repeat_buyers / w.buyers),
                    )
                    for w in behind.repeat_windows
                ],
            ),
        )
    if behind.first_products:
        yield Panel(
            "first",
            "What brings people back: by their first purchase",
            CAPTIONS["first"],
            None,
            table(
                ("First bought", "Buyers", "Came back", "Share", f"{currency} to date"),
                [
                    (
                        *(p.name, count(p.first_buyers), count(p.repeat_buyers)),
                        share(p.repeat_buyers / p.first_buyers if p.first_buyers else None),
                        money(p.amount),
                    )
                    for p in behind.first_products
                ],
            ),
        )
    if behind.seasons:
        yield Panel(
            "seasons",
            "The same season, a year later",
            CAPTIONS["seasons"],
            None,
            table(
                ("Season", "Buyers last year", "Again", "Share"),
                [
                    (
                        f"{s.season}{'' if s.is_complete else ' (running)'}",
                        count(s.buyers_last_year),
                        count(s.bought_again),
                        share(s.bought_again / s.buyers_last_year),
                    )
                    for s in behind.seasons
                ],
            ),
        )
