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
MODELS = ("stg_billing__customers", "int_plans", "stg_support__tickets", "stg_support__contacts")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels")
    for source in ("billing", "support"):
        (folder / source).mkdir()
    (folder / "billing" / "customers.csv").write_text(
        f"customer_id,created_at,country\nc1,2026-01-01,{LONG}\nc2,2026-01-01,DE\n"
    )
    (folder / "billing" / "plans.csv").write_text(f"plan_id,product,plan_name\np1,{LONG},{LONG}\n")
    (folder / "support" / "tickets.csv").write_text(
        f"ticket_id,customer_id,created_at,channel,category\nt1,c1,2026-01-02,{LONG},{LONG}\n"
    )
    (folder / "support" / "contacts.csv").write_text(
        f"contact_id,customer_id,contacted_at,channel,campaign\nk1,c1,2026-01-02,{LONG},{LONG}\n"
    )
    paths = WarehousePaths(folder / "warehouse")
    paths.create()
    settings = Settings.model_validate(
        {
            "sources": {name: {"path": str(folder / name)} for name in ("billing", "support")},
            "calendar": {"until": date(2026, 3, 31)},
        }
    )
    clock = FixedClock(datetime(2026, 4, 1, tzinfo=UTC))
    load_and_build(paths, settings, clock, MODELS)
    return paths.warehouse_db


@pytest.mark.parametrize(
    ("table", "model", "column"),
    [
        ("customers", "staging.stg_billing__customers", "country"),
        ("plans", "staging.stg_billing__plans", "plan_name"),
        ("plans", "intermediate.int_plans", "product"),
        ("tickets", "staging.stg_support__tickets", "channel"),
        ("tickets", "staging.stg_support__tickets", "category"),
        ("contacts", "staging.stg_support__contacts", "channel"),
        ("contacts", "staging.stg_support__contacts", "campaign"),
    ],
)
def test_a_long_text_is_cut_where_it_is_a_label_and_whole_in_raw(
    warehouse: Path, table: str, model: str, column: str
) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        staged = con.execute(f"select max(length({column})) from {model}").fetchall()
        kept = con.execute(f"select max(length({column})) from raw.{table}").fetchall()
    assert (staged, kept[0][0] > 40_000) == ([(120,)], True)
