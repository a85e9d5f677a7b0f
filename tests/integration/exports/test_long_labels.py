"""A text without end is kept whole in raw and is short where it becomes a label."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build

LONG = "Utopia " * 7_000


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels")
    (folder / "customers.csv").write_text(
        f"customer_id,created_at,country\nc1,2026-01-01,{LONG}\nc2,2026-01-01,DE\n"
    )
    (folder / "plans.csv").write_text(f"plan_id,product,plan_name\np1,{LONG},Gold\n")
    paths = WarehousePaths(folder / "warehouse")
    paths.create()
    settings = Settings.model_validate(
        {"sources": {"billing": {"path": str(folder)}}, "calendar": {"until": date(2026, 3, 31)}}
    )
    clock = FixedClock(datetime(2026, 4, 1, tzinfo=UTC))
    load_and_build(paths, settings, clock, ["stg_billing__customers", "stg_billing__plans"])
    return paths.warehouse_db


@pytest.mark.parametrize(("table", "column"), [("customers", "country"), ("plans", "product")])
def test_a_long_text_is_cut_where_it_is_a_label_and_whole_in_raw(
    warehouse: Path, table: str, column: str
) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        staged = con.execute(
            f"select max(length({column})) from staging.stg_billing__{table}"
        ).fetchall()
        kept = con.execute(f"select max(length({column})) from raw.{table}").fetchall()
    assert (staged, kept[0][0] > 40_000) == ([(120,)], True)
