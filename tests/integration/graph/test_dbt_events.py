"""dbt's events in Dagster: while dbt runs, and what is known only once it has ended."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.defs.dbt_events import DbtEvents
from dagster_project.runs import StageReport
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

NODES: dict[tuple[str, str], dict[str, Any]] = {
    ("marts", "dim_customers"): {
        "config": {"materialized": "table"},
        "columns": {"customer_id": {"description": "Who.", "data_type": "varchar"}},
    },
    ("staging", "stg_x"): {"config": {"materialized": "view"}, "columns": {}},
}
OUTPUTS = {"__".join(key): dg.AssetKey(list(key)) for key in NODES}
FAILS, HOLDS = "test.ebbline.ids_are_given", "test.ebbline.ids_are_one"


def check(unique_id: str, *, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=["marts", "dim_customers"],
        check_name=unique_id.rpartition(".")[2],
        passed=passed,
        metadata={"unique_id": unique_id},
    )


@pytest.fixture
def paths(tmp_path: Path) -> WarehousePaths:
    """A warehouse with two customers, and what dbt left of a run whose test found both."""
    found = WarehousePaths(tmp_path)
    with open_warehouse(found) as con:
        con.execute("create schema marts")
        con.execute(
            "create table marts.dim_customers as from (values ('c2', 'Ada'), ('c1', 'Bob')) as t (customer_id, name)"
        )
    query = "select * from marts.dim_customers"
    results = [{"unique_id": FAILS, "status": "fail", "failures": 2, "compiled_code": query}]
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    return found


def events(report: StageReport) -> DbtEvents:
    return DbtEvents(report, NODES, OUTPUTS, publication_id=7)


def test_a_model_is_shown_while_dbt_still_runs() -> None:
    ended = []

    def dbt() -> Iterator[dg.Output[None]]:
        yield dg.Output(None, output_name="marts__dim_customers", metadata={"unique_id": "m"})
        ended.append("dbt")

    first = next(events(StageReport("transform")).live(dbt()))
    assert (first.metadata["publication_id"].value, ended) == (7, [])


def test_a_test_that_holds_is_shown_while_dbt_still_runs() -> None:
    report = StageReport("transform")
    (shown,) = events(report).live([check(HOLDS, passed=True)])
    assert (shown.passed, report.checks_passed, report.failed_checks) == (True, 1, [])


def test_a_test_that_fails_shows_its_rows_and_no_person(paths: WarehousePaths) -> None:
    report = StageReport("transform")
    stream = events(report)
    assert list(stream.live([check(FAILS, passed=False)])) == []
    (failed,) = stream.afterwards(paths, paths.root / "run_results.json")
    rows = [{"customer_id": "c1"}, {"customer_id": "c2"}]
    assert failed.metadata["failing_rows"].value == rows
    assert [(one.message, list(one.failing_rows)) for one in report.failed_checks] == [
        ("2 rows of the test's query", rows)
    ]


def test_rows_of_a_table_are_counted_once_dbt_has_ended_and_those_of_a_view_never(
    paths: WarehousePaths,
) -> None:
    report = StageReport("transform")
    stream = events(report)
    list(stream.live(dg.Output(None, output_name=name, metadata={}) for name in OUTPUTS))
    (counted,) = stream.afterwards(paths, paths.root / "run_results.json")
    assert counted.metadata["dagster/row_count"].value == 2
    assert report.rows_of_assets == {"marts/dim_customers": 2}
