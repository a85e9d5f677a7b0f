"""Which tests of dbt's manifest are checks."""

from typing import Any

from dagster_project.transform.named_tests import without_tests

MART, KEY, MONTHS = "model.e.dim_plans", "test.e.one_row_per_plan", "test.e.assert_months"


def _manifest() -> dict[str, Any]:
    return {
        "nodes": {
            MART: {"resource_type": "model", "fqn": ["e", "marts", "revenue", "dim_plans"]},
            KEY: {
                "resource_type": "test",
                "fqn": ["e", "marts", "revenue", "one_row_per_dim_plans_plan_id"],
            },
            MONTHS: {"resource_type": "test", "fqn": ["e", "assert_months"]},
        },
        "child_map": {MART: [KEY, MONTHS], KEY: [], MONTHS: []},
    }


def test_a_test_that_is_left_out_is_in_neither_list() -> None:
    left = without_tests(_manifest(), ["*.marts.*.one_row_per_*"])
    assert set(left["nodes"]) == {MART, MONTHS}
    assert left["child_map"] == {MART: [MONTHS], MONTHS: []}


def test_a_pattern_leaves_out_no_model() -> None:
    assert set(without_tests(_manifest(), ["*.dim_plans"])["nodes"]) == {MART, KEY, MONTHS}
