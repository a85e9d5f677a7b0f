"""Stripe in seldom forms: an invoice a line, Parquet with types, other intervals and minor units, trials, pauses."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, told

SIGNED_UP = "2025-12-20 08:00:00"
UNTIL = date(2026, 7, 1)
Term = tuple[date, date, int]
"""first day, the day after the last, minor units"""


def parquet(rows: str) -> bytes:
    """Return the result of a query of constants as a Parquet file, with its types."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "x.parquet")
        duckdb.sql(f"copy ({rows}) to '{file}' (format parquet)")
        return file.read_bytes()


def lines(records: Iterable[dict[str, object]]) -> str:
    """Return JSON Lines."""
    return "\n".join(json.dumps(record) for record in records) + "\n"


def _months(first: int, last: int) -> list[tuple[date, date]]:
    return MONTHS[first - 1 : last]


def _every(days: int, amount: int) -> list[Term]:
    first = date(2026, 1, 5)
    return [
        (day, day + timedelta(days=days), amount)
        for n in range(200 // days)
        for day in (first + timedelta(days=days * n),)
        if day < UNTIL
    ]


# currency, interval, count, price in minor units, what was billed
_INTERVALS: dict[str, tuple[str, str, int, int, list[Term]]] = {
    "quarter": (
        *("usd", "month", 3, 30000),
        [(date(2026, 1, 1), date(2026, 4, 1), 30000), (date(2026, 4, 1), date(2026, 7, 1), 30000)],
    ),
    "half": ("usd", "month", 6, 60000, [(date(2026, 1, 15), date(2026, 7, 15), 60000)]),
    "week": ("usd", "week", 1, 2500, _every(7, 2500)),
    "fourweeks": ("usd", "week", 4, 4800, _every(28, 4800)),
    "days": ("usd", "day", 30, 3000, _every(30, 3000)),
    "dinar": ("kwd", "month", 1, 30000, [(*one, 30000) for one in MONTHS]),
    "yen": ("jpy", "year", 1, 120000, [(date(2026, 2, 28), date(2027, 2, 28), 120000)]),
    "won": ("krw", "month", 1, 90000, [(*one, 90000) for one in MONTHS]),
}


def _api_invoice(
    name: str,
    n: int,
    currency: str,
    items: Sequence[tuple[Term, str, bool]],
    status: str = "paid",
    **more: object,
) -> dict[str, object]:
    """Return an invoice as the API gives it since 2025-03; ``items``: term, price, whether it is a proration."""
    issued = max(first for (first, _, _), _, _ in items)
    total = sum(amount for (_, _, amount), _, _ in items)
    return {
        "id": f"in_{name}{n}",
        "customer": f"cus_{name}",
        "status": status,
        "currency": currency,
        "created": epoch(issued),
        "status_transitions": {"finalized_at": epoch(issued), "paid_at": epoch(issued)},
        "subtotal": total,
        "total": total,
        "total_taxes": [],
        "amount_paid": total if status == "paid" else 0,
        "pre_payment_credit_notes_amount": 0,
        "post_payment_credit_notes_amount": 0,
        "lines": {
            "data": [
                {
                    "id": f"il_{name}{n}{k}",
                    "amount": amount,
                    "currency": currency,
                    "period": {"start": epoch(first), "end": epoch(end)},
                    "pricing": {"price_details": {"price": price}},
                    "quantity": 1,
                    "parent": {
                        "type": "subscription_item_details",
                        "subscription_item_details": {
                            "proration": is_proration,
                            "subscription": f"sub_{name}",
                            "subscription_item": f"si_{name}",
                        },
                    },
                }
                for k, ((first, end, amount), price, is_proration) in enumerate(items)
            ]
        },
        **more,
    }


INTERVALS_AND_MINOR_UNITS = Sample(
    "quarters, half a year, weeks and days, dinars of thousandths, yen and won: an invoice a line (Stripe API)",
    "stripe",
    {
        "customers.jsonl": lines(
            {"id": f"cus_wa{name}", "created": epoch(date(2025, 12, 20))} for name in _INTERVALS
        ),
        "prices.jsonl": lines(
            {
                "id": f"price_wa{name}",
                "product": f"prod_wa{name}",
                "currency": currency,
                "unit_amount": price,
                "recurring": {
                    "interval": interval,
                    "interval_count": count,
                    "usage_type": "licensed",
                },
            }
            for name, (currency, interval, count, price, _) in _INTERVALS.items()
        ),
        "invoices.jsonl": lines(
            _api_invoice(f"wa{name}", n, currency, [(term, f"price_wa{name}", False)])
            for name, (currency, _, _, _, terms) in _INTERVALS.items()
            for n, term in enumerate(terms)
        ),
    },
    told("""
        cus_waquarter 2026-01-01 new 100.00
        cus_wahalf 2026-01-15 new 100.00
        cus_waweek 2026-01-05 new 108.33
        cus_wafourweeks 2026-01-05 new 52.00
        cus_wadays 2026-01-05 new 30.42
        cus_wadinar 2026-01-01 new 97.50
        cus_wayen 2026-02-28 new 65.00
        cus_wawon 2026-01-01 new 90.00
    """),
)

_JAN, _FEB = date(2026, 1, 1), date(2026, 2, 1)
_TWICE = [
    ("l1", "i1", "basic", _JAN, _FEB, 10000, False),
    ("l2", "i2", "basic", date(2026, 1, 11), _FEB, -6774, True),
    ("l3", "i2", "team", date(2026, 1, 11), _FEB, 13548, True),
    ("l4", "i3", "team", date(2026, 1, 21), _FEB, -7097, True),
    ("l5", "i3", "large", date(2026, 1, 21), _FEB, 10645, True),
    *(
        (f"l{n + 6}", f"i{n + 4}", "large", first, end, 30000, False)
        for n, (first, end) in enumerate(MONTHS[1:])
    ),
]
PARQUET_WITH_TYPES = Sample(
    "a plan changed twice within one month, in Parquet with instants, decimals and booleans (Data Pipeline)",
    "stripe",
    {
        "customers.parquet": parquet(
            f"select 'cus_wb1' as id, timestamptz '{SIGNED_UP}+00' as created, false as deleted"
        ),
        "prices.parquet": parquet(
            "select 'price_wb' || name as id, 'prod_wb' as product_id, 'usd' as currency, 'month' as "
            "recurring_interval,"
            " 1::bigint as recurring_interval_count, 'licensed' as recurring_usage_type, cents::decimal(20, 4) as "
            "unit_amount_decimal,"
            " cents::bigint as unit_amount, 'per_unit' as billing_scheme"
            " from (values ('basic', 10000), ('team', 20000), ('large', 30000)) as prices (name, cents)"
        ),
        "invoices.parquet": parquet(
            "select 'in_wb' || invoice as id, 'cus_wb1' as customer_id, 'paid' as status, 'usd' as currency,"
            " sum(cents)::bigint as subtotal, 0::bigint as tax, sum(cents)::bigint as total, sum(cents)::bigint "
            "as amount_paid,"
            " 0::bigint as post_payment_credit_notes_amount, 0::bigint as pre_payment_credit_notes_amount,"
            " min(start::timestamptz) as date, min(start::timestamptz) as status_transitions_finalized_at,"
            " min(start::timestamptz) as status_transitions_paid_at, null::timestamptz as due_date from (values "
            + ", ".join(
                f"('{invoice}', '{first} 00:00:00+00', {cents})"
                for _, invoice, _, first, _, cents, _ in _TWICE
            )
            + ") as lines (invoice, start, cents) group by invoice"
        ),
        "invoice_line_items.parquet": parquet(
            " union all ".join(
                f"select 'il_wb{line}' as id, 'in_wb{invoice}' as invoice_id, {cents}::bigint as amount, 'usd' as "
                f"currency,"
                f" timestamptz '{first} 00:00:00+00' as period_start, timestamptz '{end} 00:00:00+00' as period_end,"
                f" 'price_wb{price}' as price_id, null::varchar as plan_id, {is_proration} as proration, "
                f"1::decimal(10, 2) as quantity,"
                " 'subscription' as source_type, 'sub_wb' as subscription, 'si_wb' as subscription_item_id,"
                " 0::bigint as total_discount"
                for line, invoice, price, first, end, cents, is_proration in _TWICE
            )
        ),
    },
    told("""
        cus_wb1 2026-01-01 new 100.00
        cus_wb1 2026-01-11 expansion 100.00
        cus_wb1 2026-01-21 expansion 100.00
    """),
)

_BEGUN_LATE = (date(2026, 1, 1), date(2026, 3, 1), 20000)
BEGINNINGS_AND_PAUSES = Sample(
    "a trial and a free plan before the first that is paid, a pause whose invoices are void, a beginning set two "
    "months back"
    " (Stripe API)",
    "stripe",
    {
        "customers.json": json.dumps(
            {
                "data": [
                    {"id": f"cus_wc{name}", "created": epoch(date(2025, 12, 20))}
                    for name in ("trial", "free", "pause", "back", "long", "credit")
                ]
            }
        ),
        "invoices.json": json.dumps(
            {
                "data": [
                    _api_invoice(
                        *("wctrial", 0, "usd"),
                        [((_JAN, date(2026, 1, 15), 0), "price_wc", False)],
                    ),
                    *(
                        _api_invoice("wctrial", n + 1, "usd", [(term, "price_wc", False)])
                        for n, term in enumerate(
                            (date(2026, month, 15), date(2026, month + 1, 15), 10000)
                            for month in range(1, 7)
                        )
                    ),
                    *(
                        _api_invoice(
                            "wcfree",
                            n,
                            "usd",
                            [
                                (
                                    (first, end, 0 if n < 2 else 5000),
                                    "price_wcfree" if n < 2 else "price_wcpaid",
                                    False,
                                )
                            ],
                        )
                        for n, (first, end) in enumerate(MONTHS)
                    ),
                    *(
                        _api_invoice(
                            "wcpause",
                            n,
                            "usd",
                            [((first, end, 10000), "price_wc", False)],
                            "void" if n in (2, 3) else "paid",
                        )
                        for n, (first, end) in enumerate(MONTHS)
                    ),
                    _api_invoice(
                        *("wcback", 0, "usd"),
                        [
                            (_BEGUN_LATE, "price_wc", True),
                            ((*MONTHS[2], 10000), "price_wc", False),
                        ],
                    ),
                    *(
                        _api_invoice("wcback", n, "usd", [((first, end, 10000), "price_wc", False)])
                        for n, (first, end) in enumerate(MONTHS[3:], 1)
                    ),
                    _api_invoice(
                        *("wclong", 0, "usd"),
                        [((_JAN, date(2026, 4, 15), 34516), "price_wc", True)],
                    ),
                    *(
                        _api_invoice("wclong", n + 1, "usd", [(term, "price_wc", False)])
                        for n, term in enumerate(
                            (date(2026, month, 15), date(2026, month + 1, 15), 10000)
                            for month in range(4, 7)
                        )
                    ),
                    # a credit of the customer's balance pays a part of what is due; it is no part of the price
                    *(
                        _api_invoice(
                            "wccredit",
                            n,
                            "usd",
                            [((first, end, 10000), "price_wc", False)],
                            starting_balance=-3000 if n == 1 else 0,
                            amount_due=7000 if n == 1 else 10000,
                        )
                        for n, (first, end) in enumerate(MONTHS)
                    ),
                ]
            }
        ),
        "prices.json": json.dumps(
            {
                "data": [
                    {
                        "id": name,
                        "product": "prod_wc",
                        "currency": "usd",
                        "unit_amount": cents,
                        "recurring": {
                            "interval": "month",
                            "interval_count": 1,
                            "usage_type": "licensed",
                        },
                    }
                    for name, cents in (
                        ("price_wc", 10000),
                        ("price_wcfree", 0),
                        ("price_wcpaid", 5000),
                    )
                ]
            }
        ),
    },
    told("""
        cus_wctrial 2026-01-15 new 100.00
        cus_wcfree 2026-03-01 new 50.00
        cus_wcpause 2026-01-01 new 100.00
        cus_wcpause 2026-03-01 churn -100.00
        cus_wcpause 2026-05-01 reactivation 100.00
        cus_wcback 2026-01-01 new 100.00
        cus_wclong 2026-01-01 new 100.00
        cus_wccredit 2026-01-01 new 100.00
    """),
)

INTERVALS_AND_BEGINNINGS = (INTERVALS_AND_MINOR_UNITS, PARQUET_WITH_TYPES, BEGINNINGS_AND_PAUSES)
