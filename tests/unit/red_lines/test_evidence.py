"""What a message says where no recurring revenue is at stake: purchases, support, health."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.red_lines import Rule, evaluate, record
from dagster_project.red_lines.outbox import pending_alerts
from dagster_project.red_lines.wording import wording
from dagster_project.warehouse.schema import bring_up_to_date

CLOCK = FixedClock(datetime(2026, 4, 1, 3, tzinfo=UTC))
PERIOD = (
    "'month' as grain, month::date as period_start, (month + interval 1 month)::date as period_end, "
    "true as is_complete, 'all' as dimension, 'all' as member"
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        bring_up_to_date(con)
        con.execute(
            f"""
            create schema marts;
            create table marts.mart_churn_periods as
            select {PERIOD}, 0::bigint as customers_opening, 0::bigint as customers_lost,
                0::bigint as customers_new, null::double as churn_rate, 0::decimal(18, 2) as mrr_opening,
                0::decimal(18, 2) as mrr_churn, 0::decimal(18, 2) as mrr_contraction,
                0::decimal(18, 2) as mrr_closing
            from (values (timestamp '2026-02-01'), (timestamp '2026-03-01')) as months (month);
            create table marts.mart_repeat_rate as
            select {PERIOD}, buyers::integer as buyers, back::integer as returning_buyers,
                (back / buyers)::double as returning_rate
            from (values (timestamp '2026-02-01', 40, 20), (timestamp '2026-03-01', 50, 10))
                as months (month, buyers, back);
            create table marts.mart_purchase_periods as
            select {PERIOD}, buyers, 60 as purchases, 1234.5::decimal(18, 2) as purchase_amount
            from marts.mart_repeat_rate as months (_, month, b, c, d, e, buyers, f, g);
            create table marts.fct_purchase_lines as select * from (values
                ('a', date '2026-02-03', 100.00::decimal(18, 2)), ('b', date '2026-02-04', 20.00),
                ('b', date '2026-03-04', 20.00), ('c', date '2026-01-04', 500.00)
            ) as t (customer_id, purchased_on, amount);
            create table marts.mart_support_periods as
            select {PERIOD}, 30::integer as tickets, 6::integer as complaints, 30::integer as tickets_answered,
                hours::double as first_response_hours, 0.8::double as csat
            from (values (timestamp '2026-02-01', 2.0), (timestamp '2026-03-01', 30.25))
                as months (month, hours);
            create table marts.mart_support_experience as select * from (values
                (date '2026-03-01', 'a', 3, 2), (date '2026-03-01', 'b', 9, 0), (date '2026-02-01', 'c', 9, 9)
            ) as t (month, customer_id, tickets, bad_experiences);
            create table marts.mart_health_periods as
            select {PERIOD}, 80 as customers_scored, 70::integer as customers_with_use, happy as happiness,
                4::integer as customers_dormant, 900::decimal(18, 2) as mrr_at_risk
            from (values (timestamp '2026-02-01', 60.0::double), (timestamp '2026-03-01', 41.0))
                as months (month, happy);
            create table marts.mart_risk_list as select * from (values
                ('a', 20.0, 'no use for 20 days', 50.00::decimal(18, 2)), ('b', 90.0, 'has asked to cancel', 70.00)
            ) as t (customer_id, score, reasons, mrr_at_stake)
            """
        )
        yield con


def told(con: duckdb.DuckDBPyConnection, metric: str, **values: Any) -> list[str]:
    """Judge March by one rule; return the lines of the one message."""
    rule = Rule.model_validate(
        {"name": "x", "description": "It is worse.", "metric": metric, "max_staleness_days": None}
        | values
    )
    statuses = evaluate(con, [rule], clock=CLOCK, until=date(2026, 3, 31))
    record(con, statuses, CLOCK, publication_id="7")
    con.execute(
        "insert into ops.publications values (7, '2026-04-01', null, '2026-03-31', '{}', 's', '[]', 'i', 1, 'c', "
        "'{}', '{}', '{}')"
    )
    (waiting,) = pending_alerts(con)
    message = wording(waiting.alert, publication_id="7", report="r.html", currency="USD")
    return [message.title, *message.body.splitlines()]


def test_a_red_line_of_purchases_speaks_of_buyers_and_of_no_subscription(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lines = told(con, "returning_rate", when="falling")
    assert lines[0] == "[WARNING] share of returning buyers falling: 20 % in 2026-03"
    assert (
        "Beside it: buyers 50, returning buyers 10, purchases 60, amount of purchases 1,234.50 USD"
        in lines
    )
    assert "Bought in the period before and not in this one: a (100.00 USD)" in lines
    assert not [line for line in lines if "MRR" in line]


def test_too_few_buyers_are_called_buyers(con: duckdb.DuckDBPyConnection) -> None:
    rule = Rule.model_validate(
        {
            "name": "x",
            "description": "x",
            "metric": "returning_rate",
            "when": "falling",
            "min_sample": 99,
        }
    )
    statuses = evaluate(con, [rule], clock=CLOCK, until=date(2026, 3, 31))
    assert statuses[-1].detail == "only 50 buyers, fewer than the 99 the rule asks for"


def test_a_shop_without_subscriptions_hears_nothing_of_them(con: duckdb.DuckDBPyConnection) -> None:
    rule = Rule.model_validate(
        {
            "name": "x",
            "description": "x",
            "metric": "customers_lost",
            "when": "above",
            "line": "customers_new",
        }
    )
    assert evaluate(con, [rule], clock=CLOCK, until=date(2026, 3, 31)) == ()


def test_a_slower_first_answer_is_told_in_hours_with_those_who_met_support(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lines = told(con, "first_response_hours", when="rising")
    assert lines[0] == "[WARNING] first response time rising: 30.2 hours in 2026-03"
    assert "Beside it: tickets 30, complaints 6, CSAT 80 %" in lines
    assert (
        "Met support most: a (3 tickets, 2 bad experiences), b (9 tickets, 0 bad experiences)"
        in lines
    )
    assert lines[-1] == "To see whom to write to: ebbline export unanswered"


def test_falling_happiness_is_told_in_points_with_those_at_risk(
    con: duckdb.DuckDBPyConnection,
) -> None:
    lines = told(con, "happiness", when="falling")
    assert "2026-03: happiness 41.0 of 100; the line is 60.0 of 100 (happiness falling)" in lines
    assert (
        "Most at risk: b (70.00 USD, has asked to cancel), a (50.00 USD, no use for 20 days)"
        in lines
    )
    assert lines[-1] == "To see whom to write to: ebbline export risk"


def test_a_stale_support_export_makes_support_unknown_and_billing_not(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(
        """
        insert into raw.loads by name
        select n as load_id, source, 'f' as file_name, 't' as table_name, 'canonical' as format,
            1 as rows_read, 1 as rows_loaded, 0 as rows_unchanged, 0 as rows_quarantined,
            read_on::timestamptz as started_at, 0.1 as duration_seconds, 'loaded' as outcome
        from (values (1, 'billing', '2026-04-01'), (2, 'support', '2026-03-20')) as t (n, source, read_on)
        """
    )
    rules = [
        Rule.model_validate({"name": "x", "description": "x", "metric": metric, "when": "falling"})
        for metric in ("first_response_hours", "returning_rate")
    ]
    latest = [s for s in evaluate(con, rules, clock=CLOCK, until=date(2026, 3, 31)) if s.is_latest]
    assert [(s.rule.metric, s.word) for s in latest] == [
        ("first_response_hours", "unknown"), ("returning_rate", "crossed"),
    ]  # fmt: skip
    assert latest[0].detail == "support was last read on 2026-03-20, too early to judge 2026-03"
