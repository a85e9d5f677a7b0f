"""Books -> landing files -> ``load_source`` -> dbt -> marts, as a run does it; no step is replaced
by a test's own.

Reading marts back belongs here; what they should hold is the reference's business, and comparing
``agreement``'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster_project.clock import FixedClock
from dagster_project.config import (
    Billing,
    Calendar,
    CurrencySettings,
    Purchases,
    RecurringShape,
    Settings,
    Source,
    Sources,
)
from dagster_project.exports.loader import load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import dbt
from tests.reference.landing import write_landing
from tests.reference.rows import Books, Terms

MODELS = (
    "fct_mrr_movements",
    "fct_customer_months",
    "mart_revenue_periods",
    "mart_churn_periods",
    "mart_cohorts",
    "mart_repeat_rate",
    "mart_repeat_cohorts",
    "mart_mrr_causes",
    "fct_span_causes",
)
CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))


@dataclass(frozen=True)
class Marts:
    """The marts of one dbt run."""

    paths: WarehousePaths

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return every row of a mart as a dictionary."""
        with open_warehouse(self.paths, read_only=True) as con:
            found = con.table(f"marts.{table}")
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with open_warehouse(self.paths, read_only=True) as con:
            return con.execute(sql, list(parameters)).fetchall()


def settings_of(terms: Terms, root: Path, *, format_name: str = "canonical") -> Settings:
    """Return the settings that say what ``terms`` says, with exports in ``root/landing``."""
    return Settings(
        sources=Sources(billing=Source(format=format_name, path=str(root / "landing" / "billing"))),
        warehouse=root / "warehouse",
        calendar=Calendar(timezone=terms.timezone, until=terms.until),
        currency=CurrencySettings(reporting=terms.reporting, rates=dict(terms.rates)),
        billing=Billing(
            recurring_from=_shape(terms),
            usage_is_recurring=terms.usage_is_recurring,
            dunning_days=terms.dunning_days,
            churn_recognition=(
                "cancel_request" if terms.churn_recognition == "cancel_request" else "period_end"
            ),
            bridge_gap_days=terms.bridge_gap_days,
            gross_margin=terms.gross_margin,
        ),
        purchases=Purchases(same_day_orders_are_one=terms.same_day_orders_are_one),
        dimensions=terms.dimensions,
    )


def _shape(terms: Terms) -> RecurringShape:
    shapes: Mapping[str, RecurringShape] = {
        "subscription_periods": "subscription_periods",
        "subscription_items": "subscription_items",
        "invoice_lines": "invoice_lines",
    }
    return shapes[terms.recurring_from]


def load(settings: Settings) -> WarehousePaths:
    """Load the landing folders of ``settings`` into a new warehouse.

    :raises AssertionError: a file was refused or a row quarantined: the test wrote what it did not
        mean to.
    """
    paths = WarehousePaths(settings.warehouse)
    with open_warehouse(paths) as con:
        for source, where in settings.sources.named().items():
            report = load_source(
                con,
                source=source,
                format=where.format,
                path=where.path,
                settings=settings,
                clock=CLOCK,
            )
            for file in report.files:
                assert file.outcome != "refused" and not file.rows_quarantined, file
    return paths


def run_dbt(
    paths: WarehousePaths, settings: Settings, shape: RecurringShape, models: Sequence[str] = MODELS
) -> Marts:
    """Build ``models`` and everything before them; fail with dbt's own words."""
    ran = dbt(
        "build",
        *("--resource-type", "model", "--resource-type", "seed"),
        *("--select", *[f"+{model}" for model in models]),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables=settings.dbt_vars(CLOCK, shape),
    )
    assert ran.code == 0, ran.output[-6000:]
    return Marts(paths)


def build(
    root: Path,
    books: Books,
    terms: Terms,
    models: Sequence[str] = MODELS,
    *,
    corrected: bool = False,
) -> Marts:
    """Write, load and transform ``books`` under ``terms`` in the folder ``root``.

    :param corrected: an earlier export said something else about half of the rows.
    """
    write_landing(books, root / "landing", corrected=corrected)
    settings = settings_of(terms, root)
    return run_dbt(load(settings), settings, _shape(terms), models)
