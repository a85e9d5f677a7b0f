"""Where an export tells recurring revenue twice, what knows more of the past speaks; amounts have the vendor's sign."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_project.config import Settings
from dagster_project.exports import LoadReport
from dagster_project.exports.recurring import recurring_shape

Load = Callable[..., LoadReport]
FIXTURES = Path("tests/fixtures/vendors/stripe")


@pytest.mark.parametrize(
    ("shapes", "speaks"),
    [
        (["dashboard_2026"], "subscription_items"),
        (["dashboard_2026", "sigma_2026"], "invoice_lines"),
    ],
)
def test_the_dashboards_subscriptions_speak_only_where_no_lines_do(
    shapes: list[str], speaks: str, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    for shape in shapes:
        load("billing", "stripe", path=FIXTURES / shape)
    settings = Settings.model_validate({"sources": {"billing": {"path": "x", "format": "stripe"}}})

    assert recurring_shape(con, settings) == speaks


def test_tables_of_a_data_pipeline_are_read_as_parquet_too(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    for file in (FIXTURES / "sigma_2026").glob("*.csv"):
        rows = con.read_csv(str(file))  # instants, truths and whole numbers with types of their own
        rows.write_parquet(str(landing / f"{file.stem}.parquet"))

    load("billing", "stripe", limit=0)

    assert con.execute(
        "select (select count(*) from raw.customers), (select sum(amount) from raw.invoice_lines), "
        "(select sum(amount) from raw.line_discounts where in_minor_units)"
    ).fetchall() == [(3, Decimal("1218.96"), Decimal("6000.00"))]


@pytest.mark.parametrize("kind", ["bigint", "double", "decimal(18,3)", "varchar", "timestamptz"])
def test_seconds_since_1970_are_an_instant_whatever_their_type_in_parquet(
    kind: str, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    seconds = "to_timestamp(1735689600)" if kind == "timestamptz" else "1735689600"
    con.execute(
        f"copy (select 'c1' as id, cast({seconds} as {kind}) as created_at, "
        f"cast({seconds} as {kind}) as updated_at) to '{landing / 'customers.parquet'}' (format parquet)"
    )

    load("billing", "chargebee", limit=0)

    (found,) = con.execute("select created_at, updated_at from raw.customers").fetchall()
    assert found == (datetime(2025, 1, 1, tzinfo=UTC),) * 2


OWN = """
format: mine
title: Mine
source: billing
deliveries:
  - table: invoice_lines
    files: [notes*]
    records: [data]
    unnest: [pages, lines]
    columns:
      line_id: item.id
      invoice_id: record.id
      customer_id: {from: parent.mail, as: address}
      invoice_status: {value: paid}
      kind: {value: credit}
      currency: {value: EUR}
      issued_at: {value: "2026-01-01T00:00:00Z"}
      amount: {from: item.net, plus: item.fee, minus: item.rebate, negative: true, as: decimal}
"""


def test_lists_in_lists_are_read_and_what_is_given_back_is_negative(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    mapping = tmp_path / "mine.yml"
    mapping.write_text(OWN)
    (landing / "notes.json").write_text(
        '{"data": [{"id": "n1", "pages": ['
        '{"mail": "\'Ann@X.example", "lines": [{"id": 1, "net": "10.00", "fee": "1.00", "rebate": "0.50"}]}, '
        '{"mail": "bob@x.example", "lines": [{"id": 2, "net": "5.00"}, {"id": 3, "net": "7.00"}]}]}]}'
    )

    load("billing", str(mapping), limit=0)

    assert con.execute(
        "select invoice_id, line_id, customer_id, cast(amount as varchar) from raw.invoice_lines order by line_id"
    ).fetchall() == [
        ("n1", "1", "ann@x.example", "-10.50"),
        ("n1", "2", "bob@x.example", "-5.00"),
        ("n1", "3", "bob@x.example", "-7.00"),
    ]
