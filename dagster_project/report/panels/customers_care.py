"""How customers are received and looked after, and what that does to them."""

from collections.abc import Iterator

from dagster_project.metrics import Unit
from dagster_project.report.captions import CAPTIONS
from dagster_project.report.charts import behind as charts
from dagster_project.report.page_values import PageValues
from dagster_project.report.panels.panel import Panel, count, share
from dagster_project.report.tables import table
from dagster_project.report.wording import exact


def use(figures: PageValues) -> Iterator[Panel]:
    """Yield the first session, and support."""
    behind = figures.behind
    if behind.onboarding:
        yield Panel(
            "onboarding",
            "The first session, last twelve months",
            CAPTIONS["onboarding"],
            None,
            table(
                ("First session", "Customers", "Stayed 30 days", "Share", "Met the value"),
                [
                    (
                        o.first_session,
                        count(o.customers),
                        f"{count(o.retained)} of {count(o.observed)}",
                        share(o.retained / o.observed if o.observed else None),
                        count(o.with_value),
                    )
                    for o in behind.onboarding
                ],
            ),
        )
    if behind.support:
        yield Panel(
            "support",
            "Support",
            CAPTIONS["support"],
            charts.tickets(behind.support),
            table(
                ("Month", "Tickets", "Complaints", "Hours to answer", "Satisfied"),
                [
                    (
                        *(s.month, count(s.tickets), count(s.complaints)),
                        *(exact(s.first_response_hours, Unit.DAYS), share(s.csat)),
                    )
                    for s in reversed(behind.support)
                ],
            ),
            note=_support_note(figures),
        )


def _support_note(figures: PageValues) -> str:
    """Return how much oftener customers are lost after a bad experience, as one sentence."""
    for risk in figures.behind.support_risk:
        if risk.relative_risk is not None and risk.low is not None and risk.high is not None:
            return (
                f"In the month after a bad experience customers were lost {risk.relative_risk:.1f} times as often "
                f"as others (95 % interval {risk.low:.1f} to {risk.high:.1f}): {risk.exposed_lost:,} of "
                f"{risk.exposed:,} against {risk.others_lost:,} of {risk.others:,}."
            )
    return ""
