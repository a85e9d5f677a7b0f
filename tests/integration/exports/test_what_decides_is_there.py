"""A column that decides a class or an amount is there, or the file is refused, or what is different is said."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]
BILLS = """
format: bills
title: Made up
source: billing
ignored: [internal *]
deliveries:
  - table: customers
    files: [people*]
    columns: {customer_id: id, created_at: made}
  - table: payments
    shape: plain
    files: [money*]
    optional: {fee: amounts are before fees}
    columns:
      payment_id: id
      customer_id: who
      status:
        cases:
          - {when: {"failed | is_failed": true}, value: failed}
          - {when: {refunded: {above: 0}}, value: refunded}
          - {value: succeeded}
      amount: {from: sum, minus: fee, as: decimal}
      currency: {value: EUR}
      attempted_at: at
  - table: payments
    shape: with a method
    files: [money*]
    columns:
      payment_id: id
      customer_id: who
      status: {value: succeeded}
      amount: gross
      failure_code: code
      currency: cur
      attempted_at: at
"""
HEAD = "id,who,sum,fee,at"


@pytest.fixture
def bills(load: Load, tmp_path: Path) -> Callable[..., LoadReport]:
    mapping = tmp_path / "bills.yml"
    mapping.write_text(BILLS)
    return lambda **more: load(format_name=str(mapping), **more)


@pytest.mark.parametrize("written", ["t", "1", "TRUE", "True", "yes", "y"])
def test_a_condition_knows_every_form_of_true(
    landing: Path, bills: Load, con: duckdb.DuckDBPyConnection, written: str
) -> None:
    (landing / "money.csv").write_text(
        f"{HEAD},failed,refunded\np1,c1,10,0,2026-01-01,{written},0\np2,c1,10,0,2026-01-01,f,0.00\n"
    )
    bills()
    found = con.execute("select payment_id, status from raw.payments order by 1").fetchall()
    assert found == [("p1", "failed"), ("p2", "succeeded")]


def test_a_condition_compares_numbers_and_knows_other_names_of_a_column(
    landing: Path, bills: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "money.csv").write_text(
        f"{HEAD},is_failed,refunded\np1,c1,10,0,2026-01-01,false,0.00\np2,c1,10,0,2026-01-01,0,2.5\n"
    )
    bills()
    found = con.execute("select payment_id, status from raw.payments order by 1").fetchall()
    assert found == [("p1", "succeeded"), ("p2", "refunded")]


def test_a_file_without_the_column_that_decides_a_class_is_refused(
    landing: Path, bills: Load
) -> None:
    (landing / "money.csv").write_text(f"{HEAD},refunded\np1,c1,10,0,2026-01-01,0\n")
    report = bills()
    assert "failed | is_failed (decides status)" in report.refused[0].message


def test_a_column_that_may_be_missing_says_what_is_different_without_it(
    landing: Path, bills: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "money.csv").write_text("id,who,sum,at,failed,refunded\np1,c1,10,2026-01-01,f,0\n")
    report = bills()
    assert report.warnings == ("money.csv: without fee: amounts are before fees",)
    assert con.execute("select cast(amount as varchar) from raw.payments").fetchall() == [
        ("10.00",)
    ]


def test_a_column_that_is_left_empty_says_what_the_numbers_are_without_it(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "subscriptions.csv").write_text("id,account_id,activated_at\ns1,a1,2026-01-01\n")
    report = load(format_name="recurly")
    told = "subscriptions.csv: without state, expires_at: what ended at once counts until its paid period ends"
    assert told in report.warnings


def test_the_shape_that_explains_most_of_the_columns_is_taken(
    landing: Path, bills: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "money.csv").write_text("id,who,gross,code,cur,at\np1,c1,10,x,USD,2026-01-01\n")
    (landing / "money-b.csv").write_text(
        f"{HEAD},failed,refunded,gross,cur\np2,c1,10,1,2026-01-01,f,0,99,USD\n"
    )
    report = bills()
    assert {file.file_name: file.shape for file in report.files} == {
        "money.csv": "bills payments (with a method)",
        "money-b.csv": "bills payments (plain)",
    }


def test_a_canonical_file_in_a_vendors_folder_is_taken_for_what_it_is(
    landing: Path, load: Load
) -> None:
    (landing / "orders.csv").write_text(
        "order_id,line_id,customer_id,ordered_at,amount,currency\no1,1,c1,2026-01-01,5,EUR\n"
    )
    report = load(format_name="shopify")
    assert [file.shape for file in report.files] == ["canonical orders"]


def test_columns_that_nothing_reads_and_that_may_matter_are_named(
    landing: Path, bills: Load
) -> None:
    (landing / "people.csv").write_text(
        "id,made,tax_amount,account status,shoe,internal fee\nc1,2026-01-01,1,x,2,3\n"
    )
    report = bills()
    assert report.warnings == (
        "people.csv: nothing reads tax_amount, account status: by their names they may matter",
    )


def test_what_no_record_of_json_has_is_told_and_what_one_has_is_not(
    landing: Path, load: Load
) -> None:
    (landing / "subscriptions.json").write_text(
        '{"data": [{"id": "s1", "customer": "c1", "status": "active", "start_date": 1767225600},'
        ' {"id": "s2", "customer": "c1", "start_date": 1767225600, "ended_at": 1767312000, "trial_end": null}]}'
    )
    (told, *rest) = load(format_name="stripe").warnings
    assert told == "subscriptions.json: without canceled_at: who has asked to cancel is not known"
    assert not any("ended_at" in one or "trial_end" in one for one in rest)
