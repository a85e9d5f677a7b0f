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
