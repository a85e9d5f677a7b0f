"""Simulated exports, loaded and built, give every figure that the simulator counted from its own
histories.

Two shapes of the canonical format, and the lines of Stripe's. No rule was tuned on these seeds.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dagster_project import simulate
from dagster_project.config import load_settings
from dagster_project.exports.loader import load_source
from dagster_project.exports.recurring import recurring_shape
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.metrics.dbt_run import CLOCK, Marts, run_dbt

COMPANIES = (
    (90_001, "subscription_periods", "canonical"),
    (90_002, "subscription_items", "canonical"),
    (90_003, "invoice_lines", "stripe"),
)
MODELS = ("mart_revenue_periods", "mart_churn_periods", "mart_repeat_rate")
KEY = ("grain", "period_start", "dimension", "member")


@dataclass(frozen=True)
class Simulated:
    """What a simulated company must show, and what the marts show."""

    truth: dict[str, Any]
    marts: Marts


@pytest.fixture(scope="module", params=COMPANIES, ids=lambda one: f"seed {one[0]}, {one[1]}")
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Simulate, load and build one company."""
    seed, shape, vendor = request.param
    out = tmp_path_factory.mktemp("simulated")
    simulate.run(150, 24, seed, vendor, out, shape=shape, events=200)
    settings = load_settings(out / "ebbline.yml", warehouse=out / "warehouse")
    paths = WarehousePaths(settings.warehouse)
    with open_warehouse(paths) as con:
        source = settings.sources.billing
        report = load_source(
            con,
            source="billing",
            format=source.format,
            path=source.path,
            settings=settings,
            clock=CLOCK,
        )
        assert [file for file in report.files if file.outcome == "refused"] == []
        found_shape = recurring_shape(con, settings)
    assert found_shape == shape
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    return Simulated(truth, run_dbt(paths, settings, found_shape, MODELS))


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[column]) for column in KEY)


def _plain(value: object) -> object:
    """Make a mart's value comparable with JSON's."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def _differences(expected: list[dict[str, Any]], got: list[dict[str, Any]]) -> list[str]:
    found = {_key(row): row for row in got}
    differences = []
    for row in expected:
        there = found.get(_key(row), {})
        for column, value in row.items():
            shown = _plain(there.get(column))
            near = isinstance(value, float) and isinstance(shown, float)
            if abs(value - shown) > 1e-12 if near else value != shown:
                differences.append(f"{_key(row)} {column}: truth {value}, mart {shown}")
    return differences


@pytest.mark.parametrize("mart", ["mart_revenue_periods", "mart_churn_periods"])
def test_every_period_figure_equals_the_truth(company: Simulated, mart: str) -> None:
    differences = _differences(company.truth["periods"], company.marts.rows(mart))
    assert not differences, "\n".join([f"{len(differences)} differences", *differences[:40]])


def test_every_repeat_figure_equals_the_truth(company: Simulated) -> None:
    differences = _differences(company.truth["repeat"], company.marts.rows("mart_repeat_rate"))
    assert not differences, "\n".join([f"{len(differences)} differences", *differences[:40]])


def test_rows_that_the_truth_leaves_out_are_zero(company: Simulated) -> None:
    told = {_key(row) for row in company.truth["periods"]}
    silent = [
        row
        for row in company.marts.rows("mart_revenue_periods")
        if row["dimension"] in ("all", "country", "plan") and _key(row) not in told
    ]
    assert [row for row in silent if row["mrr_opening"] or row["mrr_closing"]] == []
