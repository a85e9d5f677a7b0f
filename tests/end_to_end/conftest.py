"""The installed command, and runs that tests go on from, for the tests of this folder."""

import pytest

from tests.end_to_end.command import ebbline
from tests.end_to_end.killed_runs import warm_runs
from tests.end_to_end.small_company import small_company_run
from tests.sample import WholeRun
from tests.shared import SharedFolder

__all__ = ["ebbline", "warm_runs"]


@pytest.fixture(scope="session")
def small_company(shared: SharedFolder) -> WholeRun:
    """Return the first run of the small company. Only to be read."""
    return small_company_run(shared)
