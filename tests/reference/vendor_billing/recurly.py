"""Recurly's history tables as Fivetran writes them: plans without prices or products, parts by the second, credits as
negative line items that repeat the discount, amounts in major units. Refunds are credit invoices of their own and
transactions. Columns as in fivetran/dbt_recurly.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.reference.vendor_billing.company import (
    Company,
    Invoice,
    Line,
    Manner,
    Price,
    Subscription,
)
from tests.reference.vendor_billing.writing import Row, iso, major, write_table

MANNER = Manner(
    by_day=False,
    credits_with_discount=True,
    tells_prices=False,
    raises_in_place=True,
    bills_nothing=False,
    takes_back_whole=True,
)
_SYNCED = {"updated_at": "2026-11-01T00:00:00Z"}


def write(company: Company, folder: Path) -> None:
    """Write the export into ``folder``."""
    write_table(folder, "account_history", (_account(name) for name in company.customers))
    write_table(folder, "plan_history", (_plan(price) for price in company.prices))
    write_table(
        folder, "subscription_history", (_subscription(one) for one in company.subscriptions)
    )
    refunded = [(one, bill) for one, bill in company.bills if bill.refunded]
    waived = [(one, bill) for one, bill in company.bills if bill.waived]
    write_table(
        folder,
        "invoice_history",
        (
            *(_invoice(one, invoice) for one, invoice in company.bills),
            *(_credit_invoice(one, invoice, "r", invoice.refunded) for one, invoice in refunded),
            *(_credit_invoice(one, invoice, "w", invoice.waived) for one, invoice in waived),
        ),
    )
    write_table(
        folder,
        "line_item_history",
        (
            *(row for one, invoice in company.bills for row in _lines(one, invoice)),
            *(row for one, invoice in refunded for row in _refund_lines(one, invoice)),
            *(_waived_line(one, invoice) for one, invoice in waived),
        ),
    )
    paid = [
        (one, bill) for one, bill in company.bills if bill.status == "paid" and bill.total() > 0
    ]
    write_table(
        folder,
        "transactions",
        (
            *(_transaction(one, invoice, "purchase", invoice.total()) for one, invoice in paid),
            *(_transaction(one, bill, "refund", bill.refunded) for one, bill in refunded),
        ),
    )


def _account(name: str) -> Row:
    return {"id": name, "created_at": "2020-01-01T00:00:00Z", "company": name, **_SYNCED}


def _plan(price: Price) -> Row:
    return {
        "id": price.price_id,
        "name": price.price_id,
        "interval_unit": "months",
        "interval_length": price.months,
        **_SYNCED,
    }


def _subscription(one: Subscription) -> Row:
    return {
        "id": one.subscription_id,
        "account_id": one.customer_id,
        "state": "expired" if one.ended else "active",
        "activated_at": iso(one.started),
        "created_at": iso(one.started),
        "trial_started_at": iso(one.started) if one.trial_end else "",
        "trial_ends_at": iso(one.trial_end),
        "canceled_at": iso(one.asked),
        "expires_at": iso(one.ended),
        **_SYNCED,
    }


def _invoice(one: Subscription, invoice: Invoice) -> Row:
    states = {"open": "past_due", "uncollectible": "failed", "void": "voided"}
    total, net = invoice.total(), invoice.used + sum(line.net for line in invoice.lines)
    is_paid = invoice.status == "paid"
    return {
        "id": invoice.invoice_id,
        "account_id": one.customer_id,
        "state": states.get(invoice.status, invoice.status),
        "currency": "USD",
        "subtotal": major(invoice.used + sum(line.gross for line in invoice.lines)),
        "discount": major(sum(line.discount for line in invoice.lines)),
        "tax": major(total - net),
        "total": major(total),
        "paid": major(max(total, 0) if is_paid else 0),
        "created_at": iso(invoice.issued),
        "closed_at": iso(invoice.issued) if is_paid else "",
        **_SYNCED,
    }


def _credit_invoice(one: Subscription, invoice: Invoice, kind: str, amount: int) -> Row:
    """Money given back, with the tax that was on it where it is all of it."""
    net = amount if kind == "w" else invoice.used + sum(line.net for line in invoice.lines)
    return {
        **_invoice(one, invoice),
        "id": f"{invoice.invoice_id}-{kind}",
        "state": "closed",
        "subtotal": major(-net),
        "discount": "0.00",
        "tax": major(net - amount),
        "total": major(-amount),
        "paid": "0.00",
    }


def _lines(one: Subscription, invoice: Invoice) -> Iterable[dict[str, object]]:
    for number, line in enumerate(invoice.lines):
        yield _line(one, invoice, str(number), line)
    if invoice.used:
        yield {
            **_line(one, invoice, "used", invoice.lines[0]),
            "plan_id": "",
            "origin": "usage_add_on",
            "quantity": invoice.used,
            "subtotal": major(invoice.used),
            "discount": "0.00",
        }


def _line(one: Subscription, invoice: Invoice, name: str, line: Line) -> dict[str, object]:
    return {
        "id": f"{invoice.invoice_id}-{name}",
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


def _refund_lines(one: Subscription, invoice: Invoice) -> Iterable[Row]:
    nets = [*(line.net for line in invoice.lines), invoice.used]
    for net, row in zip(nets, _lines(one, invoice), strict=False):
        yield {
            **row,
            "id": f"{row['id']}-r",
            "invoice_id": f"{invoice.invoice_id}-r",
            "type": "credit",
            "refund": "true",
            "subtotal": major(-net),
            "discount": "0.00",
        }


def _waived_line(one: Subscription, invoice: Invoice) -> Row:
    return {
        **_line(one, invoice, "w", invoice.lines[0]),
        "invoice_id": f"{invoice.invoice_id}-w",
        "plan_id": "",
        "type": "credit",
        "origin": "credit",
        "quantity": 1,
        "subtotal": major(-invoice.waived),
        "discount": "0.00",
    }


def _transaction(one: Subscription, invoice: Invoice, kind: str, amount: int) -> Row:
    return {
        "id": f"{kind}-{invoice.invoice_id}",
        "account_id": one.customer_id,
        "invoice_id": invoice.invoice_id,
        "original_transaction_id": f"purchase-{invoice.invoice_id}" if kind == "refund" else "",
        "type": kind,
        "status": "success",
        "status_code": "",
        "amount": major(amount),
        "currency": "USD",
        "collected_at": iso(invoice.issued),
        "created_at": iso(invoice.issued),
        **_SYNCED,
    }
