"""Chargebee's tables: parts by the day and not marked as such, credits in credit notes that repeat the discount,
amounts in cents, ends of periods that may be the last second of a day, or the last day; prices rise in place. A refund
of money is a credit note whose reason says so, and a transaction. Columns as in datacatalog.chargebee.com.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from tests.reference.vendor_billing.company import (
    Company,
    Invoice,
    Line,
    Manner,
    Price,
    Subscription,
)
from tests.reference.vendor_billing.writing import Row, iso, write_table

MANNER = Manner(
    by_day=True,
    credits_with_discount=True,
    tells_prices=True,
    raises_in_place=True,
    bills_nothing=False,
    takes_back_whole=True,
)
_METER = "meter"


def write(company: Company, folder: Path, *, before: timedelta = timedelta()) -> None:
    """Write the export into ``folder``.

    :param before: how long before the first day after it the end of a period is written: not, a second, a day.
    """
    write_table(folder, "customers", (_customer(name) for name in company.customers))
    write_table(folder, "item_prices", (*(_price(price) for price in company.prices), _meter()))
    write_table(folder, "subscriptions", (_subscription(one) for one in company.subscriptions))
    debits = [
        (one, invoice)
        for one, invoice in company.bills
        if any(line.gross >= 0 for line in invoice.lines)
    ]
    write_table(folder, "invoices", (_invoice(one, invoice) for one, invoice in debits))
    write_table(
        folder,
        "invoice_line_items",
        (
            {"invoice_id": invoice.invoice_id, **row}
            for one, invoice in debits
            for row in _lines(one, invoice, before)
        ),
    )
    _write_credit_notes(company, folder, before)
    paid = [(one, bill) for one, bill in debits if bill.status == "paid"]
    write_table(
        folder,
        "transactions",
        (
            *(_transaction(one, invoice, "payment") for one, invoice in paid),
            *(_transaction(one, invoice, "refund") for one, invoice in paid if invoice.refunded),
        ),
    )


def _write_credit_notes(company: Company, folder: Path, before: timedelta) -> None:
    notes: list[Row] = []
    lines: list[Row] = []
    for one, invoice in company.bills:
        taken = [line for line in invoice.lines if line.gross < 0]
        if taken:
            total = -invoice.total(debits=False)
            notes.append(_note(one, invoice, "cn", "subscription_change", total))
            lines += _credits(one, invoice, "cn", taken, before)
        if invoice.refunded:
            notes.append(_note(one, invoice, "rf", "service_unsatisfactory", invoice.refunded))
            lines += _credits(one, invoice, "rf", invoice.lines, before)
        if invoice.waived:
            notes.append(_note(one, invoice, "wv", "waiver", invoice.waived))
            first = invoice.lines[0]
            waived = Line(first.price, 1, invoice.waived, 0, first.start, first.end)
            lines += _credits(one, invoice, "wv", [waived], before)
    write_table(folder, "credit_notes", notes)
    write_table(folder, "credit_note_line_items", lines)


def _customer(name: str) -> Row:
    return {"id": name, "created_at": "2020-01-01T00:00:00Z", "company": name}


def _price(price: Price) -> dict[str, object]:
    return {
        "id": price.price_id,
        "item_id": price.product,
        "external_name": price.price_id,
        "pricing_model": {"package": "stairstep"}.get(price.pricing, price.pricing),
        "price": price.cents if price.pricing == "per_unit" else "",
        "currency_code": "USD",
        "period_unit": "year" if price.months == 12 else "month",
        "period": 1 if price.months == 12 else price.months,
        "metered": "false",
    }


def _meter() -> Row:
    return {**_price(Price(_METER, _METER, 1, "per_unit", 1)), "metered": "true"}


def _subscription(one: Subscription) -> Row:
    return {
        "id": one.subscription_id,
        "customer_id": one.customer_id,
        "status": "cancelled" if one.ended else "active",
        "started_at": iso(one.started),
        "created_at": iso(one.started),
        "trial_start": iso(one.started) if one.trial_end else "",
        "trial_end": iso(one.trial_end),
        "cancelled_at": iso(one.ended),
        "cancel_schedule_created_at": iso(one.asked) if one.at_period_end else "",
    }


def _invoice(one: Subscription, invoice: Invoice) -> Row:
    statuses = {"open": "payment_due", "uncollectible": "not_paid", "void": "voided"}
    total = invoice.total(credits=False)
    net = invoice.used + sum(line.net for line in invoice.lines if line.gross >= 0)
    return {
        "id": invoice.invoice_id,
        "customer_id": one.customer_id,
        "status": statuses.get(invoice.status, invoice.status),
        "currency_code": "USD",
        "sub_total": net,
        "tax": total - net,
        "total": total,
        "amount_paid": total if invoice.status == "paid" else 0,
        "amount_adjusted": 0,
        "date": iso(invoice.issued),
        "paid_at": iso(invoice.issued) if invoice.status == "paid" else "",
    }


def _note(one: Subscription, invoice: Invoice, kind: str, reason: str, total: int) -> Row:
    return {
        "id": f"{kind}-{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "reference_invoice_id": invoice.invoice_id,
        "status": "refunded" if kind == "rf" else "adjusted",
        "reason_code": reason,
        "currency_code": "USD",
        "total": total,
        "date": iso(invoice.issued),
    }


def _lines(one: Subscription, invoice: Invoice, before: timedelta) -> Iterable[dict[str, object]]:
    name = f"li_{invoice.invoice_id}"
    for line in invoice.lines:
        if line.gross >= 0:
            yield _line(one, name, line, before)
    if invoice.used:
        used = _line(one, name, invoice.lines[0], before)
        yield {
            **used,
            "id": f"{name}-used",
            "entity_id": _METER,
            "metered": "true",
            "quantity": invoice.used,
            "amount": invoice.used,
            "discount_amount": 0,
        }


def _line(one: Subscription, name: str, line: Line, before: timedelta) -> dict[str, object]:
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
        "date_to": iso(line.end - before),
    }


def _credits(
    one: Subscription, invoice: Invoice, kind: str, lines: Iterable[Line], before: timedelta
) -> list[Row]:
    note = f"{kind}-{invoice.invoice_id}"
    return [{"credit_note_id": note, **_line(one, note, line, before)} for line in lines]


def _transaction(one: Subscription, invoice: Invoice, kind: str) -> Row:
    is_payment = kind == "payment"
    return {
        "id": f"{kind}-{invoice.invoice_id}",
        "customer_id": one.customer_id,
        "invoice_id": invoice.invoice_id,
        "type": kind,
        "status": "success",
        "refunded_txn_id": "" if is_payment else f"payment-{invoice.invoice_id}",
        "amount": invoice.total(credits=False) if is_payment else invoice.refunded,
        "currency_code": "USD",
        "date": iso(invoice.issued),
        "error_code": "",
    }
