"""``-p tests.order``: the tests in an order that another seed makes another (``TESTS_ORDER``, printed).

Files are shuffled, and the tests within each; what a fixture's parameters keep together stays together, since pytest
sorts by them afterwards. A test that needs another one before it is found out.
"""

import os
import random
from itertools import groupby

import pytest

SEED = os.environ.get("TESTS_ORDER", "20261126")


def pytest_report_header() -> str:
    """Say how the order is made again."""
    return f"order of the tests: TESTS_ORDER={SEED}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Shuffle; the same for every worker of a session."""
    chance = random.Random(SEED)
    files = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
    chance.shuffle(files)
    for file in files:
        chance.shuffle(file)
    items[:] = [item for file in files for item in file]
