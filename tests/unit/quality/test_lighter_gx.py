"""What Great Expectations is spared changes none of its answers."""

from typing import Any

import pytest

import dagster_project.quality.great_expectations_run  # noqa: F401

# isort: split
# After ours, which spares GX what it never uses.
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

EXPECTATIONS: dict[str, dict[str, Any]] = {
    "expect_column_values_to_be_in_set": {
        "column": "kind",
        "value_set": ["new", "lost"],
        "mostly": 0.9,
    },
    "expect_table_columns_to_match_set": {"column_set": ["a", "b"], "exact_match": False},
    "unexpected_rows_expectation": {"unexpected_rows_query": "select * from {batch} where a < 0"},
}


def _one_by_one(expectation: Expectation, keys: tuple[str, ...]) -> dict[str, Any]:
    """Look keys up as GX does: one by one, each in a configuration of its own."""
    return {key: expectation._get_success_kwarg(key) for key in keys}


@pytest.mark.parametrize("kind", EXPECTATIONS)
def test_keys_looked_up_at_once_are_those_looked_up_one_by_one(kind: str) -> None:
    expectation = ExpectationConfiguration(type=kind, kwargs=EXPECTATIONS[kind]).to_domain_obj()
    domain = _one_by_one(expectation, expectation.domain_keys)
    success = {**_one_by_one(expectation, expectation.success_keys), **domain}
    assert expectation._get_domain_kwargs() == domain
    assert expectation._get_success_kwargs() == success
    asked = {"result_format": {"result_format": "SUMMARY"}, "column": "not for a run to say"}
    given = expectation._get_runtime_kwargs(asked)
    assert given["result_format"]["result_format"] == "SUMMARY"
    assert {**given, **success, "result_format": None} == {
        **_one_by_one(expectation, expectation.runtime_keys),
        **success,
        "result_format": None,
    }
    assert given.get("column") == success.get("column")
