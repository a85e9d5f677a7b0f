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
    "timezone": "Asia/Tokyo",
    "currency_rates": [
        {"currency": "JPY", "valid_from": None, "rate": "1"},
        {"currency": "USD", "valid_from": None, "rate": "151.2"},
    ],
    "reporting_currency": "JPY",
    "gross_margin": "0.7",
    "dunning_days": 3,
    "covered": {"usage": "2026-01-01"},
    "usage_is_recurring": True,
    "churn_recognition": "cancel_request",
    "bridge_gap_days": 3,
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


@pytest.mark.parametrize(
    "changed",
    [
        {"recurring_from": "invoice_lines"},
        {"as_of": "2026-10-31 00:00:00+00:00"},
        {
            "currency_rates": [
                {"currency": "EUR", "valid_from": None, "rate": "1"},
                {"currency": "EUR", "valid_from": "2026-01-01", "rate": "1.1"},
            ]
        },
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_decides_the_graph_has_a_key_of_its_own(changed: dict[str, Any]) -> None:
    of_all: dict[str, Any] = {
        "dimensions": [],
        "recurring_from": "subscription_items",
        "as_of": None,
    }
    assert graph_key(DBT_PROJECT, of_all) != graph_key(DBT_PROJECT, of_all | changed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"as_of": "2026-10-30 00:00:00+00:00"}, {"as_of": "2026-10-31 00:00:00+00:00"}),
        ({"bridge_gap_days": 0}, {"bridge_gap_days": 4}),
        ({}, {"recurring_from": "subscription_periods", "currency_rates": []}),
    ],
    ids=("as_of", "bridge_gap_days", "what the project says itself"),
)
def test_what_does_not_decide_the_graph_gives_the_same_key(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert graph_key(DBT_PROJECT, one) == graph_key(DBT_PROJECT, other)
