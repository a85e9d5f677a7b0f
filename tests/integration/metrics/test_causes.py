"""Why MRR changed, and who is an upgrade or a downgrade: histories of one change each, answers by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.metrics.conftest import Case
from tests.integration.metrics.dbt_run import Marts, build
from tests.reference.company import company
from tests.reference.rows import (
    Books,
    Customer,
    InvoiceLine,
    Plan,
    SubscriptionItem,
    SubscriptionPeriod,
    Terms,
)

JANUARY, FEBRUARY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
MARCH, CHANGE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC)
TERMS = Terms(until=date(2026, 2, 28), dimensions=("segment",))
PLANS = (
    Plan("team", Decimal("15.00"), product="Team"),
    Plan("team-year", Decimal("150.00"), interval="year", product="Team"),
    Plan("business", Decimal("29.00"), product="Business"),
    Plan("insights", Decimal("45.00"), product="Insights"),
)


def item(customer: str, plan: str = "team", **other: object) -> SubscriptionItem:
    """Return ten seats of a plan from January on; ``other`` overrides columns."""
    found = {
        "item_id": f"{customer}-item",
        "subscription_id": f"{customer}-sub",
        "customer_id": customer,
        "plan_id": plan,
        "valid_from_at": JANUARY,
        "quantity": Decimal(10),
        **other,
    }
    return SubscriptionItem(**found)  # type: ignore[arg-type]


def changed(
    customer: str, before: dict[str, object], after: dict[str, object]
) -> tuple[SubscriptionItem, ...]:
    """Return two versions of an item: from January on, and from the tenth of February on."""
    return item(customer, **before), item(customer, **{"valid_from_at": CHANGE, **after})  # type: ignore[arg-type]


NEW_SUBSCRIPTION: dict[str, Any] = {"item_id": "other-item", "subscription_id": "other-sub"}
ITEMS = (
    *changed("yearly", {}, {"plan": "team-year"}),
    *changed("coupon ends", {"discount": Decimal("0.2")}, {}),
    *changed("coupon begins with a year", {}, {"plan": "team-year", "discount": Decimal("0.1")}),
    *changed("seats down and yearly", {}, {"plan": "team-year", "quantity": Decimal(8)}),
    *changed("seats up as a coupon ends", {"discount": Decimal("0.2")}, {"quantity": Decimal(12)}),
    *changed("price list", {}, {"unit_amount": Decimal("18.00")}),
    *changed("other plan", {}, {"plan": "business"}),
    item("add-on dropped"),
    item(
        "add-on dropped", "insights", item_id="a", quantity=Decimal(1), subscription_id="a",
        valid_to_at=CHANGE,
    ),
    item("add-on taken"),
    item(
        "add-on taken", "insights", item_id="b", quantity=Decimal(1), subscription_id="b",
        valid_from_at=CHANGE,
    ),
    item("yearly elsewhere", valid_to_at=CHANGE),
    item("yearly elsewhere", "team-year", valid_from_at=CHANGE, **NEW_SUBSCRIPTION),
)  # fmt: skip
CAUSES = {
    "yearly": {"commitment": "-25.00"},
    "coupon ends": {"discount": "30.00"},
    "coupon begins with a year": {"commitment": "-25.00", "discount": "-12.50"},
    "seats down and yearly": {"commitment": "-25.00", "quantity": "-25.00"},
    "seats up as a coupon ends": {"quantity": "24.00", "discount": "36.00"},
    "price list": {"price": "30.00"},
    "other plan": {"plan": "140.00"},
    "add-on dropped": {"add_on": "-45.00"},
    "add-on taken": {"add_on": "45.00"},
    "yearly elsewhere": {"commitment": "-25.00"},
}
COUNTED = {
    "seats down and yearly": (0, 1),
    "seats up as a coupon ends": (1, 0),
    "price list": (1, 0),
    "other plan": (1, 0),
    "add-on dropped": (0, 1),
    "add-on taken": (1, 0),
}


def line(
    customer: str, begins: datetime, amount: str, ends: datetime | None = None, **other: object
) -> InvoiceLine:
    """Return a paid line of ten seats up to the end of its month; ``other`` overrides columns."""
    end = ends or (FEBRUARY if begins < FEBRUARY else MARCH)
    found = {
        "line_id": f"{customer}/{begins}/{amount}",
        "invoice_id": f"{customer}/{begins}",
        "invoice_status": "paid",
        "customer_id": customer,
        "kind": "recurring",
        "amount": Decimal(amount),
        "currency": "USD",
        "issued_at": begins,
        "subscription_id": customer,
        "plan_id": "team",
        "quantity": Decimal(10),
        "period_start_at": begins,
        "period_end_at": end,
        "is_proration": False,
        **other,
    }
    return InvoiceLine(**found)  # type: ignore[arg-type]


MIDDLE = datetime(2026, 1, 16, tzinfo=UTC)
OFF: dict[str, Any] = {"discount_included": Decimal("30.00")}
LINES = (
    line("told coupon ends", JANUARY, "120.00", **OFF),
    line("told coupon ends", FEBRUARY, "150.00"),
    line("price list raised", JANUARY, "120.00"),
    line("price list raised", FEBRUARY, "150.00"),
    line("yearly by invoice", JANUARY, "150.00"),
    line(
        "yearly by invoice", FEBRUARY, "1500.00", datetime(2027, 2, 1, tzinfo=UTC), plan_id="team-year"
    ),
    # a proration is net of a discount that it does not tell
    line("seats, then the coupon ends", JANUARY, "120.00", **OFF),
    line("seats, then the coupon ends", MIDDLE, "-61.94", is_proration=True),
    line(
        "seats, then the coupon ends", MIDDLE, "92.90", is_proration=True, quantity=Decimal(15)
    ),
    line("seats, then the coupon ends", FEBRUARY, "225.00", quantity=Decimal(15)),
)  # fmt: skip
CAUSES_OF_LINES = {
    "told coupon ends": {"discount": "30.00"},
    "price list raised": {"price": "30.00"},
    "yearly by invoice": {"commitment": "-25.00"},
    "seats, then the coupon ends": {"discount": "45.00"},
}
COUNTED_OF_LINES = {"price list raised": (1, 0)}
PERIODS = (
    SubscriptionPeriod(
        "s", "given", "team", Decimal("150.00"), "USD", date(2026, 1, 1), date(2026, 2, 10)
    ),
    SubscriptionPeriod("s", "given", "team-year", Decimal("125.00"), "USD", date(2026, 2, 10)),
)


MODELS = ("fct_span_causes", "mart_revenue_periods", "fct_mrr_movements", "mart_plan_changes")


def _books(**rows: object) -> Books:
    (found,) = rows.values()
    names = dict.fromkeys(row.customer_id for row in found)  # type: ignore[attr-defined]
    customers = tuple(Customer(name, JANUARY, segment=name) for name in names)
    return Books(customers=customers, plans=PLANS, **rows)  # type: ignore[arg-type]


ITEM_BOOKS = _books(subscription_items=ITEMS)
ITEM_TERMS = replace(TERMS, recurring_from="subscription_items")
LINE_BOOKS = _books(invoice_lines=LINES)
LINE_TERMS = replace(TERMS, recurring_from="invoice_lines")


@pytest.fixture(scope="module")
def by_items(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The histories told by items."""
    return build(tmp_path_factory.mktemp("items"), ITEM_BOOKS, ITEM_TERMS, MODELS)


@pytest.fixture(scope="module")
def by_lines(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The histories told by invoices."""
    return build(tmp_path_factory.mktemp("lines"), LINE_BOOKS, LINE_TERMS, MODELS[:2])


def _february(marts: Marts) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for customer, cause, amount in marts.query("""
        select customer_id, cause, amount from marts.fct_span_causes
        where opening_on = date '2026-02-01' and closing_on = date '2026-03-01' order by all
    """):
        found.setdefault(customer, {})[cause] = f"{amount}"
    return found


def _counted(marts: Marts) -> dict[str, tuple[int, int]]:
    rows = marts.query("""
        select member, upgrades, downgrades from marts.mart_revenue_periods
        where grain = 'month' and period_start = date '2026-02-01' and dimension = 'segment'
            and upgrades + downgrades > 0
    """)
    return {member: (up, down) for member, up, down in rows}


def _counted_by_the_reference(books: Books, terms: Terms) -> dict[str, tuple[int, int]]:
    return {
        member: (row.upgrades, row.downgrades)
        for (grain, start, dimension, member), row in company(books, terms).table.rows.items()
        if (grain, start, dimension) == ("month", date(2026, 2, 1), "segment")
        and row.upgrades + row.downgrades
    }


def test_a_change_of_items_has_the_causes_found_by_hand(by_items: Marts) -> None:
    assert _february(by_items) == CAUSES


def test_a_change_of_invoices_has_the_causes_found_by_hand(by_lines: Marts) -> None:
    assert _february(by_lines) == CAUSES_OF_LINES


def test_commitments_and_discounts_of_items_are_no_upgrades(by_items: Marts) -> None:
    assert _counted(by_items) == COUNTED


def test_commitments_and_discounts_of_invoices_are_no_upgrades(by_lines: Marts) -> None:
    assert _counted(by_lines) == COUNTED_OF_LINES


def test_the_reference_counts_as_by_hand() -> None:
    assert _counted_by_the_reference(ITEM_BOOKS, ITEM_TERMS) == COUNTED


def test_a_movement_names_its_causes(by_items: Marts) -> None:
    rows = by_items.query("""
        select customer_id, cause from marts.fct_mrr_movements where movement_type <> 'new'
    """)
    assert {name: set(cause.split(", ")) for name, cause in rows} == {
        name: set(causes) for name, causes in CAUSES.items()
    }


def test_the_matrix_of_plans_shows_commitments_and_discounts_as_new_terms(by_items: Marts) -> None:
    assert by_items.query("""
        select movement, sum(customers) from marts.mart_plan_changes
        where grain = 'month' and period_start = date '2026-02-01' group by all order by all
    """) == [("downgrade", 2), ("new_terms", 4), ("upgrade", 4)]


def test_where_only_monthly_values_are_told_nobody_is_left_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    books = _books(subscription_periods=PERIODS)
    marts = build(tmp_path_factory.mktemp("given"), books, TERMS, models=("mart_revenue_periods",))
    assert _counted(marts) == {"given": (0, 1)}


def test_causes_add_up_to_expansion_and_contraction(case: Case) -> None:
    found = case.marts.query("""
        with causes as (
            select grain, period_start, dimension, member, sum(mrr_expansion) as up, sum(mrr_contraction) as down
            from marts.mart_mrr_causes group by all
        )
        select * from marts.mart_revenue_periods left join causes using (grain, period_start, dimension, member)
        where mrr_expansion <> coalesce(up, 0) or mrr_contraction <> coalesce(down, 0)
    """)
    assert found == []


def test_the_generated_companies_have_every_cause(case_of: Callable[[str], Case]) -> None:
    rows = case_of("subscription_items").marts.query(
        "select distinct cause from marts.fct_span_causes"
    )
    assert {cause for (cause,) in rows} >= {"commitment", "plan", "quantity", "add_on"}
