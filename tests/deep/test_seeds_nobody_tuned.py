"""`ebbline simulate`, then `ebbline run --landing`: every figure of truth.json, for seeds of no other test."""

from pathlib import Path

import pytest

from tests.deep.seeds import disagreements_of_a_seed
from tests.end_to_end.command import Ebbline


@pytest.mark.parametrize("seed", [7_001, 812_345, 3, 44_100, 60_902])
def test_the_published_figures_are_those_of_the_life_histories(
    ebbline: Ebbline, tmp_path: Path, seed: int
) -> None:
    assert disagreements_of_a_seed(ebbline, tmp_path, seed) == []
