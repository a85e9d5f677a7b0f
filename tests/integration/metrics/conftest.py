"""Fixtures of the metric tests: dbt runs over generated companies, each made once and read by many tests."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.metrics.dbt_run import MODELS, Marts, build
from tests.reference.company import Company, company
from tests.reference.histories import Making, random_books
from tests.reference.rows import Books, Terms
from tests.shared import SharedFolder

RATES: dict[str, Decimal | dict[date, Decimal]] = {"EUR": Decimal("1.08"), "GBP": Decimal("1.27")}
DATED_EURO = {
    date(2024, 1, 1): Decimal("1.1"),
    date(2025, 3, 10): Decimal("1.2345"),
    date(2025, 9, 1): Decimal("0.99"),
}


@dataclass(frozen=True)
class Scenario:
    """A random company and the terms under which it is looked at."""

    seed: int
    histories: int
    terms: Terms
    corrected: bool = False
    models: tuple[str, ...] = (*MODELS, "mart_reconciliation")

    def books(self) -> Books:
        """Return the company's rows."""
        making = Making(self.terms.timezone, self.terms.until, dunning_days=self.terms.dunning_days)
        return random_books(self.seed, self.histories, making)


_NEW_YORK = Terms(until=date(2026, 3, 17), timezone="America/New_York", rates=RATES)

# The first company in the two other shapes: its movements and their causes are all that is asked.
TOLD_OTHERWISE = {
    shape: Scenario(
        20,
        130,
        replace(_NEW_YORK, recurring_from=shape),
        models=("fct_mrr_movements", "fct_span_causes"),
    )
    for shape in ("subscription_items", "invoice_lines")
}
SCENARIOS = {
    "subscription periods": Scenario(20, 130, _NEW_YORK),
    "items in Tokyo and in euro, churn at the request, short gaps bridged, two dimensions": Scenario(
        21,
        90,
        Terms(
            until=date(2026, 2, 28),
            timezone="Asia/Tokyo",
            reporting="EUR",
            rates={"USD": Decimal("0.93"), "GBP": Decimal("1.17")},
            dimensions=("segment", "country"),
            recurring_from="subscription_items",
            churn_recognition="cancel_request",
            bridge_gap_days=3,
            gross_margin=Decimal("0.8"),
            same_day_orders_are_one=False,
        ),
    ),
    "lines in Auckland, corrected, dated rates, ten days of dunning, usage counted": Scenario(
        22,
        90,
        Terms(
            until=date(2026, 3, 17),
            timezone="Pacific/Auckland",
            rates={**RATES, "EUR": DATED_EURO},
            recurring_from="invoice_lines",
            dunning_days=10,
            bridge_gap_days=2,
            usage_is_recurring=True,
        ),
        corrected=True,
    ),
}


@dataclass(frozen=True)
class Case:
    """The same books through dbt and through the reference."""

    books: Books
    expected: Company
    marts: Marts


def _run(scenario: Scenario, root: Path) -> Company:
    books = scenario.books()
    build(root, books, scenario.terms, scenario.models, corrected=scenario.corrected)
    return company(books, scenario.terms)


@pytest.fixture(scope="session")
def case_of(shared: SharedFolder) -> Callable[[str], Case]:
    """Return a function that runs a scenario the first time any worker asks for it."""
    seen: dict[str, Case] = {}
    all_of_them = {**SCENARIOS, **TOLD_OTHERWISE}

    def run(name: str) -> Case:
        if name not in seen:
            folder = shared.made(
                f"scenario-{list(all_of_them).index(name)}",
                lambda root: (root / "expected").write_bytes(
                    pickle.dumps(_run(all_of_them[name], root))
                ),
            )
            expected: Company = pickle.loads((folder / "expected").read_bytes())
            seen[name] = Case(expected.books, expected, Marts(WarehousePaths(folder / "warehouse")))
        return seen[name]

    return run


@pytest.fixture(scope="session", params=SCENARIOS)
def case(request: pytest.FixtureRequest, case_of: Callable[[str], Case]) -> Case:
    """Each scenario in turn."""
    return case_of(request.param)
