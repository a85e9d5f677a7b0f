"""Payments that a vendor marks in ways of its own: paid back on another day."""

from pathlib import Path

import duckdb

from tests.integration.exports.conftest import Load

DASHBOARD = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Refunded date (UTC),Status,Customer ID,Invoice ID,Dispute Status
part,2026-01-05 10:00,50.00,20.00,usd,2026-04-11 09:00,Partially refunded,cus_1,,
kept,2026-02-05 10:00,30.00,0.00,usd,,Paid,cus_1,,
"""


def test_what_the_dashboard_paid_back_has_the_day_it_was_paid_back(
    con: duckdb.DuckDBPyConnection, landing: Path, load: Load
) -> None:
    (landing / "unified_payments.csv").write_text(DASHBOARD)
    load(format_name="stripe")
    found = con.execute(
        "select payment_id, amount::varchar, refunded_at::date::varchar from raw.refunds"
    ).fetchall()
    assert found == [("part", "20.00", "2026-04-11")]
