"""A small company through the real loader, the real models and a real publication.

The models are those that the revenue metrics need; validation has its own tests.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from dagster_project.clock import FixedClock
from dagster_project.config import Settings, load_settings
from dagster_project.exports.coverage import read_coverage
from dagster_project.exports.loader import load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import pending_change, publish
from dagster_project.warehouse.publication_record import Publication
from tests.integration.dbt_process import dbt
from tests.integration.warehouse.hand_made import NO_CODE

_MODELS = (
    "+metrics",
    "+fct_customer_months",
    "+fct_mrr_movements",
    "+mart_churn_periods",
    "+dim_customers",
    "+fct_lost_customers",
    "+fct_span_fx",
    "+fct_span_causes",
    "+fct_purchase_lines",
)


def write_billing(landing: Path, name: str, rows: Sequence[str]) -> None:
    """Write one canonical billing file: a header line and rows."""
    (landing / "billing").mkdir(parents=True, exist_ok=True)
    (landing / "billing" / name).write_text("\n".join(rows) + "\n", encoding="utf-8")


def settings_file(root: Path, **billing: object) -> Path:
    """Write a settings file for the landing folder below ``root``."""
    file = root / "ebbline.yml"
    document = {
        "sources": {"billing": {"format": "canonical", "path": "landing/billing"}},
        "warehouse": "warehouse",
        "calendar": {"until": "2026-03-31"},
        "dimensions": ["country", "plan"],
        "billing": {"recurring_from": "subscription_periods", **billing},
    }
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def run_at(root: Path, day: date, *, as_of: date | None = None) -> Publication | None:
    """Load, build and publish on ``day`` at three in the morning; None when nothing changed."""
    settings = load_settings(root / "ebbline.yml", as_of=as_of)
    paths = WarehousePaths(settings.warehouse)
    clock = FixedClock(datetime(day.year, day.month, day.day, 3, tzinfo=UTC))
    with open_warehouse(paths) as con:
        source = settings.sources.billing
        report = load_source(
            con,
            source="billing",
            format=source.format,
            path=source.path,
            settings=settings,
            clock=clock,
        )
        assert not report.refused, report
        coverage = read_coverage(con, settings, clock)
        if not pending_change(con, settings=settings, coverage=coverage, project=NO_CODE):
            return None
    _build(paths, settings, clock)
    return publish(
        paths,
        settings=settings,
        clock=clock,
        coverage=coverage,
        validation_summary={"checks": 0},
        project=NO_CODE,
    )


def _build(paths: WarehousePaths, settings: Settings, clock: FixedClock) -> None:
    done = dbt(
        "build",
        *("--select", *_MODELS, "--resource-type", "model", "--resource-type", "seed"),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables=settings.dbt_vars(clock, "subscription_periods"),
    )
    assert done.code == 0, done.output
