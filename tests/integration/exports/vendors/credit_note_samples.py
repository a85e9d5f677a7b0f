"""Credit notes of Stripe, which name no period: for a line, for one of two, for seats, for a rest of time, money."""

import json
from collections.abc import Iterable
from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table, told

SIGNED_UP = epoch(date(2025, 12, 20))
# customer, cents a month, seats, month and cents of the credit, seats credited, status, reason, day
_NOTED = (
    ("cus_na1", 10000, 1, 2, 10000, "", "issued", "duplicate", "2026-03-04"),
    ("cus_na2", 9300, 1, 5, 4800, "", "issued", "order_change", "2026-06-15"),
    ("cus_na3", 3000, 3, 1, 1000, "1", "issued", "", "2026-02-03"),
    ("cus_na4", 10000, 1, 1, 777, "", "issued", "product_unsatisfactory", "2026-02-03"),
    ("cus_na5", 10000, 1, 1, 10000, "", "void", "duplicate", "2026-02-03"),
    ("cus_na6", 10000, 1, 1, 10000, "", "issued", "product_unsatisfactory", "2026-02-03"),
)
BY_SIGMA = Sample(
    "credit notes for a line, for what was left of it, for a seat, and for money (Sigma)",
    "stripe",
    {
        "customers.csv": table(
            "id,created,email", [f"{one[0]},2025-12-20,{one[0]}@x.example" for one in _NOTED]
        ),
        "invoices.csv": table(
            "id,customer_id,status,currency,date,subtotal,tax,total,amount_paid,post_payment_credit_notes_amount,"
            "pre_payment_credit_notes_amount,status_transitions_finalized_at,status_transitions_paid_at,due_date",
            [
                f"in_{name}{n},{name},paid,usd,{first},{cents},0,{cents},{cents},0,{back * (n == on)},{first},{first},"
                for name, cents, _, on, back, *_ in _NOTED
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,plan_id,proration,quantity,source_type,subscription",
            [
                f"il_{name}{n},in_{name}{n},{cents},usd,{first},{end},p_{name},,false,{seats},subscription,sub_{name}"
                for name, cents, seats, *_ in _NOTED
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,invoice_id,status,reason,currency,total,created",
            [
                f"cn_{name},{name},in_{name}{on},{status},{reason},usd,{back},{day}"
                for name, _, _, on, back, _, status, reason, day in _NOTED
            ],
        ),
        "credit_note_line_items.csv": table(
            "id,credit_note_id,amount,discount_amount,invoice_line_item_id,quantity,type",
            [
                f"cnli_{name},cn_{name},{back},0,il_{name}{on},{seats},invoice_line_item"
                for name, _, _, on, back, seats, *_ in _NOTED
            ],
        ),
    },
    told("""
        cus_na1 2026-01-01 new 100.00
        cus_na1 2026-03-01 churn -100.00
        cus_na1 2026-04-01 reactivation 100.00
        cus_na2 2026-01-01 new 93.00
        cus_na2 2026-06-15 churn -93.00
        cus_na3 2026-01-01 new 30.00
        cus_na3 2026-02-01 contraction -10.00
        cus_na3 2026-03-01 expansion 10.00
        cus_na4 2026-01-01 new 100.00
        cus_na5 2026-01-01 new 100.00
        cus_na6 2026-01-01 new 100.00
    """),
)


def _line(n: int, item: str, amount: int) -> dict[str, object]:
    first, end = MONTHS[n]
    return {
        "id": f"il_nb{n}{item}",
        "amount": amount,
        "currency": "eur",
        "period": {"start": epoch(first), "end": epoch(end)},
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {
                "subscription": "sub_nb",
                "subscription_item": f"si_nb{item}",
                "proration": False,
            },
        },
        "pricing": {"price_details": {"price": f"price_nb{item}"}},
        "quantity": 1,
    }


ONE_LINE_OF_TWO = Sample(
    "a credit note for one line of an invoice of two (API since 2025-03)",
    "stripe",
    {
        "customers.json": json.dumps({"data": [{"id": "cus_nb1", "created": SIGNED_UP}]}),
        "invoices.json": json.dumps(
            {
                "data": [
                    {
                        "id": f"in_nb{n}",
                        "customer": "cus_nb1",
                        "status": "paid",
                        "currency": "eur",
                        "created": epoch(first),
                        "subtotal": 7000,
                        "total": 7000,
                        "pre_payment_credit_notes_amount": 0,
                        "post_payment_credit_notes_amount": 2000 if n == 2 else 0,
                        "lines": {"data": [_line(n, "a", 5000), _line(n, "b", 2000)]},
                    }
                    for n, (first, _) in enumerate(MONTHS)
                ]
            }
        ),
        "credit_notes.json": json.dumps(
            {
                "data": [
                    {
                        "id": "cn_nb1",
                        "amount": 2000,
                        "total": 2000,
                        "created": epoch(date(2026, 3, 20)),
                        "effective_at": None,
                        "currency": "eur",
                        "customer": "cus_nb1",
                        "invoice": "in_nb2",
                        "reason": "order_change",
                        "status": "issued",
                        "lines": {
                            "data": [
                                {
                                    "id": "cnli_nb1",
                                    "amount": 2000,
                                    "discount_amount": 0,
                                    "invoice_line_item": "il_nb2b",
                                    "quantity": 1,
                                    "type": "invoice_line_item",
                                }
                            ]
                        },
                    }
                ]
            }
        ),
    },
    told("""
        cus_nb1 2026-01-01 new 70.00
        cus_nb1 2026-03-01 contraction -20.00
        cus_nb1 2026-04-01 expansion 20.00
    """),
)

REST_OF_A_DISCOUNTED_MONTH = Sample(
    "what was left of a month with a discount, by a line that names no other (Fivetran)",
    "stripe",
    {
        "customer.csv": table("id,created,email", ["cus_nc1,2025-12-20,nc@x.example"]),
        "invoice.csv": table(
            "id,customer_id,status,currency,created,total,subtotal,status_transitions_paid_at",
            [
                f"in_nc{n},cus_nc1,paid,usd,{first},8000,10000,{first}"
                for n, (first, _) in enumerate(MONTHS[:4])
            ],
        ),
        "invoice_line_item.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,proration,quantity,subscription_id,"
            "subscription_item_id,type",
            [
                f"il_nc{n},in_nc{n},10000,usd,{first},{end},p_nc,false,1,sub_nc,si_nc,subscription"
                for n, (first, end) in enumerate(MONTHS[:4])
            ],
        ),
        "discount.csv": table(
            "id,invoice_id,invoice_item_id,amount,coupon_id",
            [f"di_nc{n},in_nc{n},il_nc{n},2000,ever20" for n in range(4)],
        ),
        "credit_note.csv": table(
            "id,amount,created,currency,discount_amount,subtotal,total,reason,status,type,invoice_id",
            ["cn_nc1,5333,2026-04-11,usd,1333,6666,5333,,issued,post_payment,in_nc3"],
        ),
        "credit_note_line_item.csv": table(
            "credit_note_id,id,amount,discount_amount,description,livemode,quantity,type",
            ["cn_nc1,cnli_nc1,6666,1333,rest,TRUE,1,invoice_line_item"],
        ),
    },
    told("cus_nc1 2026-01-01 new 80.00 \n cus_nc1 2026-04-11 churn -80.00"),
)


def _wrapped(records: Iterable[dict[str, object]]) -> str:
    return "\n".join(
        json.dumps({"_airbyte_extracted_at": 1782000000000, "_airbyte_data": record})
        for record in records
    )


SEATS_BY_THEIR_AMOUNT = Sample(
    "one seat of four, told by its amount alone (Airbyte)",
    "stripe",
    {
        "customers.jsonl": _wrapped([{"id": "cus_nd1", "created": SIGNED_UP}]),
        "invoices.jsonl": _wrapped(
            {
                "id": f"in_nd{n}",
                "customer": "cus_nd1",
                "status": "paid",
                "currency": "usd",
                "created": epoch(first),
                "subtotal": 4000,
                "total": 4000,
                "pre_payment_credit_notes_amount": 1000 if n == 1 else 0,
                "post_payment_credit_notes_amount": 0,
                "updated": epoch(first),
            }
            for n, (first, _) in enumerate(MONTHS)
        ),
        "invoice_line_items.jsonl": _wrapped(
            {
                "id": f"il_nd{n}",
                "invoice_id": f"in_nd{n}",
                "amount": 4000,
                "currency": "usd",
                "period": {"start": epoch(first), "end": epoch(end)},
                "price": {"id": "p_nd", "recurring": {"usage_type": "licensed"}},
                "proration": False,
                "quantity": 4,
                "subscription": "sub_nd",
                "type": "subscription",
            }
            for n, (first, end) in enumerate(MONTHS)
        ),
        "credit_notes.jsonl": _wrapped(
            [
                {
                    "id": "cn_nd1",
                    "customer": "cus_nd1",
                    "invoice": "in_nd1",
                    "currency": "usd",
                    "total": 1000,
                    "created": epoch(date(2026, 2, 2)),
                    "reason": None,
                    "status": "issued",
                    "lines": {
                        "data": [
                            {
                                "id": "cnli_nd1",
                                "amount": 1000,
                                "discount_amount": 0,
                                "invoice_line_item": "il_nd1",
                                "quantity": None,
                            }
                        ]
                    },
                }
            ]
        ),
    },
    told("""
        cus_nd1 2026-01-01 new 40.00
        cus_nd1 2026-02-01 contraction -10.00
        cus_nd1 2026-03-01 expansion 10.00
    """),
)

ALL_OF_AN_INVOICE = Sample(
    "a credit note without lines for all of an invoice, and a reason that is a word (Chargebee's interface)",
    "chargebee",
    {
        "customers.csv": table("Customer Id,Created At,Email", ["ne1,2025-12-20,ne@x.example"]),
        "invoices.csv": table(
            "Invoice Number,Customer Id,Status,Currency,Sub Total,Tax Total,Total,Amount Paid,Amount Adjusted,"
            "Invoice Date,Due Date,Paid On",
            [
                f"ne-i{n},ne1,Paid,USD,50,5,55,55,0,{first},{first},{first}"
                for n, (first, _) in enumerate(MONTHS)
            ],
        ),
        "line_items.csv": table(
            "Line Item Id,Invoice Number,Customer Id,Subscription Id,Entity Type,Entity Id,Quantity,Amount,"
            "Discount Amount,Currency,Date From,Date To",
            [
                f"ne-l{n},ne-i{n},ne1,ne-s,Plan Item Price,ne-m,1,50,0,USD,{first},{end}"
                for n, (first, end) in enumerate(MONTHS)
            ],
        ),
        "credit_notes.csv": table(
            "Credit Note Number,Customer Id,Reference Invoice Number,Status,Reason Code,Currency,Total,Date",
            ["ne-cn,ne1,ne-i1,Adjusted,Subscription Change,USD,55,2026-02-02"],
        ),
    },
    told("""
        ne1 2026-01-01 new 50.00
        ne1 2026-02-01 churn -50.00
        ne1 2026-03-01 reactivation 50.00
    """),
)

WRITTEN_OFF = Sample(
    "an invoice of which nothing was paid, written off by a credit note (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table("id,created_at,email", ["nf1,2025-12-20,nf@x.example"]),
        "invoices.csv": table(
            "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted,price_type",
            [
                f"nf-i{n},nf1,paid,USD,{first},{first},5000,0,5000,{5000 * (n != 3)},{5000 * (n == 3)},tax_exclusive"
                for n, (first, _) in enumerate(MONTHS[:4])
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,entity_type,quantity",
            [
                f"nf-l{n},nf-i{n},nf-s,nf1,5000,0,{first},{end},nf-m,plan_item_price,1"
                for n, (first, end) in enumerate(MONTHS[:4])
            ],
        ),
        "credit_notes.csv": table(
            "id,customer_id,reference_invoice_id,reason_code,status,date,currency_code,total",
            ["nf-cn,nf1,nf-i3,write_off,adjusted,2026-06-10,USD,5000"],
        ),
        "credit_note_line_items.csv": table(
            "id,credit_note_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,quantity",
            ["nf-cl,nf-cn,nf-s,nf1,5000,0,2026-04-01,2026-05-01,nf-m,1"],
        ),
    },
    told("nf1 2026-01-01 new 50.00 \n nf1 2026-05-01 churn -50.00"),
)

CREDIT_NOTES = (
    ALL_OF_AN_INVOICE,
    WRITTEN_OFF,
    BY_SIGMA,
    ONE_LINE_OF_TWO,
    REST_OF_A_DISCOUNTED_MONTH,
    SEATS_BY_THEIR_AMOUNT,
)
