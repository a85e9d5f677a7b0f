"""The sample as a whole run publishes it, and under other settings."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from dagster_project.clock import FixedClock
from dagster_project.config import Settings, load_settings
from dagster_project.exports.coverage import coverage_of
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publish
from dagster_project.warehouse.serving import open_published
from tests.integration.building import load_and_build
from tests.sample import SAMPLE, SETTINGS, WholeRun
from tests.shared import SharedFolder

CLOCK = FixedClock(datetime(2026, 11, 4, 3, tzinfo=UTC))
MODELS = (
    "metrics", "dim_customers", "fct_mrr_movements", "fct_lost_customers", "fct_span_fx", "fct_span_causes",
    "fct_purchase_lines",
)  # fmt: skip


CROSSED = {"name": "x", "description": "x", "metric": "churn_rate", "when": "above", "line": 0.1}


def build(paths: WarehousePaths, settings: Settings) -> None:
    """Load the settings' sources into a warehouse, build the models explanations read, publish."""
    load_and_build(paths, settings, CLOCK, MODELS)
    coverage = coverage_of(paths, settings, CLOCK)
    publish(paths, settings=settings, clock=CLOCK, coverage=coverage, validation_summary={})


def published_sample(root: Path, **changed: object) -> WarehousePaths:
    """Publish the sample; usage and support make no metric that is explained, so they stay out."""
    file = root / "ebbline.yml"
    settings = yaml.safe_load(SETTINGS)
    billing = {"format": "stripe", "path": str(SAMPLE / "billing")}
    document = {**settings, "sources": {"billing": billing}, "warehouse": "warehouse", **changed}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    loaded = load_settings(file)
    paths = WarehousePaths(loaded.warehouse)
    build(paths, loaded)
    return paths


@pytest.fixture(scope="session")
def sample(whole_sample: WholeRun) -> WarehousePaths:
    return whole_sample.paths


@pytest.fixture(scope="session")
def sample_under_other_settings(shared: SharedFolder) -> WarehousePaths:
    """Rates that change in the middle, orders that count one by one, a running month, plan and segment crossed."""
    folder = shared.made("sample-under-other-settings", publish_otherwise)
    return WarehousePaths(folder / "warehouse")


def publish_otherwise(root: Path) -> None:
    """Publish the sample under other settings."""
    published_sample(
        root,
        calendar={"timezone": "America/New_York", "until": "2026-10-17"},
        currency={
            "reporting": "USD",
            "rates": {
                "EUR": {"2024-01-01": 1.08, "2025-07-15": 1.17, "2026-03-01": 1.11},
                "GBP": {"2024-01-01": 1.27, "2026-01-01": 1.21},
            },
        },
        billing={
            "bridge_gap_days": 5,
            "gross_margin": 0.815,
            "churn_recognition": "cancel_request",
        },
        purchases={"same_day_orders_are_one": False},
        red_lines=[{**CROSSED, "by": ["segment", "plan"]}],
    )


@pytest.fixture
def published(sample: WarehousePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(sample) as con:
        yield con
