"""Why numbers of the sample changed after late and corrected exports: every part of every metric adds up.

The first publication has the exports of 1 November 2026, and no charges. The second has those of the
3rd too, and files of the 5th in which an order came late, one was refunded, one was moved by two months, a
customer came late and one moved to another country. The third has other settings.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from dagster_project.clock import FixedClock
from dagster_project.config import load_settings
from dagster_project.exports.coverage import coverage_of
from dagster_project.numbers.diff import both_attached
from dagster_project.numbers.purchases import PURCHASE_FORMULAS
from dagster_project.numbers.recurring import RECURRING_FORMULAS
from dagster_project.numbers.why.decomposition import LIFETIME
from dagster_project.numbers.why.difference import difference_of
from dagster_project.numbers.why.value_history import why
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file, publish
from tests.integration.building import load_and_build
from tests.integration.numbers.adding_up import (
    assert_adds_up,
    changed_cells,
    some_of_each_metric,
)
from tests.sample import SAMPLE, SETTINGS

BILLING = SAMPLE / "billing"
MODELS = (
    "metrics", "dim_customers", "fct_mrr_movements", "fct_lost_customers", "fct_span_fx", "fct_span_causes",
    "fct_purchase_lines",
)  # fmt: skip
ORDERS = (
    "order_id,line_id,customer_id,ordered_at,status,product_id,product_name,product_category,"
    "quantity,amount,currency,campaign\n"
    "ord_late,1,cus_000029,2026-09-09T02:44:58Z,completed,sku_cartridge,,consumables,1,46.00,USD,\n"
    "ord_new_customer,1,cus_late,2026-09-19T02:44:58Z,completed,sku_cartridge,,consumables,1,46.00,USD,\n"
    # refunded, and moved by two months
    "ord_0000002,1,cus_000033,2024-05-20T01:09:44Z,refunded,sku_gateway,Site gateway,hardware,9,3060.00,USD,\n"
    "ord_0000001,1,cus_000029,2024-07-09T02:44:58Z,completed,sku_cartridge,Filter cartridge,consumables,2,92.00,USD,"
    "partner_week\n"
)
CUSTOMERS_HEADER = (
    "id,Description,Email,Name,Created (UTC),Currency,Delinquent,country (metadata),"
    "region (metadata),industry (metadata),company_size (metadata),segment (metadata),"
    "acquisition_channel (metadata),acquisition_campaign (metadata),account_owner (metadata)\n"
)
CUSTOMERS = CUSTOMERS_HEADER + (
    "cus_late,,a@example.com,Late,2026-09-01 12:00,usd,false,CA,North America,it_services,1-10,smb,,,\n"
    "cus_000029,,b@example.com,Moved,2024-05-01 12:00,usd,false,FR,Europe,it_services,1-10,smb,,,\n"
)
CELLS_OF_A_METRIC = 2


def _run(root: Path, day: int, **settings: object) -> None:
    file = root / "ebbline.yml"
    document = yaml.safe_load(SETTINGS)
    billing = {"format": "stripe", "path": str(root / "billing")}
    document |= {"sources": {"billing": billing}, "warehouse": "warehouse", **settings}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    loaded = load_settings(file)
    clock = FixedClock(datetime(2026, 11, day, 3, tzinfo=UTC))
    paths = WarehousePaths(loaded.warehouse)
    load_and_build(paths, loaded, clock, MODELS)
    coverage = coverage_of(paths, loaded, clock)
    publish(paths, settings=loaded, clock=clock, coverage=coverage, validation_summary={})


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    root = tmp_path_factory.mktemp("sample")
    billing = root / "billing"
    billing.mkdir()
    later = [*BILLING.glob("*-2026-11-03.csv"), BILLING / "charges.csv"]
    for file in set(BILLING.glob("*.csv")) - set(later):
        shutil.copy(file, billing)
    _run(root, 2)
    for file in later:
        shutil.copy(file, billing)
    (billing / "orders-2026-11-05.csv").write_text(ORDERS, encoding="utf-8")
    (billing / "customers-2026-11-05.csv").write_text(CUSTOMERS, encoding="utf-8")
    _run(root, 6)
    _run(
        root,
        7,
        billing={"bridge_gap_days": 5, "gross_margin": 0.815},
        purchases={"same_day_orders_are_one": False},
        currency={
            "reporting": "USD",
            "rates": {"EUR": {"2024-01-01": 1.08, "2026-03-01": 1.11}, "GBP": {"2024-01-01": 1.27}},
        },
    )
    return WarehousePaths(root / "warehouse")


@pytest.mark.parametrize(("earlier", "later"), [(1, 2), (2, 3)])
def test_every_metric_of_the_sample_adds_up_after_late_rows_and_after_settings(
    sample: WarehousePaths, earlier: int, later: int
) -> None:
    files = publication_file(sample, earlier), publication_file(sample, later)
    with both_attached(*files) as con, open_warehouse(sample, read_only=True) as warehouse:
        chosen = some_of_each_metric(con, CELLS_OF_A_METRIC)
        for question in chosen:
            assert_adds_up(question, difference_of(con, warehouse, question))
    assert len(chosen) > 60


def test_every_metric_differs_somewhere_in_the_sample(sample: WarehousePaths) -> None:
    differing: set[str] = set()
    for earlier, later in ((1, 2), (2, 3)):
        files = publication_file(sample, earlier), publication_file(sample, later)
        with both_attached(*files) as con:
            differing |= {question.metric for question in changed_cells(con)}
    assert {*RECURRING_FORMULAS, *PURCHASE_FORMULAS, LIFETIME} - differing == set()


def test_a_refunded_order_and_one_dated_back_are_told_with_their_lines(
    sample: WarehousePaths,
) -> None:
    difference = why(sample, "purchase_amount", "2024-05", earlier=1, later=2).difference
    assert difference is not None
    assert {one.customer_id: [str(row) for row in one.rows] for one in difference.customers} == {
        "cus_000029": [
            "corrected orders ord_0000001/1 from orders-2026-11-05.csv:5"
            " (ordered_at 2024-05-09 02:44:58+00:00 -> 2024-07-09 02:44:58+00:00)"
        ],
        "cus_000033": [
            "corrected orders ord_0000002/1 from orders-2026-11-05.csv:4"
            " (status completed -> refunded)"
        ],
    }


def test_a_late_customer_is_told_with_their_purchase(sample: WarehousePaths) -> None:
    difference = why(sample, "buyers_to_date", "2026-09", earlier=1, later=2).difference
    assert difference is not None
    (customer,) = difference.customers
    assert (customer.customer_id, customer.cause) == ("cus_late", "late")
    assert [row.table for row in customer.rows] == ["customers", "orders"]
