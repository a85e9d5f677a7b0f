"""The export for Superset asks only for what a publication has, reads it only, and names one documented place.

A real Superset imports it in ``tests/deep/test_a_superset_dashboard.py``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dagster_project.locations import PROJECT_ROOT
from dagster_project.quality.contracts import mart_contracts
from dagster_project.warehouse.ready_views import create_ready_views

EXPORT = PROJECT_ROOT / "bi" / "superset"


def _read(folder: str) -> list[dict[str, Any]]:
    files = sorted((EXPORT / folder).rglob("*.yaml"))
    assert files
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A publication with the period marts and the ready views, and no rows."""
    with duckdb.connect() as con:
        for mart in ("mart_revenue_periods", "mart_churn_periods"):
            columns = ", ".join(f"{n} {kind}" for n, kind in mart_contracts()[mart].columns.items())
            con.execute(f"create table {mart} ({columns})")
        con.execute("insert into mart_revenue_periods (dimension) values ('country')")
        create_ready_views(con, "memory")
        yield con


@pytest.mark.parametrize("dataset", _read("datasets"), ids=lambda dataset: dataset["table_name"])
def test_a_dataset_has_the_columns_of_its_view_or_its_query(
    con: duckdb.DuckDBPyConnection, dataset: dict[str, Any]
) -> None:
    asked = dataset["sql"] or f"from {dataset['table_name']}"
    there = {name for name, *_ in con.execute(f"describe {asked}").fetchall()}
    assert {column["column_name"] for column in dataset["columns"]} == there


def test_a_dataset_of_its_own_query_chooses_finished_months_of_the_whole_business() -> None:
    queries = [dataset["sql"] for dataset in _read("datasets") if dataset["sql"]]
    chosen = "where grain = 'month' and dimension = 'all' and is_complete"
    assert [query.endswith(chosen) for query in queries] == [True, True]


def test_every_chart_stands_on_a_dataset_of_the_export() -> None:
    known = {dataset["uuid"] for dataset in _read("datasets")}
    assert {chart["dataset_uuid"] for chart in _read("charts")} <= known


def test_every_chart_has_one_place_on_the_dashboard_and_stands_there_under_its_own_title() -> None:
    """Superset tells a chart in its place by the uuid; without it another one stands under the title."""
    (dashboard,) = _read("dashboards")
    parts = [one for one in dashboard["position"].values() if isinstance(one, dict)]
    placed = [
        (one["meta"].get("uuid"), one["meta"]["sliceName"])
        for one in parts
        if one["type"] == "CHART"
    ]
    assert sorted(placed, key=str) == sorted(
        ((chart["uuid"], chart["slice_name"]) for chart in _read("charts")), key=str
    )


def test_the_connection_reads_only() -> None:
    (database,) = _read("databases")
    assert database["sqlalchemy_uri"] == (
        "duckdb:////srv/ebbline/data/warehouse/marts.duckdb?access_mode=read_only"
    )
    assert not any(database[name] for name in ("allow_dml", "allow_ctas", "allow_cvas"))


def test_no_chart_averages_a_rate() -> None:
    asked = " ".join(Path(file).read_text("utf-8") for file in (EXPORT / "charts").glob("*.yaml"))
    assert "AVG" not in asked.upper()
