"""What a night may bring, one function for each kind: it changes a company that was built the evening before.

What must hold afterwards is the business of the tests, here and in ``tests/deep``.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.integration.nights.company import Company

_WRITTEN_OFF = (
    "select 'written off' as credit_note_id, {}(invoice_id) as invoice_id, 'issued' as status, 'write_off' as reason,"
    " timestamptz '2025-03-20' as issued_at from raw.invoices"
)
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
    company.correct(
        "invoice_lines",
        "select * replace (5 as discount_included) from raw.invoice_lines"
        f" where {old} and kind = 'recurring' and not is_proration order by line_id limit 3 offset 10",
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
    company.correct(
        "line_discounts",
        f"select invoice_id, line_id, 'late' as discount_id, 3 as amount from raw.invoice_lines where {old}"
        " and kind = 'recurring' order by line_id limit 4",
    )
    company.correct(
        "invoice_lines",
        f"""
        select 'note' as invoice_id, line_id, line_id as credited_line_id, 'credit' as kind, -amount as amount,
            customer_id, currency
        from raw.invoice_lines where {old} and kind = 'recurring' and not is_proration order by line_id desc limit 1
        """,
    )
    company.correct(
        "invoices",
        "select invoice_id, min(customer_id) as customer_id, 'paid' as status, min(currency) as currency,"
        f" 0 as amount_paid, sum(amount) as total from raw.invoice_lines where {old} and kind = 'recurring'"
        " group by invoice_id order by invoice_id desc limit 2",
    )
    company.correct("credit_notes", _WRITTEN_OFF.format("max"))


def after_the_move(company: Company) -> None:
    """Change one of two customers who share a subscription, and a plan that many have; tell what was not known.

    How long a coupon lasts comes after its discounts, and a credit note after its line. What was written off is another
    invoice now, and a part of the first is given back.
    """
    company.deliver(date(2025, 8, 2))
    company.correct("discounts", "select 'late' as discount_id, 'summer' as coupon_id")
    company.correct("discounts", "select 'summer' as discount_id, 'repeating' as duration")
    company.correct(
        "invoice_discounts",
        "select invoice_id, 'summer' as discount_id from raw.invoice_lines where discount_included = 5",
    )
    company.correct(
        "credit_notes",
        """
        select 'note' as credit_note_id, invoice_id, 'issued' as status, currency, timestamptz '2025-02-20' as issued_at
        from raw.invoice_lines where line_id = (select line_id from raw.invoice_lines where invoice_id = 'note')
        and invoice_id <> 'note' limit 1
        """,
    )
    company.correct("credit_notes", _WRITTEN_OFF.format("min"))
    company.correct(
        "credit_notes",
        "select 'part' as credit_note_id, max(invoice_id) as invoice_id, 'issued' as status, max(total) / 2 as total,"
        " timestamptz '2025-02-15' as issued_at from raw.invoices",
    )
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
    """Cover all days again, with rates that change, in another zone, with discounts as they were billed."""
    company.deliver(date(2025, 8, 6))
    return {
        "timezone": "America/New_York",
        "discounts": "as_billed",
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
