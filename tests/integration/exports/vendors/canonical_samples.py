"""Exports of vendors that have no mapping, as canonical tables: how they write ends, lines, zones and orders."""

from datetime import date, timedelta

from tests.integration.exports.vendors.sample import MONTHS, Sample, table, told

# ---------------------------------------------------------------- canonical: vendors without a mapping

_LINES = (
    "invoice_id,line_id,invoice_status,customer_id,subscription_id,plan_id,kind,quantity,amount,currency,"
    "period_start_at,period_end_at,issued_at,paid_at"
)


def _line(
    customer: str, n: int, amount: str, first: str, end: str, *, line: str = "1", plan: str = ""
) -> str:
    issued = first[:10]
    ids = f"{customer}-i{n},{line},paid,{customer},{customer}-s,{plan}"
    return f"{ids},recurring,1,{amount},USD,{first},{end},{issued},{issued}"


def _weeks(first: date, count: int) -> list[tuple[date, date]]:
    return [
        (first + timedelta(days=7 * n), first + timedelta(days=7 * n + 6)) for n in range(count)
    ]


INCLUSIVE_ENDS = Sample(
    "quarters and years whose last day is their end (Zuora), weeks that end with a millisecond (Lago)",
    "canonical",
    {
        "customers.csv": table(
            "customer_id,created_at",
            [f"{name},2024-12-20" for name in ("sk-q", "sk-y", "sk-w", "sk-m")],
        ),
        "plans.csv": table(
            "plan_id,product,unit_amount,currency,interval,interval_count",
            [
                "sk-quarter,SKQ,300,USD,quarter,1",
                "sk-year,SKY,1200,USD,year,1",
                "sk-week,SKW,10,USD,week,1",
            ],
        ),
        "invoice_lines.csv": table(
            _LINES,
            [
                _line("sk-q", 1, "300", "2026-01-01", "2026-03-31", plan="sk-quarter"),
                _line("sk-q", 2, "300", "2026-04-01", "2026-06-30", plan="sk-quarter"),
                _line("sk-q", 3, "300", "2026-07-01", "2026-09-30", plan="sk-quarter"),
                _line("sk-y", 1, "1200", "2025-01-01", "2025-12-31", plan="sk-year"),
                _line("sk-y", 2, "1200", "2026-01-01", "2026-12-31", plan="sk-year"),
                *(
                    _line(
                        "sk-w",
                        n,
                        "10",
                        f"{first}T00:00:00Z",
                        f"{last}T23:59:59.999Z",
                        plan="sk-week",
                    )
                    for n, (first, last) in enumerate(_weeks(date(2026, 1, 5), 26))
                ),
                *(
                    _line("sk-m", n, "10", f"{first} 00:00", f"{end - timedelta(days=1)} 23:59")
                    for n, (first, end) in enumerate(MONTHS)
                ),
            ],
        ),
    },
    told("""
        sk-q 2026-01-01 new 100.00
        sk-y 2025-01-01 new 100.00
        sk-w 2026-01-05 new 43.33
        sk-m 2026-01-01 new 10.00
    """),
)

NUMBERED_LINES = Sample(
    "lines that are numbered from 1 on each invoice, with two discounts in a table of their own (Paddle)",
    "canonical",
    {
        "customers.csv": table("customer_id,created_at", ["sl1,2025-12-20"]),
        "invoice_lines.csv": table(
            _LINES,
            [
                line
                for n, (first, end) in enumerate(MONTHS)
                for line in (
                    _line("sl1", n, "100", str(first), str(end), line="1", plan="sl-base"),
                    _line("sl1", n, "20", str(first), str(end), line="2", plan="sl-extra"),
                )
            ],
        ),
        "line_discounts.csv": table(
            "invoice_id,line_id,discount_id,amount,duration",
            [
                f"sl1-i{n},1,{discount}"
                for n, _ in enumerate(MONTHS)
                for discount in ("early,10.00,forever", "summer,5.00,repeating")
            ],
        ),
    },
    told("sl1 2026-01-01 new 105.00"),
    lasting=told("sl1 2026-01-01 new 110.00"),
)

NAMED_ZONES = Sample(
    "instants whose zone is a name that means one thing, and a space before the offset",
    "canonical",
    {
        "customers.csv": table(
            "customer_id,created_at", ["sm1,2025-12-20", "sm2,2025-12-20", "sm3,2025-12-20"]
        ),
        "invoice_lines.csv": table(
            _LINES,
            [
                _line("sm1", 1, "100", "2026-04-01 01:30:00 CEST", "2026-05-01 01:30:00 CEST"),
                _line("sm2", 1, "100", "2026-04-01 09:30:00 AEST", "2026-05-01 09:30:00 AEST"),
                _line("sm3", 1, "100", "2026-03-31 19:30:00 -0400", "2026-04-30 19:30:00 -0400"),
            ],
        ),
    },
    told(
        "\n".join(
            f"sm{n} 2026-03-31 new 100.00 \n sm{n} 2026-04-30 churn -100.00" for n in (1, 2, 3)
        )
    ),
)

WOO = Sample(
    "orders in the states of WooCommerce and BigCommerce, by hand",
    "canonical",
    {
        "orders.csv": table(
            "order_id,customer_id,ordered_at,status,amount,currency",
            [
                f"woo-{status},woo{n},2026-01-10,{status},10,EUR"
                for n, status in enumerate(
                    (
                        *("completed", "processing", "Awaiting Fulfillment", "partially refunded"),
                        *("on-hold", "checkout-draft", "pending payment", "Incomplete", "failed"),
                    )
                )
            ],
        )
    },
)

INVOICES = (INCLUSIVE_ENDS, NUMBERED_LINES, NAMED_ZONES)
