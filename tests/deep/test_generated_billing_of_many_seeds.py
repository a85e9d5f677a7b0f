"""Twenty companies of 300 customers in each vendor's shape are worth what was sold, to the cent and the day."""

import pytest

from tests.integration.recurring.generated import EXPORTS, Found, built


@pytest.fixture(scope="module", params=EXPORTS)
def twenty_companies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """Twenty companies in one export."""
    root = tmp_path_factory.mktemp("generated")
    return built(root, request.param, seeds=range(100, 120), customers=300)


def test_no_figure_of_twenty_companies_is_wrong(twenty_companies: Found) -> None:
    assert twenty_companies.differences == []


def test_no_guard_cries_of_twenty_companies_that_add_up(twenty_companies: Found) -> None:
    assert twenty_companies.alarms == []
