"""Every cell of the sample and none left out; the tests stand beside their sibling in the first tier."""

import pytest

from tests.integration.numbers.explain.conftest import sample, sample_under_other_settings
from tests.integration.numbers.explain.test_every_cell_adds_up import (
    cells,
    publication,
    published,
    test_the_customers_make_every_figure_of_recurring_revenue,
    test_the_purchases_make_every_figure_of_purchases,
    test_the_rows_shown_lead_to_every_part,
)

__all__ = [
    "cells",
    "publication",
    "published",
    "sample",
    "sample_under_other_settings",
    "test_the_customers_make_every_figure_of_recurring_revenue",
    "test_the_purchases_make_every_figure_of_purchases",
    "test_the_rows_shown_lead_to_every_part",
]


@pytest.fixture
def every() -> int:
    return 1
