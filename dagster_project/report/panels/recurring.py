"""What recurring revenue, customers and plans did. Without MRR there is nothing here."""

from collections.abc import Iterator

from dagster_project.report.captions import CAPTIONS
from dagster_project.report.charts import behind as behind_charts
from dagster_project.report.charts import periods as charts
from dagster_project.report.page_values import PageValues
from dagster_project.report.panels.panel import Panel, count, money, over_time
from dagster_project.report.tables import table

_KINDS = ("new", "reactivation", "expansion", "contraction", "churn")


def revenue(figures: PageValues) -> Iterator[Panel]:
    """Yield how MRR moved and what of it was kept."""
    periods, currency = figures.periods, figures.currency
    months = periods.of()
    if not periods.has_recurring:
        return
    moved = any(month["movements_new"] is not None for month in months)
    yield Panel(
        "movements",
        "MRR movements",
        CAPTIONS["movements"],
        charts.mrr_movements(currency),
        over_time(
            months,
            *("mrr_opening", "mrr_new", "mrr_reactivation", "mrr_expansion", "-mrr_contraction"),
            *("-mrr_churn", "mrr_closing"),
        ),
        wide=True,
        follows=True,
    )
    yield Panel(
        "waterfall",
        "From a year before to now",
        CAPTIONS["waterfall" if moved else "waterfall_compared"],
        charts.mrr_waterfall(currency, of_movements=moved),
        over_time(months, *(f"movements_{kind}" for kind in _KINDS)) if moved else table(("",), ()),
        follows=True,
    )
    if any(month["ndr_12m"] is not None for month in months):
        yield Panel(
            "retention",
            "Net and gross revenue retention",
            CAPTIONS["ndr"],
            charts.net_and_gross_retention(),
            over_time(months, "ndr", "grr", "ndr_12m", "grr_12m"),
            follows=True,
        )


def customers(figures: PageValues) -> Iterator[Panel]:
    """Yield who was won and lost, and what a customer is worth."""
    periods, currency = figures.periods, figures.currency
    months = periods.of()
    if not periods.has_recurring:
        return
    yield Panel(
        "churn",
        "Churn rate",
        CAPTIONS["churn"],
        charts.churn_rate(figures.problems.churn_line()),
        over_time(months, "customers_opening", "customers_lost", "churn_rate", "retention_rate"),
        follows=True,
    )
    yield Panel(
        "flow",
        "Customers won and lost",
        CAPTIONS["customers"],
        charts.customer_flow(),
        over_time(
            months,
            *("customers_new", "customers_reactivated", "customers_lost", "customers_closing"),
        ),
        follows=True,
    )
    if any(month["ltv"] is not None for month in months):
        yield Panel(
            "lifetime",
            "Customer lifetime value",
            CAPTIONS["ltv"],
            charts.customer_value("ltv", currency, "@new"),
            over_time(months, "ltv"),
            follows=True,
        )
    yield Panel(
        "per-customer",
        "Revenue per customer",
        CAPTIONS["arpa"],
        charts.customer_value("arpa", f"{currency} a month", "@line"),
        over_time(months, "arpa"),
        follows=True,
    )


def plans(figures: PageValues) -> Iterator[Panel]:
    """Yield who changed plans, and why revenue rose, fell and left."""
    behind, currency, months = figures.behind, figures.currency, figures.periods.of()
    if any(month.count("upgrades") or month.count("downgrades") for month in months):
        yield Panel(
            "moves",
            "Upgrades and downgrades",
            CAPTIONS["plans"],
            charts.plan_moves(),
            over_time(months, "upgrades", "downgrades"),
            follows=True,
        )
    if behind.causes:
        yield Panel(
            "causes",
            "Why MRR rose and fell, last twelve months",
            CAPTIONS["causes"],
            behind_charts.causes(behind.causes, currency),
            table(
                ("Cause", "Expansion", "Contraction"),
                [(c.cause, money(c.expansion), money(-c.contraction)) for c in behind.causes],
            ),
        )
    if behind.plan_changes:
        yield Panel(
            "products",
            "From product to product, last twelve months",
            CAPTIONS["products"],
            behind_charts.plan_matrix(behind.plan_changes),
            table(
                ("From", "To", "Customers", "MRR change"),
                [
                    (c.from_product, c.to_product, count(c.customers), money(c.mrr_change))
                    for c in behind.plan_changes
                ],
                text=("To",),
            ),
        )
    if behind.reasons:
        yield Panel(
            "reasons",
            "Why customers left, last twelve months",
            CAPTIONS["reasons"],
            behind_charts.cancellation_reasons(behind.reasons, currency),
            table(
                ("Reason", "Customers lost", "MRR lost"),
                [(r.reason, count(r.customers_lost), money(r.mrr_lost)) for r in behind.reasons],
            ),
        )
