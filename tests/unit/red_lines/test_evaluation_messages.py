"""One message for one cause, from the marts to the outbox: who leads, who stands under whom, and what they are told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dagster_project.clock import FixedClock
from dagster_project.red_lines import Rule, incidents, record
from dagster_project.red_lines.messages import Alert
from tests.unit.red_lines.conftest import Marts


def customers(marts: Marts, *who: tuple[str, str, int]) -> None:
    """Say which customers were lost in March: id, country, MRR."""
    marts.con.execute(
        "create table marts.dim_customers (customer_id varchar, country varchar);"
        "create table marts.fct_customer_months (customer_id varchar, month date, mrr_opening decimal(18, 2), "
        "mrr_closing decimal(18, 2))"
    )
    for customer, country, mrr in who:
        marts.con.execute("insert into marts.dim_customers values (?, ?)", [customer, country])
        marts.con.execute(
            "insert into marts.fct_customer_months values (?, '2026-03-01', ?, 0)", [customer, mrr]
        )


def told(
    marts: Marts, rule: Rule
) -> tuple[list[tuple[str, tuple[str, ...]]], dict[str, str | None]]:
    """Judge March; return each message (whom it is about, what else it tells of) and the cause of each incident."""
    statuses = marts.judge((rule,), "2026-03-31")
    record(marts.con, statuses, FixedClock(datetime(2026, 4, 1, tzinfo=UTC)), rules=[rule])
    rows = marts.con.execute("select alert from ops.outbox order by rowid").fetchall()
    alerts = [Alert.model_validate_json(text) for (text,) in rows]
    return (
        [(alert.segment, alert.also) for alert in alerts],
        {one.segment: one.cause for one in incidents(marts.con)},
    )


@pytest.fixture
def churn(defaults: dict[str, Rule]) -> Rule:
    document: dict[str, Any] = defaults["churn_above"].model_dump()
    return Rule.model_validate(
        {**document, "segments": ["all", "country"], "max_staleness_days": None}
    )


def test_the_country_that_explains_the_whole_leads_and_the_whole_stands_under_it(
    marts: Marts, churn: Rule
) -> None:
    customers(marts, ("a", "DE", 500), ("b", "DE", 400), ("c", "FR", 100))
    marts.month("2026-03", churn_rate=0.2)
    marts.month("2026-03", "country", "DE", churn_rate=0.6, mrr_opening=3000)
    marts.month("2026-03", "country", "FR", churn_rate=0.02, mrr_opening=7000)
    messages, causes = told(marts, churn)
    assert messages == [("country=DE", ("churn rate above 10 %: 20 % against 10 %",))]
    assert causes == {"all": "churn_above/country=DE/2026-03", "country=DE": None}


def test_where_no_country_explains_it_the_whole_leads_and_says_whose_the_loss_is(
    marts: Marts, churn: Rule
) -> None:
    customers(marts, ("a", "DE", 500), ("b", "FR", 500))
    marts.month("2026-03", churn_rate=0.2)
    marts.month("2026-03", "country", "DE", churn_rate=0.2, mrr_opening=5000)
    marts.month("2026-03", "country", "FR", churn_rate=0.2, mrr_opening=5000)
    messages, causes = told(marts, churn)
    assert messages == [
        (
            "all",
            (
                "churn rate above 10 % in country=DE: 20 % against 10 % (50 % of the MRR lost)",
                "churn rate above 10 % in country=FR: 20 % against 10 % (50 % of the MRR lost)",
            ),
        )
    ]
    assert set(causes.values()) == {None, "churn_above/all/2026-03"}


def test_two_countries_that_lost_different_customers_are_two_messages(
    marts: Marts, churn: Rule
) -> None:
    customers(marts, ("a", "DE", 500), ("b", "FR", 500))
    marts.month("2026-03", churn_rate=0.09)
    marts.month("2026-03", "country", "DE", churn_rate=0.2)
    marts.month("2026-03", "country", "FR", churn_rate=0.2)
    messages, causes = told(marts, churn)
    assert messages == [("country=DE", ()), ("country=FR", ())]
    assert set(causes.values()) == {None}
