"""The export for Superset asks only for what a publication has, reads it only, and names one documented place.

A real Superset imports it in ``tests/deep/test_a_superset_dashboard.py``.
"""

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
def views() -> dict[str, set[str]]:
    """The columns of every ready view, by its name."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as mine")
        for mart in ("mart_revenue_periods", "mart_churn_periods"):
            columns = ", ".join(f"{n} {kind}" for n, kind in mart_contracts()[mart].columns.items())
            con.execute(f"create table mine.{mart} ({columns})")
        con.execute("insert into mine.mart_revenue_periods (dimension) values ('country')")
        create_ready_views(con, "mine")
        found: dict[str, set[str]] = {}
        for view, column in con.execute(
            "select table_name, column_name from duckdb_columns() where database_name = 'mine'"
        ).fetchall():
            found.setdefault(view, set()).add(column)
    return found


def test_every_dataset_is_a_ready_view_with_its_columns(views: dict[str, set[str]]) -> None:
    for dataset in _read("datasets"):
        assert {column["column_name"] for column in dataset["columns"]} == views[
            dataset["table_name"]
        ]


def test_every_chart_stands_on_a_dataset_of_the_export() -> None:
    known = {dataset["uuid"] for dataset in _read("datasets")}
    assert {chart["dataset_uuid"] for chart in _read("charts")} <= known


def test_the_connection_reads_only() -> None:
    (database,) = _read("databases")
    assert database["sqlalchemy_uri"] == (
        "duckdb:////srv/ebbline/data/warehouse/marts.duckdb?access_mode=read_only"
    )
    assert not any(database[name] for name in ("allow_dml", "allow_ctas", "allow_cvas"))


def test_no_chart_averages_a_rate() -> None:
    asked = " ".join(Path(file).read_text("utf-8") for file in (EXPORT / "charts").glob("*.yaml"))
    assert "AVG" not in asked.upper()
