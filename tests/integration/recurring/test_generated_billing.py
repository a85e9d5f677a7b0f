"""What billing systems bill, each with its own rounding, is worth what was truly sold, and no guard cries of it."""

import pytest

from tests.integration.recurring.generated import OF_EACH_VENDOR, Found, built


@pytest.fixture(scope="module", params=OF_EACH_VENDOR)
def two_companies(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """Two small companies in one export."""
    return built(tmp_path_factory.mktemp("generated"), request.param, seeds=(1, 2), customers=60)


def test_two_small_companies_are_worth_what_was_sold(two_companies: Found) -> None:
    assert two_companies.differences == []


def test_no_guard_cries_of_two_companies_that_add_up(two_companies: Found) -> None:
    assert two_companies.alarms == []
