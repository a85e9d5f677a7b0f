"""Exports whose trouble is what a price is, how a period ends and when a line counts."""

import json
from collections.abc import Iterable
from datetime import date, timedelta

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table, told

FIRST_DAY = epoch(date(2025, 12, 20))


def _price(name: str, usage: str) -> dict[str, object]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": usage}
    return {"id": name, "product": f"prod_{name}", "recurring": recurring}


def _api_line(n: int, amount: int, price: dict[str, object]) -> dict[str, object]:
    first, end = MONTHS[n]
    return {
        "id": f"il_ta{price['id']}{n}",
        "amount": amount,
        "currency": "usd",
        "period": {"start": epoch(first), "end": epoch(end)},
        "price": price,
        "proration": False,
        "quantity": 1,
        "subscription": "sub_ta",
        "type": "subscription",
    }


METERED_INSIDE_THE_LINE = Sample(
    "metered by the price that the line holds, without an export of prices (Stripe API)",
    "stripe",
    {
        "customers.json": json.dumps({"data": [{"id": "cus_ta1", "created": FIRST_DAY}]}),
        "invoices.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"in_ta{n}",
                        "customer": "cus_ta1",
                        "status": "paid",
                        "currency": "usd",
                        "created": epoch(first),
                        "total": 6000 + 100 * n,
                        "pre_payment_credit_notes_amount": 0,
                        "post_payment_credit_notes_amount": 0,
                        "lines": {
                            "data": [
                                _api_line(n, 5000, _price("seat", "licensed")),
                                _api_line(n, 1000 + 100 * n, _price("calls", "metered")),
                            ]
                        },
                    }
                    for n, (first, _) in enumerate(MONTHS)
                ]
            }
        ),
    },
    told("cus_ta1 2026-01-01 new 50.00"),
)


def _page(key: str, records: Iterable[dict[str, object]]) -> str:
    return json.dumps({"list": [{key: record} for record in records]})


def _item_price(name: str, item: str, model: str, **more: object) -> dict[str, object]:
    interval = {"period": 1, "period_unit": "month", "currency_code": "USD"}
    return {"id": name, "item_id": item, "name": name, "pricing_model": model, **interval, **more}


METERED_BY_ITS_ITEM = Sample(
    "prices in tiers that are metered, as only their item says (Chargebee)",
    "chargebee",
    {
        "customers.json": _page("customer", [{"id": "tb1", "created_at": FIRST_DAY}]),
        "items.json": _page(
            "item",
            [
                {"id": "tb-base", "name": "Base", "type": "plan", "metered": False},
                {"id": "tb-calls", "name": "Calls", "type": "addon", "metered": True},
            ],
        ),
        "item_prices.json": _page(
            "item_price",
            [
                _item_price("tb-base-m", "tb-base", "flat_fee", price=6000),
                _item_price("tb-calls-m", "tb-calls", "volume"),
            ],
        ),
        "invoices.json": _page(
            "invoice",
            [
                {
                    "id": f"tb-i{n}",
                    "customer_id": "tb1",
                    "status": "paid",
                    "date": epoch(first),
                    "paid_at": epoch(first),
                    "currency_code": "USD",
                    "line_items": [
                        {
                            "id": f"{price}-{n}",
                            "amount": amount,
                            "date_from": epoch(first),
                            "date_to": epoch(end),
                            "entity_type": kind,
                            "entity_id": price,
                            "quantity": 1,
                            "subscription_id": "tb-s",
                        }
                        for price, kind, amount in (
                            ("tb-base-m", "plan_item_price", 6000),
                            ("tb-calls-m", "addon_item_price", 800 + 100 * n),
                        )
                    ],
                }
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
    },
    told("tb1 2026-01-01 new 60.00"),
)

_FIVETRAN_LINES = (
    "id,updated_at,account_id,invoice_id,subscription_id,plan_id,origin,type,quantity,subtotal,discount,currency,"
    "start_date,end_date,refund,proration_rate"
)
ONCE_AND_A_LAST_SECOND = Sample(
    "14.00 off once, and periods that end with a last second (Recurly by Fivetran)",
    "recurly",
    {
        "account_history.csv": table(
            "id,updated_at,created_at,email", ["tc1,2025-12-20,2025-12-20,tc@x.example"]
        ),
        "invoice_history.csv": table(
            "id,updated_at,account_id,created_at,closed_at,currency,subtotal,discount,tax,total,paid,state,due_at",
            [
                f"tc-i{n},{first},tc1,{first},{first},USD,15,{off},0,{15 - off},{15 - off},paid,{first}"
                for n, (first, _) in enumerate(MONTHS)
                for off in (14 if n == 0 else 0,)
            ],
        ),
        "line_item_history.csv": table(
            _FIVETRAN_LINES,
            [
                f"tc-l{n},{first},tc1,tc-i{n},tc-s,tc-m,plan,charge,1,15,{14 if n == 0 else 0},USD,"
                f"{first} 00:00:00,{end - timedelta(days=1)} 23:59:59,false,"
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
    },
    told("tc1 2026-01-01 new 1.00 \n tc1 2026-02-01 expansion 14.00"),
)

LAST_DAYS = Sample(
    "periods whose end is their last day (Chargebee's interface)",
    "chargebee",
    {
        "customers.csv": table("Customer Id,Created At,Email", ["td1,2025-12-20,td@x.example"]),
        "invoices.csv": table(
            "Invoice Number,Customer Id,Status,Currency,Sub Total,Tax Total,Total,Amount Paid,Amount Adjusted,"
            "Invoice Date,Due Date,Paid On",
            [
                f"td-i{n},td1,Paid,USD,50,0,50,50,0,{first},{first},{first}"
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "line_items.csv": table(
            "Line Item Id,Invoice Number,Customer Id,Subscription Id,Entity Type,Entity Id,Quantity,Amount,"
            "Discount Amount,Currency,Date From,Date To",
            [
                f"td-l{n},td-i{n},td1,td-s,Plan Item Price,td-m,1,50,0,USD,{first},{end - timedelta(days=1)}"
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
    },
    told("td1 2026-01-01 new 50.00"),
)

DASHBOARD_WRITTEN_OFF = Sample(
    "an invoice of the Dashboard that was written off, one that was void and billed again (Stripe)",
    "stripe",
    {
        "customers.csv": table(
            "id,Created (UTC),Email",
            [f"cus_te{n},2025-12-20 10:00,te{n}@x.example" for n in (1, 2)],
        ),
        "invoices.csv": table(
            "id,Currency,Customer,Date (UTC),Due Date (UTC),Subtotal,Total Discount Amount,Tax,Total,Amount Paid,"
            "Status,Paid At (UTC),Finalized At (UTC)",
            [
                *(
                    f"in_te{n},usd,cus_te1,{first} 05:00,,100.00,0.00,0.00,100.00,0.00,{status},,{first} 05:05"
                    for n, status in enumerate(("paid", "paid", "paid", "uncollectible"))
                    for first in (MONTHS[n][0],)
                ),
                *(
                    f"in_te2{n},usd,cus_te2,{first} 05:00,,20.00,0.00,0.00,20.00,20.00,{status},,{first} 05:05"
                    for n, status in enumerate(("paid", "paid", "void", "paid", "paid", "paid"))
                    for first in (MONTHS[n][0],)
                ),
                "in_te2r,usd,cus_te2,2026-03-02 05:00,,20.00,0.00,0.00,20.00,20.00,paid,,2026-03-02 05:05",
            ],
        ),
        "invoice_line_items.csv": table(
            "Line Item ID,Invoice ID,Customer ID,Subscription ID,Price ID,Type,Proration,Quantity,Amount,Currency,"
            "Period Start (UTC),Period End (UTC)",
            [
                f"il_{invoice},{invoice},{customer},sub_{customer},price_{customer},subscription,false,1,{amount},usd,"
                f"{MONTHS[n][0]} 00:00,{MONTHS[n][1]} 00:00"
                for invoice, customer, amount, n in (
                    *((f"in_te{n}", "cus_te1", "100.00", n) for n in range(4)),
                    *((f"in_te2{n}", "cus_te2", "20.00", n) for n in range(6)),
                    ("in_te2r", "cus_te2", "20.00", 2),
                )
            ],
        ),
    },
    told(
        "cus_te1 2026-01-01 new 100.00 \n cus_te1 2026-05-01 churn -100.00 \n cus_te2 2026-01-01 new 20.00"
    ),
)

ANOTHER_PRODUCT_OF_ONE_ITEM = Sample(
    "a month of one product and then a year of another, nothing given back, by one item (Stripe by Fivetran)",
    "stripe",
    {
        "customer.csv": table("id,created,email", ["cus_tf1,2025-12-20,tf@x.example"]),
        "price.csv": table(
            "id,billing_scheme,currency,nickname,product_id,recurring_interval,recurring_interval_count,"
            "recurring_usage_type,transform_quantity_divide_by,unit_amount,unit_amount_decimal",
            [
                "tf-m,per_unit,usd,M,prod_tf_month,month,1,licensed,,10000,10000",
                "tf-y,per_unit,usd,Y,prod_tf_year,year,1,licensed,,96000,96000",
            ],
        ),
        "invoice.csv": table(
            "id,customer_id,status,currency,created,total,status_transitions_paid_at",
            [
                "in_tf1,cus_tf1,paid,usd,2026-01-05,10000,2026-01-05",
                "in_tf2,cus_tf1,paid,usd,2026-01-20,96000,2026-01-20",
            ],
        ),
        "invoice_line_item.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,proration,quantity,subscription_id,"
            "subscription_item_id,type",
            [
                "il_tf1,in_tf1,10000,usd,2026-01-05,2026-02-05,tf-m,false,1,sub_tf,si_tf,subscription",
                "il_tf2,in_tf2,96000,usd,2026-01-20,2027-01-20,tf-y,false,1,sub_tf,si_tf,subscription",
            ],
        ),
    },
    told("cus_tf1 2026-01-05 new 100.00 \n cus_tf1 2026-01-20 contraction -20.00"),
)

PRICES_AND_PERIODS = (
    ANOTHER_PRODUCT_OF_ONE_ITEM,
    METERED_INSIDE_THE_LINE,
    METERED_BY_ITS_ITEM,
    ONCE_AND_A_LAST_SECOND,
    LAST_DAYS,
    DASHBOARD_WRITTEN_OFF,
)
