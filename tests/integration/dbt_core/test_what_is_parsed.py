"""What dbt parsed is kept for all variables that are said to change nothing of it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagster_project.locations import DBT_PROJECT
from dagster_project.transform.parsed import IN_TEXT_ALONE, graph_key
from dagster_project.transform.project import current_manifest, dbt_command

OTHERS = {
    "until": "2031-02-28",
    "as_of": "2026-10-31 00:00:00+00:00",
    "timezone": "Asia/Tokyo",
    "currency_rates": [
        {"currency": "JPY", "valid_from": None, "rate": "1"},
        {"currency": "USD", "valid_from": None, "rate": "151.2"},
        {"currency": "USD", "valid_from": "2026-01-01", "rate": "148.7"},
    ],
    "recurring_from": "invoice_lines",
    "bridge_gap_days": 3,
    "reporting_currency": "JPY",
    "gross_margin": "0.7",
    "dunning_days": 3,
    "covered": {"usage": "2026-01-01"},
    "usage_is_recurring": True,
    "churn_recognition": "cancel_request",
    "discounts": "lasting_only",
    "same_day_orders_are_one": False,
    "max_share_of_invoices": 0.5,
    "max_share_of_money": 0.4,
    "max_share_of_strangers": 0.9,
    "key_events": ["paid"],
    "dimensions": ["plan"],
    "crossed": [["plan", "country"]],
}


def _graph(manifest: Path) -> dict[str, tuple[Any, ...]]:
    """Return what a run does with each node: which there are, of what each is made, and how."""
    nodes: Mapping[str, Mapping[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))[
        "nodes"
    ]
    return {
        name: (node["depends_on"].get("nodes"), node["config"], node["raw_code"])
        for name, node in nodes.items()
    }


def test_variables_of_the_text_alone_change_no_graph(tmp_path: Path) -> None:
    assert set(OTHERS) == IN_TEXT_ALONE
    parsed = subprocess.run(
        [
            *(dbt_command(), "--quiet", "parse", "--vars", json.dumps(OTHERS)),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert parsed.returncode == 0, parsed.stdout + parsed.stderr
    graph, known = _graph(tmp_path / "manifest.json"), _graph(current_manifest())
    assert graph.keys() == known.keys()
    assert [name for name in known if graph[name] != known[name]] == []


def test_variables_of_the_text_alone_are_parsed_once() -> None:
    assert graph_key(DBT_PROJECT, {}) == graph_key(DBT_PROJECT, OTHERS)


def test_a_variable_that_may_decide_the_graph_has_a_key_of_its_own() -> None:
    known = graph_key(DBT_PROJECT, {})
    assert graph_key(DBT_PROJECT, {"of_a_user": 1}) != known
    assert graph_key(DBT_PROJECT, {"of_a_user": 2}) != graph_key(DBT_PROJECT, {"of_a_user": 1})


def test_the_graph_of_the_assets_is_the_one_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    of_the_assets = graph_key(DBT_PROJECT, {})
    monkeypatch.setenv("EBBLINE_WAREHOUSE_DB", "/anywhere/warehouse.duckdb")
    assert graph_key(DBT_PROJECT, OTHERS) == of_the_assets
