"""Which source rows came between two publications, and whose they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import duckdb
import pytest

from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.numbers.why.source_changes import (
    PURCHASE_TABLES,
    RECURRING_TABLES,
    Covered,
    LoadRange,
    SourceChange,
    Tables,
    customer_changes,
    shared_changes,
    tables_behind,
)

ALL_RECURRING = tables_behind((), RECURRING_TABLES)
LOADS = LoadRange(after=1, until=2)
COVERED = Covered(until=date(2026, 3, 31), before=date(2026, 5, 1), zone=ZoneInfo("UTC"))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        ensure_raw_tables(con)
        yield con


def _load(
    con: duckdb.DuckDBPyConnection,
    table: str,
    load: int,
    *,
    deleted: bool = False,
    **columns: object,
) -> None:
    names = ", ".join(columns)
    places = ", ".join("?" for _ in columns)
    con.execute(
        f"""
        insert into raw.{table} ({names}, _load_id, _source_file, _source_row, _deleted)
        values ({places}, ?, 'file.csv', 7, ?)
        """,
        [*columns.values(), load, deleted],
    )


def _period(
    con: duckdb.DuckDBPyConnection,
    load: int,
    start: str,
    mrr: int,
    *,
    plan: str | None = "basic",
    deleted: bool = False,
) -> None:
    _load(
        con,
        "subscription_periods",
        load,
        deleted=deleted,
        subscription_id="s1",
        customer_id="c1",
        plan_id=plan,
        mrr=mrr,
        valid_from_on=start,
    )


def _found(
    con: duckdb.DuckDBPyConnection,
    *customers: str,
    tables: Tables = ALL_RECURRING,
    covered: Covered = COVERED,
) -> dict[str, list[SourceChange]]:
    return customer_changes(con, LOADS, customers, tables=tables, covered=covered)


def test_a_row_about_covered_days_is_late_and_one_about_later_days_is_new(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _period(con, 2, "2026-03-31", 100)
    _period(con, 2, "2026-04-01", 100)
    assert [change.kind for change in _found(con, "c1")["c1"]] == ["late", "new"]


def test_another_version_of_a_row_is_a_correction_with_what_changed(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _period(con, 1, "2026-01-01", 100)
    _period(con, 2, "2026-01-01", 90)
    (change,) = _found(con, "c1")["c1"]
    assert (change.kind, change.key) == ("corrected", ("s1", "basic", "2026-01-01"))
    assert [(name, int(before), int(after)) for name, before, after in change.changes] == [
        ("mrr", 100, 90)
    ]


def test_versions_of_a_row_without_a_plan_are_found_by_their_key(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _period(con, 1, "2026-01-01", 100, plan=None)
    _period(con, 2, "2026-01-01", 90, plan=None)
    assert [change.kind for change in _found(con, "c1")["c1"]] == ["corrected"]


def test_a_row_that_vanished_from_the_source_is_deleted(con: duckdb.DuckDBPyConnection) -> None:
    _period(con, 1, "2026-01-01", 100)
    _period(con, 2, "2026-01-01", 100, deleted=True)
    assert [change.kind for change in _found(con, "c1")["c1"]] == ["deleted"]


def test_only_the_newest_version_between_the_two_counts(con: duckdb.DuckDBPyConnection) -> None:
    for load, mrr in ((1, 100), (2, 90), (3, 80)):
        _period(con, load, "2026-01-01", mrr)
    (change,) = _found(con, "c1")["c1"]
    assert (change.load_id, int(change.changes[0][2])) == (2, 90)


def test_rows_that_take_effect_after_the_period_and_rows_of_others_are_left_out(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _period(con, 2, "2026-05-01", 100)
    _load(con, "customers", 2, customer_id="c2", created_at="2026-01-01", country="DE")
    assert _found(con, "c1") == {}


def test_names_and_addresses_are_never_told(con: duckdb.DuckDBPyConnection) -> None:
    for load, name in ((1, "Ann"), (2, "Bob")):
        _load(con, "customers", load, customer_id="c1", created_at="2026-01-01", name=name)
    (change,) = _found(con, "c1")["c1"]
    assert change.changes == ()


def test_an_invoice_line_without_a_customer_is_that_of_the_invoice(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _load(con, "invoices", 1, invoice_id="i1", customer_id="c1")
    _load(con, "invoice_lines", 2, line_id="l1", invoice_id="i1", period_start_at="2026-02-01")
    (change,) = _found(con, "c1")["c1"]
    assert (change.table, change.kind) == ("invoice_lines", "late")


def test_a_row_that_went_from_one_customer_to_another_is_told_of_both(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for load, customer in ((1, "c1"), (2, "c2")):
        _load(
            con,
            "subscriptions",
            load,
            subscription_id="s1",
            customer_id=customer,
            started_at="2026-01-01",
        )
    assert sorted(_found(con, "c1", "c2")) == ["c1", "c2"]


def test_an_alias_is_told_of_the_id_given_up_and_of_the_one_that_survives(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _load(con, "customer_aliases", 2, customer_id="old", same_as_customer_id="c1")
    con.execute("create schema staging")
    con.execute(
        """
        create table staging.stg_billing__customer_ids as
        from (values ('old', 'c1'), ('c1', 'c1')) as ids (customer_id_as_given, customer_id)
        """
    )
    assert sorted(_found(con, "c1", "old")) == ["c1", "old"]
    assert sorted(_found(con, "c1")) == ["c1"]


def test_plans_and_products_belong_to_nobody(con: duckdb.DuckDBPyConnection) -> None:
    for load, price in ((1, 10), (2, 12)):
        _load(con, "plans", load, plan_id="basic", unit_amount=price)
    (change,) = shared_changes(con, LOADS, covered=COVERED)
    assert (change.table, change.kind, change.key) == ("plans", "corrected", ("basic",))
    assert str(change).startswith("corrected plans basic from file.csv:7 (unit_amount 10")


def _order(con: duckdb.DuckDBPyConnection, load: int, at: str, status: str = "paid") -> None:
    _load(
        con, "orders", load, order_id="o1", line_id="1", customer_id="c1", ordered_at=at,
        status=status, amount=10,
    )  # fmt: skip


def _orders(con: duckdb.DuckDBPyConnection, covered: Covered = COVERED) -> list[SourceChange]:
    return _found(
        con, "c1", tables=tables_behind(["orders"], PURCHASE_TABLES), covered=covered
    ).get("c1", [])


def test_a_refunded_order_is_a_correction_of_it(con: duckdb.DuckDBPyConnection) -> None:
    _order(con, 1, "2026-03-05 12:00:00+00")
    _order(con, 2, "2026-03-05 12:00:00+00", status="refunded")
    assert [str(change) for change in _orders(con)] == [
        "corrected orders o1/1 from file.csv:7 (status paid -> refunded)"
    ]


def test_an_order_moves_no_recurring_revenue(con: duckdb.DuckDBPyConnection) -> None:
    _order(con, 2, "2026-03-05 12:00:00+00")
    assert _found(con, "c1") == {}


def test_the_day_of_an_order_is_that_of_the_time_zone(con: duckdb.DuckDBPyConnection) -> None:
    _order(con, 2, "2026-05-01 02:00:00+00")
    assert _orders(con) == []
    in_new_york = replace(COVERED, zone=ZoneInfo("America/New_York"))
    assert [change.effective_on for change in _orders(con, in_new_york)] == [date(2026, 4, 30)]


def test_a_late_refund_is_about_the_day_of_the_purchase_it_takes_back(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _load(con, "invoices", 1, invoice_id="i1", customer_id="c1", paid_at="2026-03-05 12:00:00+00")
    _load(
        con, "payments", 2, payment_id="p1", invoice_id="i1", customer_id="c2", status="refunded",
        amount=10, attempted_at="2026-06-01 12:00:00+00",
    )  # fmt: skip
    (change,) = _found(con, "c1", tables=tables_behind(["invoice_lines"], PURCHASE_TABLES))["c1"]
    assert (change.table, change.kind, change.effective_on) == (
        "payments",
        "late",
        date(2026, 3, 5),
    )


def test_an_invoice_that_vendors_write_on_its_lines_alone_has_the_day_of_these(
    con: duckdb.DuckDBPyConnection,
) -> None:
    _load(
        con, "invoice_lines", 2, line_id="l1", invoice_id="i1", customer_id="c1",
        paid_at="2026-04-05 12:00:00+00", period_start_at="2026-06-01 00:00:00+00",
    )  # fmt: skip
    (change,) = _found(con, "c1", tables=tables_behind(["invoice_lines"], PURCHASE_TABLES))["c1"]
    assert (change.kind, change.effective_on) == ("new", date(2026, 4, 5))


def test_a_row_is_of_whom_its_customer_was_the_same_as_then(con: duckdb.DuckDBPyConnection) -> None:
    _period(con, 1, "2026-01-01", 100)
    _period(con, 2, "2026-01-01", 90)
    for load, survivor in ((1, "c2"), (2, "c3"), (3, "c9")):
        _load(con, "customer_aliases", load, customer_id="c1", same_as_customer_id=survivor)
    _load(con, "customer_aliases", 1, customer_id="c3", same_as_customer_id="c4")
    found = _found(con, "c2", "c4", "c9")
    assert {
        customer: [change.kind for change in rows if change.table == "subscription_periods"]
        for customer, rows in found.items()
    } == {"c2": ["corrected"], "c4": ["corrected"]}
