"""One warehouse with all worked examples, built once: each example is a segment of its own."""

from pathlib import Path

import pytest

from tests.integration.dbt_core.examples import load_examples
from tests.integration.dbt_purchases.conftest import make_warehouse
from tests.integration.dbt_purchases.hand_loaded import Warehouse

__all__ = ["make_warehouse"]

MODELS = (
    "fct_mrr_movements",
    "fct_customer_months",
    "mart_revenue_periods",
    "mart_churn_periods",
    "mart_plan_changes",
    "mart_cancellation_reasons",
    "dim_customers",
    "dim_plans",
)


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Return the warehouse after one ``dbt build`` of the core marts, tests included."""
    folder: Path = tmp_path_factory.mktemp("worked_examples")
    warehouse = Warehouse(
        folder / "warehouse.duckdb",
        folder / "target",
        {"recurring_from": "invoice_lines", "until": "2026-06-30"},
    )
    load_examples(warehouse)
    warehouse.build(*MODELS)
    return warehouse
