"""Kinds 17 and 22 of ``tests/cases/field`` once more: ends of months, leap days and clocks; what is never paid."""

from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, table, told

_CHARGEBEE_INVOICES = "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,amount_adjusted"
_CHARGEBEE_LINES = (
    "id,invoice_id,subscription_id,customer_id,amount,discount_amount,date_from,date_to,entity_id,"
    "entity_type,quantity"
)
_RECURLY_INVOICES = (
    "id,billed_date,closed_at,status,account_code,currency,invoice_total,invoice_subtotal,tax_amount,discount,"
    "amount_paid,due_on,modified_at"
)
_RECURLY_LINES = (
    "uuid,account_code,subscription_id,invoice_id,adjustment_status,adjustment_type,adjustment_created_at,"
    "adjustment_start_at,adjustment_end_at,adjustment_quantity,adjustment_currency,adjustment_amount,"
    "adjustment_total,adjustment_discount,adjustment_tax,adjustment_origin,adjustment_plan_code,invoice_state,invoice_type"
)

# ---------------------------------------------------------------- 17: no plans are told

_LAST_DAYS = {
    "ma31": (
        3000,
        "2025-12-31 2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30 2026-07-31",
    ),
    "ma30": (
        2000,
        "2025-12-30 2026-01-30 2026-02-28 2026-03-30 2026-04-30 2026-05-30 2026-06-30 2026-07-30",
    ),
    "maq": (9000, "2025-11-30 2026-02-28 2026-05-30 2026-08-30"),
    "mal": (120000, "2024-02-29 2025-02-28 2026-02-28 2027-02-28"),
}
_STRETCHES = [
    (customer, cents, first, end)
    for customer, (cents, days) in _LAST_DAYS.items()
    for first, end in zip(days.split()[:-1], days.split()[1:], strict=True)
]
MONTH_ENDS = Sample(
    "months of a 31st and of a 30th, a quarter of a 30 November, years of a 29 February (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table(
            "id,created_at,email", [f"{name},2023-12-20,{name}@x.example" for name in _LAST_DAYS]
        ),
        "invoices.csv": table(
            _CHARGEBEE_INVOICES,
            [
                f"{name}-{first},{name},paid,USD,{first},{first},{cents},0,{cents},{cents},0"
                for name, cents, first, _ in _STRETCHES
            ],
        ),
        "invoice_line_items.csv": table(
            _CHARGEBEE_LINES,
            [
                f"l-{name}-{first},{name}-{first},{name}-s,{name},{cents},0,{first}T22:30:00-01:00,{end}T22:30:00-01:00,"
                f"{name}-p,plan_item_price,1"
                for name, cents, first, end in _STRETCHES
            ],
        ),
    },
    told("""
        ma31 2025-12-31 new 30.00
        ma30 2025-12-30 new 20.00
        maq 2025-11-30 new 30.00
        mal 2024-02-29 new 100.00
    """),
)

_EVENINGS = (
    *("2025-12-31 22:30:00 PST", "2026-01-31 22:30:00 PST", "2026-02-28 22:30:00 PST"),
    *("2026-03-31 22:30:00 PDT", "2026-04-30 22:30:00 PDT", "2026-05-31 22:30:00 PDT"),
    "2026-06-30 22:30:00 PDT",
)
LAST_EVENINGS = Sample(
    "the last evening of each month in Pacific time, the next day here, over a change of the clock (Recurly)",
    "recurly",
    {
        "accounts.csv": table("account_code,account_created_at", ["mb1,2025-12-20 12:01:33 PST"]),
        "invoices_summary.csv": table(
            _RECURLY_INVOICES,
            [
                f"mb-i{n},{at},{at},paid,mb1,USD,40,40,0,0,40,{at},{at}"
                for n, at in enumerate(_EVENINGS[:-1])
            ],
        ),
        "adjustments.csv": table(
            _RECURLY_LINES,
            [
                f"mb-l{n},mb1,mb-s,mb-i{n},invoiced,charge,{at},{at},{_EVENINGS[n + 1]},1,USD,40,40,0,0,plan,mb-p,"
                "paid,renewal"
                for n, at in enumerate(_EVENINGS[:-1])
            ],
        ),
    },
    told("mb1 2026-01-01 new 40.00"),
)

# ---------------------------------------------------------------- 22: three paid months, then a year that never is

_UNPAID = (
    *((f"{n}", 100, first, end, True) for n, (first, end) in enumerate(MONTHS[:3])),
    ("year", 1200, date(2026, 4, 1), date(2027, 4, 1), False),
)
NEVER_PAID_BY_CHARGEBEE = Sample(
    "a year that was never paid (Chargebee tables)",
    "chargebee",
    {
        "customers.csv": table("id,created_at,email", ["mc1,2025-12-20,mc1@x.example"]),
        "invoices.csv": table(
            _CHARGEBEE_INVOICES,
            [
                f"mc-i{n},mc1,{'paid' if is_paid else 'not_paid'},USD,{first},{first if is_paid else ''},"
                f"{usd}00,0,{usd}00,{usd * is_paid}00,0"
                for n, usd, first, _, is_paid in _UNPAID
            ],
        ),
        "invoice_line_items.csv": table(
            _CHARGEBEE_LINES,
            [
                f"mc-l{n},mc-i{n},mc-s,mc1,{usd}00,0,{first},{end},mc-p-{usd},plan_item_price,1"
                for n, usd, first, end, _ in _UNPAID
            ],
        ),
    },
    told("mc1 2026-01-01 new 100.00 \n mc1 2026-05-01 churn -100.00"),
)
NEVER_PAID_BY_RECURLY = Sample(
    "a year that was never paid (Recurly)",
    "recurly",
    {
        "accounts.csv": table("account_code,account_created_at", ["md1,2025-12-20 12:01:33 PST"]),
        "invoices_summary.csv": table(
            _RECURLY_INVOICES,
            [
                f"md-i{n},{first} 00:00:00 UTC,{f'{first} 00:00:00 UTC' if is_paid else ''},"
                f"{'paid' if is_paid else 'failed'},md1,USD,{usd},{usd},0,0,{usd * is_paid},{first} 00:00:00 UTC,"
                f"{first} 00:00:00 UTC"
                for n, usd, first, _, is_paid in _UNPAID
            ],
        ),
        "adjustments.csv": table(
            _RECURLY_LINES,
            [
                f"md-l{n},md1,md-s,md-i{n},invoiced,charge,{first} 00:00:00 UTC,{first} 00:00:00 UTC,"
                f"{end} 00:00:00 UTC,1,USD,{usd},{usd},0,0,plan,md-p-{usd},{'paid' if is_paid else 'failed'},renewal"
                for n, usd, first, end, is_paid in _UNPAID
            ],
        ),
    },
    told("md1 2026-01-01 new 100.00 \n md1 2026-05-01 churn -100.00"),
)

MONTH_ENDS_AND_UNPAID = (
    *(MONTH_ENDS, LAST_EVENINGS),
    *(NEVER_PAID_BY_CHARGEBEE, NEVER_PAID_BY_RECURLY),
)
