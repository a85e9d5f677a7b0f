"""Pauses, changes and ends told late, coupons of whole invoices (Chargebee, Recurly); shops abroad (Shopify)."""

import json
from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, table, told

SIGNED_UP = "2025-12-20 08:00:00"
_FEB = date(2026, 2, 1)

# ---------------------------------------------------------------- Chargebee

_TABLE_LINES = (
    "id,subscription_id,invoice_id,customer_id,amount,date_from,date_to,discount_amount,entity_id,entity_type,quantity,"
    "quantity_in_decimal,tax_amount"
)
# customer, invoice, first day, the day after the last, cents, quantity, the same in decimal
_CHARGED: list[tuple[str, str, date, date, int, str, str]] = [
    *(
        ("wdahead", f"a{n // 3}", first, end, 10000, "1", "")
        for n, (first, end) in enumerate(MONTHS)
    ),
    *(("wdhours", f"h{n}", first, end, 2500, "", "2.5") for n, (first, end) in enumerate(MONTHS)),
    *(
        ("wdpause", f"p{n}", first, end, 8000, "1", "")
        for n, (first, end) in enumerate(MONTHS)
        if n not in (2, 3)
    ),
    *(("wdback", f"b{n}", first, end, 10000, "1", "") for n, (first, end) in enumerate(MONTHS[:3])),
    ("wdhalf", "s0", date(2026, 1, 31), date(2026, 7, 31), 60000, "1", ""),
]
_INVOICES = {
    (customer, invoice): [one for one in _CHARGED if one[:2] == (customer, invoice)]
    for customer, invoice, *_ in _CHARGED
}
_GIVEN_BACK = ((date(2026, 2, 15), date(2026, 3, 1), 5000), (*MONTHS[2], 10000))
AHEAD_PAUSED_AND_ENDED_LATE = Sample(
    "three months on one invoice, a quantity in decimals, a pause, an end that is set back to a day before "
    "(Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table(
            "id,created_at,email,deleted",
            [
                f"{name},{SIGNED_UP},{name}@x.example,false"
                for name in sorted({one[0] for one in _CHARGED})
            ],
        ),
        "invoices.csv": table(
            "id,customer_id,status,price_type,date,due_date,paid_at,total,amount_paid,amount_adjusted,"
            "currency_code,tax,sub_total,deleted",
            [
                f"wd-{invoice},{customer},paid,tax_exclusive,{day},{day},{day},{cents},{cents},0,USD,0,{cents},false"
                for (customer, invoice), charged in _INVOICES.items()
                for day, cents in ((charged[0][2], sum(one[4] for one in charged)),)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,subscription_id,invoice_id,customer_id,amount,date_from,date_to,discount_amount,entity_id,"
            "entity_type,quantity,"
            "quantity_in_decimal,tax_amount",
            [
                f"wd-{invoice}-{first},{customer}-s,wd-{invoice},{customer},{cents},{first} 00:00:00,{end} "
                f"00:00:00,0,{customer}-p,"
                f"plan_item_price,{quantity},{in_decimal},0"
                for customer, invoice, first, end, cents, quantity, in_decimal in _CHARGED
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,subscription_id,reference_invoice_id,reason_code,status,date,price_type,currency_code,"
            "total,deleted",
            [
                f"wd-n{n},wdback,wdback-s,wd-b{n + 1},subscription_cancellation,adjusted,2026-03-10,tax_exclusive,"
                f"USD,{cents},false"
                for n, (_, _, cents) in enumerate(_GIVEN_BACK)
            ],
        ),
        "credit_note_line_items.csv": table(
            "id,subscription_id,credit_note_id,customer_id,amount,date_from,date_to,discount_amount,entity_id,"
            "entity_type,quantity,"
            "tax_amount",
            [
                f"wd-c{n},wdback-s,wd-n{n},wdback,{cents},{first} 00:00:00,{end} 00:00:00,0,wdback-p,"
                f"plan_item_price,1,0"
                for n, (first, end, cents) in enumerate(_GIVEN_BACK)
            ],
        ),
    },
    told("""
        wdahead 2026-01-01 new 100.00
        wdback 2026-01-01 new 100.00
        wdback 2026-02-15 churn -100.00
        wdhalf 2026-01-31 new 100.00
        wdhours 2026-01-01 new 25.00
        wdpause 2026-01-01 new 80.00
        wdpause 2026-03-01 churn -80.00
        wdpause 2026-05-01 reactivation 80.00
    """),
)

# ---------------------------------------------------------------- Recurly

_FIVETRAN_LINES = (
    "id,updated_at,account_id,invoice_id,subscription_id,plan_id,origin,type,quantity,subtotal,discount,currency,"
    "start_date,end_date,refund,proration_rate"
)
# account, coupon, months that it takes 40 % off
_REDEEMED = (("we1", "twomonths", 2), ("we2", "ever", 6), ("we3", "halfyear", 6))
COUPONS_OF_INVOICES = Sample(
    "coupons that only their invoices name: for two months, for ever, for half a year that still runs (Recurly by "
    "Fivetran)",
    "recurly",
    {
        "account_history.csv": table(
            "id,updated_at,created_at,email",
            [f"{name},{SIGNED_UP},{SIGNED_UP},{name}@x.example" for name, *_ in _REDEEMED],
        ),
        "invoice_history.csv": table(
            "id,updated_at,account_id,created_at,closed_at,currency,subtotal,discount,tax,total,paid,state,due_at",
            [
                f"{name}-i{n},{first},{name},{first},{first},USD,100,{off},0,{100 - off},{100 - off},paid,{first}"
                for name, _, months in _REDEEMED
                for n, (first, _) in enumerate(MONTHS)
                for off in (40 * (n < months),)
            ],
        ),
        "line_item_history.csv": table(
            _FIVETRAN_LINES,
            [
                f"{name}-l{n},{first},{name},{name}-i{n},{name}-s,we-m,plan,charge,1,100,{40 * (n < months)},USD,"
                f"{first} 00:00:00,"
                f"{end} 00:00:00,false,"
                for name, _, months in _REDEEMED
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
        "invoice_coupon_redemption_history.csv": table(
            "coupon_redemption_id,invoice_id,invoice_updated_at,_fivetran_synced",
            [
                f"we-r-{coupon},{name}-i{n},{first},{first}"
                for name, coupon, months in _REDEEMED
                for n, (first, _) in enumerate(MONTHS[:months])
            ],
        ),
        "coupon_redemption_history.csv": table(
            "id,updated_at,_fivetran_synced,account_id,coupon_id,created_at,currency,discounted,removed_at,state",
            [
                f"we-r-{coupon},{SIGNED_UP},{SIGNED_UP},{name},we-{coupon},{SIGNED_UP},USD,40,,active"
                for name, coupon, _ in _REDEEMED
            ],
        ),
        "coupon_history.csv": table(
            "id,updated_at,_fivetran_synced,code,name,duration,temporal_amount,temporal_unit,coupon_type",
            [
                f"we-{coupon},{SIGNED_UP},{SIGNED_UP},{coupon},x,{duration},,,single_code"
                for coupon, duration in (
                    ("twomonths", "temporal"),
                    ("ever", "forever"),
                    ("halfyear", "temporal"),
                )
            ],
        ),
    },
    told("""
        we1 2026-01-01 new 60.00
        we1 2026-03-01 expansion 40.00
        we2 2026-01-01 new 60.00
        we3 2026-01-01 new 60.00
    """),
    lasting=told("""
        we1 2026-01-01 new 100.00
        we2 2026-01-01 new 60.00
        we3 2026-01-01 new 100.00
    """),
)

_YEAR = (date(2026, 1, 1), date(2027, 1, 1))
# account, invoice, origin, type, plan, first day, the day after, price, discount, refund, proration
_API_LINES: list[tuple[str, str, str, str, str, date, date, str, str, bool, float | None]] = [
    ("wftrial", "t0", "plan_trial", "charge", "m", *MONTHS[0], "0", "0", False, None),
    *(
        ("wftrial", f"t{n}", "plan", "charge", "m", first, end, "60", "0", False, None)
        for n, (first, end) in enumerate(MONTHS)
        if n
    ),
    ("wfgone", "g0", "plan", "charge", "m", *MONTHS[0], "60", "0", False, None),
    ("wfgone", "g1", "plan", "credit", "m", *MONTHS[0], "-60", "0", True, None),
    ("wfmore", "m0", "plan", "charge", "m", *MONTHS[0], "100", "0", False, None),
    (
        "wfmore",
        "m1",
        "plan",
        "credit",
        "m",
        date(2026, 1, 16),
        _FEB,
        "-51.61",
        "0",
        False,
        0.516129,
    ),
    (
        "wfmore",
        "m1",
        "plan",
        "charge",
        "l",
        date(2026, 1, 16),
        _FEB,
        "103.23",
        "0",
        False,
        0.516129,
    ),
    *(
        ("wfmore", f"m{n + 1}", "plan", "charge", "l", first, end, "200", "0", False, None)
        for n, (first, end) in enumerate(MONTHS)
        if n
    ),
    ("wfyear", "y0", "plan", "charge", "y", *_YEAR, "1200", "300", False, None),
    ("wfyear", "y0", "setup_fee", "charge", "y", *_YEAR, "99", "0", False, None),
    ("wfyear", "y0", "credit", "credit", "y", *_YEAR, "-25", "0", False, None),
]
CHANGES_OF_THE_API = Sample(
    "a trial, a month paid back, a change within a month, a year with a discount, a fee and a credit (Recurly API)",
    "recurly",
    {
        "accounts.json": json.dumps(
            {
                "object": "list",
                "has_more": False,
                "data": [
                    {"id": name, "code": name, "created_at": "2025-12-20T08:00:00Z"}
                    for name in dict.fromkeys(one[0] for one in _API_LINES)
                ],
            }
        ),
        "invoices.json": json.dumps(
            {
                "object": "list",
                "data": [
                    {
                        "id": f"wf-{invoice}",
                        "account": {"id": account},
                        "state": "paid",
                        "type": "charge",
                        "currency": "USD",
                        "created_at": f"{first}T08:00:00Z",
                        "closed_at": f"{first}T08:00:00Z",
                    }
                    for account, invoice, first in dict.fromkeys(
                        (one[0], one[1], min(it[5] for it in _API_LINES if it[1] == one[1]))
                        for one in _API_LINES
                    )
                ],
            }
        ),
        "line_items.json": json.dumps(
            {
                "object": "list",
                "data": [
                    {
                        "id": f"wf-l{n}",
                        "type": kind,
                        "account": {"id": account},
                        "plan_id": f"wf-{plan}",
                        "subscription_id": f"{account}-s",
                        "invoice_id": f"wf-{invoice}",
                        "origin": origin,
                        "currency": "USD",
                        "quantity": 1,
                        "subtotal": price,
                        "discount": off,
                        "tax": "0",
                        "refund": is_refund,
                        "proration_rate": proration,
                        "start_date": f"{first}T00:00:00Z",
                        "end_date": f"{end}T00:00:00Z",
                        "updated_at": f"{first}T08:00:00Z",
                    }
                    for n, line in enumerate(_API_LINES)
                    for account, invoice, origin, kind, plan, first, end, *rest in (line,)
                    for price, off, is_refund, proration in (rest,)
                ],
            }
        ),
    },
    told("""
        wfgone 2026-01-01 new 60.00
        wfgone 2026-02-01 churn -60.00
        wfmore 2026-01-01 new 100.00
        wfmore 2026-01-16 expansion 100.00
        wftrial 2026-02-01 new 60.00
        wfyear 2026-01-01 new 75.00
    """),
)

OTHER_FORMS = (AHEAD_PAUSED_AND_ENDED_LATE, COUPONS_OF_INVOICES, CHANGES_OF_THE_API)

# ---------------------------------------------------------------- Shopify


def _money(amount: str, rate: str) -> dict[str, dict[str, str]]:
    return {
        "shop_money": {"amount": amount, "currency_code": "EUR"},
        "presentment_money": {"amount": rate, "currency_code": "CAD"},
    }


def _order(
    n: int, goods: str, total: str, in_cad: str, back: str = "", **more: object
) -> dict[str, object]:
    refunded = {"id": n, "kind": "refund", "status": "success", "amount": back, "currency": "CAD"}
    return {
        "id": n,
        "email": f"{n}@x.example",
        "created_at": "2026-01-10T09:00:00Z",
        "currency": "EUR",
        "presentment_currency": "CAD",
        "financial_status": "partially_refunded" if back else "paid",
        "subtotal_price": goods,
        "total_price": total,
        "total_price_set": _money(total, in_cad),
        "total_discounts": "0.00",
        "test": False,
        "line_items": [
            {"id": n * 10, "title": "Mug", "price": goods, "quantity": 1, "total_discount": "0.00"}
        ],
        "refunds": [{"id": n, "transactions": [refunded]}] if back else [],
        **more,
    }


ABROAD_AND_CHARGED_BACK = Sample(
    "a refund in the buyer's currency, chargebacks, an inquiry, an order to try the shop (Shopify API)",
    "shopify",
    {
        "orders.json": json.dumps(
            {
                "orders": [
                    _order(9101, "80.00", "100.00", "150.00", "30.00"),
                    _order(9102, "100.00", "100.00", "150.00", test=True),
                    *(_order(n, "100.00", "100.00", "150.00") for n in range(9103, 9108)),
                ]
            }
        ),
        "disputes.json": json.dumps(
            {
                "disputes": [
                    {
                        "id": order + 500,
                        "order_id": order,
                        "type": kind,
                        "amount": amount,
                        "currency": currency,
                        "reason": "fraudulent",
                        "status": status,
                        "initiated_at": "2026-02-01T09:00:00Z",
                        "finalized_on": "2026-03-01",
                    }
                    for order, kind, status, amount, currency in (
                        (9103, "chargeback", "lost", "40.00", "EUR"),
                        (9104, "chargeback", "won", "40.00", "EUR"),
                        (9105, "inquiry", "lost", "40.00", "EUR"),
                        (9106, "chargeback", "accepted", "150.00", "CAD"),
                        (9107, "chargeback", "needs_response", "100.00", "EUR"),
                    )
                ]
            }
        ),
    },
)
PAID_ABROAD = {
    "9101": "64.00",
    "9103": "60.00",
    "9104": "100.00",
    "9105": "100.00",
    "9107": "100.00",
}
