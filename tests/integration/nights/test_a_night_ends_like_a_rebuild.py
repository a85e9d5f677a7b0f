"""What is kept from one night to the next is what building everything again would make of all that was ever loaded.

The nights of a company follow one another in one warehouse. After each, every table is held against a rebuild.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.integration.nights.company import Company

Night = Callable[[Company], dict[str, Any] | None]


def nothing(company: Company) -> None:
    """Bring nothing; the day passes all the same."""
    company.until = date(2025, 7, 12)


def month_end(company: Company) -> None:
    """Cover the last day of a month."""
    company.deliver(date(2025, 7, 31))


def late_billing(company: Company) -> None:
    """Correct, move and take back old billing rows; one subscription gets a second customer."""
    company.deliver(date(2025, 8, 1))
    old = "issued_at < timestamptz '2025-03-01 00:00:00+00' and amount > 0"
    company.correct(
        "invoice_lines",
        f"select * replace (amount + 7.77 as amount) from raw.invoice_lines where {old} order by line_id limit 5",
    )
    company.correct(
        "invoice_lines",
        f"select * replace (true as _deleted) from raw.invoice_lines where {old} order by line_id desc limit 3",
    )
    company.correct(
        "invoice_lines",
        "select * replace ((select max(customer_id) from raw.customers) as customer_id) from raw.invoice_lines"
        f" where {old} and subscription_id in (select subscription_id from raw.invoice_lines where is_proration)"
        " order by line_id limit 2",
    )
    for table, amount in (("subscription_items", "unit_amount"), ("subscription_periods", "mrr")):
        company.correct(
            table,
            f"select * replace ({amount} + 5 as {amount}) from raw.{table} where {amount} > 0"
            " order by customer_id, subscription_id limit 4",
        )
        company.correct(
            table,
            "select * replace ((select max(customer_id) from raw.customers) as customer_id)"
            f" from raw.{table} order by customer_id desc, subscription_id limit 1",
        )


def after_the_move(company: Company) -> None:
    """Change one of two customers who share a subscription, and a plan that many have."""
    company.deliver(date(2025, 8, 2))
    company.correct(
        "invoice_lines",
        """
        select * replace (amount + 1 as amount) from raw.invoice_lines
        where customer_id = (select max(customer_id) from raw.customers) order by line_id limit 1
        """,
    )
    company.correct(
        "plans",
        """
        select * replace (unit_amount + 3 as unit_amount) from raw.plans
        where plan_id = (
            select plan_id from raw.invoice_lines group by plan_id order by count(*) desc, plan_id limit 1
        )
        """,
    )
    company.correct(
        "subscriptions",
        """
        select * replace (
            timestamptz '2025-05-05 12:00:00+00' as ended_at,
            timestamptz '2025-04-05 12:00:00+00' as cancel_requested_at,
            'too dear' as cancellation_reason
        )
        from raw.subscriptions where ended_at is null order by subscription_id limit 3
        """,
    )


def late_everything_else(company: Company) -> None:
    """Correct attributes, usage, support, payments and orders of months ago."""
    company.deliver(date(2025, 8, 3))
    company.correct(
        "customers",
        "select * replace ('Elsewhere' as country) from raw.customers order by customer_id limit 4",
    )
    company.correct(
        "customers",
        "select * replace (created_at - interval 40 day as created_at) from raw.customers"
        " order by customer_id desc limit 2",
    )
    company.correct(
        "events",
        """
        select * replace ('late_' || event_id as event_id, occurred_at - interval 75 day as occurred_at) from raw.events
        where occurred_at > timestamptz '2025-07-20 00:00:00+00' order by event_id limit 20
        """,
    )
    company.correct(
        "events",
        "select * replace (true as _deleted) from raw.events order by occurred_at, event_id limit 10",
    )
    company.correct(
        "tickets",
        """
        select * replace (created_at + interval 3 hour as first_response_at, true as is_complaint, 2 as reopens)
        from raw.tickets order by ticket_id limit 6
        """,
    )
    company.correct(
        "ratings", "select * replace (1 as score) from raw.ratings order by rating_id limit 6"
    )
    company.correct(
        "contacts",
        "select * replace (contacted_at - interval 50 day as contacted_at) from raw.contacts"
        " order by contact_id limit 6",
    )
    company.correct(
        "payments",
        "select * replace (amount as refunded_amount) from raw.payments order by payment_id limit 6",
    )
    company.correct(
        "payments",
        "select * replace ('failed' as status) from raw.payments order by payment_id desc limit 6",
    )
    company.correct(
        "orders",
        "select * replace (amount * 2 as amount) from raw.orders order by order_id limit 6",
    )
    company.correct(
        "orders",
        "select * replace (ordered_at - interval 100 day as ordered_at) from raw.orders order by order_id desc limit 6",
    )


def an_alias(company: Company) -> None:
    """Make two customers one, and correct what is not billing."""
    late_everything_else(company)
    company.correct(
        "customer_aliases",
        "select min(customer_id) as customer_id, max(customer_id) as same_as_customer_id from raw.customers",
    )


def erased_and_back(company: Company) -> None:
    """Take rows out of the warehouse that had been seen, as nobody should, and cover fewer days than before."""
    for table in ("invoice_lines", "subscriptions"):
        company.execute(
            f"delete from raw.{table} where customer_id = (select min(customer_id) from raw.{table})"
        )
    company.until = date(2025, 6, 20)


def other_settings(company: Company) -> dict[str, Any]:
    """Cover all days again, with rates that change, in another zone."""
    company.deliver(date(2025, 8, 6))
    return {
        "timezone": "America/New_York",
        "currency_rates": [
            *company.settings["currency_rates"],
            {"currency": "EUR", "valid_from": "2025-05-01", "rate": "1.11"},
            {"currency": "EUR", "valid_from": "2025-08-01", "rate": "1.12"},
        ],
    }


def with_dated_rates(company: Company) -> None:
    """Bring a day and a correction while rates change."""
    company.deliver(date(2025, 8, 8))
    late_billing(company)
    company.until = date(2025, 8, 8)


NIGHTS: dict[str, tuple[Night, ...]] = {
    "invoice_lines": (
        nothing, month_end, late_billing, after_the_move, an_alias, erased_and_back, other_settings, with_dated_rates,
    ),
    "subscription_items": (late_billing, after_the_move),
    "subscription_periods": (late_billing, after_the_move),
}  # fmt: skip


@pytest.fixture(scope="module", params=NIGHTS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of which a year has been delivered and built."""
    made = Company(tmp_path_factory.mktemp("company"), request.param)
    made.deliver(date(2025, 7, 11))
    made.build()
    return made


def test_a_night_leaves_alone_what_its_day_cannot_change(company: Company, tmp_path: Path) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    kept = same.kept_tables_with_customers()
    for table, first in kept:
        same.execute(
            f"update {table} set customer_id = 'planted'"
            f" where rowid = (select rowid from {table} order by {first}, customer_id limit 1)"
        )
    same.deliver(date(2025, 7, 12))
    same.build()
    found = {
        table: same.rows(f"select count(*) from {table} where customer_id = 'planted'")[0][0]
        for table, _ in kept
    }
    assert len(found) > 15
    assert found == dict.fromkeys(found, 1)


def test_every_night_ends_like_a_rebuild(company: Company) -> None:
    found = {}
    for night in NIGHTS[company.settings["recurring_from"]]:
        company.build(**(night(company) or {}))
        found[night.__name__] = company.differences_from_a_rebuild()
    assert found == {night: {} for night in found}
