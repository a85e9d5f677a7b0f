"""Every mutation's text stands in the product as it is now; making them all takes an hour: ``tests.deep.mutate``."""

from pathlib import Path

import pytest

from tests.deep.mutate import ROOT, changed
from tests.deep.mutations import MUTATIONS, Mutation


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_the_text_stands_there_once_and_its_tests_are_there(mutation: Mutation) -> None:
    assert changed(mutation, ROOT) != (ROOT / mutation.file).read_text(encoding="utf-8")
    assert [test for test in mutation.tests if not Path(ROOT / test).exists()] == []


def test_there_are_at_least_forty() -> None:
    assert len(set(map(str, MUTATIONS))) == len(MUTATIONS) >= 40
