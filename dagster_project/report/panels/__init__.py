"""The panels of what lies behind, in their groups. A panel without figures is not made."""

from collections.abc import Callable, Iterator

from dagster_project.report.page_values import PageValues
from dagster_project.report.panels import cohorts, customers_care, purchases, recurring, worth
from dagster_project.report.panels.panel import Group, Panel
from dagster_project.report.panels.worth import renewals

__all__ = ["Group", "Panel", "groups", "renewals"]


def groups(figures: PageValues) -> list[Group]:
    """Return the groups that have something to show."""
    makers: tuple[tuple[str, str, Callable[[PageValues], Iterator[Panel]]], ...] = (
        ("revenue", "Revenue", recurring.revenue),
        ("customers", "Customers", recurring.customers),
        ("cohorts", "Cohorts", cohorts.cohorts),
        ("plans", "Plans and reasons", recurring.plans),
        ("purchases", "Purchases", purchases.purchases),
        ("use", "Onboarding and support", customers_care.use),
        ("value", "Value and benchmarks", worth.value),
        ("score", "Health of the score", worth.score),
    )
    made = (Group(name, title, tuple(make(figures))) for name, title, make in makers)
    return [group for group in made if group.panels]
