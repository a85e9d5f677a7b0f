"""Every cell of the revenue marts equals a plain calculation that shares no code with dbt."""

from collections.abc import Callable

import pytest

from tests.integration.metrics.agreement import differences, explained
from tests.integration.metrics.conftest import SCENARIOS, TOLD_OTHERWISE, Case

TABLES = (
    "fct_mrr_movements",
    "fct_customer_months",
    "mart_revenue_periods",
    "mart_churn_periods",
    "mart_cohorts",
    "mart_repeat_rate",
)


@pytest.mark.parametrize("table", TABLES)
def test_a_mart_equals_the_reference_in_every_cell(case: Case, table: str) -> None:
    text = explained(differences(case.expected, case.marts, table), case.books)
    assert not text, text


def test_three_shapes_of_one_history_give_the_same_movements(
    case_of: Callable[[str], Case],
) -> None:
    sql = """
        select customer_id, movement_on, movement_type, amount, mrr_before, mrr_after
        from marts.fct_mrr_movements order by all
    """
    first = case_of("subscription periods").marts.query(sql)
    assert first
    for shape in TOLD_OTHERWISE:
        assert case_of(shape).marts.query(sql) == first, shape


def test_the_generated_companies_hold_every_kind_of_movement(
    case_of: Callable[[str], Case],
) -> None:
    kinds = {
        kind
        for name in SCENARIOS
        for (kind,) in case_of(name).marts.query(
            "select distinct movement_type from marts.fct_mrr_movements"
        )
    }
    assert kinds == {"new", "reactivation", "expansion", "contraction", "churn", "fx"}
