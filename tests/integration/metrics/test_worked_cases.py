"""Histories small enough to calculate by hand, as invoices, with the answer written beside them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.integration.metrics.dbt_run import Marts, build
from tests.reference.company import company
from tests.reference.rows import (
    Alias,
    Books,
    Customer,
    InvoiceLine,
    Order,
    Plan,
    Subscription,
    Terms,
)

TERMS = Terms(until=date(2026, 6, 15), recurring_from="invoice_lines")
PLANS = (
    Plan("silver", Decimal("30.00")),
    Plan("gold", Decimal("50.00")),
    Plan("gold-year", Decimal("500.00"), interval="year"),
    Plan("hundred", Decimal("100.00")),
    Plan("two-hundred", Decimal("200.00")),
    Plan("year", Decimal("1200.00"), interval="year"),
    Plan("free", Decimal("0.00")),
)


def at(text: str) -> datetime:
    """Return midnight in UTC of a day written as ISO, or the instant where a time is given."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def line(
    customer: str, start: str, end: str, amount: str, plan: str = "hundred", **other: object
) -> InvoiceLine:
    """Return a paid recurring line; ``other`` overrides columns."""
    found = {
        "line_id": f"{customer}/{start}/{amount}/{other.get('kind', '')}",
        "invoice_id": f"{customer}/{start}",
        "invoice_status": "paid",
        "customer_id": customer,
        "kind": "recurring",
        "amount": Decimal(amount),
        "currency": "USD",
        "issued_at": at(start),
        "subscription_id": customer,
        "plan_id": plan,
        "quantity": Decimal(1),
        "period_start_at": at(start),
        "period_end_at": at(end),
        "is_proration": False,
        **other,
    }
    return InvoiceLine(**found)  # type: ignore[arg-type]


def one_life() -> Iterator[InvoiceLine]:
    """Case 3: one customer's life."""
    gold = {"subscription_id": "life-gold", "quantity": Decimal(4)}
    silver = {"subscription_id": "life-silver", "quantity": Decimal(2)}
    again = {"subscription_id": "life-again", "quantity": Decimal(3)}
    yield line("life", "2024-01-10", "2025-01-10", "2000.00", "gold-year", **gold)
    yield line("life", "2024-01-20", "2024-02-20", "60.00", "silver", **silver)
    for month in ("2025-03-01/2025-04-01", "2025-04-01/2025-05-01"):
        start, end = month.split("/")
        yield line("life", start, end, "150.00", "gold", **again)


LIFE_SUBSCRIPTIONS = (
    Subscription(
        "life-gold",
        "life",
        at("2024-01-10"),
        cancel_requested_at=at("2024-06-01"),
        cancel_at_period_end=True,
        ended_at=at("2025-01-10"),
    ),
    Subscription(
        "life-silver",
        "life",
        at("2024-01-20"),
        cancel_at_period_end=False,
        ended_at=at("2024-02-03"),
    ),
)

UPGRADE = (
    line("upgrade", "2026-01-01", "2026-02-01", "100.00"),
    line("upgrade", "2026-01-16", "2026-02-01", "-51.61", is_proration=True),
    line("upgrade", "2026-01-16", "2026-02-01", "103.23", "two-hundred", is_proration=True),
    line("upgrade", "2026-02-01", "2026-03-01", "200.00", "two-hundred"),
    line("upgrade", "2026-03-01", "2026-04-01", "200.00", "two-hundred"),
)
SAME_DAY = (
    line("same-day", "2026-01-01T05:35:00", "2026-02-01T05:35:00", "100.00"),
    line("same-day", "2026-01-01T17:35:00", "2026-02-01T05:35:00", "-98.39", is_proration=True),
    line(
        "same-day",
        "2026-01-01T17:35:00",
        "2026-02-01T05:35:00",
        "196.77",
        "two-hundred",
        is_proration=True,
    ),
    line("same-day", "2026-02-01T05:35:00", "2026-03-01T05:35:00", "200.00", "two-hundred"),
)
NOTHING_RECURRING = tuple(
    line("nothing", "2026-01-01", "2026-02-01", amount, **other)
    for amount, other in (
        ("100.00", {"invoice_status": "void"}),
        ("101.00", {"invoice_status": "draft"}),
        ("103.00", {"kind": "one_off"}),
        ("104.00", {"kind": "tax"}),
        ("-105.00", {"kind": "credit"}),
        ("106.00", {"kind": "usage"}),
        ("0.00", {"plan_id": "free"}),
    )
)
DUNNING = (
    line("unpaid-month", "2026-01-01", "2026-02-01", "100.00", invoice_status="open"),
    line("unpaid-year", "2025-03-10", "2026-03-10", "1200.00", "year"),
    line("unpaid-year", "2026-03-10", "2027-03-10", "1200.00", "year", invoice_status="open"),
    # April has thirty days: the period ends on the very day on which patience does.
    line("unpaid-april", "2026-03-01", "2026-04-01", "100.00"),
    line("unpaid-april", "2026-04-01", "2026-05-01", "100.00", invoice_status="open"),
    line("fresh-unpaid", "2026-06-01", "2026-07-01", "100.00", invoice_status="open"),
)
EDGES = (
    line("last-day", "2026-06-15", "2026-07-15", "100.00"),
    line("tomorrow", "2026-06-16", "2026-07-16", "100.00"),
    line("old-id", "2026-01-31", "2026-02-28", "100.00"),
    line("new-id", "2026-02-28", "2026-03-31", "100.00"),
    line("late-on-31", "2026-01-31", "2026-02-28", "100.00"),
    line("late-on-31", "2026-02-28", "2026-03-31", "100.00"),
)
ORDERS = tuple(
    Order(f"o{number}", "1", customer, at(day), Decimal("9.00"), "USD", status)
    for number, (customer, day, status) in enumerate(
        [
            ("b1", "2026-01-05", "paid"),
            ("b2", "2026-01-06", "paid"),
            ("b3", "2026-01-07T08:00:00", "paid"),
            ("b3", "2026-01-07T20:00:00", "paid"),
            ("b3", "2026-02-07", "paid"),
            ("b4", "2026-01-08", "paid"),
            ("b4", "2026-02-08", "cancelled"),
            ("b5", "2026-01-09", "paid"),
            ("b6", "2026-01-09", "refunded"),
        ]
    )
)


def quarter() -> Iterator[InvoiceLine]:
    """Case 5: ten customers at the opening of the second quarter of 2025; see the README of the
    cases.
    """
    for number in range(10):
        name = f"q{number}"
        stays = number >= 4
        yield line(
            name,
            "2025-01-01",
            "2026-01-01" if stays else "2025-05-01",
            "1200.00" if stays else "400.00",
            "",
        )
    yield line("q1", "2025-05-01", "2025-10-01", "250.00", "")
    for name in ("q2", "q3"):
        yield line(name, "2025-05-01", "2025-10-01", "1000.00", "")
    for name in ("q10", "q11", "q12"):
        yield line(name, "2025-06-01", "2025-10-01", "400.00", "")
    yield line("q13", "2024-01-01", "2024-03-01", "80.00", "")
    yield line("q13", "2025-06-01", "2025-10-01", "160.00", "")


LINES = (
    *one_life(),
    *UPGRADE,
    *SAME_DAY,
    *NOTHING_RECURRING,
    *DUNNING,
    *EDGES,
    *(quarter()),
)


def books() -> Books:
    """Return all cases in one company; the quarter's customers are the segment ``quarter``."""
    names = dict.fromkeys([one.customer_id for one in LINES] + [one.customer_id for one in ORDERS])
    return Books(
        customers=tuple(Customer(name, at("2024-01-01"), segment=_segment(name)) for name in names),
        aliases=(Alias("old-id", "new-id"),),
        plans=PLANS,
        subscriptions=LIFE_SUBSCRIPTIONS,
        invoice_lines=LINES,
        orders=ORDERS,
    )


def _segment(name: str) -> str | None:
    return (
        "quarter"
        if name[0] == "q"
        else "buyers"
        if name in {"b1", "b2", "b3", "b4", "b5", "b6"}
        else None
    )


MOVEMENTS = {
    "life": [
        ("2024-01-10", "new", "166.67"),
        ("2024-01-20", "expansion", "60.00"),
        ("2024-02-03", "contraction", "-60.00"),
        ("2025-01-10", "churn", "-166.67"),
        ("2025-03-01", "reactivation", "150.00"),
        ("2025-05-01", "churn", "-150.00"),
    ],
    "upgrade": [
        ("2026-01-01", "new", "100.00"),
        ("2026-01-16", "expansion", "100.00"),
        ("2026-04-01", "churn", "-200.00"),
    ],
    "same-day": [("2026-01-01", "new", "200.00"), ("2026-03-01", "churn", "-200.00")],
    "nothing": [],
    "unpaid-month": [("2026-01-01", "new", "100.00"), ("2026-01-31", "churn", "-100.00")],
    "unpaid-year": [("2025-03-10", "new", "100.00"), ("2026-04-09", "churn", "-100.00")],
    "unpaid-april": [("2026-03-01", "new", "100.00"), ("2026-05-01", "churn", "-100.00")],
    "fresh-unpaid": [("2026-06-01", "new", "100.00")],
    "last-day": [("2026-06-15", "new", "100.00")],
    "tomorrow": [],
    "old-id": [],
    "new-id": [("2026-01-31", "new", "100.00"), ("2026-03-31", "churn", "-100.00")],
    "late-on-31": [("2026-01-31", "new", "100.00"), ("2026-03-31", "churn", "-100.00")],
}
QUARTER = {
    "customers_opening": 10,
    "customers_retained": 9,
    "customers_lost": 1,
    "customers_new": 3,
    "customers_reactivated": 1,
    "customers_closing": 13,
    "mrr_opening": Decimal("1000.00"),
    "mrr_new": Decimal("300.00"),
    "mrr_reactivation": Decimal("40.00"),
    "mrr_expansion": Decimal("200.00"),
    "mrr_contraction": Decimal("50.00"),
    "mrr_churn": Decimal("100.00"),
    "mrr_closing": Decimal("1390.00"),
    "churn_rate": 0.1,
    "retention_rate": 0.9,
    "ndr": 1.05,
    "grr": 0.85,
    "quick_ratio": 3.6,
    "upgrades": 2,
    "downgrades": 1,
}


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """All cases in one dbt run."""
    return build(tmp_path_factory.mktemp("cases"), books(), TERMS)


@pytest.mark.parametrize("customer", MOVEMENTS)
def test_a_customer_moves_as_calculated_by_hand(marts: Marts, customer: str) -> None:
    found = marts.query(
        """
        select movement_on, movement_type, amount from marts.fct_mrr_movements
        where customer_id = ? order by 1
        """,
        [customer],
    )
    assert [(f"{day}", kind, f"{amount}") for day, kind, amount in found] == MOVEMENTS[customer]


@pytest.mark.parametrize("customer", MOVEMENTS)
def test_the_reference_moves_a_customer_as_calculated_by_hand(customer: str) -> None:
    life = company(books(), TERMS).lives.get(customer)
    found = life.movements if life else []
    assert [
        (f"{one.on}", one.kind, f"{Decimal(one.cents) / 100:.2f}") for one in found
    ] == MOVEMENTS[customer]


@pytest.mark.parametrize("mart", ["mart_revenue_periods", "mart_churn_periods"])
def test_the_quarter_of_case_five(marts: Marts, mart: str) -> None:
    (row,) = [
        row
        for row in marts.rows(mart)
        if (row["grain"], row["period_start"], row["member"])
        == ("quarter", date(2025, 4, 1), "quarter")
    ]
    assert {column: row[column] for column in QUARTER} == QUARTER


def test_unpaid_leavers_are_involuntary(marts: Marts) -> None:
    found = marts.query("""
        select period_start, customers_lost_involuntary, mrr_churn_involuntary
        from marts.mart_churn_periods
        where grain = 'month' and dimension = 'all' and customers_lost_involuntary > 0 order by 1
    """)
    assert found == [
        (date(2026, 4, 1), 1, Decimal("100.00")),
        (date(2026, 5, 1), 1, Decimal("100.00")),
    ]


def test_the_repeat_rate_of_case_six(marts: Marts) -> None:
    (row,) = [
        row
        for row in marts.rows("mart_repeat_rate")
        if (row["grain"], row["period_start"], row["member"])
        == ("month", date(2026, 6, 1), "buyers")
    ]
    assert (row["buyers_to_date"], row["repeat_buyers_to_date"], row["repeat_customer_rate"]) == (
        5,
        1,
        0.2,
    )
