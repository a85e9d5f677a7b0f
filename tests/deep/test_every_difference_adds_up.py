"""Every difference of every metric and cell; the test stands beside its sibling in the first tier."""

import pytest

from tests.integration.numbers.test_why import (
    company,
    test_the_differences_of_every_metric_add_up_exactly,
)

__all__ = ["company", "test_the_differences_of_every_metric_add_up_exactly"]


@pytest.fixture
def of_each() -> int:
    """All cells of each metric."""
    return 1_000_000
