"""Section 4 of METRICS.md, revenue: what is left of the customers of each starting month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tests.reference.daily import Life
from tests.reference.days import DAY, add_months, start_of


@dataclass
class CohortCell:
    """One observable age of one cohort; money in cents."""

    cohort_customers: int = 0
    active_customers: int = 0
    cohort_mrr: int = 0
    mrr: int = 0


def revenue_cohorts(found: Mapping[str, Life], until: date) -> dict[tuple[date, int], CohortCell]:
    """Return the cells by (cohort month, age in months); an age is there once its month is over."""
    cells: dict[tuple[date, int], CohortCell] = {}
    for life in found.values():
        for joined in (movement for movement in life.movements if movement.kind == "new"):
            cohort = start_of("month", joined.on)
            age, end = 0, add_months(cohort, 1)
            while end <= until + DAY:
                cell = cells.setdefault((cohort, age), CohortCell())
                cell.cohort_customers += 1
                cell.cohort_mrr += joined.cents
                cell.active_customers += life.on(end - DAY) > 0
                cell.mrr += life.on(end - DAY)
                age, end = age + 1, add_months(end, 1)
    return cells
