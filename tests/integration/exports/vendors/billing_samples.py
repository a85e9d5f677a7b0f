"""Exports of the vendors of billing."""

import json
from collections.abc import Iterable
from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table, told

# ---------------------------------------------------------------- Stripe


def _sigma_invoices(customer: str, amounts: Iterable[int], *, currency: str = "usd") -> str:
    return table(
        "id,customer_id,status,currency,date,subtotal,tax,total,amount_paid,post_payment_credit_notes_amount,"
        "pre_payment_credit_notes_amount,status_transitions_finalized_at,status_transitions_paid_at,due_date",
        [
            f"in_{customer}{n},{customer},paid,{currency},{first},{amount},0,{amount},{amount},0,0,{first},{first},"
            for n, ((first, _), amount) in enumerate(zip(MONTHS, amounts, strict=False))
        ],
    )


_SIGMA_LINES = (
    "id,invoice_id,amount,currency,period_start,period_end,price_id,plan_id,proration,quantity,"
    "source_type,subscription"
)


def _sigma_lines(customer: str, price: str, amount: int, *, mark: str = "") -> list[str]:
    return [
        f"il_{customer}{mark}{n},in_{customer}{n},{amount},usd,{first},{end},{price},{price},false,1,subscription,sub_{customer}"
        for n, (first, end) in enumerate(MONTHS)
    ]


def _customers(*names: str) -> str:
    return table("id,created,email", [f"{name},2025-12-20,{name}@x.example" for name in names])


METERED_BY_AN_OLD_PLAN = Sample(
    "metered by a plan of before there were prices",
    "stripe",
    {
        "customers.csv": _customers("cus_sa1"),
        "plans.csv": table(
            "id,amount,currency,interval,interval_count,nickname,product_id,usage_type,billing_scheme,transform_usage_divide_by",
            [
                "plan_sa_seat,5000,usd,month,1,Seat,prod_sa,licensed,per_unit,",
                "plan_sa_calls,1,usd,month,1,Calls,prod_sa,metered,per_unit,",
            ],
        ),
        "invoices.csv": _sigma_invoices("cus_sa1", [5000] * 6),
        "invoice_line_items.csv": table(
            _SIGMA_LINES,
            [
                *_sigma_lines("cus_sa1", "plan_sa_seat", 5000),
                *_sigma_lines("cus_sa1", "plan_sa_calls", 1700, mark="m"),
            ],
        ),
    },
    told("cus_sa1 2026-01-01 new 50.00"),
)


def _off(customer: str, discount: str, amount: int) -> list[str]:
    return [f"{amount},{discount},in_{customer}{n},il_{customer}{n}" for n, _ in enumerate(MONTHS)]


A_COUPON_THAT_STILL_RUNS = Sample(
    "a coupon of a year that still runs, beside one for ever (Sigma)",
    "stripe",
    {
        "customers.csv": _customers("cus_sb1"),
        "prices.csv": table(
            "id,currency,nickname,product_id,recurring_interval,recurring_interval_count,recurring_usage_type,"
            "unit_amount,unit_amount_decimal,tax_behavior,billing_scheme,transform_quantity_divide_by",
            ["price_sb,usd,Base,prod_sb,month,1,licensed,10000,10000,exclusive,per_unit,"],
        ),
        "invoices.csv": _sigma_invoices("cus_sb1", [10000] * 6),
        "invoice_line_items.csv": table(_SIGMA_LINES, _sigma_lines("cus_sb1", "price_sb", 10000)),
        "invoice_line_item_discount_amounts.csv": table(
            "amount,discount,invoice_id,invoice_line_item_id",
            [*_off("cus_sb1", "di_sb_year", 3000), *_off("cus_sb1", "di_sb_ever", 1000)],
        ),
        "discounts.csv": table(
            "id,coupon_id,customer_id,start", ["di_sb_year,year30,cus_sb1,2026-01-01"]
        )
        + "di_sb_ever,ever10,cus_sb1,2026-01-01\n",
        "coupons.csv": table(
            "id,duration,duration_in_months,percent_off,amount_off",
            ["year30,repeating,12,30,", "ever10,forever,,10,"],
        ),
    },
    told("cus_sb1 2026-01-01 new 60.00"),
    lasting=told("cus_sb1 2026-01-01 new 90.00"),
)


def _api_invoice(customer: str, n: int, off: int, discount: dict[str, object]) -> dict[str, object]:
    first, end = MONTHS[n]
    return {
        "id": f"in_{customer}{n}",
        "object": "invoice",
        "customer": customer,
        "status": "paid",
        "currency": "krw",
        "created": epoch(first),
        "subtotal": 20000,
        "tax": None,
        "total": 20000 - off,
        "amount_paid": 20000 - off,
        "pre_payment_credit_notes_amount": 0,
        "post_payment_credit_notes_amount": 0,
        "status_transitions": {"finalized_at": epoch(first), "paid_at": epoch(first)},
        "discount": discount if off else None,
        "lines": {
            "data": [
                {
                    "id": f"il_{customer}{n}",
                    "amount": 20000,
                    "currency": "krw",
                    "discount_amounts": [{"amount": off, "discount": "di_sc"}] if off else [],
                    "period": {"start": epoch(first), "end": epoch(end)},
                    "price": {"id": "price_sc"},
                    "proration": False,
                    "quantity": 1,
                    "subscription": f"sub_{customer}",
                    "type": "subscription",
                }
            ]
        },
    }


A_COUPON_INSIDE_THE_INVOICE = Sample(
    "a coupon for once that stands inside the invoice, in a currency without cents (API)",
    "stripe",
    {
        "customers.json": json.dumps(
            {
                "data": [
                    {"id": "cus_sc1", "created": epoch(date(2025, 12, 20)), "email": "c@x.example"}
                ]
            }
        ),
        "invoices.json": json.dumps(
            {
                "data": [
                    _api_invoice(
                        "cus_sc1",
                        n,
                        5000 if n == 0 else 0,
                        {"id": "di_sc", "coupon": {"id": "first", "duration": "once"}},
                    )
                    for n in range(6)
                ]
            }
        ),
    },
    told("cus_sc1 2026-01-01 new 15.00 \n cus_sc1 2026-02-01 expansion 5.00"),
    lasting=told("cus_sc1 2026-01-01 new 20.00"),
)

PAYMENTS_OF_INVOICES = Sample(
    "charges of 2025 that name an intent and no invoice (API)",
    "stripe",
    {
        "charges.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"ch_sd{n}",
                        "customer": "cus_sd1",
                        "amount": 10000,
                        "amount_refunded": 0,
                        "refunded": False,
                        "currency": "usd",
                        "created": epoch(date(2026, 1, n)),
                        "payment_intent": intent,
                        "status": "failed" if n == 1 else "succeeded",
                    }
                    for n, intent in ((1, "pi_sd1"), (2, "pi_sd1"), (3, None))
                ]
            }
        ),
        "invoice_payments.json": json.dumps(
            {
                "data": [
                    {
                        "id": "inpay_sd1",
                        "invoice": "in_sd1",
                        "status": "paid",
                        "payment": {"type": "payment_intent", "payment_intent": "pi_sd1"},
                    },
                    {
                        "id": "inpay_sd2",
                        "invoice": "in_sd2",
                        "status": "paid",
                        "payment": {"type": "charge", "charge": "ch_sd3"},
                    },
                ]
            }
        ),
    },
)

# ---------------------------------------------------------------- Chargebee


def _page(key: str, records: Iterable[dict[str, object]]) -> str:
    return json.dumps({"list": [{key: record} for record in records]})


def _chargebee_invoice(customer: str, n: int, **line: object) -> dict[str, object]:
    first, end = MONTHS[n]
    return {
        "id": f"{customer}-i{n}",
        "customer_id": customer,
        "subscription_id": f"{customer}-s",
        "status": "paid",
        "date": epoch(first),
        "paid_at": epoch(first),
        "currency_code": "USD",
        "price_type": "tax_exclusive",
        "line_items": [
            {
                "id": f"{customer}-l{n}",
                "amount": 10000,
                "date_from": epoch(first),
                "date_to": epoch(end),
                "entity_type": "plan_item_price",
                "entity_id": f"{customer}-plan",
                "quantity": 1,
                "subscription_id": f"{customer}-s",
                "customer_id": customer,
                **line,
            }
        ],
    }


DISCOUNTS_BESIDE_THE_LINES = Sample(
    "discounts in a list beside the lines, which say nothing of it (Chargebee)",
    "chargebee",
    {
        "customers.json": _page(
            "customer", [{"id": "se1", "created_at": epoch(date(2025, 12, 20))}]
        ),
        "invoices.json": _page(
            "invoice",
            [
                {
                    **_chargebee_invoice("se1", n),
                    "line_item_discounts": [
                        {
                            "line_item_id": f"se1-l{n}",
                            "discount_type": "document_level_coupon",
                            "entity_id": coupon,
                            "discount_amount": amount,
                        }
                        for coupon, amount in (("SEHALF", 2000), ("SEEVER", 1000))
                    ],
                }
                for n in range(6)
            ],
        ),
        "coupons.json": _page(
            "coupon",
            [
                {
                    "id": "SEHALF",
                    "duration_type": "limited_period",
                    "period": 6,
                    "period_unit": "month",
                },
                {"id": "SEEVER", "duration_type": "forever"},
            ],
        ),
    },
    told("se1 2026-01-01 new 70.00"),
    lasting=told("se1 2026-01-01 new 90.00"),
)

DISCOUNTS_IN_AND_BESIDE_THE_LINES = Sample(
    "discounts that stand in the line and, each by itself, beside it (Chargebee)",
    "chargebee",
    {
        "customers.json": _page(
            "customer", [{"id": "sf1", "created_at": epoch(date(2025, 12, 20))}]
        ),
        "invoices.json": _page(
            "invoice",
            [
                {
                    **_chargebee_invoice("sf1", n, discount_amount=2500),
                    "line_item_discounts": [
                        {
                            "line_item_id": f"sf1-l{n}",
                            "coupon_id": "SFONCE",
                            "discount_amount": 2500,
                        }
                    ],
                }
                for n in range(6)
            ],
        ),
        "coupons.json": _page("coupon", [{"id": "SFONCE", "duration_type": "one_time"}]),
    },
    told("sf1 2026-01-01 new 75.00"),
    lasting=told("sf1 2026-01-01 new 100.00"),
)


def _chargebee_lines(customer: str, amount: int) -> list[str]:
    return [
        f"{customer}-l{n},{customer}-i{n},{customer}-s,{customer},{amount},0,{first},{end},{customer}-plan,plan_item_price,1"
        for n, (first, end) in enumerate(MONTHS)
    ]


LINES_WITHOUT_A_CURRENCY = Sample(
    "lines whose currency, with other minor units, stands in their invoice (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table(
            "id,created_at,email", [f"sg{n},2025-12-20,g{n}@x.example" for n in (1, 2, 3)]
        ),
        "invoices.csv": table(
            "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted",
            [
                f"sg{c}-i{n},sg{c},paid,{currency},{first},{first},{amount},0,{amount},{amount},0"
                for c, currency, amount in ((1, "JPY", 10000), (2, "KWD", 2000), (3, "USD", 3000))
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,entity_type,quantity",
            [
                *_chargebee_lines("sg1", 10000),
                *_chargebee_lines("sg2", 2000),
                *_chargebee_lines("sg3", 3000),
            ],
        ),
    },
    told("sg1 2026-01-01 new 65.00 \n sg2 2026-01-01 new 65.00 \n sg3 2026-01-01 new 30.00"),
)

A_YEAR_INSTEAD_OF_A_MONTH = Sample(
    "a month and then a year of the same product, nothing given back (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table("id,created_at,email", ["sh1,2025-12-20,h@x.example"]),
        "item_prices.csv": table(
            "id,item_id,external_name,price,currency_code,period,period_unit,metered,pricing_model",
            [
                "sh-monthly,sh-suite,Monthly,10000,USD,1,month,false,flat_fee",
                "sh-yearly,sh-suite,Yearly,96000,USD,1,year,false,flat_fee",
            ],
        ),
        "items.csv": table("id,name", ["sh-suite,Suite"]),
        "invoices.csv": table(
            "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted",
            [
                "sh-i1,sh1,paid,USD,2026-01-05,2026-01-05,10000,0,10000,10000,0",
                "sh-i2,sh1,paid,USD,2026-01-25,2026-01-25,96000,0,96000,96000,0",
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,entity_type,quantity",
            [
                "sh-l1,sh-i1,sh-s,sh1,10000,0,2026-01-05,2026-02-05,sh-monthly,plan_item_price,1",
                "sh-l2,sh-i2,sh-s,sh1,96000,0,2026-01-25,2027-01-25,sh-yearly,plan_item_price,1",
            ],
        ),
    },
    told("sh1 2026-01-05 new 100.00 \n sh1 2026-01-25 contraction -20.00"),
)

NEWEST_FIRST_BY_A_CONNECTOR = Sample(
    "two versions of each invoice, wrapped, the newer on the earlier line (Chargebee by Airbyte)",
    "chargebee",
    {
        "customers.jsonl": json.dumps({"id": "si1", "created_at": epoch(date(2025, 12, 20))}),
        "invoices.jsonl": "\n".join(
            json.dumps(
                {
                    "_airbyte_raw_id": f"{n}-{status}",
                    "_airbyte_extracted_at": epoch(MONTHS[n][0]) * 1000 + later,
                    "_airbyte_data": {**_chargebee_invoice("si1", n), "status": status},
                }
            )
            for n in range(6)
            for status, later in (("paid", 7200), ("not_paid", 3600))
        ),
    },
    told("si1 2026-01-01 new 100.00"),
)

# ---------------------------------------------------------------- Recurly

RECURLY_INTERVAL = Sample(
    "a month and then a year, by adjustments in Pacific time (Recurly)",
    "recurly",
    {
        "accounts.csv": table("account_code,account_created_at", ["sj1,2025-12-20 12:01:33 PST"]),
        "plans.csv": table(
            "plan_code,plan_name,plan_interval_unit,plan_interval_length,currency,plan_unit_amount",
            ["sj-monthly,Suite,months,1,USD,100", "sj-yearly,Suite,months,12,USD,960"],
        ),
        "invoices_summary.csv": table(
            "id,billed_date,closed_at,status,account_code,currency,invoice_total,invoice_subtotal,tax_amount,discount,amount_paid,due_on,modified_at",
            [
                f"sj-i{n},{at},{at},paid,sj1,USD,{amount},{amount},0,0,{amount},{at},{at}"
                for n, at, amount in (
                    (1, "2026-03-07 20:30:00 PST", 100),
                    (2, "2026-03-20 20:30:00 PDT", 960),
                )
            ],
        ),
        "adjustments.csv": table(
            "uuid,account_code,subscription_id,invoice_id,adjustment_type,adjustment_created_at,adjustment_start_at,adjustment_end_at,"
            "adjustment_quantity,adjustment_currency,adjustment_amount,adjustment_total,adjustment_discount,adjustment_tax,"
            "adjustment_origin,adjustment_plan_code,invoice_type",
            [
                "sj-l1,sj1,sj-s,sj-i1,charge,2026-03-07 20:30:00 PST,2026-03-07 20:30:00 PST,"
                "2026-04-07 20:30:00 PDT,1,USD,100,100,0,0,plan,sj-monthly,renewal",
                "sj-l2,sj1,sj-s,sj-i2,charge,2026-03-20 20:30:00 PDT,2026-03-20 20:30:00 PDT,"
                "2027-03-20 20:30:00 PDT,1,USD,960,960,0,0,plan,sj-yearly,renewal",
            ],
        ),
    },
    told("sj1 2026-03-08 new 100.00 \n sj1 2026-03-21 contraction -20.00"),
)

VENDORS = (
    METERED_BY_AN_OLD_PLAN,
    A_COUPON_THAT_STILL_RUNS,
    A_COUPON_INSIDE_THE_INVOICE,
    PAYMENTS_OF_INVOICES,
    DISCOUNTS_BESIDE_THE_LINES,
    DISCOUNTS_IN_AND_BESIDE_THE_LINES,
    LINES_WITHOUT_A_CURRENCY,
    A_YEAR_INSTEAD_OF_A_MONTH,
    NEWEST_FIRST_BY_A_CONNECTOR,
    RECURLY_INTERVAL,
)
