"""What was collected where disputes were lost, payments are only authorised, or money went back later.

Each customer pays 100.00 once, in January; what is left of it at the end of June is the figure.
"""

import json

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table

JANUARY = MONTHS[0][0]
_AT = "2026-01-10 08:00:00"
_WHEN = epoch(JANUARY)

# customer: captured, refunded of the charge, its disputes (status, amount, currency)
_CASES: dict[str, tuple[str, str, tuple[tuple[str, int | None, str], ...]]] = {
    "lost": ("true", "0", (("lost", 10000, "usd"),)),
    "part": ("true", "0", (("lost", 3000, "usd"),)),
    "won": ("true", "0", (("won", 10000, "usd"),)),
    "open": ("true", "0", (("needs_response", 10000, "usd"),)),
    "twice": ("true", "0", (("lost", 2000, "usd"), ("lost", 2500, "usd"), ("won", 1000, "usd"))),
    "yen": ("true", "0", (("lost", 2000, "jpy"),)),
    "both": ("true", "4000", (("lost", 6000, "usd"),)),
    "held": ("false", "0", ()),
    "freed": ("false", "10000", ()),
}
# 2,000 JPY are 13.00 USD by the rate of the settings.
_LEFT = {
    "lost": "0.00",
    "part": "70.00",
    "won": "100.00",
    "open": "100.00",
    "twice": "55.00",
    "yen": "87.00",
    "both": "0.00",
    "held": "0.00",
    "freed": "0.00",
}


def _left(prefix: str, *names: str) -> dict[str, str]:
    return {f"{prefix}{name}": left for name, left in _LEFT.items() if not names or name in names}


DISPUTES_IN_TABLES = Sample(
    "disputes of a part, in yen, two of one charge; charges that are only authorised (Sigma)",
    "stripe",
    {
        "customers.csv": table("id,created", [f"cus_va{name},{_AT}" for name in _CASES]),
        "charges.csv": table(
            "id,amount,amount_refunded,captured,created,currency,customer_id,failure_code,invoice_id,"
            "payment_intent_id,refunded,status",
            [
                f"ch_va{name},10000,{back},{captured},{_AT},usd,cus_va{name},,,pi_va{name},"
                f"{str(back == '10000').lower()},succeeded"
                for name, (captured, back, _) in _CASES.items()
            ],
        ),
        "disputes.csv": table(
            "id,amount,charge_id,created,currency,reason,status",
            [
                f"dp_va{name}{n},{amount},ch_va{name},2026-02-20 00:00:00,{currency},general,{status}"
                for name, (_, _, disputes) in _CASES.items()
                for n, (status, amount, currency) in enumerate(disputes)
            ],
        ),
    },
    collected=_left("cus_va"),
)

DISPUTES_OF_THE_API = Sample(
    "disputes and charges as pages of the API (Stripe)",
    "stripe",
    {
        "customers.json": json.dumps(
            {"data": [{"id": f"cus_vb{name}", "created": _WHEN} for name in _CASES]}
        ),
        "charges.json": json.dumps(
            {
                "object": "list",
                "data": [
                    {
                        "id": f"ch_vb{name}",
                        "amount": 10000,
                        "amount_refunded": int(back),
                        "captured": captured == "true",
                        "refunded": back == "10000",
                        "created": _WHEN,
                        "currency": "usd",
                        "customer": f"cus_vb{name}",
                        "status": "succeeded",
                    }
                    for name, (captured, back, _) in _CASES.items()
                ],
            }
        ),
        "disputes.json": json.dumps(
            {
                "object": "list",
                "data": [
                    {
                        "id": f"du_vb{name}{n}",
                        "amount": amount,
                        "currency": currency,
                        "charge": f"ch_vb{name}",
                        "created": _WHEN,
                        "status": status,
                    }
                    for name, (_, _, disputes) in _CASES.items()
                    for n, (status, amount, currency) in enumerate(disputes)
                ],
            }
        ),
    },
    collected=_left("cus_vb"),
)

# customer: captured, status, paid back, disputed, how that stands
_OF_THE_DASHBOARD = {
    "lost": ("true", "Disputed", "0.00", "100.00", "lost"),
    "part": ("true", "Paid", "0.00", "30.00", "lost"),
    "won": ("true", "Disputed", "0.00", "100.00", "won"),
    "open": ("true", "Paid", "0.00", "100.00", "needs_response"),
    "both": ("true", "Partially Refunded", "40.00", "60.00", "lost"),
    "held": ("false", "Paid", "0.00", "", ""),
    "freed": ("false", "Refunded", "100.00", "", ""),
}
DISPUTES_OF_THE_DASHBOARD = Sample(
    "disputed amounts beside the payments, payments that are only authorised (Stripe's Dashboard)",
    "stripe",
    {
        "unified_customers.csv": table(
            "id,Created (UTC)", [f"cus_vc{name},{_AT}" for name in _OF_THE_DASHBOARD]
        ),
        "unified_payments.csv": table(
            "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Status,Customer ID,Invoice ID,"
            "PaymentIntent ID,"
            "Disputed Amount,Dispute Date (UTC),Dispute Reason,Dispute Status",
            [
                f"ch_vc{name},{_AT},100.00,{back},usd,{captured},{status},cus_vc{name},,,{disputed},,,{how}"
                for name, (captured, status, back, disputed, how) in _OF_THE_DASHBOARD.items()
            ],
        ),
    },
    collected=_left("cus_vc", *_OF_THE_DASHBOARD),
)

CHARGEBACKS = Sample(
    "a chargeback of a part, a payment that is only authorised, one that failed (Chargebee API)",
    "chargebee",
    {
        "customers.json": json.dumps(
            {
                "list": [
                    {"customer": {"id": f"vd{name}", "created_at": _WHEN}}
                    for name in ("part", "held", "failed")
                ]
            }
        ),
        "transactions.json": json.dumps(
            {
                "list": [
                    {"transaction": {"customer_id": f"vd{whose}", "currency_code": "USD", **rest}}
                    for whose, rest in (
                        (
                            "part",
                            {
                                "id": "txvd1",
                                "type": "payment",
                                "status": "success",
                                "amount": 10000,
                                "date": _WHEN,
                            },
                        ),
                        (
                            "part",
                            {
                                "id": "txvd2",
                                "type": "payment_reversal",
                                "status": "success",
                                "amount": 3000,
                                "date": _WHEN + 40 * 86400,
                                "reference_transaction_id": "txvd1",
                            },
                        ),
                        (
                            "held",
                            {
                                "id": "txvd3",
                                "type": "authorization",
                                "status": "success",
                                "amount": 10000,
                                "date": _WHEN,
                            },
                        ),
                        (
                            "failed",
                            {
                                "id": "txvd4",
                                "type": "payment",
                                "status": "failure",
                                "amount": 10000,
                                "date": _WHEN,
                            },
                        ),
                    )
                ]
            }
        ),
    },
    collected={"vdpart": "70.00", "vdheld": "0.00", "vdfailed": "0.00"},
)

REFUNDS_WITH_THEIR_DAY = Sample(
    "refunds of March in a table of their own, one of which failed (Stripe by Fivetran)",
    "stripe",
    {
        "customer.csv": table("id,created,_fivetran_synced", [f"cus_ve1,{_AT},{_AT}"]),
        "charge.csv": table(
            "id,amount,amount_refunded,captured,created,currency,customer_id,failure_code,invoice_id,"
            "payment_intent_id,refunded,"
            "status,_fivetran_synced",
            [f"ch_ve1,10000,3500,true,{_AT},usd,cus_ve1,,,pi_ve1,false,succeeded,{_AT}"],
        ),
        "refund.csv": table(
            "id,amount,charge_id,created,currency,reason,status,_fivetran_synced",
            [
                f"re_ve{n},{amount},ch_ve1,2026-03-1{n} 08:00:00,usd,requested_by_customer,{status},{_AT}"
                for n, (amount, status) in enumerate(
                    ((2000, "succeeded"), (1500, "pending"), (900, "failed"))
                )
            ],
        ),
    },
    collected={"cus_ve1": "65.00"},
)

LOST_AND_HELD = (
    DISPUTES_IN_TABLES,
    DISPUTES_OF_THE_API,
    DISPUTES_OF_THE_DASHBOARD,
    CHARGEBACKS,
    REFUNDS_WITH_THEIR_DAY,
)
