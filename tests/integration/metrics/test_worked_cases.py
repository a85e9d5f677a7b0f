"""Edges of the rules as histories small enough to calculate by hand, with the answer written beside them.

The worked cases of ``cases/README.md`` stand in ``dbt_core/test_worked_examples.py`` and, the sixth, in
``dbt_purchases/test_repeat_rate.py``.
"""

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
    Plan,
    Terms,
)

TERMS = Terms(until=date(2026, 6, 15), recurring_from="invoice_lines")
PLANS = (
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
LINES = (
    *SAME_DAY,
    *NOTHING_RECURRING,
    *DUNNING,
    *EDGES,
)


def books() -> Books:
    """Return all of them in one company."""
    names = dict.fromkeys(one.customer_id for one in LINES)
    return Books(
        customers=tuple(Customer(name, at("2024-01-01")) for name in names),
        aliases=(Alias("old-id", "new-id"),),
        plans=PLANS,
        invoice_lines=LINES,
    )


MOVEMENTS = {
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


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """All cases in one dbt run."""
    return build(
        tmp_path_factory.mktemp("cases"),
        books(),
        TERMS,
        ("fct_mrr_movements", "mart_churn_periods"),
    )


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
