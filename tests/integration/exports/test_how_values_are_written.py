"""Decimal marks, the order of day and month, zones and ends of periods: said, or refused with the option to write."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]
LINES = "line_id;invoice_id;invoice_status;customer_id;kind;amount;quantity;currency;issued_at\n"
PERIODS = "subscription_id,customer_id,mrr,valid_from_on,valid_to_on\n"
CHARGES = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Disputed Amount,Invoice ID\n"
    'ch_1,2024-09-01 17:40:57,"1.014,99","0,00",eur,Paid,cus_1,,in_1\n'
)


def _line(amount: str, quantity: str = "1", issued: str = "2025-01-01") -> str:
    return f"l1;i1;paid;c1;recurring;{amount};{quantity};EUR;{issued}\n"


def _customers(created: str) -> str:
    return f'customer_id,created_at\nc1,"{created}"\n'


def _reasons(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [reason for (reason,) in con.execute("select reason from raw.quarantine").fetchall()]


@pytest.mark.parametrize(
    ("decimal", "written", "amount"),
    [
        (",", "399,00", "399.00"),
        (",", "1.234,56", "1234.56"),
        (",", "-1 234 567,8", "-1234567.80"),
        (",", "1.234", "1234.00"),
        (".", "1,234.56", "1234.56"),
        (".", "1.234", "1.23"),
    ],
)
def test_an_amount_is_read_by_the_decimal_mark_that_is_said(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    decimal: str,
    written: str,
    amount: str,
) -> None:
    (landing / "invoice_lines.csv").write_text(LINES + _line(written))

    load(said={"decimal": decimal})

    found = con.execute("select cast(amount as varchar) from raw.invoice_lines").fetchall()
    assert found == [(amount,)]


@pytest.mark.parametrize(("decimal", "written"), [(",", "14.99"), (".", "14,99"), (",", "1.23,4")])
def test_an_amount_that_the_said_mark_cannot_have_made_is_no_amount(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, decimal: str, written: str
) -> None:
    (landing / "invoice_lines.csv").write_text(LINES + _line(written))

    load(said={"decimal": decimal})

    assert len(_reasons(con)) == 1
    assert "sources.billing.decimal" in _reasons(con)[0]


@pytest.mark.parametrize(("amount", "quantity"), [("14,99", "1"), ("1.00", "2,5")])
def test_a_comma_that_nothing_explains_names_the_option(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, amount: str, quantity: str
) -> None:
    (landing / "invoice_lines.csv").write_text(LINES + _line(amount, quantity))

    load()

    assert "sources.billing.decimal" in _reasons(con)[0]


def test_a_vendors_export_with_decimal_commas_is_read_as_said(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "payments.csv").write_text(CHARGES)

    load(format_name="stripe", said={"decimal": ","})

    found = con.execute(
        "select cast(amount as varchar), refunded_amount from raw.payments"
    ).fetchall()
    assert [(amount, float(refunded)) for amount, refunded in found] == [("1014.99", 0.0)]


@pytest.mark.parametrize(
    ("dates", "written", "instant"),
    [
        ("day_first", "03/04/2026", "2026-04-03 00:00:00+00"),
        ("month_first", "03/04/2026", "2026-03-04 00:00:00+00"),
        ("day_first", "3.4.26 17:05", "2026-04-03 17:05:00+00"),
        ("month_first", "4/3/2026 5:05 PM", "2026-04-03 17:05:00+00"),
        ("day_first", "2026-04-03T10:00:00Z", "2026-04-03 10:00:00+00"),
        ("%Y.%d.%m", "2026.03.04", "2026-04-03 00:00:00+00"),
        (None, "3 Apr 2026 17:05", "2026-04-03 17:05:00+00"),
        (None, "Apr 3, 2026", "2026-04-03 00:00:00+00"),
    ],
)
def test_a_date_is_read_in_the_order_that_is_said(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    dates: str | None,
    written: str,
    instant: str,
) -> None:
    (landing / "customers.csv").write_text(_customers(written))

    load(said={"dates": dates})

    assert con.execute("select cast(created_at as varchar) from raw.customers").fetchall() == [
        (instant,)
    ]


@pytest.mark.parametrize("written", ["03/04/2026", "3.4.26", "10-11-12", "12/31/2025 10:00"])
def test_an_order_of_day_and_month_that_is_not_said_is_not_guessed(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, written: str
) -> None:
    (landing / "customers.csv").write_text(_customers(written))

    load()

    assert "sources.billing.dates: day_first or month_first" in _reasons(con)[0]


@pytest.mark.parametrize(
    ("zone", "written", "instant"),
    [
        (None, "2012-02-19 12:01:33 PST", "2012-02-19 20:01:33+00"),
        (None, "2026-07-01 12:00:00 PDT", "2026-07-01 19:00:00+00"),
        (None, "2026-07-01 12:00:00 CEST", "2026-07-01 10:00:00+00"),
        (None, "2026-01-01 12:00 AEDT", "2026-01-01 01:00:00+00"),
        (None, "2026-07-01 12:00:00 (UTC)", "2026-07-01 12:00:00+00"),
        (None, "2026-07-01 12:00:00 Europe/Berlin", "2026-07-01 10:00:00+00"),
        ("Europe/London", "2025-07-01 00:30:00 BST", "2025-06-30 23:30:00+00"),
        ("Europe/London", "2025-07-01 00:30:00", "2025-06-30 23:30:00+00"),
        ("Asia/Kolkata", "2025-07-01 05:30:00 IST", "2025-07-01 00:00:00+00"),
        ("America/Chicago", "2025-07-01 19:00:00 CDT", "2025-07-02 00:00:00+00"),
    ],
)
def test_a_zones_abbreviation_is_read_where_it_means_one_thing(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    zone: str | None,
    written: str,
    instant: str,
) -> None:
    (landing / "customers.csv").write_text(_customers(written))

    load(said={"zone": zone} if zone else {})

    assert con.execute("select cast(created_at as varchar) from raw.customers").fetchall() == [
        (instant,)
    ]


def test_british_summer_time_is_the_instant_it_is_in_london(
    load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    case = Path(__file__).parents[2] / "cases/field/09-zone-abbreviations/billing"

    load(path=case, said={"zone": "Europe/London"})

    assert con.execute(
        "select distinct timezone('Europe/London', valid_from_at)::date::varchar, "
        "timezone('Europe/London', valid_to_at)::date::varchar, count(*) over () from raw.subscription_items"
    ).fetchall() == [("2025-07-01", "2025-10-01", 2)]


@pytest.mark.parametrize("name", ["BST", "IST", "CST", "CDT", "AST", "XYZ"])
def test_an_abbreviation_with_several_meanings_names_the_option(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, name: str
) -> None:
    (landing / "customers.csv").write_text(_customers(f"2025-07-01 00:30:00 {name}"))

    load()

    assert "sources.billing.zone" in _reasons(con)[0]


@pytest.mark.parametrize(
    ("ends", "written", "day"),
    [
        ("inclusive", "2026-01-31", "2026-02-01"),
        ("inclusive", "2026-02-28", "2026-03-01"),
        ("exclusive", "2026-02-01", "2026-02-01"),
        (None, "2026-02-01", "2026-02-01"),
    ],
)
def test_an_inclusive_end_becomes_the_first_day_after(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    ends: str | None,
    written: str,
    day: str,
) -> None:
    (landing / "subscription_periods.csv").write_text(PERIODS + f"s1,c1,10,2026-01-01,{written}\n")

    load(said={"ends": ends})

    found = con.execute(
        "select cast(valid_to_on as varchar) from raw.subscription_periods"
    ).fetchall()
    assert found == [(day,)]


@pytest.mark.parametrize("end", ["2026-01-31T23:59:59.999Z", "2026-01-31", "2026-01-31 12:00:00"])
def test_an_inclusive_end_of_an_invoice_line_is_the_day_after_whatever_its_clock(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, end: str
) -> None:
    (landing / "invoice_lines.csv").write_text(
        "line_id,invoice_id,invoice_status,customer_id,kind,amount,currency,issued_at,period_end_at\n"
        f"l1,i1,paid,c1,recurring,10,EUR,2026-01-01,{end}\n"
    )

    load(said={"ends": "inclusive"})

    found = con.execute("select cast(period_end_at as varchar) from raw.invoice_lines").fetchall()
    assert found == [("2026-02-01 00:00:00+00",)]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({}, "2026-01-01"),
        ({"zone": "Asia/Kolkata"}, "2026-01-01"),
        ({"dates": "day_first"}, "01/01/2026"),
        ({}, "1 Jan 2026"),
    ],
)
def test_a_date_alone_is_that_day_of_the_calendar_whatever_the_zone_of_the_export(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    said: dict[str, str],
    written: str,
) -> None:
    (landing / "customers.csv").write_text(f"id,created,email\nc1,{written},a@x.example\n")

    load(format_name="stripe", said=said, zone="America/Los_Angeles")

    found = con.execute(
        "select timezone('America/Los_Angeles', created_at)::varchar from raw.customers"
    )
    assert found.fetchall() == [("2026-01-01 00:00:00",)]


def test_the_last_day_of_a_period_is_a_day_of_the_calendar(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "subscription_items.csv").write_text(
        "item_id,subscription_id,customer_id,plan_id,valid_from_at,valid_to_at\n"
        "i1,s1,c1,p1,2026-10-01,2026-10-31\ni2,s1,c1,p1,2026-10-01,2026-10-31 23:59:59Z\n"
    )

    load(said={"ends": "inclusive", "zone": "UTC"}, zone="America/Los_Angeles")

    found = con.execute(
        "select timezone('America/Los_Angeles', valid_to_at)::varchar from raw.subscription_items order by item_id"
    )
    assert found.fetchall() == [("2026-11-01 00:00:00",), ("2026-10-31 17:00:00",)]


@pytest.mark.parametrize("count", ["0", "-1"])
def test_an_interval_lasts_once_or_more(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, count: str
) -> None:
    (landing / "plans.csv").write_text(f"plan_id,interval,interval_count\np1,month,{count}\n")

    load()

    assert _reasons(con) == [f"interval_count is not above 0: '{count}'"]
