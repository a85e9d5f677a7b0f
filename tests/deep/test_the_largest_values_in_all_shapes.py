"""The largest values that ingest accepts go through every mart, from each recurring shape."""

from pathlib import Path

import pytest

from dagster_project.config import RecurringShape
from tests.integration.metrics.largest_values import assert_the_largest_build


@pytest.mark.parametrize("shape", ["subscription_periods", "subscription_items", "invoice_lines"])
def test_the_largest_values_that_are_accepted_build(tmp_path: Path, shape: RecurringShape) -> None:
    assert_the_largest_build(tmp_path, shape)
