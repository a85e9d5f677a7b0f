"""Add-ons beside plans, plans that follow each other, and subscriptions that are numbered for each customer."""

import json
from collections.abc import Iterable
from datetime import date

from tests.integration.exports.vendors.sample import MONTHS, Sample, epoch, table, told

SIGNED_UP = date(2025, 12, 20)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))
Period = tuple[date, date]


def _document(key: str, rows: Iterable[dict[str, object]]) -> str:
    return json.dumps({key: list(rows)})


# ---------------------------------------------------------------- Recurly


def _invoice(name: str, day: date, amount: int) -> dict[str, object]:
    at = f"{day}T10:00:00Z"
    return {
        "id": name,
        "account": {"id": name.split("-", maxsplit=1)[0]},
        "state": "paid",
        "currency": "USD",
        **{"subtotal": amount, "discount": 0, "tax": 0, "total": amount, "paid": amount},
        **{"created_at": at, "closed_at": at, "updated_at": at},
    }


def _line(
    invoice: str, amount: int, period: Period, add_on: str | None = None
) -> dict[str, object]:
    """Return a line; the API calls every add-on's origin add_on, whether it is billed by use or not."""
    account = invoice.split("-", maxsplit=1)[0]
    return {
        "id": f"{invoice}-{add_on}",
        "type": "charge",
        "account": {"id": account},
        "plan_id": f"{account}-plan",
        "add_on_id": add_on,
        "subscription_id": f"{account}-s",
        "invoice_id": invoice,
        "origin": "add_on" if add_on else "plan",
        "currency": "USD",
        "quantity": 1,
        **{"subtotal": amount, "discount": 0, "tax": 0},
        "proration_rate": None,
        "refund": False,
        "start_date": f"{period[0]}T00:00:00Z",
        "end_date": f"{period[1]}T00:00:00Z",
        "updated_at": f"{period[0]}T00:00:00Z",
    }


_CALLS = (12, 77, 40, 5, 90, 33)
ADD_ONS_BY_USE = Sample(
    "an add-on that is billed by use, as only the add-ons say, and one of each month beside a year (Recurly API)",
    "recurly",
    {
        "accounts.json": _document(
            "data",
            ({"id": one, "created_at": f"{SIGNED_UP}T10:00:00Z"} for one in ("va1", "va2")),
        ),
        "add_ons.json": _document(
            "data",
            [
                {"id": "va-calls", "plan_id": "va1-plan", "add_on_type": "usage", "name": "Calls"},
                {"id": "va-help", "plan_id": "va2-plan", "add_on_type": "fixed", "name": "Help"},
            ],
        ),
        "invoices.json": _document(
            "data",
            [
                _invoice("va2-year", YEAR[0], 1200),
                *(_invoice(f"va1-{n}", MONTHS[n][0], 100 + _CALLS[n]) for n in range(6)),
                *(_invoice(f"va2-{n}", MONTHS[n][0], 30) for n in range(1, 6)),
            ],
        ),
        "line_items.json": _document(
            "data",
            [
                _line("va2-year", 1200, YEAR),
                *(_line(f"va1-{n}", 100, MONTHS[n]) for n in range(6)),
                *(_line(f"va1-{n}", _CALLS[n], MONTHS[n], "va-calls") for n in range(6)),
                *(_line(f"va2-{n}", 30, MONTHS[n], "va-help") for n in range(1, 6)),
            ],
        ),
    },
    told(
        "va1 2026-01-01 new 100.00 \n va2 2026-01-01 new 100.00 \n va2 2026-02-01 expansion 30.00"
    ),
)

_ADJUSTMENTS = (
    "uuid,account_code,subscription_id,invoice_id,adjustment_type,adjustment_created_at,adjustment_start_at,"
    "adjustment_end_at,adjustment_quantity,adjustment_currency,adjustment_total,adjustment_discount,adjustment_tax,"
    "adjustment_product_code,adjustment_origin,adjustment_plan_code,adjustment_coupon_code,invoice_type"
)


def _adjustment(name: str, amount: int, period: Period, product: str, origin: str) -> str:
    first, end = (f"{day} 12:00:00 UTC" for day in period)
    billed = f"{first},{first},{end},1,USD,{amount},0,0"
    return f"{name},ve1,ve1-s,{name},charge,{billed},{product},{origin},ve-year,,renewal"


ADD_ONS_OF_AN_EXPORT = Sample(
    "an add-on of each month beside a year, in adjustments (Recurly)",
    "recurly",
    {
        "accounts.csv": table("account_code,account_created_at", [f"ve1,{SIGNED_UP} 12:00:00 UTC"]),
        "invoices_summary.csv": table(
            "id,billed_date,closed_at,status,account_code,currency,invoice_total,tax_amount",
            [
                f"{name},{day} 12:00:00 UTC,{day} 12:00:00 UTC,paid,ve1,USD,{amount},0"
                for name, day, amount in (
                    ("ve1-year", YEAR[0], 1200),
                    *((f"ve1-{n}", MONTHS[n][0], 30) for n in range(1, 6)),
                )
            ],
        ),
        "adjustments.csv": table(
            _ADJUSTMENTS,
            [
                _adjustment("ve1-year", 1200, YEAR, "ve-year", "plan"),
                *(_adjustment(f"ve1-{n}", 30, MONTHS[n], "help", "add_on") for n in range(1, 6)),
            ],
        ),
    },
    told("ve1 2026-01-01 new 100.00 \n ve1 2026-02-01 expansion 30.00"),
)

# ---------------------------------------------------------------- Chargebee


def _billed(name: str, day: date, *lines: tuple[str, str, int, Period]) -> dict[str, object]:
    """Return an invoice; its lines as kind and id of what they bill, amount and period."""
    customer, amount = name.split("-", maxsplit=1)[0], sum(cents for _, _, cents, _ in lines)
    return {
        "invoice": {
            "id": name,
            "customer_id": customer,
            "subscription_id": f"{customer}-s",
            "status": "paid",
            "price_type": "tax_exclusive",
            "currency_code": "USD",
            **{"sub_total": amount, "tax": 0, "total": amount, "amount_paid": amount},
            "amount_adjusted": 0,
            **dict.fromkeys(("date", "paid_at", "updated_at"), epoch(day)),
            "line_items": [
                {
                    "id": f"{name}-{entity}",
                    "subscription_id": f"{customer}-s",
                    "customer_id": customer,
                    "entity_type": kind,
                    "entity_id": entity,
                    "quantity": 1,
                    "amount": cents,
                    "discount_amount": 0,
                    "tax_amount": 0,
                    "date_from": epoch(first),
                    "date_to": epoch(end),
                }
                for kind, entity, cents, (first, end) in lines
            ],
        }
    }


_APRIL = (date(2026, 4, 1), date(2026, 5, 1))
_FROM_THE_MIDDLE = tuple((date(2026, n, 16), date(2026, n + 1, 16)) for n in (4, 5, 6))
PLANS_THAT_FOLLOW = Sample(
    "a plan of another product in the middle of a month, nothing given back; a year and an add-on for its rest; "
    "an add-on that is charged once for a time (Chargebee API)",
    "chargebee",
    {
        "customers.json": _document(
            "list",
            (
                {"customer": {"id": one, "created_at": epoch(SIGNED_UP)}}
                for one in ("vb1", "vb2", "vb3")
            ),
        ),
        "item_prices.json": _document(
            "list",
            (
                {
                    "item_price": {
                        "id": f"vb-{item}",
                        "item_id": item,
                        "price": price,
                        **{"period": 1, "period_unit": "month", "currency_code": "USD"},
                        "pricing_model": "flat_fee",
                        "metered": False,
                    }
                }
                for item, price in (("basic", 10000), ("pro", 20000))
            ),
        ),
        "addons.json": _document(
            "list",
            [
                {
                    "addon": {
                        "id": "vb-onboarding",
                        "charge_type": "non_recurring",
                        "period_unit": "not_applicable",
                        "price": 20000,
                        "currency_code": "USD",
                        "pricing_model": "flat_fee",
                    }
                }
            ],
        ),
        "invoices.json": _document(
            "list",
            [
                _billed("vb1-0", _APRIL[0], ("plan_item_price", "vb-basic", 10000, _APRIL)),
                *(
                    _billed(f"vb1-{n}", month[0], ("plan_item_price", "vb-pro", 20000, month))
                    for n, month in enumerate(_FROM_THE_MIDDLE, start=1)
                ),
                _billed("vb2-0", YEAR[0], ("plan_item_price", "vb-year", 120000, YEAR)),
                _billed(
                    "vb2-1",
                    date(2026, 3, 1),
                    ("addon_item_price", "vb-seats", 30000, (date(2026, 3, 1), YEAR[1])),
                ),
                *(
                    _billed(
                        f"vb3-{n}",
                        month[0],
                        ("plan", "vb-old", 5000, month),
                        *([("addon", "vb-onboarding", 20000, month)] if n == 2 else []),
                    )
                    for n, month in enumerate(MONTHS)
                ),
            ],
        ),
    },
    told("""
        vb1 2026-04-01 new 100.00
        vb1 2026-04-16 expansion 100.00
        vb2 2026-01-01 new 100.00
        vb2 2026-03-01 expansion 30.00
        vb3 2026-01-01 new 50.00
    """),
)

# ---------------------------------------------------------------- Stripe

ANOTHER_ITEM = Sample(
    "a month and then a year, nothing given back, by another item and without an export of prices (Sigma)",
    "stripe",
    {
        "customers.csv": table("id,created,email", [f"cus_vd1,{SIGNED_UP},vd@x.example"]),
        "invoices.csv": table(
            "id,customer_id,status,currency,date,total,status_transitions_paid_at",
            [
                "in_vd1,cus_vd1,paid,usd,2026-02-05,10000,2026-02-05",
                "in_vd2,cus_vd1,paid,usd,2026-02-20,96000,2026-02-20",
            ],
        ),
        "invoice_line_items.csv": table(
            "id,invoice_id,amount,currency,period_start,period_end,price_id,proration,quantity,source_type,"
            "subscription,subscription_item",
            [
                "il_vd1,in_vd1,10000,usd,2026-02-05,2026-03-05,vd-m,false,1,subscription,sub_vd,si_vd1",
                "il_vd2,in_vd2,96000,usd,2026-02-20,2027-02-20,vd-y,false,1,subscription,sub_vd,si_vd2",
            ],
        ),
    },
    told("cus_vd1 2026-02-05 new 100.00 \n cus_vd1 2026-02-20 contraction -20.00"),
)

# ---------------------------------------------------------------- by hand


def _numbered(customer: str, n: int, amount: int, first: date, end: date) -> str:
    return (
        f"{customer}-{n},1,paid,{customer},1,vc-plan,recurring,{amount},USD,{first},{end},{first}"
    )


SUBSCRIPTIONS_NUMBERED_FOR_EACH_CUSTOMER = Sample(
    "subscriptions that are numbered from 1 for each customer",
    "canonical",
    {
        "customers.csv": table("customer_id,created_at", [f"vc1,{SIGNED_UP}", f"vc2,{SIGNED_UP}"]),
        "invoice_lines.csv": table(
            "invoice_id,line_id,invoice_status,customer_id,subscription_id,plan_id,kind,amount,currency,"
            "period_start_at,period_end_at,issued_at",
            [
                line
                for n, (first, end) in enumerate(MONTHS)
                for line in (
                    _numbered("vc1", n, 100 if n < 3 else 200, first, end),
                    _numbered("vc2", n, 100, first.replace(day=16), end.replace(day=16)),
                )
            ],
        ),
    },
    told(
        "vc1 2026-01-01 new 100.00 \n vc1 2026-04-01 expansion 100.00 \n vc2 2026-01-16 new 100.00"
    ),
)

ADD_ONS = (
    ADD_ONS_BY_USE,
    ADD_ONS_OF_AN_EXPORT,
    PLANS_THAT_FOLLOW,
    ANOTHER_ITEM,
    SUBSCRIPTIONS_NUMBERED_FOR_EACH_CUSTOMER,
)
