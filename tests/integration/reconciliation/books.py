"""Books of a small company of five customers, each billed 80.00 a month, and the ways in which they are broken."""

from collections.abc import Mapping

from tests.integration.dbt_purchases.hand_loaded import Cell

Rows = list[dict[str, Cell]]
Books = dict[str, Rows]

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
AFTER = {"2026-01": "2026-02", "2026-02": "2026-03", "2026-03": "2026-04", "2026-04": "2026-05"}
CUSTOMERS = ("c1", "c2", "c3", "c4", "c5")


def _at(month: str) -> str:
    return f"{month}-01 00:00:00+00"


def sound() -> Books:
    """Return books that add up: a discount of 20.00, 8.00 of tax and 88.00 paid of each invoice; one is refunded."""
    invoices = [(customer, month) for customer in CUSTOMERS for month in MONTHS]
    return {
        "customers": [
            {"customer_id": c, "created_at": "2025-12-01 00:00:00+00"} for c in CUSTOMERS
        ],
        "plans": [
            {"plan_id": "p1", "unit_amount": "100", "currency": "USD", "interval": "month"},
        ],
        "subscriptions": [
            {
                "subscription_id": f"s-{c}",
                "customer_id": c,
                "status": "active",
                "started_at": _at("2026-01"),
            }
            for c in CUSTOMERS
        ],
        "invoices": [
            {
                "invoice_id": f"{c}/{month}",
                "customer_id": c,
                "status": "paid",
                "currency": "USD",
                "subtotal": "100",
                "discount": "20",
                "tax": "8",
                "total": "88",
                "amount_paid": "88",
                "issued_at": _at(month),
            }
            for c, month in invoices
        ],
        "invoice_lines": [line(c, month) for c, month in invoices],
        "payments": [
            {
                "payment_id": f"pay-{c}/{month}",
                "customer_id": c,
                "invoice_id": f"{c}/{month}",
                "status": "succeeded",
                "amount": "88",
                "currency": "USD",
                "attempted_at": _at(month),
            }
            for c, month in invoices
        ],
        "refunds": [refund("pay-c1/2026-01", "10")],
        "orders": [order("o1", "60"), order("o1", "40"), order("o2", "50"), order("o3", "50")],
        "order_totals": [
            {
                "order_id": "o1",
                "subtotal": "90",
                "discount": "10",
                "total": "95",
                "currency": "USD",
            },
            {"order_id": "o2", "subtotal": "50", "total": "50", "currency": "USD"},
        ],
        "tickets": [
            {"ticket_id": f"t-{c}", "customer_id": c, "created_at": _at("2026-02")}
            for c in CUSTOMERS
        ],
        "ratings": [
            {
                "rating_id": "r1",
                "ticket_id": "t-c1",
                "kind": "csat",
                "score": "5",
                "rated_at": _at("2026-02"),
            }
        ],
        "contacts": [{"contact_id": "k1", "customer_id": "c1", "contacted_at": _at("2026-02")}],
        "offers": [
            {
                "offer_id": "f1",
                "customer_id": "c1",
                "kind": "call",
                "made_at": _at("2026-02"),
            }
        ],
        "events": [
            {
                "event_id": "e1",
                "customer_id": "c1",
                "event_name": "opened",
                "occurred_at": _at("2026-02"),
            }
        ],
        "sessions": [
            {
                "session_id": "s1",
                "customer_id": "c1",
                "started_at": _at("2026-02"),
                "duration_seconds": 60,
            }
        ],
    }


def line(customer: str, month: str) -> dict[str, Cell]:
    """Return the one line of an invoice, net of the discount and without tax."""
    return {
        "invoice_id": f"{customer}/{month}",
        "line_id": f"line-{customer}/{month}",
        "invoice_status": "paid",
        "customer_id": customer,
        "subscription_id": f"s-{customer}",
        "plan_id": "p1",
        "kind": "recurring",
        "quantity": "1",
        "amount": "80",
        "currency": "USD",
        "period_start_at": _at(month),
        "period_end_at": _at(AFTER[month]),
        "issued_at": _at(month),
    }


def order(order_id: str, amount: str) -> dict[str, Cell]:
    """Return a line of an order; no other line of it has the amount."""
    return {
        "order_id": order_id,
        "line_id": amount,
        "customer_id": "c1",
        "ordered_at": _at("2026-03"),
        "amount": amount,
        "currency": "USD",
    }


def refund(payment: str, amount: str) -> dict[str, Cell]:
    """Return money paid back of a payment."""
    return {
        "refund_id": f"refund of {payment}",
        "payment_id": payment,
        "customer_id": "c1",
        "amount": amount,
        "currency": "USD",
        "refunded_at": "2026-02-02 00:00:00+00",
    }


def credit_note(invoice: str, total: str, day: str, *, reason: str = "") -> dict[str, Cell]:
    """Return a credit note without lines."""
    return {
        "credit_note_id": f"note of {invoice}",
        "invoice_id": invoice,
        "status": "issued",
        "reason": reason or None,
        "total": total,
        "currency": "USD",
        "issued_at": f"{day} 00:00:00+00",
    }


def changed(rows: Rows, key: str, changes: Mapping[str, Mapping[str, Cell]]) -> Rows:
    """Return the rows with the columns of some of them changed, by the key's value."""
    return [{**row, **changes.get(str(row[key]), {})} for row in rows]


def broken() -> Books:
    """Return the same books with something wrong for each guard that can be wrong together with the others."""
    books = sound()
    lines = [row for row in books["invoice_lines"] if row["invoice_id"] != "c4/2026-01"]
    books["invoice_lines"] = changed(
        lines,
        "invoice_id",
        {
            "c1/2026-04": {"amount": "100"},
            "c2/2026-04": {"amount": "88"},
            "c3/2026-04": {"amount": "108"},
            "c4/2026-03": {"amount": "80.01"},
            "c4/2026-04": {"amount": "70"},
            "c5/2026-03": {"amount": "93"},
        },
    )
    books["invoices"] = changed(
        books["invoices"],
        "invoice_id",
        {
            "c5/2026-02": {"amount_credited": "30"},
            "c5/2026-04": {"total": "58", "amount_credited": "30"},
        },
    )
    # 5.00 of 88.00 is no seat and no rest of a month, and 44.00 on the 15th half of the month.
    books["credit_notes"] = [
        credit_note("c2/2026-02", "5", "2026-02-20", reason="general"),
        credit_note("c3/2026-02", "44", "2026-02-15"),
        credit_note("c4/2026-02", "7", "2026-02-15", reason="product_unsatisfactory"),
    ]
    books["plans"] = [{**sound()["plans"][0], "plan_id": "another"}]
    books["customers"] = sound()["customers"][:4]
    books["payments"] = changed(
        [row for row in books["payments"] if row["invoice_id"] not in ("c1/2026-02", "c5/2026-04")],
        "invoice_id",
        {"c1/2026-03": {"amount": "98"}},
    )
    books["refunds"] = [refund("pay-c1/2026-01", "100"), refund("pay-nobody", "7")]
    books["orders"] = [order("o1", "60"), order("o2", "70"), order("o3", "50")]
    nobody: Mapping[str, Cell] = {"customer_id": "JIRA-3"}
    for table in ("tickets", "ratings", "contacts", "offers", "events", "sessions"):
        books[table] = [
            {**row, **nobody, "ticket_id": "t"} if table == "ratings" else {**row, **nobody}
            for row in books[table]
        ]
    books["tickets"][0] = sound()["tickets"][0]
    books["events"].append(
        {"event_id": "e2", "user_id": "u9", "event_name": "opened", "occurred_at": _at("2026-02")}
    )
    return books


def not_understood() -> Books:
    """Return books of which no line was taken for a recurring one, and whose invoices have no totals."""
    books = sound()
    books["invoice_lines"] = [{**row, "kind": "one_off"} for row in books["invoice_lines"]]
    del books["invoices"]
    return books
