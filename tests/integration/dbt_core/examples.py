"""The worked examples of ``cases/README.md`` as rows of the billing export, and a few more.

Rows only; what they should add up to stands in the tests. Every example is one segment.
"""

from collections.abc import Iterable, Mapping
from itertools import count

from tests.integration.dbt_purchases.hand_loaded import Cell, Warehouse

Row = Mapping[str, Cell]

PLANS = (
    ("silver-month", "30", "month"),
    ("silver-year", "300", "year"),
    ("gold-month", "50", "month"),
    ("gold-year", "500", "year"),
    ("plan-40", "40", "month"),
    ("plan-50", "50", "month"),
    ("plan-100", "100", "month"),
    ("plan-200", "200", "month"),
)


def plan(plan_id: str, price: str, interval: str) -> Row:
    """Return a plan of one interval in USD."""
    return {
        "plan_id": plan_id,
        "product": "Suite",
        "unit_amount": price,
        "currency": "USD",
        "interval": interval,
        "interval_count": 1,
    }


class Example:
    """The rows of one example; customers are named ``<segment>-<name>``."""

    def __init__(self, segment: str) -> None:
        """Begin an example without rows."""
        self.segment = segment
        self.customers: dict[str, Row] = {}
        self.subscriptions: list[Row] = []
        self.lines: list[Row] = []
        self._numbers = count(1)

    def line(
        self, name: str, plan_id: str, amount: str, start: str, end: str, **more: Cell
    ) -> "Example":
        """Add a paid recurring line of customer ``name`` for the days ``[start, end)``."""
        customer_id = f"{self.segment}-{name}"
        self.customers[customer_id] = {
            "customer_id": customer_id,
            "created_at": "2024-01-01 00:00:00+00",
            "segment": self.segment,
        }
        number = next(self._numbers)
        self.lines.append(
            {
                "line_id": f"{customer_id}-{number}",
                "invoice_id": f"{customer_id}-invoice-{number}",
                "invoice_status": "paid",
                "customer_id": customer_id,
                "subscription_id": f"{customer_id}-{plan_id}",
                "plan_id": plan_id,
                "kind": "recurring",
                "quantity": 1,
                "amount": amount,
                "currency": "USD",
                "period_start_at": f"{start} 00:00:00+00",
                "period_end_at": f"{end} 00:00:00+00",
                "is_proration": False,
                "issued_at": f"{start} 00:00:00+00",
                **more,
            }
        )
        return self

    def subscription(self, name: str, plan_id: str, **more: Cell) -> "Example":
        """Add what the export says of the subscription of ``name`` to ``plan_id``."""
        self.subscriptions.append(
            {
                "subscription_id": f"{self.segment}-{name}-{plan_id}",
                "customer_id": f"{self.segment}-{name}",
                "started_at": "2025-01-01 00:00:00+00",
                **more,
            }
        )
        return self


def retention_formula() -> Example:
    """Case 1: 100 at opening of February, 50 joined, 125 at closing."""
    example = Example("case-1")
    for number in range(100):
        example.line(f"{number:03}", "plan-100", "100", "2026-01-01", "2026-02-01")
    for number in range(25, 150):
        example.line(f"{number:03}", "plan-100", "100", "2026-02-01", "2026-03-01")
    return example


def churn_formula() -> Example:
    """Case 2: 200 customers, 50 not renewed."""
    example = Example("case-2")
    for number in range(200):
        end = "2026-02-15" if number < 50 else "2026-03-15"
        example.line(f"{number:03}", "plan-100", "100", "2026-01-15", "2026-02-15")
        if end == "2026-03-15":
            example.line(f"{number:03}", "plan-100", "100", "2026-02-15", end)
    return example


def one_life() -> Example:
    """Case 3: gold yearly, silver monthly beside it, both ended, gold monthly later."""
    example = Example("case-3")
    example.line("life", "gold-year", "2000", "2025-01-10", "2026-01-10", quantity=4)
    example.line("life", "silver-month", "60", "2025-01-20", "2025-02-20", quantity=2)
    example.line(
        "life", "silver-month", "-32.90", "2025-02-03", "2025-02-20", quantity=2, is_proration=True
    )
    for start, end in (("2026-03-01", "2026-04-01"), ("2026-04-01", "2026-05-01"),
                       ("2026-05-01", "2026-06-01"), ("2026-06-01", "2026-07-01")):  # fmt: skip
        example.line("life", "gold-month", "150", start, end, quantity=3)
    return example.subscription(
        "life",
        "gold-year",
        cancel_requested_at="2025-06-01 00:00:00+00",
        cancel_at_period_end=True,
        ended_at="2026-01-10 00:00:00+00",
        cancellation_reason="too expensive",
    )


def upgrade_in_mid_cycle() -> Example:
    """Case 4: a credit and a debit for 16 of the 31 days of January."""
    return (
        Example("case-4")
        .line("up", "plan-100", "100", "2026-01-01", "2026-02-01")
        .line("up", "plan-100", "-51.61", "2026-01-16", "2026-02-01", is_proration=True)
        .line("up", "plan-200", "103.23", "2026-01-16", "2026-02-01", is_proration=True)
        .line("up", "plan-200", "200", "2026-02-01", "2026-03-01")
        .line("up", "plan-200", "200", "2026-03-01", "2026-04-01")
    )


def quarter() -> Example:
    """Case 5: the first quarter of 2026."""
    example = Example("case-5")
    example.line("back", "plan-40", "40", "2025-09-01", "2025-10-01")
    for number in range(10):
        example.line(f"{number}", "plan-100", "200", "2025-12-01", "2026-02-01")
    after = {0: None, 1: ("plan-50", "50"), 2: ("plan-200", "200"), 3: ("plan-200", "200")}
    for number in range(10):
        stays = after.get(number, ("plan-100", "100"))
        if stays:
            plan_id, monthly = stays
            example.line(f"{number}", plan_id, f"{int(monthly) * 3}", "2026-02-01", "2026-05-01")
    for name in ("a", "b", "c"):
        example.line(f"joined-{name}", "plan-100", "300", "2026-02-01", "2026-05-01")
    return example.line("back", "plan-40", "120", "2026-02-01", "2026-05-01")


def unpaid() -> Example:
    """A renewal that nobody pays: it counts for thirty days."""
    return (
        Example("unpaid")
        .line("late", "gold-year", "500", "2025-01-31", "2026-01-31")
        .line("late", "gold-year", "500", "2026-01-31", "2027-01-31", invoice_status="open")
        .line("void", "gold-year", "500", "2026-01-31", "2027-01-31", invoice_status="void")
    )


def discounted_upgrade() -> Example:
    """A tenth off: the new plan's rate is known from the discount of the old one's whole line."""
    return (
        Example("discounted")
        .line("up", "plan-100", "90", "2026-01-01", "2026-02-01")
        .line("up", "plan-100", "-46.45", "2026-01-16", "2026-02-01", is_proration=True,
              subscription_id="discounted-up-plan-100")
        .line("up", "plan-200", "92.90", "2026-01-16", "2026-02-01", is_proration=True,
              subscription_id="discounted-up-plan-100")
        .line("up", "plan-200", "180", "2026-02-01", "2026-03-01",
              subscription_id="discounted-up-plan-100")
    )  # fmt: skip


def moved_to_another_system() -> Example:
    """One customer under two ids: the new one begins where the old one ends."""
    return (
        Example("moved")
        .line("old", "plan-100", "100", "2026-01-01", "2026-02-01")
        .line("new", "plan-100", "100", "2026-02-01", "2026-03-01")
    )


EXAMPLES = (
    retention_formula,
    churn_formula,
    one_life,
    upgrade_in_mid_cycle,
    quarter,
    unpaid,
    discounted_upgrade,
    moved_to_another_system,
)


def load_examples(warehouse: Warehouse) -> None:
    """Load every example into the raw tables."""
    examples = [make() for make in EXAMPLES]
    tables: Mapping[str, Iterable[Row]] = {
        "plans": [plan(*row) for row in PLANS],
        "customers": [row for example in examples for row in example.customers.values()],
        "subscriptions": [row for example in examples for row in example.subscriptions],
        "invoice_lines": [row for example in examples for row in example.lines],
        "customer_aliases": [{"customer_id": "moved-old", "same_as_customer_id": "moved-new"}],
    }
    for table, rows in tables.items():
        warehouse.load(table, rows)
