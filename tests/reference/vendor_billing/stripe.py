"""Stripe's tables (Sigma): parts by the second, a credit net of its discount, discounts in the line or in a table of
their own, amounts in cents. Columns as in docs.stripe.com/stripe-data/schema.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.reference.vendor_billing.lives import Company, Invoice, Line, Manner, Price
from tests.reference.vendor_billing.writing import Row, plain, write_table

MANNER = Manner(by_day=False, credits_with_discount=False, tells_prices=True)


def write(company: Company, folder: Path, *, discounts_apart: bool) -> None:
    """Write the export into ``folder``."""
    write_table(
        folder,
        "customers",
        (
            {
                "id": name,
                "created": "2020-01-01 00:00:00",
                "name": name,
                "email": f"{name}@x.example",
            }
            for name in company.customers
        ),
    )
    write_table(folder, "prices", (_price(price) for price in company.prices))
    write_table(
        folder,
        "subscriptions",
        (
            {
                "id": one.subscription_id,
                "customer_id": one.customer_id,
                "status": "canceled" if one.ended else "active",
                "created": plain(one.started),
                "start_date": plain(one.started),
                "cancel_at_period_end": str(one.at_period_end).lower(),
                "canceled_at": plain(one.asked),
                "ended_at": plain(one.ended),
            }
            for one in company.subscriptions
        ),
    )
    lines, invoices, discounts = [], [], []
    for one in company.subscriptions:
        for invoice in one.invoices:
            invoices.append(_invoice(invoice, one.customer_id))
            for line_id, line in _numbered(invoice):
                row = _line(line_id, invoice, line, one.subscription_id)
                if not discounts_apart:
                    row["total_discount"] = line.discount
                elif line.discount:
                    discounts.append(
                        {
                            "id": f"da_{line_id}",
                            "invoice_id": invoice.invoice_id,
                            "invoice_line_item_id": line_id,
                            "amount": line.discount,
                            "discount": "di_1",
                        }
                    )
                lines.append(row)
    write_table(folder, "invoices", invoices)
    write_table(folder, "invoice_line_items", lines)
    write_table(folder, "invoice_line_item_discount_amounts", discounts)


def _numbered(invoice: Invoice) -> Iterator[tuple[str, Line]]:
    for number, line in enumerate(invoice.lines):
        yield f"il_{invoice.invoice_id}_{number}", line


def _price(price: Price) -> Row:
    return {
        "id": price.price_id,
        "product_id": price.product,
        "nickname": price.price_id,
        "currency": "usd",
        "type": "recurring",
        "billing_scheme": "per_unit" if price.pricing == "per_unit" else "tiered",
        "unit_amount": price.cents if price.pricing == "per_unit" else "",
        "recurring_interval": "year" if price.months == 12 else "month",
        "recurring_interval_count": 1 if price.months == 12 else price.months,
        "recurring_usage_type": "licensed",
    }


def _invoice(invoice: Invoice, customer_id: str) -> Row:
    return {
        "id": invoice.invoice_id,
        "customer_id": customer_id,
        "currency": "usd",
        "date": plain(invoice.issued),
        "status": invoice.status,
        "status_transitions_paid_at": plain(invoice.issued) if invoice.status == "paid" else "",
    }


def _line(line_id: str, invoice: Invoice, line: Line, subscription_id: str) -> dict[str, object]:
    return {
        "id": line_id,
        "invoice_id": invoice.invoice_id,
        "source_type": "subscription",
        "subscription": subscription_id,
        "price_id": line.price.price_id,
        "currency": "usd",
        "quantity": line.quantity,
        "amount": line.gross,
        "proration": str(line.is_part).lower(),
        "period_start": plain(line.start),
        "period_end": plain(line.end),
    }
