"""From each shape of a vendor to the marts: what a company is worth is the same, however its exports are written.

All shapes are loaded into one warehouse, each with customers of its own, and the marts are built once.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import dbt
from tests.shared import SharedFolder

FIXTURES, CASES = Path("tests/fixtures/vendors"), Path("tests/cases/field")
CLOCK = FixedClock(datetime(2026, 7, 1, tzinfo=UTC))
MODELS = ("fct_mrr_movements", "fct_purchase_lines", "int_tickets", "int_ratings")

# The customers of each shape are called a, b and c, after what the shape puts before.
COMPANIES = {
    "stripe/sigma_2024": "cus_s24_",
    "stripe/sigma_2026": "cus_s26_",
    "stripe/fivetran": "cus_fiv_",
    "stripe/airbyte": "cus_air_",
    "stripe/api_2024": "cus_a24_",
    "stripe/api_2025_basil": "cus_a25_",
    "chargebee/api": "cba-",
    "chargebee/airbyte": "cbj-",
    "chargebee/tables": "cbt-",
    "recurly/api": "rca",
    "recurly/fivetran_history": "rch",
    "recurly/automated_exports": "rce",
}
SHOPS = ("shopify/admin", "shopify/api", "shopify/fivetran")
DESKS = (
    "zendesk/incremental_export",
    "zendesk/fivetran",
    "intercom/api",
    "intercom/fivetran_history",
)
OTHERS = (
    ("billing", "stripe", CASES / "05-stripe-fivetran-shape/billing"),
    ("billing", "recurly", CASES / "10-recurly-history-newest-first/billing"),
    ("billing", "stripe", CASES / "22-stripe-dashboard-invoices/billing"),
    ("billing", "shopify", CASES / "07-shopify-order-discounts/billing"),
    ("billing", "canonical", CASES / "16-zendesk-organisation-ids/billing"),
    ("support", "zendesk", CASES / "16-zendesk-organisation-ids/support"),
)
Ask = Callable[..., list[tuple[object, ...]]]


def _make(folder: Path) -> None:
    settings = Settings.model_validate(
        {
            "sources": {"billing": {"path": "unused", "format": "stripe"}},
            "warehouse": str(folder),
            "calendar": {"until": "2026-06-30"},
            "currency": {"reporting": "USD", "rates": {"EUR": 1}},
            "ingest": {"max_quarantined_share": 0},
        }
    )
    loads = [
        *(("billing", shape.split("/")[0], FIXTURES / shape) for shape in (*COMPANIES, *SHOPS)),
        *(("support", shape.split("/")[0], FIXTURES / shape) for shape in DESKS),
        *OTHERS,
    ]
    paths = WarehousePaths(folder)
    with open_warehouse(paths) as con:
        ensure_raw_tables(con)
        for source, format_name, path in loads:
            report = load_source(
                con, source=source, format=format_name, path=path, settings=settings, clock=CLOCK
            )
            assert not report.refused, report.refused
    done = dbt(
        "run",
        *("--select", *(f"+{model}" for model in MODELS)),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables=settings.dbt_vars(CLOCK, "invoice_lines"),
    )
    assert done.code == 0, done.output


@pytest.fixture(scope="module")
def ask(shared: SharedFolder) -> Ask:
    """Ask the warehouse of all shapes."""
    paths = WarehousePaths(shared.made("vendors", _make))

    def answer(sql: str, *values: object) -> list[tuple[object, ...]]:
        with open_warehouse(paths, read_only=True) as con:
            return con.execute(sql, list(values)).fetchall()

    return answer


MOVEMENTS = """
    select right(customer_id, 1), movement_type, cast(amount as varchar), cast(movement_on as varchar)
    from marts.fct_mrr_movements where starts_with(customer_id, $1) and movement_on < date '2026-04-01' order by all
"""


@pytest.mark.parametrize("shape", COMPANIES)
def test_discounts_taxes_meters_and_credits_are_understood_in_every_shape(
    shape: str, ask: Ask
) -> None:
    assert ask(MOVEMENTS, COMPANIES[shape]) == [
        ("a", "new", "80.00", "2026-01-01"),
        ("b", "new", "100.00", "2026-01-01"),
        ("c", "expansion", "100.00", "2026-01-16"),
        ("c", "new", "100.00", "2026-01-01"),
    ]


@pytest.mark.parametrize(
    ("customers", "movements"),
    [
        ("cus_f", [("1", "new", "30.00", "2026-01-01"), ("2", "new", "30.00", "2026-01-01")]),
        ("acc", [("1", "new", "99.00", "2026-01-01"), ("2", "new", "99.00", "2026-01-01")]),
        (
            "cus_x",
            [
                ("1", "new", "100.00", "2026-01-01"),
                ("2", "churn", "-100.00", "2026-05-01"),
                ("2", "new", "100.00", "2026-01-01"),
            ],
        ),
    ],
    ids=["05 the kind in type", "10 history newest first", "22 an unpaid invoice of the Dashboard"],
)
def test_the_cases_of_the_field_come_out_right(
    customers: str, movements: list[tuple[str, ...]], ask: Ask
) -> None:
    found = ask(
        "select right(customer_id, 1), movement_type, cast(amount as varchar), cast(movement_on as varchar) "
        "from marts.fct_mrr_movements where regexp_full_match(customer_id, $1 || '[0-9]') order by all",
        customers,
    )

    assert found == movements


@pytest.mark.parametrize(
    ("orders", "paid"),
    [
        (
            "#1",
            {
                "#1001": "179.10",
                "#1002": "0.00",
                "#1003": "100.00",
                "#1004": "40.00",
                "#1005": "10.00",
                "#1006": "10.00",
            },
        ),
        (
            "#2",
            {
                "#2001": "108.00",
                "#2002": "0.00",
                "#2003": "100.00",
                "#2004": "40.00",
                "#2005": "27.50",
                "#2010": "10.00",
            },
        ),
        ("3", {"3001": "108.00", "3002": "100.00", "3003": "27.50", "3005": "70.00"}),
        ("4", {"4001": "108.00", "4002": "100.00", "4003": "27.50"}),
    ],
    ids=["07 the admin's export", "shopify/admin", "shopify/api", "shopify/fivetran"],
)
def test_an_order_is_worth_what_was_paid_for_it(
    orders: str, paid: dict[str, str], ask: Ask
) -> None:
    found = ask(
        "select document_id, cast(sum(amount) as varchar) from marts.fct_purchase_lines "
        "where starts_with(document_id, $1) group by 1",
        orders,
    )

    assert dict(found) == paid  # type: ignore[arg-type]


def test_two_equal_lines_of_one_order_are_two_lines(ask: Ask) -> None:
    lines = ask("select count(*) from marts.fct_purchase_lines where document_id = '#1004'")

    assert lines == [(2,)]


def test_one_customer_who_writes_her_address_twice_comes_back(ask: Ask) -> None:
    buyers = ask(
        "select distinct customer_id from marts.fct_purchase_lines where document_id in ('#1005', '#1006')"
    )

    assert buyers == [("dora@d.example",)]


def test_a_ticket_belongs_to_the_customer_of_its_organisation_and_another_systems_key_is_none(
    ask: Ask,
) -> None:
    tickets = ask(
        "select customer_id, count(*), count(*) filter (is_complaint) from intermediate.int_tickets "
        "where cast(ticket_id as int) between 100 and 107 group by 1 order by 1"
    )

    assert tickets == [("acme", 4, 0), ("beta", 4, 4)]


def test_the_ratings_inside_tickets_count(ask: Ask) -> None:
    ratings = ask(
        "select customer_id, count(*), cast(sum(score) as int) from intermediate.int_ratings "
        "where cast(ticket_id as int) between 100 and 107 group by 1 order by 1"
    )

    assert ratings == [("acme", 4, 4), ("beta", 4, 0)]
