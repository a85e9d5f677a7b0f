"""Every expectation holds in a valid warehouse and fails once what it claims is broken.

The conditions are asked as a failed validation asks them for its rows, which takes milliseconds; that Great
Expectations comes to the same verdict is shown per suite in test_broken_data_is_refused.py.
"""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.quality.failing_rows import failing_rows
from dagster_project.quality.suites import Expectation, Suite, read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.quality.breakages import breakage

# Whether a table has its columns is judged without rows; the other module breaks those.
WITHOUT_ROWS = "expect_table_columns_to_match_set"
CASES = [
    pytest.param(suite, expectation, id=f"{suite.name}-{expectation.spec.name}")
    for suite in read_suites()
    for expectation in suite.expectations
    if expectation.question.expectation_type != WITHOUT_ROWS
]


@pytest.fixture(scope="module")
def con(valid_warehouse: WarehousePaths) -> Iterator[duckdb.DuckDBPyConnection]:
    """The valid warehouse, open for changes that are rolled back."""
    with open_warehouse(valid_warehouse) as con:
        yield con


@pytest.mark.parametrize(("suite", "expectation"), CASES)
def test_it_holds_until_it_is_broken(
    con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation
) -> None:
    before = failing_rows(con, suite, expectation)
    con.begin()
    try:
        con.execute(breakage(suite, expectation.spec.name))
        after = failing_rows(con, suite, expectation)
    finally:
        con.rollback()
    assert (before, len(after) > 0) == ((), True)
