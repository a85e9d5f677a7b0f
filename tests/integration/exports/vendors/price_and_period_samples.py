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

_CHARGEBEE_LINES = (
    "id,invoice_id,subscription_id,customer_id,amount,discount_amount,tax_amount,date_from,date_to,entity_id,"
    "entity_type,quantity"
)


def _chargebee_invoices(customer: str, price_type: str, rows: Iterable[str]) -> str:
    return table(
        "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted,price_type",
        [
            f"{customer}-{number},{customer},paid,USD,{day},{day},{net},{tax},{net + tax},{net + tax},0,{price_type}"
            for number, day, net, tax in (
                (number, day, int(net), int(tax))
                for number, day, net, tax in (row.split() for row in rows)
            )
        ],
    )


A_DISCOUNTED_CHANGE = Sample(
    "15 % off, amounts and discounts rounded apart, a credit note and what was left of the month (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table("id,created_at,email", ["tg1,2025-12-20,tg@x.example"]),
        "invoices.csv": _chargebee_invoices(
            "tg1",
            "tax_exclusive",
            [
                "i0 2026-01-01 8499 0",
                "i1 2026-01-11 8637 0",
                *(f"i{n + 1} {MONTHS[n][0]} 12749 0" for n in range(1, 6)),
            ],
        ),
        "invoice_line_items.csv": table(
            _CHARGEBEE_LINES,
            [
                "tg1-l0,tg1-i0,tg1-s,tg1,9999,1500,0,2026-01-01,2026-02-01,tg-small,plan_item_price,1",
                "tg1-l1,tg1-i1,tg1-s,tg1,10161,1524,0,2026-01-11,2026-02-01,tg-large,plan_item_price,1",
                *(
                    f"tg1-l{n + 1},tg1-i{n + 1},tg1-s,tg1,14999,2250,0,{first},{end},tg-large,plan_item_price,1"
                    for n, (first, end) in enumerate(MONTHS)
                    if n
                ),
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,reference_invoice_id,reason_code,status,date,currency_code,total",
            ["tg1-cn,tg1,tg1-i0,subscription_change,adjusted,2026-01-11,USD,5758"],
        ),
        "credit_note_line_items.csv": table(
            "id,credit_note_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,quantity",
            ["tg1-cl,tg1-cn,tg1-s,tg1,6774,1016,2026-01-11,2026-02-01,tg-small,1"],
        ),
    },
    told("tg1 2026-01-01 new 84.99 \n tg1 2026-01-11 expansion 42.50"),
)

DISCOUNTED_SEATS = Sample(
    "two seats more with 10 % off, in the middle of a month (Recurly by Fivetran)",
    "recurly",
    {
        "account_history.csv": table(
            "id,updated_at,created_at,email", ["th1,2025-12-20,2025-12-20,th@x.example"]
        ),
        "invoice_history.csv": table(
            "id,updated_at,account_id,created_at,closed_at,currency,subtotal,discount,tax,total,paid,state,due_at",
            [
                f"th-{number},{day},th1,{day},{day},USD,{subtotal},{off},0,{total},{total},paid,{day}"
                for number, day, subtotal, off, total in (
                    ("i0", "2026-01-01", "99.99", "10.00", "89.99"),
                    ("i1", "2026-02-01", "99.99", "10.00", "89.99"),
                    ("i2", "2026-02-15", "33.33", "3.33", "30.00"),
                    *(
                        (f"i{n + 1}", MONTHS[n][0], "166.65", "16.67", "149.98")
                        for n in range(2, 6)
                    ),
                )
            ],
        ),
        "line_item_history.csv": table(
            _FIVETRAN_LINES,
            [
                f"th-{line},{first},th1,th-{line.replace('l', 'i')},th-s,th-m,plan,charge,{seats},{subtotal},{off},USD,"
                f"{first},{end},false,{rate}"
                for line, first, end, seats, subtotal, off, rate in (
                    ("l0", *MONTHS[0], 3, "99.99", "10.00", ""),
                    ("l1", *MONTHS[1], 3, "99.99", "10.00", ""),
                    ("l2", "2026-02-15", MONTHS[1][1], 2, "33.33", "3.33", "0.5"),
                    *((f"l{n + 1}", *MONTHS[n], 5, "166.65", "16.67", "") for n in range(2, 6)),
                )
            ],
        ),
    },
    told("th1 2026-01-01 new 89.99 \n th1 2026-02-15 expansion 59.99"),
)

TAX_IN_THE_PRICES = Sample(
    "prices that include the tax, as only the invoice says, and the tax in the lines (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table("id,created_at,email", ["ti1,2025-12-20,ti@x.example"]),
        "invoices.csv": _chargebee_invoices(
            "ti1",
            "tax_inclusive",
            [f"i{n} {first} 10000 1900" for n, (first, _) in enumerate(MONTHS)],
        ),
        "invoice_line_items.csv": table(
            _CHARGEBEE_LINES,
            [
                f"ti1-l{n},ti1-i{n},ti1-s,ti1,11900,0,1900,{first},{end},ti-plan,plan_item_price,1"
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
    },
    told("ti1 2026-01-01 new 100.00"),
)


def _quoted(value: object) -> str:
    return '"' + json.dumps(value).replace('"', '""') + '"'


AIRBYTE_TABLES = Sample(
    "Airbyte's typed tables as CSV, whose columns hold objects (Stripe)",
    "stripe",
    {
        "customers.csv": table("_airbyte_raw_id,id,created", [f"1,cus_tj1,{FIRST_DAY}"]),
        "invoices.csv": table(
            "id,customer,status,currency,created,subtotal,tax,total,amount_paid,pre_payment_credit_notes_amount,"
            "post_payment_credit_notes_amount,status_transitions",
            [
                f"in_tj{n},cus_tj1,paid,usd,{epoch(first)},6000,,6000,6000,0,{5000 * (n == 2)},"
                + _quoted({"paid_at": epoch(first)})
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,amount,currency,period,price,proration,quantity,subscription,type,discount_amounts",
            [
                f"il_tj{usage}{n},in_tj{n},{amount},usd,{_quoted({'start': epoch(first), 'end': epoch(end)})},"
                f"{_quoted({'id': usage, 'recurring': {'usage_type': usage}})},"
                f"false,1,sub_tj,subscription,{_quoted(off)}"
                for n, (first, end) in enumerate(MONTHS)
                for usage, amount, off in (
                    ("licensed", 6000, [{"amount": 1000, "discount": "di_tj"}]),
                    ("metered", 1000, []),
                )
            ],
        ),
        "credit_notes.csv": table(
            "id,customer,invoice,status,reason,currency,total,created,lines",
            [
                f"cn_tj,cus_tj1,in_tj2,issued,order_change,usd,5000,{epoch(date(2026, 3, 9))},"
                + _quoted(
                    {
                        "data": [
                            {
                                "id": "cnli_tj",
                                "amount": 6000,
                                "discount_amount": 1000,
                                "invoice_line_item": "il_tjlicensed2",
                            }
                        ]
                    }
                )
            ],
        ),
    },
    told("""
        cus_tj1 2026-01-01 new 50.00
        cus_tj1 2026-03-01 churn -50.00
        cus_tj1 2026-04-01 reactivation 50.00
    """),
)

PRICES_AND_PERIODS = (
    AIRBYTE_TABLES,
    A_DISCOUNTED_CHANGE,
    DISCOUNTED_SEATS,
    TAX_IN_THE_PRICES,
    ANOTHER_PRODUCT_OF_ONE_ITEM,
    METERED_INSIDE_THE_LINE,
    METERED_BY_ITS_ITEM,
    ONCE_AND_A_LAST_SECOND,
    LAST_DAYS,
    DASHBOARD_WRITTEN_OFF,
)
