"""Shapes that come seldom: credit notes without lines, coupons by their code, taxes and discounts in one price."""

import json
from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table, told

SIGNED_UP = "2025-12-20"
# customer, cents and units of each line, tax of the invoice, month, cents and day of the credit note
_UNLISTED = (
    ("cus_ua1", ((10000, 1),), 0, 1, 3000, "2026-02-10"),
    ("cus_ua2", ((4000, 4),), 0, 1, 1000, "2026-02-10"),
    ("cus_ua3", ((5000, 1), (2000, 1)), 0, 2, 2000, "2026-03-10"),
    ("cus_ua4", ((9300, 1),), 0, 4, 4800, "2026-05-16"),
    ("cus_ua5", ((5000, 1), (2000, 1)), 0, 2, 3613, "2026-03-16"),
    ("cus_ua6", ((5000, 2), (2000, 1)), 700, 2, 770, "2026-03-03"),
)
CREDITED_WITHOUT_LINES = Sample(
    "credit notes without lines: money, a seat, one line of two, the rest of a month of one line and of two (Sigma)",
    "stripe",
    {
        "customers.csv": table(
            "id,created,email", [f"{one[0]},{SIGNED_UP},{one[0]}@x.example" for one in _UNLISTED]
        ),
        "invoices.csv": table(
            "id,customer_id,status,currency,date,subtotal,tax,total,amount_paid,post_payment_credit_notes_amount,"
            "pre_payment_credit_notes_amount,status_transitions_finalized_at,status_transitions_paid_at,due_date",
            [
                f"in_{name}{n},{name},paid,usd,{first},{net},{tax},{net + tax},{net + tax},{back * (n == on)},0,"
                f"{first},{first},"
                for name, lines, tax, on, back, _ in _UNLISTED
                for net in (sum(cents for cents, _ in lines),)
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,plan_id,proration,quantity,source_type,subscription",
            [
                f"il_{name}{n}{place},in_{name}{n},{cents},usd,{first},{end},p_{name}{place},,false,{units},subscription,sub_{name}"
                for name, lines, *_ in _UNLISTED
                for n, (first, end) in enumerate(MONTHS)
                for place, (cents, units) in enumerate(lines)
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,invoice_id,status,reason,currency,total,created",
            [
                f"cn_{name},{name},in_{name}{on},issued,,usd,{back},{day}"
                for name, _, _, on, back, day in _UNLISTED
            ],
        ),
    },
    told("""
        cus_ua1 2026-01-01 new 100.00
        cus_ua2 2026-01-01 new 40.00
        cus_ua2 2026-02-01 contraction -10.00
        cus_ua2 2026-03-01 expansion 10.00
        cus_ua3 2026-01-01 new 70.00
        cus_ua3 2026-03-01 contraction -20.00
        cus_ua3 2026-04-01 expansion 20.00
        cus_ua4 2026-01-01 new 93.00
        cus_ua4 2026-05-16 churn -93.00
        cus_ua4 2026-06-01 reactivation 93.00
        cus_ua5 2026-01-01 new 70.00
        cus_ua5 2026-03-16 churn -70.00
        cus_ua5 2026-04-01 reactivation 70.00
        cus_ua6 2026-01-01 new 70.00
    """),
)

# account, coupon, months with it from the first that was billed
_COUPONED = (
    ("ub1", "UBONCE", 0, range(1)),
    ("ub2", "UBEVER", 0, range(6)),
    ("ub3", "UBQUARTER", 3, range(3, 6)),
)
COUPONS_BY_THEIR_CODE = Sample(
    "coupons that adjustments name by their code: for once, for ever, for three months that still run (Recurly)",
    "recurly",
    {
        "accounts.csv": table(
            "account_code,account_created_at",
            [f"{one[0]},2025-12-20 12:00:00 PST" for one in _COUPONED],
        ),
        "coupons.csv": table(
            "id,coupon_code,name,discount,currency,discount_percent,timeframe,created_at,modified_at",
            [
                f"{n},{code},x,0,,40,{timeframe},2025-12-01 12:00:00 PST,2025-12-01 12:00:00 PST"
                for n, (code, timeframe) in enumerate(
                    (("UBONCE", "single_use"), ("UBEVER", "forever"), ("UBQUARTER", "3 months"))
                )
            ],
        ),
        "invoices_summary.csv": table(
            "id,billed_date,closed_at,status,account_code,currency,invoice_total,invoice_subtotal,tax_amount,discount,amount_paid,due_on,modified_at",
            [
                f"{name}-i{n},{at},{at},paid,{name},USD,{100 - off},100,0,{off},{100 - off},{at},{at}"
                for name, _, start, months in _COUPONED
                for n, (first, _) in enumerate(MONTHS)
                for off, at in ((40 * (n in months), f"{first} 12:00:00 PST"),)
                if n >= start
            ],
        ),
        "adjustments.csv": table(
            "uuid,account_code,subscription_id,invoice_id,adjustment_type,adjustment_created_at,adjustment_start_at,adjustment_end_at,"
            "adjustment_quantity,adjustment_currency,adjustment_amount,adjustment_total,adjustment_discount,adjustment_tax,"
            "adjustment_origin,adjustment_plan_code,adjustment_coupon_code,invoice_type",
            [
                f"{name}-l{n},{name},{name}-s,{name}-i{n},charge,{first} 12:00:00 PST,{first} 12:00:00 PST,"
                f"{end} 12:00:00 PST,"
                f"1,USD,100,{100 - off},{off},0,plan,ub-monthly,{code if off else ''},renewal"
                for name, code, start, months in _COUPONED
                for n, (first, end) in enumerate(MONTHS)
                for off in (40 * (n in months),)
                if n >= start
            ],
        ),
    },
    told("""
        ub1 2026-01-01 new 60.00
        ub1 2026-02-01 expansion 40.00
        ub2 2026-01-01 new 60.00
        ub3 2026-04-01 new 60.00
    """),
    lasting=told("""
        ub1 2026-01-01 new 100.00
        ub2 2026-01-01 new 60.00
        ub3 2026-04-01 new 100.00
    """),
)

# What each credit note is for: all of March, with what follows from its reason; its tax is given back too.
_INCLUSIVE = (
    ("uc1", "product_unsatisfactory", "refunded"),
    ("uc2", "subscription_change", "adjusted"),
)
TAX_DISCOUNT_AND_CREDIT_IN_ONE_PRICE = Sample(
    "119.00 with 19 % of tax in it, 10 % off, lines of one id, credit notes for money or a piece (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table(
            "id,created_at,email",
            [f"{one[0]},{SIGNED_UP},{one[0]}@x.example" for one in _INCLUSIVE],
        ),
        "invoices.csv": table(
            "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted,price_type",
            [
                f"{name}-i{n},{name},paid,EUR,{first},{first},10710,1710,10710,10710,0,tax_inclusive"
                for name, *_ in _INCLUSIVE
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,subscription_id,customer_id,amount,discount_amount,tax_amount,date_from,date_to,entity_id,entity_type,quantity",
            [
                f"{name}-l,{name}-i{n},{name}-s,{name},11900,1190,1710,{first},{end},uc-plan,plan_item_price,1"
                for name, *_ in _INCLUSIVE
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,reference_invoice_id,reason_code,status,date,currency_code,total,sub_total,price_type",
            [
                f"{name}-cn,{name},{name}-i2,{reason},{status},2026-03-02,EUR,10710,10710,tax_inclusive"
                for name, reason, status in _INCLUSIVE
            ],
        ),
        "credit_note_line_items.csv": table(
            "id,credit_note_id,subscription_id,customer_id,amount,discount_amount,tax_amount,date_from,date_to,entity_id,entity_type,quantity,"
            "reference_line_item_id",
            [
                f"{name}-cl,{name}-cn,{name}-s,{name},11900,1190,1710,2026-03-01,2026-04-01,uc-plan,plan_item_price,1,{name}-l"
                for name, *_ in _INCLUSIVE
            ],
        ),
    },
    told("""
        uc1 2026-01-01 new 90.00
        uc2 2026-01-01 new 90.00
        uc2 2026-03-01 churn -90.00
        uc2 2026-04-01 reactivation 90.00
    """),
)

DELETED_BY_CONNECTORS = Sample(
    "lines, an invoice and a price that a connector marks as gone (Stripe by Fivetran)",
    "stripe",
    {
        "customer.csv": table("id,created,email", [f"cus_uf1,{SIGNED_UP},uf@x.example"]),
        "invoice.csv": table(
            "id,customer_id,status,currency,created,total,subtotal,status_transitions_paid_at,is_deleted",
            [
                *(
                    f"in_uf{n},cus_uf1,paid,usd,{first},5000,5000,{first},false"
                    for n, (first, _) in enumerate(MONTHS)
                ),
                "in_ufgone,cus_uf1,draft,usd,2026-02-03,9000,9000,,true",
            ],
        ),
        "invoice_line_item.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,proration,quantity,subscription_id,"
            "subscription_item_id,type,_fivetran_synced,_fivetran_deleted",
            [
                *(
                    f"il_uf{n}{line},in_uf{n},{cents},usd,{first},{end},p_uf{line},false,1,sub_uf,si_uf{line},subscription,"
                    f"{first} 06:00:00,{gone}"
                    for n, (first, end) in enumerate(MONTHS)
                    for line, cents, gone in (("a", 5000, "FALSE"), ("b", 2500, "TRUE"))
                ),
                "il_ufgone,in_ufgone,9000,usd,2026-02-03,2026-03-03,p_ufa,false,1,sub_uf,si_ufa,subscription,"
                "2026-02-03 06:00:00,false",
            ],
        ),
    },
    told("cus_uf1 2026-01-01 new 50.00"),
)

_REST = 90411  # 275 of 365 days of 1,200.00
YEAR_TO_MONTH = Sample(
    "a year given up for a month, the rest of it credited (Chargebee API)",
    "chargebee",
    {
        "customers.json": json.dumps(
            {"list": [{"customer": {"id": "ug1", "created_at": epoch(date(2025, 12, 20))}}]}
        ),
        "item_prices.json": json.dumps(
            {
                "list": [
                    {
                        "item_price": {
                            "id": f"ug-{unit}",
                            "item_id": "ug",
                            "name": unit,
                            "pricing_model": "flat_fee",
                            "price": price,
                            "period": 1,
                            "period_unit": unit,
                            "currency_code": "USD",
                        }
                    }
                    for unit, price in (("year", 120000), ("month", 12000))
                ]
            }
        ),
        "invoices.json": json.dumps(
            {
                "list": [
                    {
                        "invoice": {
                            "id": f"ug-i{n}",
                            "customer_id": "ug1",
                            "status": "paid",
                            "currency_code": "USD",
                            "date": epoch(first),
                            "paid_at": epoch(first),
                            "price_type": "tax_exclusive",
                            "sub_total": amount,
                            "tax": 0,
                            "total": amount,
                            "amount_paid": amount,
                            "amount_adjusted": 0,
                            "line_items": [
                                {
                                    "id": f"ug-l{n}",
                                    "amount": amount,
                                    "discount_amount": 0,
                                    "date_from": epoch(first),
                                    "date_to": epoch(end),
                                    "entity_type": "plan_item_price",
                                    "entity_id": plan,
                                    "quantity": 1,
                                    "subscription_id": "ug-s",
                                    "customer_id": "ug1",
                                }
                            ],
                        }
                    }
                    for n, (first, end, plan, amount) in enumerate(
                        [
                            (date(2026, 1, 1), date(2027, 1, 1), "ug-year", 120000),
                            *((first, end, "ug-month", 12000) for first, end in MONTHS[3:]),
                        ]
                    )
                ]
            }
        ),
        "credit_notes.json": json.dumps(
            {
                "list": [
                    {
                        "credit_note": {
                            "id": "ug-cn",
                            "customer_id": "ug1",
                            "reference_invoice_id": "ug-i0",
                            "reason_code": "subscription_change",
                            "status": "adjusted",
                            "date": epoch(date(2026, 4, 1)),
                            "currency_code": "USD",
                            "total": _REST,
                            "line_items": [
                                {
                                    "id": "ug-cl",
                                    "amount": _REST,
                                    "discount_amount": 0,
                                    "date_from": epoch(date(2026, 4, 1)),
                                    "date_to": epoch(date(2027, 1, 1)),
                                    "entity_type": "plan_item_price",
                                    "entity_id": "ug-year",
                                    "quantity": 1,
                                    "subscription_id": "ug-s",
                                    "customer_id": "ug1",
                                }
                            ],
                        }
                    }
                ]
            }
        ),
    },
    told("ug1 2026-01-01 new 100.00 \n ug1 2026-04-01 expansion 20.00"),
)

TAX_AND_DISCOUNT_INSIDE_THE_LINE = Sample(
    "119.00 with 19 % of tax in it, 10 % off, the rest of a month given back (Stripe API since 2025-03)",
    "stripe",
    {
        "customers.json": json.dumps(
            {"data": [{"id": "cus_uh1", "created": epoch(date(2025, 12, 20))}]}
        ),
        "invoices.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"in_uh{n}",
                        "customer": "cus_uh1",
                        "status": "paid",
                        "currency": "eur",
                        "created": epoch(first),
                        "subtotal": 11900,
                        "total": 10710,
                        "total_taxes": [{"amount": 1710, "tax_behavior": "inclusive"}],
                        "amount_paid": 10710,
                        "pre_payment_credit_notes_amount": 0,
                        "post_payment_credit_notes_amount": 0,
                        "lines": {
                            "data": [
                                {
                                    "id": f"il_uh{n}",
                                    "amount": 11900,
                                    "currency": "eur",
                                    "discount_amounts": [{"amount": 1190, "discount": "di_uh"}],
                                    "taxes": [
                                        {
                                            "amount": 1710,
                                            "tax_behavior": "inclusive",
                                            "tax_rate_details": {"tax_rate": "txr_uh"},
                                        }
                                    ],
                                    "period": {"start": epoch(first), "end": epoch(end)},
                                    "parent": {
                                        "type": "subscription_item_details",
                                        "subscription_item_details": {
                                            "subscription": "sub_uh",
                                            "subscription_item": "si_uh",
                                            "proration": False,
                                        },
                                    },
                                    "pricing": {"price_details": {"price": "price_uh"}},
                                    "quantity": 1,
                                }
                            ]
                        },
                    }
                    for n, (first, end) in enumerate(MONTHS)
                ]
            }
        ),
        "credit_notes.json": json.dumps(
            {
                "data": [
                    {
                        "id": "cn_uh1",
                        "customer": "cus_uh1",
                        "invoice": "in_uh4",
                        "currency": "eur",
                        "total": 5528,
                        "created": epoch(date(2026, 5, 16)),
                        "reason": None,
                        "status": "issued",
                        "lines": {
                            "data": [
                                {
                                    "id": "cnli_uh1",
                                    "amount": 6142,
                                    "discount_amount": 614,
                                    "invoice_line_item": "il_uh4",
                                    "quantity": 1,
                                }
                            ]
                        },
                    }
                ]
            }
        ),
    },
    told("""
        cus_uh1 2026-01-01 new 90.00
        cus_uh1 2026-05-16 churn -90.00
        cus_uh1 2026-06-01 reactivation 90.00
    """),
)

_REDEEMED = (("ul1", 40, "once", range(2)), ("ul2", 40, "ever", range(6)))
COUPONS_OF_A_LINE = Sample(
    "coupons in the discounts of a line: one for two months, one for ever (Recurly API)",
    "recurly",
    {
        "accounts.json": json.dumps(
            {"data": [{"id": one[0], "created_at": f"{SIGNED_UP}T10:00:00Z"} for one in _REDEEMED]}
        ),
        "coupons.json": json.dumps(
            {
                "data": [
                    {"id": "ul-once", "code": "TWO", "duration": "temporal", "temporal_amount": 2},
                    {"id": "ul-ever", "code": "EVER", "duration": "forever"},
                ]
            }
        ),
        "invoices.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"{name}-i{n}",
                        "account": {"id": name},
                        "state": "paid",
                        "currency": "USD",
                        "subtotal": 100,
                        "discount": off * (n in months),
                        "tax": 0,
                        "total": 100 - off * (n in months),
                        "paid": 100 - off * (n in months),
                        "created_at": f"{first}T10:00:00Z",
                        "closed_at": f"{first}T10:00:00Z",
                        "updated_at": f"{first}T10:00:00Z",
                    }
                    for name, off, _, months in _REDEEMED
                    for n, (first, _) in enumerate(MONTHS)
                ]
            }
        ),
        "line_items.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"{name}-l{n}",
                        "type": "charge",
                        "account": {"id": name},
                        "plan_id": "ul-monthly",
                        "subscription_id": f"{name}-s",
                        "invoice_id": f"{name}-i{n}",
                        "origin": "plan",
                        "currency": "USD",
                        "quantity": 1,
                        "unit_amount": 100,
                        "subtotal": 100,
                        "discount": off * (n in months),
                        "discounts": [
                            {"coupon_id": f"ul-{coupon}", "discount_amount": off, "currency": "USD"}
                        ]
                        * (n in months),
                        "tax": 0,
                        "amount": 100 - off * (n in months),
                        "proration_rate": None,
                        "refund": False,
                        "start_date": f"{first}T00:00:00Z",
                        "end_date": f"{end}T00:00:00Z",
                        "updated_at": f"{first}T00:00:00Z",
                    }
                    for name, off, coupon, months in _REDEEMED
                    for n, (first, end) in enumerate(MONTHS)
                ]
            }
        ),
    },
    told("ul1 2026-01-01 new 60.00 \n ul1 2026-03-01 expansion 40.00 \n ul2 2026-01-01 new 60.00"),
    lasting=told("ul1 2026-01-01 new 100.00 \n ul2 2026-01-01 new 60.00"),
)

UNUSUAL = (
    COUPONS_OF_A_LINE,
    CREDITED_WITHOUT_LINES,
    COUPONS_BY_THEIR_CODE,
    TAX_DISCOUNT_AND_CREDIT_IN_ONE_PRICE,
    DELETED_BY_CONNECTORS,
    YEAR_TO_MONTH,
    TAX_AND_DISCOUNT_INSIDE_THE_LINE,
)
