"""The contract's own tables: net amounts, discounts beside them with how long they last, taxes as lines, parts by the
second, credits that repeat the discount. Columns as in docs/formats.md.
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
    without_tax,
)
from tests.reference.vendor_billing.writing import Row, iso, major, write_table

MANNER = Manner(
    by_day=False,
    credits_with_discount=True,
    tells_prices=True,
    raises_in_place=True,
    bills_nothing=True,
    takes_back_whole=True,
)


def write(company: Company, folder: Path, *, tax_inside: bool = False) -> None:
    """Write the export into ``folder``.

    :param tax_inside: prices include the tax, which lies in the amount of a line and is told beside; else it is a line.
    """
    write_table(
        folder,
        "customers",
        ({"customer_id": name, "created_at": "2020-01-01T00:00:00Z"} for name in company.customers),
    )
    write_table(folder, "plans", (_plan(price, tax_inside) for price in company.prices))
    write_table(folder, "subscriptions", (_subscription(one) for one in company.subscriptions))
    write_table(
        folder, "invoices", (_invoice(one, invoice, tax_inside) for one, invoice in company.bills)
    )
    write_table(
        folder,
        "invoice_lines",
        (
            row
            for one, invoice in company.bills
            for row in (*_lines(one, invoice), *_other_lines(one, invoice, tax_inside))
        ),
    )
    write_table(
        folder,
        "line_discounts",
        (
            {
                "invoice_id": invoice.invoice_id,
                "line_id": str(number),
                "amount": major(line.discount),
                "duration": line.duration,
            }
            for _, invoice in company.bills
            for number, line in enumerate(invoice.lines)
            if line.discount
        ),
    )
    if tax_inside:
        write_table(folder, "line_taxes", _taxes_inside(company))
    paid = [
        (one, bill) for one, bill in company.bills if bill.status == "paid" and bill.total() > 0
    ]
    write_table(folder, "payments", (_payment(one, invoice, tax_inside) for one, invoice in paid))
    write_table(
        folder,
        "refunds",
        (
            {
                "refund_id": f"re-{invoice.invoice_id}",
                "payment_id": f"pay-{invoice.invoice_id}",
                "customer_id": one.customer_id,
                "amount": major(min(invoice.refunded, _total(invoice, tax_inside))),
                "currency": "USD",
                "refunded_at": iso(invoice.issued),
            }
            for one, invoice in paid
            if invoice.refunded
        ),
    )


def _total(invoice: Invoice, tax_inside: bool) -> int:
    return _net(invoice) if tax_inside else invoice.total()


def _net(invoice: Invoice) -> int:
    return invoice.used + sum(line.net for line in invoice.lines)


def _taxes_inside(company: Company) -> Iterable[Row]:
    for _, invoice in company.bills:
        for number, line in enumerate(invoice.lines):
            tax = line.net - without_tax(line.net, invoice.tax_percent)
            if tax:
                yield {
                    "invoice_id": invoice.invoice_id,
                    "line_id": str(number),
                    "amount": major(tax),
                    "is_inclusive": "true",
                }


def _plan(price: Price, tax_inside: bool) -> Row:
    return {
        "plan_id": price.price_id,
        "product": price.product,
        "unit_amount": major(price.cents) if price.pricing == "per_unit" else "",
        "currency": "USD",
        "interval": {1: "month", 3: "quarter", 12: "year"}[price.months],
        "interval_count": 1,
        "usage": "licensed",
        "tax_behavior": "inclusive" if tax_inside else "exclusive",
    }


def _subscription(one: Subscription) -> Row:
    return {
        "subscription_id": one.subscription_id,
        "customer_id": one.customer_id,
        "status": "canceled" if one.ended else "active",
        "started_at": iso(one.started),
        "trial_start_at": iso(one.started) if one.trial_end else "",
        "trial_end_at": iso(one.trial_end),
        "cancel_requested_at": iso(one.asked),
        "cancel_at_period_end": str(one.at_period_end).lower(),
        "ended_at": iso(one.ended),
    }


def _invoice(one: Subscription, invoice: Invoice, tax_inside: bool) -> Row:
    total = _total(invoice, tax_inside)
    left = sum(without_tax(line.net, invoice.tax_percent) for line in invoice.lines)
    net = invoice.used + left if tax_inside else _net(invoice)
    return {
        "invoice_id": invoice.invoice_id,
        "customer_id": one.customer_id,
        "status": invoice.status,
        "currency": "USD",
        "subtotal": major(invoice.used + sum(line.gross for line in invoice.lines)),
        "discount": major(sum(line.discount for line in invoice.lines)),
        "tax": major(total - net),
        "total": major(total - invoice.waived),
        "amount_paid": major(max(total, 0) if invoice.status == "paid" else 0),
        "issued_at": iso(invoice.issued),
    }


def _lines(one: Subscription, invoice: Invoice) -> Iterable[Row]:
    for number, line in enumerate(invoice.lines):
        yield _line(one, invoice, str(number), line)


def _other_lines(one: Subscription, invoice: Invoice, tax_inside: bool) -> Iterable[Row]:
    """What is not recurring: tax, metered use, a credit that takes nothing back."""
    for kind, amount in (
        ("tax", _total(invoice, tax_inside) - _net(invoice)),
        ("usage", invoice.used),
        ("credit", -invoice.waived),
    ):
        if amount:
            row = _line(one, invoice, kind, invoice.lines[0])
            yield {
                **row,
                "kind": kind,
                "quantity": 1,
                "amount": major(amount),
                "discount_included": "0.00",
                "is_proration": "false",
            }


def _line(one: Subscription, invoice: Invoice, name: str, line: Line) -> dict[str, object]:
    return {
        "invoice_id": invoice.invoice_id,
        "line_id": name,
        "invoice_status": invoice.status,
        "customer_id": one.customer_id,
        "subscription_id": one.subscription_id,
        "plan_id": line.price.price_id,
        "kind": "recurring",
        "quantity": line.quantity,
        "amount": major(line.net),
        "discount_included": major(line.discount),
        "currency": "USD",
        "period_start_at": iso(line.start),
        "period_end_at": iso(line.end),
        "is_proration": str(line.is_part).lower(),
        "issued_at": iso(invoice.issued),
    }


def _payment(one: Subscription, invoice: Invoice, tax_inside: bool) -> Row:
    return {
        "payment_id": f"pay-{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "invoice_id": invoice.invoice_id,
        "status": "succeeded",
        "amount": major(_total(invoice, tax_inside)),
        "currency": "USD",
        "attempted_at": iso(invoice.issued),
    }
