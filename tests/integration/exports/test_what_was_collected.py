"""Payments that a vendor marks in ways of its own: only authorised, paid back on another day."""

from pathlib import Path

import duckdb

from tests.integration.exports.conftest import Load

CHARGES = """\
id,customer_id,status,amount,amount_refunded,captured,refunded,currency,created,invoice_id
taken,cus_1,succeeded,5000,0,t,f,usd,2026-01-05,
authorised,cus_1,succeeded,8000,0,f,f,usd,2026-01-06,
declined,cus_1,failed,3000,0,f,f,usd,2026-01-07,
"""
DASHBOARD = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Refunded date (UTC),Status,Customer ID,Invoice ID,Dispute Status
part,2026-01-05 10:00,50.00,20.00,usd,2026-04-11 09:00,Partially refunded,cus_1,,
kept,2026-02-05 10:00,30.00,0.00,usd,,Paid,cus_1,,
"""


def test_a_charge_that_is_only_authorised_has_brought_nothing(
    con: duckdb.DuckDBPyConnection, landing: Path, load: Load
) -> None:
    (landing / "charges.csv").write_text(CHARGES)
    load(format_name="stripe")
    found = con.execute("select payment_id, status from raw.payments order by 1").fetchall()
    assert found == [("authorised", "authorized"), ("declined", "failed"), ("taken", "succeeded")]


def test_what_the_dashboard_paid_back_has_the_day_it_was_paid_back(
    con: duckdb.DuckDBPyConnection, landing: Path, load: Load
) -> None:
    (landing / "unified_payments.csv").write_text(DASHBOARD)
    load(format_name="stripe")
    found = con.execute(
        "select payment_id, amount::varchar, refunded_at::date::varchar from raw.refunds"
    ).fetchall()
    assert found == [("part", "20.00", "2026-04-11")]
