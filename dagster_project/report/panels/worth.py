"""Who pays, how that compares, what is ahead, and how far the score can be trusted."""

from collections.abc import Iterator, Mapping

from dagster_project.report.captions import CAPTIONS
from dagster_project.report.charts import behind as charts
from dagster_project.report.page_values import PageValues
from dagster_project.report.panels.panel import Panel, count, money, share
from dagster_project.report.tables import table


def renewals(figures: PageValues) -> Panel | None:
    """Return what renews and what is known to end, which stands with what to do."""
    ahead = figures.behind.commitments
    if not ahead:
        return None
    return Panel(
        "ahead",
        "Renewals ahead",
        CAPTIONS["ahead"],
        charts.commitments(ahead, figures.currency),
        table(
            ("Month", "MRR that renews", "Customers", "Known to end", "Customers ending"),
            [
                (
                    *(one.month, money(one.renewing), count(one.customers_renewing)),
                    *(money(one.ending), count(one.customers_ending)),
                )
                for one in ahead
            ],
        ),
        wide=True,
    )


def value(figures: PageValues) -> Iterator[Panel]:
    """Yield who pays the MRR, and retention beside what is usual."""
    behind = figures.behind
    if len(behind.deciles) > 1:
        fifth = behind.deciles[0].top_fifth
        yield Panel(
            "concentration",
            "Who pays the MRR",
            CAPTIONS["concentration"],
            charts.concentration(behind.deciles),
            table(
                ("Tenth", "Customers", "MRR", "Share", "With all larger"),
                [
                    (
                        *(str(d.decile), count(d.customers), money(d.mrr)),
                        *(share(d.share), share(d.cumulative)),
                    )
                    for d in behind.deciles
                ],
            ),
            note=f"The largest fifth of the customers pays {share(fifth)} of the MRR."
            if fifth
            else "",
        )
    if any(one.benchmark is not None for one in behind.benchmarks):
        yield Panel(
            "benchmarks",
            "Retention beside what is usual in the industry",
            CAPTIONS["benchmarks"],
            charts.benchmarks(behind.benchmarks),
            table(
                ("Industry", "Customers", "Retained", "Usual"),
                [
                    (
                        *(b.industry, count(b.customers)),
                        *(share(b.retention), share(b.benchmark)),
                    )
                    for b in behind.benchmarks
                ],
            ),
        )


def score(figures: PageValues) -> Iterator[Panel]:
    """Yield what the risk score would have said in the past."""
    behind = figures.behind
    if behind.backtests:
        names: Mapping[str, str] = {"default": "risk score"}
        yield Panel(
            "backtest",
            "What the score would have said",
            CAPTIONS["backtest"],
            None,
            table(
                ("Method, months ahead", "Flagged", "Lost of them", "Right", "Found", "Lift"),
                [
                    (
                        f"{names.get(b.method, b.method)}, {b.horizon}",
                        *(count(b.flagged), count(b.flagged_lost)),
                        *(share(b.precision), share(b.recall)),
                        "" if b.lift is None else f"{b.lift:.1f}",
                    )
                    for b in behind.backtests
                ],
            ),
        )
    if behind.calibration:
        yield Panel(
            "calibration",
            "Does a higher score mean more are lost?",
            CAPTIONS["calibration"],
            charts.calibration(behind.calibration),
            table(
                ("Score from", "Customers and months", "Lost"),
                [
                    (str(c.score_from), count(c.customers), share(c.lost_share))
                    for c in behind.calibration
                ],
            ),
        )
