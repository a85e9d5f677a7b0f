"""Records that an API wraps: a list under a key, and the record itself under another."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]
PEOPLE = """
format: people
title: Made up
source: billing
deliveries:
  - table: customers
    files: [people*]
    records: [list, data]
    within: customer
    columns: {customer_id: id, created_at: {from: created, as: epoch_or_iso}, country: address.country}
  - table: invoice_lines
    files: [bills*]
    records: [data]
    within: invoice
    unnest: lines.data
    columns:
      invoice_id: parent.id
      line_id: item.id
      invoice_status: parent.status
      customer_id: parent.customer
      kind: {value: recurring}
      amount: {from: item.amount, as: minor_units, currency: parent.currency}
      currency: parent.currency
      issued_at: {from: parent.created, as: epoch_or_iso}
"""
RECORD = {"id": "c1", "created": 1767225600, "address": {"country": "DE"}}


@pytest.mark.parametrize(
    "document",
    [
        {"list": [{"customer": RECORD, "card": {"id": "x"}}], "next_offset": "1"},
        {"object": "list", "data": [RECORD]},
        {"data": [{"customer": RECORD}]},
        [{"customer": RECORD}],
        [RECORD],
    ],
    ids=["list of wrapped", "list", "data of wrapped", "array of wrapped", "array"],
)
def test_a_record_is_found_in_its_wrapper(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, tmp_path: Path, document: object
) -> None:
    mapping = tmp_path / "people.yml"
    mapping.write_text(PEOPLE)
    (landing / "people.json").write_text(json.dumps(document))

    load(format_name=str(mapping))

    assert con.execute("select customer_id, country from raw.customers").fetchall() == [
        ("c1", "DE")
    ]


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_list_that_lies_deeper_in_a_record_is_read(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, tmp_path: Path, wrapped: bool
) -> None:
    mapping = tmp_path / "people.yml"
    mapping.write_text(PEOPLE)
    lines = {"object": "list", "data": [{"id": "l1", "amount": 1500}, {"id": "l2", "amount": 500}]}
    bill = {
        "id": "i1",
        "status": "paid",
        "customer": "c1",
        "currency": "usd",
        "created": 1767225600,
        "lines": lines,
    }
    (landing / "bills.json").write_text(
        json.dumps({"data": [{"invoice": bill} if wrapped else bill]})
    )

    load(format_name=str(mapping))

    found = con.execute(
        "select line_id, cast(amount as varchar) from raw.invoice_lines order by 1"
    ).fetchall()
    assert found == [("l1", "15.00"), ("l2", "5.00")]


LINES = [{"id": "l1", "amount": 1000}, {"id": "l2", "amount": 250}]
BILL = {"id": "b1", "status": "paid", "customer": "c1", "currency": "USD", "created": 1767225600}


def _as_csv(landing: Path) -> None:
    cells = [json.dumps(value) for value in BILL.values()]
    held = json.dumps({"data": LINES}).replace('"', '""')
    (landing / "bills.csv").write_text(
        f'{",".join([*BILL, "lines"])}\n{",".join(cells)},"{held}"\n'
    )


def _as_parquet(landing: Path) -> None:
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'b1' as id, 'paid' as status, 'c1' as customer, 'USD' as currency, 1767225600 as created, "
            "{'data': [{'id': 'l1', 'amount': 1000}, {'id': 'l2', 'amount': 250}]} as lines) "
            f"to '{landing / 'bills.parquet'}'"
        )


def _as_wrapped_csv(landing: Path) -> None:
    held = json.dumps({**BILL, "lines": {"data": LINES}}).replace('"', '""')
    (landing / "bills.csv").write_text(
        f'_airbyte_ab_id,_airbyte_emitted_at,_airbyte_data\nx,1767225700,"{held}"\n'
    )


@pytest.mark.parametrize("write", [_as_csv, _as_parquet, _as_wrapped_csv])
def test_a_list_of_records_may_stand_in_the_cell_of_a_table(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    write: Callable[[Path], None],
) -> None:
    mapping = tmp_path / "people.yml"
    mapping.write_text(PEOPLE)
    write(landing)

    load(format_name=str(mapping))

    assert con.execute(
        "select invoice_id, line_id, invoice_status, customer_id, amount::varchar from raw.invoice_lines order by 2"
    ).fetchall() == [
        ("b1", "l1", "paid", "c1", "10.00"),
        ("b1", "l2", "paid", "c1", "2.50"),
    ]


def test_a_cell_that_only_looks_like_a_list_is_no_row(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    mapping = tmp_path / "people.yml"
    mapping.write_text(PEOPLE)
    (landing / "bills.csv").write_text(
        "id,status,customer,currency,created,lines\nb1,paid,c1,USD,1767225600,[see PDF]\n"
    )

    report = load(format_name=str(mapping))

    assert not report.refused
    assert con.execute("select count(*) from raw.invoice_lines").fetchall() == [(0,)]


def test_a_pointer_leads_into_the_list_of_a_cell(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    held = json.dumps({"contacts": [{"id": "ct1"}]}).replace('"', '""')
    (landing / "conversations.csv").write_text(
        f'id,created_at,updated_at,state,contacts\nk1,1767225600,1767225700,closed,"{held}"\n'
    )

    load(source="support", format_name="intercom")

    assert con.execute("select ticket_id, user_id from raw.tickets").fetchall() == [("k1", "ct1")]
