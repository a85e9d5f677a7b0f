"""Stripe's tables (Sigma): parts by the second, a credit net of its discount, discounts in the line or in a table of
their own, taxes in another, amounts in cents; a price that rises is another price; pauses have void invoices. Columns
as in docs.stripe.com/stripe-data/schema.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.reference.vendor_billing.company import (
    Company,
    Invoice,
    Line,
    Manner,
    Price,
    Subscription,
)
from tests.reference.vendor_billing.writing import Row, plain, write_table

MANNER = Manner(
    by_day=False,
    credits_with_discount=False,
    tells_prices=True,
    raises_in_place=False,
    bills_nothing=True,
    takes_back_whole=False,
)
_METER = "price_meter"


def write(company: Company, folder: Path, *, discounts_apart: bool) -> None:
    """Write the export into ``folder``."""
    write_table(folder, "customers", (_customer(name) for name in company.customers))
    write_table(folder, "prices", (*(_price(price) for price in company.prices), _meter()))
    write_table(folder, "subscriptions", (_subscription(one) for one in company.subscriptions))
    write_table(folder, "invoices", (_invoice(one, invoice) for one, invoice in company.bills))
    write_table(
        folder,
        "invoice_line_items",
        (
            row if discounts_apart else {**row, "total_discount": _number(row) - net}
            for one, invoice in company.bills
            for net, row in _lines(one, invoice)
        ),
    )
    write_table(
        folder,
        "invoice_line_item_discount_amounts",
        (
            {
                "id": f"da_{line_id}",
                "invoice_id": invoice.invoice_id,
                "invoice_line_item_id": line_id,
                "amount": line.discount,
                "discount": "di_1",
            }
            for _, invoice in company.bills
            for line_id, line in _numbered(invoice)
            if discounts_apart and line.discount
        ),
    )
    write_table(
        folder,
        "invoice_line_item_tax_amounts",
        (
            {
                "invoice_id": invoice.invoice_id,
                "invoice_line_item_id": row["id"],
                "amount": invoice.tax(net),
                "inclusive": "false",
                "tax_rate": f"txr_{invoice.tax_percent}",
            }
            for one, invoice in company.bills
            for net, row in _lines(one, invoice)
            if invoice.tax_percent
        ),
    )
    write_table(
        folder,
        "credit_notes",
        (_credit_note(one, invoice) for one, invoice in company.bills if invoice.waived),
    )
    paid = [
        (one, bill) for one, bill in company.bills if bill.status == "paid" and bill.total() > 0
    ]
    write_table(folder, "charges", (_charge(one, invoice) for one, invoice in paid))


def _numbered(invoice: Invoice) -> Iterator[tuple[str, Line]]:
    for number, line in enumerate(invoice.lines):
        yield f"il_{invoice.invoice_id}_{number}", line


def _customer(name: str) -> Row:
    created = "2020-01-01 00:00:00"
    return {"id": name, "created": created, "name": name, "email": f"{name}@x.example"}


def _price(price: Price) -> dict[str, object]:
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


def _meter() -> Row:
    licensed = _price(Price(_METER, "prod_meter", 1, "per_unit", 1))
    return {**licensed, "recurring_usage_type": "metered"}


def _subscription(one: Subscription) -> Row:
    return {
        "id": one.subscription_id,
        "customer_id": one.customer_id,
        "status": "canceled" if one.ended else "active",
        "created": plain(one.started),
        "start_date": plain(one.started),
        "trial_start": plain(one.started) if one.trial_end else "",
        "trial_end": plain(one.trial_end),
        "cancel_at_period_end": str(one.at_period_end).lower(),
        "canceled_at": plain(one.asked),
        "ended_at": plain(one.ended),
    }


def _invoice(one: Subscription, invoice: Invoice) -> Row:
    total, net = invoice.total(), invoice.used + sum(line.net for line in invoice.lines)
    is_paid = invoice.status == "paid"
    return {
        "id": invoice.invoice_id,
        "customer_id": one.customer_id,
        "currency": "usd",
        "date": plain(invoice.issued),
        "status": invoice.status,
        "status_transitions_paid_at": plain(invoice.issued) if is_paid else "",
        "subtotal": invoice.used + sum(line.gross for line in invoice.lines),
        "tax": total - net,
        "total": total,
        "amount_paid": max(total, 0) if is_paid else 0,
        "post_payment_credit_notes_amount": invoice.waived,
        "pre_payment_credit_notes_amount": 0,
    }


def _lines(one: Subscription, invoice: Invoice) -> Iterator[tuple[int, dict[str, object]]]:
    """Each line and what it comes to net of its discount."""
    for line_id, line in _numbered(invoice):
        yield line.net, _line(line_id, invoice, line, one.subscription_id)
    if invoice.used:
        beside = invoice.lines[0]
        row = _line(f"il_{invoice.invoice_id}_used", invoice, beside, one.subscription_id)
        used = invoice.used
        yield used, {**row, "price_id": _METER, "quantity": used, "amount": used}


def _number(row: Row) -> int:
    return int(str(row["amount"]))


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


def _credit_note(one: Subscription, invoice: Invoice) -> Row:
    return {
        "id": f"cn_{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "invoice_id": invoice.invoice_id,
        "status": "issued",
        "reason": "product_unsatisfactory",
        "currency": "usd",
        "total": invoice.waived,
        "created": plain(invoice.issued),
    }


def _charge(one: Subscription, invoice: Invoice) -> Row:
    return {
        "id": f"ch_{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "invoice_id": invoice.invoice_id,
        "status": "succeeded",
        "paid": "true",
        "captured": "true",
        "refunded": str(invoice.refunded >= invoice.total()).lower(),
        "amount": invoice.total(),
        "amount_refunded": invoice.refunded,
        "currency": "usd",
        "created": plain(invoice.issued),
    }
