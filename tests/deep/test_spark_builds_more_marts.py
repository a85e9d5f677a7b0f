"""More marts on Spark; the test stands beside its sibling in the first tier."""

import pytest

from tests.integration.spark.test_spark_builds_the_same_numbers import (
    built,
    java,
    on_spark,
    test_no_row_differs,
)

__all__ = ["built", "java", "on_spark", "test_no_row_differs"]


@pytest.fixture(scope="module")
def targets() -> tuple[str, ...]:
    """The marts that are built on both engines."""
    return ("fct_mrr_movements", "mart_revenue_periods", "mart_churn_periods")
