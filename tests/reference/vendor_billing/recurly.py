"""Recurly's history tables as Fivetran writes them: plans without prices or products, parts by the second, credits as
negative line items that repeat the discount, amounts in major units. Columns as in fivetran/dbt_recurly.
"""

from pathlib import Path

from tests.reference.vendor_billing.lives import Company, Invoice, Line, Manner, Price, Subscription
from tests.reference.vendor_billing.writing import Row, iso, major, write_table

MANNER = Manner(by_day=False, credits_with_discount=True, tells_prices=False)
_SYNCED = {"updated_at": "2026-11-01T00:00:00Z"}


def write(company: Company, folder: Path) -> None:
    """Write the export into ``folder``."""
    write_table(
        folder,
        "account_history",
        (
            {"id": name, "created_at": "2020-01-01T00:00:00Z", "company": name, **_SYNCED}
            for name in company.customers
        ),
    )
    write_table(folder, "plan_history", (_plan(price) for price in company.prices))
    write_table(
        folder,
        "subscription_history",
        (
            {
                "id": one.subscription_id,
                "account_id": one.customer_id,
                "state": "expired" if one.ended else "active",
                "activated_at": iso(one.started),
                "created_at": iso(one.started),
                "canceled_at": iso(one.asked),
                "expires_at": iso(one.ended),
                **_SYNCED,
            }
            for one in company.subscriptions
        ),
    )
    bills = [(one, invoice) for one in company.subscriptions for invoice in one.invoices]
    write_table(folder, "invoice_history", (_invoice(one, invoice) for one, invoice in bills))
    write_table(
        folder,
        "line_item_history",
        (
            _line(one, invoice, number, line)
            for one, invoice in bills
            for number, line in enumerate(invoice.lines)
        ),
    )


def _plan(price: Price) -> Row:
    return {
        "id": price.price_id,
        "name": price.price_id,
        "interval_unit": "months",
        "interval_length": price.months,
        **_SYNCED,
    }


def _invoice(one: Subscription, invoice: Invoice) -> Row:
    states = {"paid": "paid", "open": "past_due", "uncollectible": "failed"}
    return {
        "id": invoice.invoice_id,
        "account_id": one.customer_id,
        "state": states[invoice.status],
        "currency": "USD",
        "created_at": iso(invoice.issued),
        "closed_at": iso(invoice.issued) if invoice.status == "paid" else "",
        **_SYNCED,
    }


def _line(one: Subscription, invoice: Invoice, number: int, line: Line) -> Row:
    return {
        "id": f"{invoice.invoice_id}-{number}",
        "invoice_id": invoice.invoice_id,
        "account_id": one.customer_id,
        "subscription_id": one.subscription_id,
        "plan_id": line.price.price_id,
        "type": "credit" if line.gross < 0 else "charge",
        "origin": "plan",
        "refund": "false",
        "quantity": line.quantity,
        "subtotal": major(line.gross),
        "discount": major(line.discount),
        "currency": "USD",
        "start_date": iso(line.start),
        "end_date": iso(line.end),
        "proration_rate": "0.5" if line.is_part else "",
        **_SYNCED,
    }
