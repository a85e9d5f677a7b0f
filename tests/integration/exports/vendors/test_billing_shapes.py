"""One story of three customers, as each billing vendor writes it in each of its shapes, is the same lines.

In January a (20 % off, taxed), b and c subscribe for 100 a month. b also pays for a setup, which is paid back, and
for calls by the meter. On 16 January c moves to 200. The fixtures have the real columns and made-up values.
"""

from collections.abc import Callable, Iterable

import pytest

Rows = list[tuple[object, ...]]
Query = Callable[[str], Rows]


def each(*shapes: str) -> pytest.MarkDecorator:
    """Ask each of these billing shapes."""
    return pytest.mark.parametrize(("source", "shape"), [("billing", one) for one in shapes])


def of(vendor: str, shapes: Iterable[str]) -> list[str]:
    """Return the shapes of one vendor."""
    return [one for one in shapes if one.startswith(f"{vendor}/")]


# customer, kind, net amount, first day, day after the last
_BOTH: Rows = [
    ("a", "recurring", "80.00", "2026-01-01", "2026-02-01"),
    ("a", "recurring", "80.00", "2026-02-01", "2026-03-01"),
    ("a", "recurring", "80.00", "2026-03-01", "2026-04-01"),
    ("b", "recurring", "100.00", "2026-01-01", "2026-02-01"),
    ("b", "recurring", "100.00", "2026-02-01", "2026-03-01"),
    ("b", "recurring", "100.00", "2026-03-01", "2026-04-01"),
    ("c", "recurring", "100.00", "2026-01-01", "2026-02-01"),
    ("c", "recurring", "103.23", "2026-01-16", "2026-02-01"),
    ("c", "recurring", "200.00", "2026-02-01", "2026-03-01"),
    ("c", "recurring", "200.00", "2026-03-01", "2026-04-01"),
]
# Of Stripe's lines only those that hold their price tell that it is metered; else that stands in the prices.
_STRIPE: Rows = [
    *_BOTH,
    ("b", "one_off", "50.00", "2026-01-01", "2026-01-01"),
    ("b", "recurring", "12.34", "2026-01-01", "2026-02-01"),
    ("b", "recurring", "5.00", "2026-02-01", "2026-03-01"),
    ("c", "recurring", "-51.61", "2026-01-16", "2026-02-01"),
]
_STRIPE_WITH_PRICES: Rows = [
    (row[0], "usage", *row[2:]) if row[2] in ("12.34", "5.00") else row for row in _STRIPE
]
_CHARGEBEE: Rows = [
    *_BOTH,
    ("b", "one_off", "50.00", "2026-01-01", "2026-01-01"),
    ("b", "credit", "-50.00", "2026-01-01", "2026-01-01"),
    ("c", "credit", "-51.61", "2026-01-16", "2026-02-01"),
]
_RECURLY: Rows = [
    *_BOTH,
    ("b", "one_off", "50.00", "2026-01-01", None),
    ("b", "usage", "12.34", "2026-01-01", "2026-02-01"),
    ("b", "credit", "-50.00", "2026-01-01", None),
    ("c", "recurring", "-51.61", "2026-01-16", "2026-02-01"),
]
LINES: dict[str, Rows] = {
    "stripe/sigma_2024": _STRIPE,
    "stripe/sigma_2026": _STRIPE,
    "stripe/fivetran": _STRIPE,
    "stripe/airbyte": _STRIPE_WITH_PRICES,
    "stripe/api_2024": _STRIPE_WITH_PRICES,
    "stripe/api_2025_basil": _STRIPE,
    "chargebee/api": [*_CHARGEBEE, ("b", "usage", "12.34", "2026-01-01", "2026-02-01")],
    "chargebee/airbyte": [*_CHARGEBEE, ("b", "usage", "12.34", "2026-01-01", "2026-02-01")],
    "chargebee/tables": [*_CHARGEBEE, ("b", "recurring", "12.34", "2026-01-01", "2026-02-01")],
    "recurly/api": _RECURLY,
    "recurly/fivetran_history": _RECURLY,
    "recurly/automated_exports": _RECURLY,
}

_NET_LINES = """
    select
        right(coalesce(lines.customer_id, invoices.customer_id, notes.customer_id), 1) as customer,
        lines.kind,
        cast(cast(
            lines.amount / if(lines.in_minor_units, 100, 1)
            - if(lines.discount_included is null, coalesce(discounts.amount, 0), 0) as decimal(18, 2)
        ) as varchar),
        cast(cast(lines.period_start_at as date) as varchar),
        cast(cast(lines.period_end_at as date) as varchar)
    from raw.invoice_lines as lines
    left join (select invoice_id, any_value(customer_id) as customer_id from raw.invoices group by 1) as invoices
        on lines.invoice_id = invoices.invoice_id
    left join raw.credit_notes as notes on lines.invoice_id = notes.credit_note_id
    left join (
        select invoice_id, line_id, cast(sum(amount / if(in_minor_units, 100, 1)) as decimal(18, 2)) as amount
        from raw.line_discounts group by all
    ) as discounts on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
"""


@each(*LINES)
def test_every_shape_of_a_vendor_gives_the_same_lines(source: str, shape: str, ask: Query) -> None:
    assert _sorted(ask(_NET_LINES)) == _sorted(LINES[shape])


@each(*of("stripe", LINES))
def test_metered_is_told_by_the_price_and_not_by_the_line(
    source: str, shape: str, ask: Query
) -> None:
    told = ask(
        "select plans.usage, count(*) from raw.invoice_lines join raw.plans using (plan_id) group by 1 order by 1"
    )

    assert told == [("licensed", 11), ("metered", 2)]


@each(*LINES)
def test_the_vendors_own_totals_of_an_invoice_are_kept(source: str, shape: str, ask: Query) -> None:
    taxed = ask(
        "select distinct total, tax, amount_paid from raw.invoices where right(customer_id, 1) = 'a' "
        "and status = 'paid'"
    )

    amounts = {(str(total), str(tax)) for total, tax, _ in taxed}
    assert amounts == {("95.20", "15.20")}


@each(
    "stripe/sigma_2024", "stripe/sigma_2026", "stripe/fivetran", "stripe/airbyte", "stripe/api_2024"
)
def test_a_dispute_is_no_status_and_a_refund_is_not_the_whole_charge(
    source: str, shape: str, ask: Query
) -> None:
    charges = ask(
        "select split_part(payment_id, '_', 3), status, cast(amount as varchar), cast(refunded_amount as varchar) "
        "from raw.payments order by 1"
    )
    disputes = ask("select split_part(payment_id, '_', 3), status from raw.disputes order by 1")

    assert charges == [
        ("a1", "succeeded", "95.20", "0.00"),
        ("b0", "failed", "112.34", "0.00"),
        ("b1", "succeeded", "150.00", "50.00"),
        ("c1", "refunded", "100.00", "100.00"),
        ("c3", "succeeded", "200.00", "0.00"),
        ("c4", "succeeded", "200.00", "0.00"),
    ]
    assert disputes == [("c3", "won"), ("c4", "lost")]


@each(*of("chargebee", LINES), *of("recurly", LINES))
def test_a_refund_is_a_row_of_its_own_that_names_its_payment(
    source: str, shape: str, ask: Query
) -> None:
    refunds = ask(
        "select cast(refunds.amount as varchar), payments.status, right(refunds.customer_id, 1) "
        "from raw.refunds join raw.payments using (payment_id)"
    )
    failed = ask("select count(*), sum(amount) from raw.payments where status = 'failed'")

    assert refunds == [("50.00", "succeeded", "b")]
    assert failed == [(1, 200)]


@each("stripe/dashboard_2020", "stripe/dashboard_2026")
def test_the_dashboard_says_in_its_subscriptions_what_each_is_worth(
    source: str, shape: str, ask: Query
) -> None:
    items = ask(
        "select right(customer_id, 1), cast(unit_amount as double), cast(quantity as int), interval, "
        "cast(cast(valid_from_at as date) as varchar), cast(cast(valid_to_at as date) as varchar) "
        "from raw.subscription_items order by 1"
    )

    assert items == [
        ("a", 10.0, 3, "month", "2026-01-01", None),
        ("b", 1200.0, 1, "year", "2026-01-01", None),
        ("c", 10.0, 2, "month", "2026-01-01", "2026-03-01"),
    ]


@each("stripe/dashboard_2020", "stripe/dashboard_2026")
def test_a_payment_of_the_dashboard_that_waits_is_no_attempt(
    source: str, shape: str, ask: Query
) -> None:
    found = ask("select right(payment_id, 1), status from raw.payments order by 1")

    assert found == [
        ("1", "succeeded"),
        ("2", "succeeded"),
        ("3", "refunded"),
        ("4", "failed"),
        ("5", "disputed"),
        ("6", "succeeded"),
        ("8", "failed"),
    ]


@each("shopify/admin", "shopify/api", "shopify/fivetran")
def test_a_shop_says_the_totals_of_an_order_beside_its_lines(
    source: str, shape: str, ask: Query
) -> None:
    # The first order: 60 and twice 30, less 12 of the whole.
    lines, totals = ask(
        "select cast(sum(orders.amount) as varchar), cast(any_value(totals.subtotal) as varchar) "
        "from raw.orders join raw.order_totals as totals using (order_id) "
        "where order_id = (select min(order_id) from raw.orders)"
    )[0]

    assert (lines, totals) == ("120.00", "108.00")


@each("shopify/admin", "shopify/api", "shopify/fivetran")
def test_the_state_of_payment_of_an_order_is_told(source: str, shape: str, ask: Query) -> None:
    told = ask(
        "select distinct coalesce(orders.status, totals.status) from raw.orders "
        "left join raw.order_totals as totals using (order_id)"
    )

    assert {"completed", "expired", "partially_refunded"} <= {status for (status,) in told}


@each("shopify/admin")
def test_an_address_is_one_customer_however_it_is_spelled(
    source: str, shape: str, ask: Query
) -> None:
    strangers = ask(
        "select distinct customer_id from raw.orders where customer_id not in (select customer_id from raw.customers)"
    )

    assert strangers == []


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: tuple(str(value) for value in row))
