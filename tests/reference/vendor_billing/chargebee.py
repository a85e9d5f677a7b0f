"""Chargebee's tables: parts by the day and not marked as such, credits in credit notes that repeat the discount,
amounts in cents. A refund of money is a credit note whose reason says so. Columns as in datacatalog.chargebee.com.
"""

from pathlib import Path

from tests.reference.vendor_billing.lives import Company, Invoice, Line, Manner, Price, Subscription
from tests.reference.vendor_billing.writing import Row, iso, write_table

MANNER = Manner(by_day=True, credits_with_discount=True, tells_prices=True)


def write(company: Company, folder: Path) -> None:
    """Write the export into ``folder``."""
    write_table(
        folder,
        "customers",
        (
            {"id": name, "created_at": "2020-01-01T00:00:00Z", "company": name}
            for name in company.customers
        ),
    )
    write_table(folder, "item_prices", (_price(price) for price in company.prices))
    write_table(
        folder,
        "subscriptions",
        (
            {
                "id": one.subscription_id,
                "customer_id": one.customer_id,
                "status": "cancelled" if one.ended else "active",
                "started_at": iso(one.started),
                "created_at": iso(one.started),
                "cancelled_at": iso(one.ended),
                "cancel_schedule_created_at": iso(one.asked) if one.at_period_end else "",
            }
            for one in company.subscriptions
        ),
    )
    bills = [(one, invoice) for one in company.subscriptions for invoice in one.invoices]
    debits = [
        (one, invoice) for one, invoice in bills if any(line.gross >= 0 for line in invoice.lines)
    ]
    write_table(folder, "invoices", (_invoice(one, invoice) for one, invoice in debits))
    write_table(
        folder,
        "invoice_line_items",
        (
            {"invoice_id": invoice.invoice_id, **_line(one, f"li_{invoice.invoice_id}", line)}
            for one, invoice in debits
            for line in invoice.lines
            if line.gross >= 0
        ),
    )
    notes, lines = [], []
    for one, invoice in bills:
        taken = [line for line in invoice.lines if line.gross < 0]
        if taken:
            notes.append(_note(one, invoice, "cn", "subscription_change"))
            lines += [_credit(one, invoice, "cn", line) for line in taken]
        if invoice.refunded:
            notes.append(_note(one, invoice, "rf", "service_unsatisfactory"))
            lines += [_credit(one, invoice, "rf", line) for line in invoice.lines]
    write_table(folder, "credit_notes", notes)
    write_table(folder, "credit_note_line_items", lines)


def _price(price: Price) -> Row:
    return {
        "id": price.price_id,
        "item_id": price.product,
        "external_name": price.price_id,
        "pricing_model": {"package": "stairstep"}.get(price.pricing, price.pricing),
        "price": price.cents if price.pricing == "per_unit" else "",
        "currency_code": "USD",
        "period_unit": "year" if price.months == 12 else "month",
        "period": 1 if price.months == 12 else price.months,
    }


def _invoice(one: Subscription, invoice: Invoice) -> Row:
    statuses = {"paid": "paid", "open": "payment_due", "uncollectible": "not_paid"}
    return {
        "id": invoice.invoice_id,
        "customer_id": one.customer_id,
        "status": statuses[invoice.status],
        "currency_code": "USD",
        "date": iso(invoice.issued),
        "paid_at": iso(invoice.issued) if invoice.status == "paid" else "",
    }


def _note(one: Subscription, invoice: Invoice, kind: str, reason: str) -> Row:
    return {
        "id": f"{kind}-{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "reference_invoice_id": invoice.invoice_id,
        "status": "adjusted" if kind == "cn" else "refunded",
        "reason_code": reason,
        "currency_code": "USD",
        "date": iso(invoice.issued),
    }


def _line(one: Subscription, name: str, line: Line) -> dict[str, object]:
    return {
        "id": f"{name}-{line.price.price_id}-{line.quantity}",
        "customer_id": one.customer_id,
        "subscription_id": one.subscription_id,
        "entity_id": line.price.price_id,
        "entity_type": "plan_item_price",
        "metered": "false",
        "quantity": line.quantity,
        "amount": abs(line.gross),
        "discount_amount": abs(line.discount),
        "currency_code": "USD",
        "date_from": iso(line.start),
        "date_to": iso(line.end),
    }


def _credit(one: Subscription, invoice: Invoice, kind: str, line: Line) -> Row:
    note = f"{kind}-{invoice.invoice_id}"
    return {"credit_note_id": note, **_line(one, note, line)}
